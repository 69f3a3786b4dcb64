// LSTM, GRU and RNN: one dl op a direction. Matrices are turned and their gates put in the order of
// the dl ops; constants are folded on the way.
#include "Families.h"

#include "../NodeContext.h"

using namespace mlir;

namespace dlc::onnx {

namespace {

/// What an operator has for each direction: its gates in the order of ONNX, by their place there.
struct OperatorTraits {
  SmallVector<int64_t> gateOrder; ///< entry i: where the dl op's gate i stands in ONNX's matrices
  SmallVector<StringRef> activations;
};

/// The attributes and operands that the three operators share.
class RecurrentNode {
public:
  RecurrentNode(NodeContext &c, OperatorTraits traits) : c(c), traits(std::move(traits)) {}

  /// Checks attributes and ranks.
  LogicalResult read();

  int64_t directions() const { return directionCount; }
  bool isReverse(int64_t direction) const { return directionCount == 2 ? direction == 1 : reverse; }
  BoolAttr reverseAttr(int64_t direction) { return c.flag(isReverse(direction)); }
  dl::RecurrentActivationAttr activation(int64_t direction, unsigned index) const {
    return activations[direction * traits.activations.size() + index];
  }

  /// X, time first.
  Value input() const { return sequenceInput; }
  /// W or R of a direction as (rows, gates * units).
  Value matrix(unsigned input, int64_t direction);
  /// Half 0 (of W) or 1 (of R) of B of a direction, (gates * units); null without B.
  Value biasHalf(int64_t direction, int64_t half);
  Value bias(int64_t direction);
  /// An initial state of a direction, (batch, units); null where it is left out.
  Value initialState(unsigned input, int64_t direction);
  /// The peephole weights of a direction, (3 * units) in the order i, f, o; null where they are
  /// left out.
  Value peephole(unsigned input, int64_t direction);
  /// (steps, batch), true within each sequence; null where all are whole.
  Value mask() const { return lengthMask; }

  /// Sets Y from the sequences of the directions and the further outputs from their last states.
  LogicalResult setOutputs(ArrayRef<SmallVector<Value>> results);

private:
  LogicalResult readActivations();
  LogicalResult readLengths();
  Value reorderGates(Value value, int64_t axis);
  Value directionOf(Value value, int64_t direction, bool batchFirst = false);

