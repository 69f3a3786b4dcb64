// Recurrent layers. Keras has the batch first and the gates' columns side by side; dl's recurrent
// ops have time first and the same columns.
#include "Families.h"

#include "../Activations.h"

using namespace mlir;

namespace dlc::keras {

namespace {

/// What a pass over a sequence gives, time first; entries stay at the place of their step.
struct Pass {
  Value sequence;
  Value last;
};

/// The variables of a cell, by Keras's numbers.
struct CellVariables {
  Value kernel, recurrent, bias;
};

} // namespace

/// The function that setting `name` holds; fails where dl's recurrences lack it. Those that they
/// have are called as in Keras.
static dl::RecurrentActivationAttr gateFunction(LayerContext &c, StringRef name,
                                                StringRef defaultName) {
  const Config *setting = c.setting(name);
  std::string function = setting ? activationName(setting) : defaultName.str();
  if (std::optional<dl::RecurrentActivation> kind = dl::symbolizeRecurrentActivation(function))
    return dl::RecurrentActivationAttr::get(c.builder().getContext(), *kind);
  c.unsupported("setting '" + name + "': activation '" + function +
                "' is not supported in a recurrent layer");
  return {};
}

static Value swapTimeAndBatch(LayerContext &c, Value value) {
  return c.transpose(value, {1, 0, 2});
}

/// `value` with axis 1 in reverse; of one that was made so, what it was made from.
static Value flipTime(LayerContext &c, Value value) {
  if (c.failed())
    return {};
  auto isFlip = [](dl::SliceOp op) { return op && op.getSteps()[1] == -1; };
  if (auto flip = value.getDefiningOp<dl::SliceOp>(); isFlip(flip))
    return flip.getOperand();
  int64_t steps = c.sizeOf(value, 1);
  auto [shape, symbolic] =
      dl::sizeAttributes(c.builder().getContext(), LayerContext::dimsOf(value));
  return c.create<dl::SliceOp>(value, c.i64s({0, steps - 1, 0}), c.i64s(shape), c.i64s({1, -1, 1}),
                               symbolic);
}

static CellVariables cellVariables(LayerContext &c, int64_t units, int64_t gates,
                                   ArrayRef<int64_t> biasShape) {
  CellVariables result;
  int64_t features = c.sizeOf(c.input(), 2);
  result.kernel = c.variable("cell/vars/0", {features, gates * units});
  result.recurrent = c.variable("cell/vars/1", {units, gates * units});
  if (c.flagSetting("use_bias", true))
    result.bias = c.variable("cell/vars/2", biasShape);
  return result;
}

/// Settings that all recurrent layers share.
static bool checkRecurrent(LayerContext &c) {
  for (StringRef name : {"unroll", "zero_output_for_mask", "implementation", "use_cudnn",
                         "unit_forget_bias", "dropout", "recurrent_dropout"})
    c.ignoreSetting(name);
  c.requireUnset("stateful");
  c.requireUnset("return_state");
  if (c.intSetting("units", 0) < 1)
    c.badInput("setting 'units': expected 1 or more");
  return c.expectRank(3, "(batch, time, features)");
}

/// The whole sequence or its last state, batch first; a layer that goes backwards gives its steps
/// in the order in which it took them.
static Value finishRecurrent(LayerContext &c, const Pass &pass) {
  bool backwards = c.flagSetting("go_backwards", false);
  if (!c.flagSetting("return_sequences", false) || c.failed())
    return pass.last;
  Value sequence = swapTimeAndBatch(c, pass.sequence);
  return backwards ? flipTime(c, sequence) : sequence;
}

static Pass passOf(ArrayRef<Value> results) {
  return results.empty() ? Pass() : Pass{results[0], results[1]};
}

static Value importLSTM(LayerContext &c) {
  if (!checkRecurrent(c))
    return {};
  int64_t units = c.intSetting("units", 1);
  CellVariables v = cellVariables(c, units, dl::LstmOp::gateCount, {4 * units});
  auto gate = gateFunction(c, "recurrent_activation", "sigmoid");
  auto cell = gateFunction(c, "activation", "tanh");
  SmallVector<Value> results = c.createMany<dl::LstmOp>(
      5, swapTimeAndBatch(c, c.input()), v.kernel, v.recurrent, v.bias, Value(), Value(), Value(),
      Value(), c.flag(c.flagSetting("go_backwards", false)), gate, cell, cell, c.i64(0));
  return finishRecurrent(c, passOf(results));
}

static Value importSimpleRNN(LayerContext &c) {
  if (!checkRecurrent(c))
    return {};
  int64_t units = c.intSetting("units", 1);
  CellVariables v = cellVariables(c, units, dl::SimpleRnnOp::gateCount, {units});
  auto activation = gateFunction(c, "activation", "tanh");
  SmallVector<Value> results = c.createMany<dl::SimpleRnnOp>(
      2, swapTimeAndBatch(c, c.input()), v.kernel, v.recurrent, v.bias, Value(), Value(),
      c.flag(c.flagSetting("go_backwards", false)), activation, c.i64(0));
  return finishRecurrent(c, passOf(results));
}

/// With `reset_after` the bias has two rows: of the input and of the state.
static Value importGRU(LayerContext &c) {
  if (!checkRecurrent(c))
    return {};
  int64_t units = c.intSetting("units", 1), columns = dl::GruOp::gateCount * units;
  bool resetAfter = c.flagSetting("reset_after", true);
  CellVariables v =
      cellVariables(c, units, dl::GruOp::gateCount, resetAfter ? Ints{2, columns} : Ints{columns});
  auto gate = gateFunction(c, "recurrent_activation", "sigmoid");
  auto cell = gateFunction(c, "activation", "tanh");
  Value bias = v.bias, recurrentBias;
  if (bias && resetAfter) {
    auto row = [&](int64_t index) {
      return c.reshape(c.sliceAxis(v.bias, 0, index, 1), dl::Dims{c.dim(columns)});
    };
    bias = row(0);
    recurrentBias = row(1);
  }
  SmallVector<Value> results = c.createMany<dl::GruOp>(
      3, swapTimeAndBatch(c, c.input()), v.kernel, v.recurrent, bias, recurrentBias, Value(),
      Value(), c.flag(c.flagSetting("go_backwards", false)), c.flag(resetAfter), gate, cell,
      c.i64(0));
  return finishRecurrent(c, passOf(results));
}

/// Both directions of a layer, joined as `merge_mode` says. A sequence of the backward layer is put
/// in the order of time first.
static Value importBidirectional(LayerContext &c) {
  std::string mode = c.textSetting("merge_mode", "");
  if (!c.expectRank(3, "(batch, time, features)"))
    return {};
  Value forward = c.importInner("layer", "forward_layer", c.input());
  Value backward = c.importInner("backward_layer", "backward_layer", c.input());
  if (c.failed())
    return {};
  if (LayerContext::rankOf(backward) == 3)
    backward = flipTime(c, backward);
  if (mode == "concat")
    return c.create<dl::ConcatOp>(ValueRange{forward, backward},
                                  c.i64(LayerContext::rankOf(forward) - 1));
  if (mode == "mul")
    return c.create<dl::MulOp>(forward, backward);
  if (mode != "sum" && mode != "ave") {
    c.unsupported("setting 'merge_mode' is '" + mode + "', expected concat, sum, mul or ave");
    return {};
  }
  Value sum = c.create<dl::AddOp>(forward, backward);
  return c.failed() || mode == "sum" ? sum : c.create<dl::MulOp>(sum, c.scalar(sum, 0.5));
}

void registerRecurrentLayers(LayerTable &table) {
  constexpr StringRef limits =
      "activations linear, relu, sigmoid, hard_sigmoid and tanh; no return_state, "
      "stateful, initial_state or mask";
  table.add({.className = "Bidirectional",
             .import = importBidirectional,
             .limits = "merge_mode concat, sum, mul or ave"});
  table.add({.className = "GRU", .import = importGRU, .limits = limits});
  table.add({.className = "LSTM", .import = importLSTM, .limits = limits});
  table.add({.className = "SimpleRNN", .import = importSimpleRNN, .limits = limits});
}

} // namespace dlc::keras
