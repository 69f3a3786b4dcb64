// Recurrent layers: inference, verifiers, cost, and what a step of each reads and writes.
#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLRecurrentOps.cpp.inc"

namespace dlc::dl {

void DLDialect::registerRecurrentOps() {
  addOperations<
#define GET_OP_LIST
#include "dlc/Dialect/DL/IR/DLRecurrentOps.cpp.inc"
      >();
}

//===-- Sizes
//--------------------------------------------------------------------------------------===//

namespace {

/// The sizes of a layer's pass over a sequence.
struct LayerDims {
  AffineExpr steps, batch, units;

  Dims state() const { return {batch, units}; }
  Dims sequence(int64_t gates = 1) const { return {steps, batch, units * gates}; }
};

} // namespace

/// The sizes of a layer with `gates` gates, or an error that names the operands that disagree.
template <typename Adaptor>
static FailureOr<LayerDims> inferLayer(std::optional<Location> loc, StringRef name, Adaptor op,
                                       int64_t gates) {
  Dims input = dimsOf(op.getInput().getType()), recurrent = dimsOf(op.getRecurrent().getType());
  bool packed = op.getPackedUnits() > 0;
  if (input.size() != 3 || recurrent.size() != (packed ? 3 : 2))
    return inferenceError(loc, name +
                                   " expects an input (steps, batch, features) and a recurrent "
                                   "matrix, got " +
                                   dimsString(input) + " and " + dimsString(recurrent));
  LayerDims dims{input[0], input[1], recurrent[packed ? 1 : 0]};
  AffineExpr columns = dims.units * gates;
  bool square = packed || recurrent[1] == columns;
  bool projected = !op.getWeights() && input[2] == columns;
  if (op.getWeights()) {
    Dims weights = dimsOf(op.getWeights().getType());
    projected = weights.size() == 2 && weights[0] == input[2] && weights[1] == columns;
  }
  if (!square || !projected)
    return inferenceError(
        loc, name + " expects matrices with " + Twine(gates) +
                 " columns a unit, and as many rows as features and units, got input " +
                 dimsString(input) +
                 (op.getWeights() ? ", weights " + dimsString(dimsOf(op.getWeights().getType()))
                                  : std::string()) +
                 " and recurrent " + dimsString(recurrent));
  return dims;
}

static LayerDims layerDims(RankedTensorType sequence) {
  Dims dims = dimsOf(sequence);
  return {dims[0], dims[1], dims[2]};
}

LogicalResult LstmOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                       ValueRange operands, DictionaryAttr attributes,
                                       OpaqueProperties properties, RegionRange regions,
                                       SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  FailureOr<LayerDims> dims = inferLayer(loc, "lstm", op, gateCount);
  if (failed(dims))
    return failure();
  Type element = getElementTypeOrSelf(op.getInput().getType());
  RankedTensorType sequence = tensorOf(dims->sequence(), element),
                   state = tensorOf(dims->state(), element);
  types.append({sequence, state, state, sequence, tensorOf(dims->sequence(gateCount), element)});
  return success();
}

LogicalResult GruOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                      ValueRange operands, DictionaryAttr attributes,
                                      OpaqueProperties properties, RegionRange regions,
                                      SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  FailureOr<LayerDims> dims = inferLayer(loc, "gru", op, gateCount);
  if (failed(dims))
    return failure();
  Type element = getElementTypeOrSelf(op.getInput().getType());
  types.append({tensorOf(dims->sequence(), element), tensorOf(dims->state(), element),
                tensorOf(dims->sequence(gateCount + 1), element)});
  return success();
}

LogicalResult SimpleRnnOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                            ValueRange operands, DictionaryAttr attributes,
                                            OpaqueProperties properties, RegionRange regions,
                                            SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  FailureOr<LayerDims> dims = inferLayer(loc, "simple_rnn", op, gateCount);
  if (failed(dims))
    return failure();
  Type element = getElementTypeOrSelf(op.getInput().getType());
  types.append({tensorOf(dims->sequence(), element), tensorOf(dims->state(), element)});
  return success();
}

