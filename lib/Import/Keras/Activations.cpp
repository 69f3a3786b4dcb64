// The functions of keras.activations, each with its defaults.
#include "Activations.h"

#include "dlc/Import/Keras/ImportKeras.h"

using namespace mlir;

namespace dlc::keras {

namespace {

using ActivationFunction = Value (*)(LayerContext &, Value);

struct ActivationEntry {
  StringRef name;
  ActivationFunction apply;
};

} // namespace

template <typename OpTy>
static Value apply(LayerContext &c, Value x) {
  return c.create<OpTy>(x);
}

/// With the parameter `alpha`, in thousandths.
template <typename OpTy, int thousandths>
static Value applyWithAlpha(LayerContext &c, Value x) {
  return c.create<OpTy>(x, c.f64(thousandths / 1000.0));
}

/// Along the last axis.
template <typename OpTy>
static Value applyToRows(LayerContext &c, Value x) {
  return c.create<OpTy>(x, c.i64(LayerContext::rankOf(x) - 1));
}

template <int low, int high>
static Value applyClip(LayerContext &c, Value x) {
  return c.create<dl::ClipOp>(x, c.f64(low), c.f64(high));
}

static Value applyLinear(LayerContext &, Value x) { return x; }

static Value applyGelu(LayerContext &c, Value x) { return c.create<dl::GeluOp>(x, false); }

static Value applySelu(LayerContext &c, Value x) {
  return c.create<dl::SeluOp>(x, c.f64(1.6732632423543772848170429916717),
                              c.f64(1.0507009873554804934193349852946));
}

/// relu6(x + 3) / 6: not what it was in Keras 2.
static Value applyHardSigmoid(LayerContext &c, Value x) {
  return c.create<dl::HardSigmoidOp>(x, c.f64(1.0 / 6), c.f64(0.5));
}

/// clip((x + 1) / 2, 0, 1)
static Value applySparseSigmoid(LayerContext &c, Value x) {
  return c.create<dl::HardSigmoidOp>(x, c.f64(0.5), c.f64(0.5));
}

static Value applySoftShrink(LayerContext &c, Value x) {
  return c.create<dl::ShrinkOp>(x, c.f64(0.5), c.f64(0.5));
}

static Value applyHardShrink(LayerContext &c, Value x) {
  return c.create<dl::ShrinkOp>(x, c.f64(0), c.f64(0.5));
}

static Value applyTanhShrink(LayerContext &c, Value x) {
  return c.create<dl::SubOp>(x, c.create<dl::TanhOp>(x));
}

/// -softplus(-x)
static Value applyLogSigmoid(LayerContext &c, Value x) {
  return c.create<dl::NegOp>(c.create<dl::SoftplusOp>(c.create<dl::NegOp>(x)));
}

/// (x + sqrt(x^2 + 4)) / 2
static Value applySquareplus(LayerContext &c, Value x) {
  Value square = c.create<dl::MulOp>(x, x);
  Value root = c.create<dl::SqrtOp>(c.create<dl::AddOp>(square, c.scalar(x, 4)));
  return c.create<dl::MulOp>(c.create<dl::AddOp>(x, root), c.scalar(x, 0.5));
}

/// 0 up to -1, (x + 1)^2 / 4 up to 1, then x: with t = clip(x, -1, 1), (t + 1)^2 / 4 + x - t above.
static Value applySparsePlus(LayerContext &c, Value x) {
  Value inner = c.create<dl::ClipOp>(x, c.f64(-1), c.f64(1));
  Value sum = c.create<dl::AddOp>(inner, c.scalar(x, 1));
  Value square = c.create<dl::MulOp>(c.create<dl::MulOp>(sum, sum), c.scalar(x, 0.25));
  Value above = c.create<dl::ReluOp>(c.create<dl::SubOp>(x, c.scalar(x, 1)));
  return c.create<dl::AddOp>(square, above);
}

/// The first half of the last axis times the sigmoid of the second.
static Value applyGlu(LayerContext &c, Value x) {
  int64_t axis = LayerContext::rankOf(x) - 1, size = c.sizeOf(x, axis);
  if (size % 2 != 0)
    c.badInput("activation 'glu' expects an even size on the last axis, found " + Twine(size));
  Value gate = c.create<dl::SigmoidOp>(c.sliceAxis(x, axis, size / 2, size / 2));
  return c.create<dl::MulOp>(c.sliceAxis(x, axis, 0, size / 2), gate);
}

static constexpr ActivationEntry activations[] = {
    {"celu", applyWithAlpha<dl::CeluOp, 1000>},
    {"elu", applyWithAlpha<dl::EluOp, 1000>},
    {"exponential", apply<dl::ExpOp>},
    {"gelu", applyGelu},
    {"glu", applyGlu},
    {"hard_shrink", applyHardShrink},
    {"hard_sigmoid", applyHardSigmoid},
    {"hard_silu", apply<dl::HardSwishOp>},
    {"hard_swish", apply<dl::HardSwishOp>},
    {"hard_tanh", applyClip<-1, 1>},
    {"leaky_relu", applyWithAlpha<dl::LeakyReluOp, 200>},
    {"linear", applyLinear},
    {"log_sigmoid", applyLogSigmoid},
    {"log_softmax", applyToRows<dl::LogSoftmaxOp>},
    {"mish", apply<dl::MishOp>},
    {"relu", apply<dl::ReluOp>},
    {"relu6", applyClip<0, 6>},
    {"selu", applySelu},
    {"sigmoid", apply<dl::SigmoidOp>},
    {"silu", applyWithAlpha<dl::SwishOp, 1000>},
    {"soft_shrink", applySoftShrink},
    {"softmax", applyToRows<dl::SoftmaxOp>},
    {"softplus", apply<dl::SoftplusOp>},
    {"softsign", apply<dl::SoftsignOp>},
    {"sparse_plus", applySparsePlus},
    {"sparse_sigmoid", applySparseSigmoid},
    {"squareplus", applySquareplus},
    {"swish", applyWithAlpha<dl::SwishOp, 1000>},
    {"tanh", apply<dl::TanhOp>},
    {"tanh_shrink", applyTanhShrink},
};

Value applyActivation(LayerContext &c, Value value, StringRef name) {
  if (c.failed())
    return {};
  auto found = llvm::find_if(activations, [&](const ActivationEntry &e) { return e.name == name; });
  if (found != std::end(activations))
    return found->apply(c, value);
  c.unsupported("activation '" + name +
                "' is not one of Keras's that dlc has; functions of a "
                "model's own are never executed");
  return {};
}

std::string activationName(const Config *setting) {
  if (!setting)
    return "linear";
  if (const auto *text = setting->as<std::string>())
    return *text;
  // A function of the model's own is an object too; its name is found nowhere.
  std::string kind = setting->text("class_name");
  return kind == "function" ? setting->text("config") : kind;
}

std::vector<std::string> supportedActivations() {
  std::vector<std::string> names;
  for (const ActivationEntry &entry : activations)
    names.push_back(entry.name.str());
  return names;
}

} // namespace dlc::keras
