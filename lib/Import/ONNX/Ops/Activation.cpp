// Activation functions and Clip.
#include "Families.h"

#include "../NodeContext.h"

using namespace mlir;

namespace dlc::onnx {

template <typename OpTy>
static LogicalResult importActivation(NodeContext &c) {
  c.ignoreAttr("consumed_inputs");
  return c.setOutput(0, c.create<OpTy>(c.input(0)));
}

/// Activations with one parameter, `alpha`; the default is a template argument in thousandths.
template <typename OpTy, int thousandths>
static LogicalResult importWithAlpha(NodeContext &c) {
  c.ignoreAttr("consumed_inputs");
  double alpha = c.floatAttr("alpha", static_cast<float>(thousandths / 1000.0));
  return c.setOutput(0, c.create<OpTy>(c.input(0), c.f64(alpha)));
}

static LogicalResult importSelu(NodeContext &c) {
  c.ignoreAttr("consumed_inputs");
  double alpha = c.floatAttr("alpha", c.opset() < 6 ? 1.6732f : 1.67326319217681884765625f);
  double gamma = c.floatAttr("gamma", c.opset() < 6 ? 1.0507f : 1.05070102214813232421875f);
  return c.setOutput(0, c.create<dl::SeluOp>(c.input(0), c.f64(alpha), c.f64(gamma)));
}

static LogicalResult importHardSigmoid(NodeContext &c) {
  c.ignoreAttr("consumed_inputs");
  return c.setOutput(0, c.create<dl::HardSigmoidOp>(c.input(0), c.f64(c.floatAttr("alpha", 0.2f)),
                                                    c.f64(c.floatAttr("beta", 0.5f))));
}

static LogicalResult importShrink(NodeContext &c) {
  return c.setOutput(0, c.create<dl::ShrinkOp>(c.input(0), c.f64(c.floatAttr("bias", 0.0f)),
                                               c.f64(c.floatAttr("lambd", 0.5f))));
}

static LogicalResult importGelu(NodeContext &c) {
  std::string approximate = c.stringAttr("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    return c.badInput("attribute 'approximate' is '" + approximate + "', expected none or tanh");
  return c.setOutput(0, c.create<dl::GeluOp>(c.input(0), approximate == "tanh"));
}

/// Before opset 7 a slope of one entry a channel lay on axis 1; since then it broadcasts as in
/// NumPy.
static LogicalResult importPRelu(NodeContext &c) {
  c.ignoreAttr("consumed_inputs");
  Value slope = c.input(1);
  int64_t rank = c.rankOf(c.input(0));
  if (c.opset() < 7 && c.rankOf(slope) == 1 && rank > 2) {
    Ints shape(rank - 1, 1);
    shape[0] = c.shapeOf(slope)[0];
    slope = c.reshape(slope, shape);
  }
  return c.setOutput(0, c.create<dl::PReluOp>(c.input(0), slope));
}

//===-- Clip -------------------------------------------------------------------------------===//

/// A bound that dl.clip can hold exactly; nullopt for run-time values and wide integers.
static std::optional<double> exactBound(NodeContext &c, unsigned index) {
  std::optional<Tensor> value = c.constantInput(index);
  if (!value || value->numElements() != 1)
    return std::nullopt;
  constexpr int64_t widest = int64_t(1) << 53;
  if (!isFloat(value->dtype()) && std::abs(value->asInt(0)) > widest)
    return std::nullopt;
  return value->asDouble(0);
}

static LogicalResult importClip(NodeContext &c) {
  c.ignoreAttr("consumed_inputs");
  if (c.opset() < 11) {
    FloatAttr low = c.hasAttr("min") ? c.f64(c.floatAttr("min", 0)) : FloatAttr();
    FloatAttr high = c.hasAttr("max") ? c.f64(c.floatAttr("max", 0)) : FloatAttr();
    return c.setOutput(0, c.create<dl::ClipOp>(c.input(0), low, high));
  }
  Value result = c.input(0);
  std::optional<double> low = exactBound(c, 1), high = exactBound(c, 2);
  if (c.hasInput(1) && !low)
    result = c.create<dl::MaxOp>(result, c.input(1));
  FloatAttr lowAttr = low ? c.f64(*low) : FloatAttr();
  FloatAttr highAttr = high ? c.f64(*high) : FloatAttr();
  if (low || high)
    result = c.create<dl::ClipOp>(result, lowAttr, highAttr);
  if (c.hasInput(2) && !high)
    result = c.create<dl::MinOp>(result, c.input(2));
  return c.setOutput(0, result);
}

void registerActivationImporters(OpTable &table) {
  table.add({.opType = "Relu", .import = importActivation<dl::ReluOp>});
  table.add({.opType = "Sigmoid", .import = importActivation<dl::SigmoidOp>});
  table.add({.opType = "Softplus", .import = importActivation<dl::SoftplusOp>});
  table.add({.opType = "Softsign", .import = importActivation<dl::SoftsignOp>});
  table.add({.opType = "HardSwish", .import = importActivation<dl::HardSwishOp>});
  table.add({.opType = "Mish", .import = importActivation<dl::MishOp>});
  table.add({.opType = "Gelu", .import = importGelu});
  table.add({.opType = "Swish", .import = importWithAlpha<dl::SwishOp, 1000>});
  table.add({.opType = "Elu", .import = importWithAlpha<dl::EluOp, 1000>});
  table.add({.opType = "Celu", .import = importWithAlpha<dl::CeluOp, 1000>});
  table.add({.opType = "LeakyRelu", .import = importWithAlpha<dl::LeakyReluOp, 10>});
  table.add({.opType = "ThresholdedRelu", .import = importWithAlpha<dl::ThresholdedReluOp, 1000>});
  table.add({.opType = "Selu", .import = importSelu});
  table.add({.opType = "HardSigmoid", .import = importHardSigmoid});
  table.add({.opType = "Shrink", .import = importShrink});
  table.add({.opType = "PRelu", .import = importPRelu, .minInputs = 2, .maxInputs = 2});
  table.add({.opType = "Clip", .import = importClip, .minInputs = 1, .maxInputs = 3});
}

} // namespace dlc::onnx