LogicalResult LstmGradientOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                               ValueRange operands, DictionaryAttr attributes,
                                               OpaqueProperties properties, RegionRange regions,
                                               SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto cells = cast<RankedTensorType>(op.getCells().getType());
  if (cells.getRank() != 3)
    return inferenceError(loc, "lstm_gradient expects cells (steps, batch, units), got " +
                                   dimsString(dimsOf(cells)));
  LayerDims dims = layerDims(cells);
  types.append({tensorOf(dims.sequence(gateCount), cells.getElementType()),
                tensorOf(dims.state(), cells.getElementType())});
  return success();
}

LogicalResult SimpleRnnGradientOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                    ValueRange operands, DictionaryAttr attributes,
                                                    OpaqueProperties properties,
                                                    RegionRange regions,
                                                    SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  types.push_back(op.getSequence().getType());
  return success();
}

//===-- Verifiers
//----------------------------------------------------------------------------------===//

/// Checks that all operands but a mask have the element type of the first.
static LogicalResult verifyElements(Operation *op) {
  Type element = getElementTypeOrSelf(op->getOperand(0));
  for (Value operand : op->getOperands())
    if (Type other = getElementTypeOrSelf(operand); other != element && !other.isInteger(1))
      return op->emitOpError("expects operands of one element type, got ")
             << element << " and " << other;
  return success();
}

/// Checks that there is something to take a step of.
static LogicalResult verifySteps(Operation *op, RankedTensorType sequence) {
  if (sequence.getDimSize(0) != 0 && sequence.getDimSize(2) != 0)
    return success();
  return op->emitOpError("expects at least one step and one unit, got a sequence ") << sequence;
}

/// Checks `operand`, which may be absent, for its shape.
static LogicalResult verifyShape(Operation *op, StringRef name, Value operand, const Dims &shape) {
  if (!operand || dimsOf(operand.getType()) == shape)
    return success();
  return op->emitOpError("expects ")
         << name << " of shape " << dimsString(shape) << ", got " << operand.getType();
}

/// Checks bias, initial state and mask of a layer.
template <typename Op>
static LogicalResult verifyLayer(Op op) {
  LayerDims dims = layerDims(op.getSequence().getType());
  Dims columns{dims.units * Op::gateCount}, mask{dims.steps, dims.batch};
  if (op.getBias() && !op.getWeights())
    return op.emitOpError("expects no bias without weights");
  return failure(
      failed(verifyShape(op, "a bias", op.getBias(), columns)) ||
      failed(verifyShape(op, "an initial hidden state", op.getInitialHidden(), dims.state())) ||
      failed(verifyShape(op, "a mask", op.getMask(), mask)));
}

LogicalResult LstmOp::verify() {
  // lstm_c1
  if (failed(verifyElements(*this)))
    return failure();
  // lstm_c2
  if (failed(verifySteps(*this, getSequence().getType())))
    return failure();
  // lstm_c3
  if (failed(verifyLayer(*this)))
    return failure();
  // lstm_c4
  LayerDims dims = layerDims(getSequence().getType());
  if (failed(verifyShape(*this, "an initial cell state", getInitialCell(), dims.state())))
    return failure();
  // lstm_c5
  return verifyShape(*this, "a peephole", getPeephole(), Dims{dims.units * (gateCount - 1)});
}

LogicalResult GruOp::verify() {
  // gru_c1
  if (failed(verifyElements(*this)))
    return failure();
  // gru_c2
  if (failed(verifySteps(*this, getSequence().getType())))
    return failure();
  // gru_c3
  if (failed(verifyLayer(*this)))
    return failure();
  // gru_c4
  LayerDims dims = layerDims(getSequence().getType());
  return verifyShape(*this, "a recurrent bias", getRecurrentBias(), Dims{dims.units * gateCount});
}

LogicalResult SimpleRnnOp::verify() {
  // simple_rnn_c1
  if (failed(verifyElements(*this)))
    return failure();
  // simple_rnn_c2
  if (failed(verifySteps(*this, getSequence().getType())))
    return failure();
  // simple_rnn_c3
  return verifyLayer(*this);
}