  NodeContext &c;
  OperatorTraits traits;
  bool reverse = false, batchFirst = false;
  int64_t directionCount = 1, units = 0;
  SmallVector<dl::RecurrentActivationAttr> activations;
  Value sequenceInput, lengthMask;
};

} // namespace

/// An activation that a dl op knows; nullopt for any other.
static std::optional<dl::RecurrentActivation> activationNamed(StringRef name, double alpha,
                                                              double beta) {
  auto isNear = [](double a, double b) { return std::abs(a - b) < 1e-6; };
  if (name.equals_insensitive("sigmoid"))
    return dl::RecurrentActivation::Sigmoid;
  if (name.equals_insensitive("tanh"))
    return dl::RecurrentActivation::Tanh;
  if (name.equals_insensitive("relu"))
    return dl::RecurrentActivation::Relu;
  if (name.equals_insensitive("hardsigmoid") && isNear(alpha, 1.0 / 6) && isNear(beta, 0.5))
    return dl::RecurrentActivation::HardSigmoid;
  return std::nullopt;
}

LogicalResult RecurrentNode::readActivations() {
  SmallVector<std::string> names;
  for (int64_t direction = 0; direction < directionCount; ++direction)
    llvm::append_range(names, traits.activations);
  if (std::optional<SmallVector<std::string>> given = c.stringsAttr("activations")) {
    if (given->size() != names.size())
      return c.badInput("attribute 'activations' has " + Twine(given->size()) +
                        " entries, expected " + Twine(names.size()));
    names = *given;
  }
  // One entry for each activation that takes one.
  SmallVector<double> alphas = c.floatsAttr("activation_alpha").value_or(SmallVector<double>()),
                      betas = c.floatsAttr("activation_beta").value_or(SmallVector<double>());
  size_t next = 0;
  for (StringRef name : names) {
    double alpha = 0.2, beta = 0.5;
    if (name.equals_insensitive("hardsigmoid")) {
      alpha = next < alphas.size() ? alphas[next] : alpha;
      beta = next < betas.size() ? betas[next] : beta;
      ++next;
    }
    std::optional<dl::RecurrentActivation> known = activationNamed(name, alpha, beta);
    if (!known)
      return c.unsupported("activation '" + name +
                           "', expected Sigmoid, Tanh, Relu or HardSigmoid with alpha 1/6");
    activations.push_back(dl::RecurrentActivationAttr::get(c.builder().getContext(), *known));
  }
  return success();
}

LogicalResult RecurrentNode::readLengths() {
  constexpr unsigned input = 4;
  if (!c.hasInput(input))
    return success();
  int64_t steps = c.sizeOf(sequenceInput, 0);
  if (c.failed())
    return failure();
  if (std::optional<Tensor> known = c.constantInput(input)) {
    bool whole = true;
    for (int64_t i = 0; i < known->numElements(); ++i)
      whole &= known->asInt(i) == steps;
    if (whole)
      return success();
  }
  if (failed(c.checkTable(DType::I32, {steps})))
    return failure();
  Tensor times(DType::I32, {steps, 1});
  for (int64_t step = 0; step < steps; ++step)
    times.setInt(step, step);
  Value lengths = c.reshape(c.input(input), {c.dim(1), c.dimsOf(sequenceInput)[1]});
  lengthMask = c.create<dl::LessOp>(c.constant(times), lengths);
  return failure(c.failed());
}

LogicalResult RecurrentNode::read() {
  std::string direction = c.stringAttr("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
    return c.badInput("attribute 'direction' is '" + direction +
                      "', expected forward, reverse or bidirectional");
  reverse = direction == "reverse";
  directionCount = direction == "bidirectional" ? 2 : 1;
  batchFirst = c.boolAttr("layout", false);
  if (c.hasAttr("clip"))
    return c.unsupported("attribute 'clip' is not taken");
  dl::Dims x = c.dimsOf(c.input(0));
  Ints recurrent = c.shapeOf(c.input(2)), weights = c.shapeOf(c.input(1));
  if (c.failed())
    return failure();
  auto gates = static_cast<int64_t>(traits.gateOrder.size());
  if (x.size() != 3 || weights.size() != 3 || recurrent.size() != 3 ||
      recurrent[0] != directionCount || weights[0] != directionCount ||
      recurrent[1] != gates * recurrent[2] || weights[1] != recurrent[1])
    return c.badInput("expects X of rank 3, W and R (directions, " + Twine(gates) +
                      " * hidden_size, columns), got " + dl::dimsString(x) + ", " +
                      shapeString(Shape(weights.begin(), weights.end())) + " and " +
                      shapeString(Shape(recurrent.begin(), recurrent.end())));
  units = recurrent[2];
  if (int64_t size = c.intAttr("hidden_size", units); size != units)
    return c.badInput("attribute 'hidden_size' is " + Twine(size) + ", R has " + Twine(units) +
                      " columns");
  sequenceInput = batchFirst ? c.transpose(c.input(0), {1, 0, 2}) : c.input(0);
  if (c.failed() || failed(readActivations()))
    return failure();
  return readLengths();
}

/// Entry `direction` of axis 0 (or 1, where the batch comes first), without the axis.
Value RecurrentNode::directionOf(Value value, int64_t direction, bool batchFirst) {
  if (!value || c.failed())
    return {};
  int64_t axis = batchFirst ? 1 : 0;
  dl::Dims dims = c.dimsOf(value);
  dims.erase(dims.begin() + axis);
  return c.reshape(c.sliceAxis(value, axis, direction, 1), dims);
}

/// The gates along `axis`, of gates * units entries, in the order of the dl op.
Value RecurrentNode::reorderGates(Value value, int64_t axis) {
  if (c.failed() || llvm::is_sorted(traits.gateOrder))
    return value;
  SmallVector<Value> gates;
  for (int64_t place : traits.gateOrder)
    gates.push_back(c.sliceAxis(value, axis, place * units, units));
  return c.create<dl::ConcatOp>(ValueRange(gates), static_cast<uint64_t>(axis));
}

Value RecurrentNode::matrix(unsigned input, int64_t direction) {
  return c.transpose(reorderGates(directionOf(c.input(input), direction), 0), {1, 0});
}

Value RecurrentNode::biasHalf(int64_t direction, int64_t half) {
  if (!c.hasInput(3))
    return {};
  int64_t columns = static_cast<int64_t>(traits.gateOrder.size()) * units;
  Value both = directionOf(c.input(3), direction);
  return reorderGates(c.sliceAxis(both, 0, half * columns, columns), 0);
}

Value RecurrentNode::bias(int64_t direction) {
  if (!c.hasInput(3))
    return {};
  return c.create<dl::AddOp>(biasHalf(direction, 0), biasHalf(direction, 1));
}

Value RecurrentNode::initialState(unsigned input, int64_t direction) {
  return directionOf(c.input(input), direction, batchFirst);
}

Value RecurrentNode::peephole(unsigned input, int64_t direction) {
  Value inOrderOfONNX = directionOf(c.input(input), direction);
  if (!inOrderOfONNX)
    return {};
  SmallVector<Value> gates; // ONNX has i, o, f
  for (int64_t place : {0, 2, 1})
    gates.push_back(c.sliceAxis(inOrderOfONNX, 0, place * units, units));
  return c.create<dl::ConcatOp>(ValueRange(gates), uint64_t(0));
}

LogicalResult RecurrentNode::setOutputs(ArrayRef<SmallVector<Value>> results) {
  if (c.failed())
    return failure();
  for (unsigned output = 0; output < c.numOutputs(); ++output) {
    if (!c.wantsOutput(output))
      continue;
    SmallVector<Value> parts;
    for (const SmallVector<Value> &ofDirection : results) {
      Value value = ofDirection[output];
      dl::Dims dims = c.dimsOf(value);
      if (output == 0 && lengthMask) {
        // Beyond a sequence's end Y is zero, where the dl op repeats the state.
        Value inside = c.reshape(lengthMask, {dims[0], dims[1], c.dim(1)});
        value = c.create<dl::WhereOp>(inside, value, c.scalar(c.elementOf(value), 0));
      }
      dims.insert(dims.begin() + (output == 0 ? 1 : 0), c.dim(1));
      parts.push_back(c.reshape(value, dims));
    }
    uint64_t axis = output == 0 ? 1 : 0;
    Value joined =
        parts.size() == 1 ? parts.front() : c.create<dl::ConcatOp>(ValueRange(parts), axis);
    if (batchFirst)
      joined = output == 0 ? c.transpose(joined, {2, 0, 1, 3}) : c.transpose(joined, {1, 0, 2});
    if (c.failed() || failed(c.setOutput(output, joined)))
      return failure();
  }
  return success();
}

//===-- The operators ----------------------------------------------------------------------===//

static LogicalResult importLSTM(NodeContext &c) {
  // ONNX has the gates in the order i, o, f, c.
  RecurrentNode node(c, {{0, 2, 3, 1}, {"Sigmoid", "Tanh", "Tanh"}});
  if (c.intAttr("input_forget", 0) != 0)
    return c.unsupported("attribute 'input_forget' = 1: coupled gates are not taken");
  if (failed(node.read()))
    return failure();
  constexpr unsigned initialHidden = 5, initialCell = 6, peephole = 7;
  SmallVector<SmallVector<Value>> results;
  for (int64_t d = 0; d < node.directions(); ++d) {
    Value peepholes = node.peephole(peephole, d);
    results.push_back(c.createMany<dl::LstmOp>(
        5, node.input(), node.matrix(1, d), node.matrix(2, d), node.bias(d),
        node.initialState(initialHidden, d), node.initialState(initialCell, d), peepholes,
        node.mask(), node.reverseAttr(d), node.activation(d, 0), node.activation(d, 1),
        node.activation(d, 2), c.i64(0)));
  }
  return node.setOutputs(results);
}

static LogicalResult importGRU(NodeContext &c) {
  RecurrentNode node(c, {{0, 1, 2}, {"Sigmoid", "Tanh"}});
  bool resetAfter = c.boolAttr("linear_before_reset", false);
  if (failed(node.read()))
    return failure();
  constexpr unsigned initialHidden = 5;
  SmallVector<SmallVector<Value>> results;
  for (int64_t d = 0; d < node.directions(); ++d)
    results.push_back(c.createMany<dl::GruOp>(
        3, node.input(), node.matrix(1, d), node.matrix(2, d), node.biasHalf(d, 0),
        node.biasHalf(d, 1), node.initialState(initialHidden, d), node.mask(), node.reverseAttr(d),
        c.flag(resetAfter), node.activation(d, 0), node.activation(d, 1), c.i64(0)));
  return node.setOutputs(results);
}

static LogicalResult importRNN(NodeContext &c) {
  RecurrentNode node(c, {{0}, {"Tanh"}});
  if (failed(node.read()))
    return failure();
  constexpr unsigned initialHidden = 5;
  SmallVector<SmallVector<Value>> results;
  for (int64_t d = 0; d < node.directions(); ++d)
    results.push_back(c.createMany<dl::SimpleRnnOp>(
        2, node.input(), node.matrix(1, d), node.matrix(2, d), node.bias(d),
        node.initialState(initialHidden, d), node.mask(), node.reverseAttr(d),
        node.activation(d, 0), c.i64(0)));
  return node.setOutputs(results);
}

void registerRecurrentLayerImporters(OpTable &table) {
  constexpr StringRef limits =
      "no clip; activations Sigmoid, Tanh, Relu, HardSigmoid with alpha 1/6";
  table.add({.opType = "LSTM",
             .import = importLSTM,
             .minInputs = 3,
             .maxInputs = 8,
             .minOpset = 7,
             .limits =
                 "no clip, no input_forget; activations Sigmoid, Tanh, Relu, HardSigmoid with "
                 "alpha 1/6"});
  table.add({.opType = "GRU",
             .import = importGRU,
             .minInputs = 3,
             .maxInputs = 6,
             .minOpset = 7,
             .limits = limits});
  table.add({.opType = "RNN",
             .import = importRNN,
             .minInputs = 3,
             .maxInputs = 6,
             .minOpset = 7,
             .limits = limits});
}

} // namespace dlc::onnx