/// Checks the cotangents that a gradient of a layer with `gates` gates is given, and `recurrent`.
template <typename Op>
static LogicalResult verifyGradient(Op op, const LayerDims &dims) {
  Dims matrix{dims.units, dims.units * Op::gateCount};
  if (op.getPackedUnits() == 0 &&
      failed(verifyShape(op, "a recurrent matrix", op.getRecurrent(), matrix)))
    return failure();
  return failure(failed(verifyShape(op, "a cotangent of the sequence", op.getSequenceCotangent(),
                                    dims.sequence())) ||
                 failed(verifyShape(op, "a cotangent of the hidden state", op.getHiddenCotangent(),
                                    dims.state())));
}

LogicalResult LstmGradientOp::verify() {
  LayerDims dims = layerDims(getCells().getType());
  // lstm_gradient_c1
  if (failed(verifyElements(*this)))
    return failure();
  // lstm_gradient_c2
  if (failed(verifySteps(*this, getCells().getType())))
    return failure();
  // lstm_gradient_c3
  if (failed(verifyGradient(*this, dims)))
    return failure();
  // lstm_gradient_c4
  if (failed(verifyShape(*this, "gates", getGates(), dims.sequence(gateCount))))
    return failure();
  // lstm_gradient_c5
  return failure(
      failed(verifyShape(*this, "an initial cell state", getInitialCell(), dims.state())) ||
      failed(
          verifyShape(*this, "a cotangent of the cell state", getCellCotangent(), dims.state())));
}

LogicalResult SimpleRnnGradientOp::verify() {
  // simple_rnn_gradient_c1
  if (failed(verifyElements(*this)))
    return failure();
  // simple_rnn_gradient_c2
  if (getSequence().getType().getRank() != 3)
    return emitOpError("expects a sequence (steps, batch, units), got ") << getSequence().getType();
  // simple_rnn_gradient_c3
  if (failed(verifySteps(*this, getSequence().getType())))
    return failure();
  // simple_rnn_gradient_c4
  return verifyGradient(*this, layerDims(getSequence().getType()));
}

//===-- Cost
//---------------------------------------------------------------------------------------===//

/// Operations of a pass: the products of the states with `gates` columns a unit, of `features`
/// inputs where the op projects them itself, and `perUnit` for each unit and step.
static int64_t flopsOf(RankedTensorType sequence, int64_t gates, Value weights, int64_t perUnit) {
  auto sizeOf = [](int64_t size) { return ShapedType::isDynamic(size) ? 1 : size; };
  ArrayRef<int64_t> shape = sequence.getShape();
  int64_t units = sizeOf(shape[2]), depth = units;
  if (weights)
    depth += sizeOf(cast<RankedTensorType>(weights.getType()).getDimSize(0));
  return sizeOf(shape[0]) * sizeOf(shape[1]) * units * (2 * gates * depth + perUnit);
}

int64_t LstmOp::getFlops() { return flopsOf(getSequence().getType(), gateCount, getWeights(), 14); }
int64_t GruOp::getFlops() { return flopsOf(getSequence().getType(), gateCount, getWeights(), 12); }
int64_t SimpleRnnOp::getFlops() {
  return flopsOf(getSequence().getType(), gateCount, getWeights(), 3);
}
int64_t LstmGradientOp::getFlops() { return flopsOf(getCells().getType(), gateCount, {}, 25); }
int64_t SimpleRnnGradientOp::getFlops() {
  return flopsOf(getSequence().getType(), gateCount, {}, 3);
}

//===-- Steps
//--------------------------------------------------------------------------------------===//

/// Axis 0 of a tensor away: what a step has of it.
static RankedTensorType stepOf(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return tensorOf(ArrayRef(dimsOf(type)).drop_front(), type.getElementType());
}

/// The part of `tensor` that belongs to a step.
static StepArgument slicedBySteps(Value tensor) {
  StepArgument argument;
  argument.tensor = tensor;
  argument.type = stepOf(tensor);
  argument.sliced = true;
  return argument;
}

/// The same tensor in each step.
static StepArgument wholeInEachStep(Value tensor) {
  StepArgument argument;
  argument.tensor = tensor;
  argument.type = cast<RankedTensorType>(tensor.getType());
  return argument;
}

/// What the step before left in `state`, a result with one entry a step or with the latest only.
static StepArgument carriedIn(Value state, Value initial) {
  bool sliced = cast<RankedTensorType>(state.getType()).getRank() == 3;
  StepArgument argument = sliced ? slicedBySteps(state) : wholeInEachStep(state);
  argument.entry = StepArgument::Entry::Before;
  argument.outside = initial;
  return argument;
}

/// Gate `index` of the `count` that lie side by side in a step of `gates`.
static StepArgument gateOf(Value gates, int64_t index, int64_t count) {
  StepArgument argument = slicedBySteps(gates);
  Dims dims = dimsOf(argument.type);
  int64_t columns = argument.type.getDimSize(1), units = columns / count;
  dims[1] = getAffineConstantExpr(units, gates.getContext());
  argument.type = tensorOf(dims, argument.type.getElementType());
  argument.offset = index * units;
  return argument;
}

static void appendIfPresent(SmallVectorImpl<StepArgument> &arguments, Value value, bool sliced) {
  if (value)
    arguments.push_back(sliced ? slicedBySteps(value) : wholeInEachStep(value));
}

AffineExpr LstmOp::getSteps() { return dimsOf(getSequence().getType())[0]; }
bool LstmOp::runsBackwards() { return getReverse(); }

/// The result through which the cell state is handed on.
static OpResult cellStateOf(LstmOp op) {
  return cast<OpResult>(op.getCells().use_empty() ? op.getCell() : op.getCells());
}

SmallVector<OpResult> LstmOp::getStateResults() {
  return {cast<OpResult>(getSequence()), cellStateOf(*this)};
}

SmallVector<StepArgument> LstmOp::getStepInputs() {
  SmallVector<StepArgument> inputs{slicedBySteps(getInput()), wholeInEachStep(getRecurrent()),
                                   carriedIn(getSequence(), getInitialHidden()),
                                   carriedIn(cellStateOf(*this), getInitialCell())};
  appendIfPresent(inputs, getPeephole(), /*sliced=*/false);
  appendIfPresent(inputs, getMask(), /*sliced=*/true);
  return inputs;
}

SmallVector<StepArgument> LstmOp::getStepOutputs() {
  SmallVector<StepArgument> outputs{slicedBySteps(getSequence())};
  if (!getHidden().use_empty())
    outputs.push_back(wholeInEachStep(getHidden()));
  if (!getCells().use_empty())
    outputs.push_back(slicedBySteps(getCells()));
  if (!getCell().use_empty() || getCells().use_empty())
    outputs.push_back(wholeInEachStep(getCell()));
  if (!getGates().use_empty())
    for (int64_t gate = 0; gate < gateCount; ++gate)
      outputs.push_back(gateOf(getGates(), gate, gateCount));
  return outputs;
}

AffineExpr GruOp::getSteps() { return dimsOf(getSequence().getType())[0]; }
bool GruOp::runsBackwards() { return getReverse(); }
SmallVector<OpResult> GruOp::getStateResults() { return {cast<OpResult>(getSequence())}; }

SmallVector<StepArgument> GruOp::getStepInputs() {
  SmallVector<StepArgument> inputs{slicedBySteps(getInput()), wholeInEachStep(getRecurrent()),
                                   carriedIn(getSequence(), getInitialHidden())};
  appendIfPresent(inputs, getRecurrentBias(), /*sliced=*/false);
  appendIfPresent(inputs, getMask(), /*sliced=*/true);
  return inputs;
}

SmallVector<StepArgument> GruOp::getStepOutputs() {
  SmallVector<StepArgument> outputs{slicedBySteps(getSequence())};
  if (!getHidden().use_empty())
    outputs.push_back(wholeInEachStep(getHidden()));
  if (!getGates().use_empty())
    for (int64_t gate = 0; gate <= gateCount; ++gate)
      outputs.push_back(gateOf(getGates(), gate, gateCount + 1));
  return outputs;
}

AffineExpr SimpleRnnOp::getSteps() { return dimsOf(getSequence().getType())[0]; }
bool SimpleRnnOp::runsBackwards() { return getReverse(); }
SmallVector<OpResult> SimpleRnnOp::getStateResults() { return {cast<OpResult>(getSequence())}; }

SmallVector<StepArgument> SimpleRnnOp::getStepInputs() {
  SmallVector<StepArgument> inputs{slicedBySteps(getInput()), wholeInEachStep(getRecurrent()),
                                   carriedIn(getSequence(), getInitialHidden())};
  appendIfPresent(inputs, getMask(), /*sliced=*/true);
  return inputs;
}

SmallVector<StepArgument> SimpleRnnOp::getStepOutputs() {
  SmallVector<StepArgument> outputs{slicedBySteps(getSequence())};
  if (!getHidden().use_empty())
    outputs.push_back(wholeInEachStep(getHidden()));
  return outputs;
}

/// The cotangents of a step's hidden state that come from outside of the layer: that of its entry
/// in the sequence, and for the step taken first that of the layer's last state.
static void appendCotangents(SmallVectorImpl<StepArgument> &arguments, Value sequence, Value hidden,
                             RankedTensorType state) {
  appendIfPresent(arguments, sequence, /*sliced=*/true);
  if (!hidden)
    return;
  StepArgument argument;
  argument.type = state;
  argument.entry = StepArgument::Entry::Before;
  argument.outside = hidden;
  arguments.push_back(argument);
}

AffineExpr LstmGradientOp::getSteps() { return dimsOf(getCells().getType())[0]; }
bool LstmGradientOp::runsBackwards() { return !getReverse(); }

SmallVector<OpResult> LstmGradientOp::getStateResults() {
  return {cast<OpResult>(getSums()), cast<OpResult>(getCell())};
}

SmallVector<StepArgument> LstmGradientOp::getStepInputs() {
  StepArgument cellBefore = slicedBySteps(getCells());
  cellBefore.entry = StepArgument::Entry::After;
  cellBefore.outside = getInitialCell();
  SmallVector<StepArgument> inputs{wholeInEachStep(getRecurrent()),
                                   carriedIn(getSums(), {}),
                                   carriedIn(getCell(), getCellCotangent()),
                                   slicedBySteps(getGates()),
                                   slicedBySteps(getCells()),
                                   cellBefore};
  appendCotangents(inputs, getSequenceCotangent(), getHiddenCotangent(), getCell().getType());
  return inputs;
}

SmallVector<StepArgument> LstmGradientOp::getStepOutputs() {
  SmallVector<StepArgument> outputs{wholeInEachStep(getCell())};
  for (int64_t gate = 0; gate < gateCount; ++gate)
    outputs.push_back(gateOf(getSums(), gate, gateCount));
  return outputs;
}

AffineExpr SimpleRnnGradientOp::getSteps() { return dimsOf(getSequence().getType())[0]; }
bool SimpleRnnGradientOp::runsBackwards() { return !getReverse(); }
SmallVector<OpResult> SimpleRnnGradientOp::getStateResults() { return {cast<OpResult>(getSums())}; }

SmallVector<StepArgument> SimpleRnnGradientOp::getStepInputs() {
  SmallVector<StepArgument> inputs{wholeInEachStep(getRecurrent()), carriedIn(getSums(), {}),
                                   slicedBySteps(getSequence())};
  appendCotangents(inputs, getSequenceCotangent(), getHiddenCotangent(), stepOf(getSequence()));
  return inputs;
}

SmallVector<StepArgument> SimpleRnnGradientOp::getStepOutputs() {
  return {slicedBySteps(getSums())};
}

} // namespace dlc::dl
