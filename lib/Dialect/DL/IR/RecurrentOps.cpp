// Recurrent layers and their gradients: inference, verifiers, cost. Their steps are in
// RecurrentSteps.cpp.
#include "OperandShapes.h"
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

//===-- Sizes ------------------------------------------------------------------------------===//

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
  Dims weights = op.getWeights() ? dimsOf(op.getWeights().getType()) : Dims();
  std::string message =
      (name + " expects matrices with " + Twine(gates) +
       " columns a unit, and as many rows as features and units, got input " + dimsString(input) +
       (op.getWeights() ? ", weights " + dimsString(weights) : std::string()) + " and recurrent " +
       dimsString(recurrent))
          .str();
  if (op.getWeights() && weights.size() != 2)
    return inferenceError(loc, message);
  SmallVector<SizePair> equal;
  if (!packed)
    equal.emplace_back(recurrent[1], columns);
  if (op.getWeights())
    equal.append({{weights[0], input[2]}, {weights[1], columns}});
  else
    equal.emplace_back(input[2], columns);
  if (std::optional<SizePair> differing = firstDiffering(equal))
    return sizesDiffer(loc, *differing, message);
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
  RankedTensorType state = tensorOf(dims.state(), cells.getElementType());
  types.append({tensorOf(dims.sequence(gateCount), cells.getElementType()), state, state});
  return success();
}

LogicalResult GruGradientOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                              ValueRange operands, DictionaryAttr attributes,
                                              OpaqueProperties properties, RegionRange regions,
                                              SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto sequence = cast<RankedTensorType>(op.getSequence().getType());
  if (sequence.getRank() != 3)
    return inferenceError(loc, "gru_gradient expects a sequence (steps, batch, units), got " +
                                   dimsString(dimsOf(sequence)));
  LayerDims dims = layerDims(sequence);
  RankedTensorType sums = tensorOf(dims.sequence(gateCount), sequence.getElementType());
  types.append({sums, sums, tensorOf(dims.state(), sequence.getElementType())});
  return success();
}

LogicalResult SimpleRnnGradientOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                    ValueRange operands, DictionaryAttr attributes,
                                                    OpaqueProperties properties,
                                                    RegionRange regions,
                                                    SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto sequence = cast<RankedTensorType>(op.getSequence().getType());
  if (sequence.getRank() != 3)
    return inferenceError(loc,
                          "simple_rnn_gradient expects a sequence (steps, batch, units), got " +
                              dimsString(dimsOf(sequence)));
  types.append({sequence, tensorOf(layerDims(sequence).state(), sequence.getElementType())});
  return success();
}

//===-- Verifiers --------------------------------------------------------------------------===//

/// Checks that there is something to take a step of.
static LogicalResult verifySteps(Operation *op, RankedTensorType sequence) {
  // A verifier may run where inference has refused the ranks.
  if (sequence.getRank() != 3)
    return op->emitOpError("expects a sequence (steps, batch, units), got ") << sequence;
  if (sequence.getDimSize(0) != 0 && sequence.getDimSize(2) != 0)
    return success();
  return op->emitOpError("expects at least one step and one unit, got a sequence ") << sequence;
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

/// Checks the cotangents that a gradient of a layer with `gates` gates is given, its mask, and
/// `recurrent`.
template <typename Op>
static LogicalResult verifyGradient(Op op, const LayerDims &dims) {
  Dims matrix{dims.units, dims.units * Op::gateCount};
  if (op.getPackedUnits() == 0 &&
      failed(verifyShape(op, "a recurrent matrix", op.getRecurrent(), matrix)))
    return failure();
  return failure(failed(verifyShape(op, "a cotangent of the sequence", op.getSequenceCotangent(),
                                    dims.sequence())) ||
                 failed(verifyShape(op, "a mask", op.getMask(), Dims{dims.steps, dims.batch})) ||
                 failed(verifyShape(op, "a cotangent of the hidden state", op.getHiddenCotangent(),
                                    dims.state())));
}

LogicalResult LstmGradientOp::verify() {
  // lstm_gradient_c1
  if (failed(verifyElements(*this)))
    return failure();
  // lstm_gradient_c2
  if (failed(verifySteps(*this, getCells().getType())))
    return failure();
  LayerDims dims = layerDims(getCells().getType());
  // lstm_gradient_c3
  if (failed(verifyGradient(*this, dims)))
    return failure();
  // lstm_gradient_c4
  if (failed(verifyShape(*this, "gates", getGates(), dims.sequence(gateCount))))
    return failure();
  // lstm_gradient_c5
  if (failed(verifyShape(*this, "an initial cell state", getInitialCell(), dims.state())) ||
      failed(verifyShape(*this, "a cotangent of the cell state", getCellCotangent(), dims.state())))
    return failure();
  // lstm_gradient_c6
  return verifyShape(*this, "a peephole", getPeephole(), Dims{dims.units * (gateCount - 1)});
}

LogicalResult GruGradientOp::verify() {
  // gru_gradient_c1
  if (failed(verifyElements(*this)))
    return failure();
  // gru_gradient_c2
  if (failed(verifySteps(*this, getSequence().getType())))
    return failure();
  LayerDims dims = layerDims(getSequence().getType());
  // gru_gradient_c3
  if (failed(verifyGradient(*this, dims)))
    return failure();
  // gru_gradient_c4
  if (failed(verifyShape(*this, "gates", getGates(), dims.sequence(gateCount + 1))))
    return failure();
  // gru_gradient_c5
  return verifyShape(*this, "an initial hidden state", getInitialHidden(), dims.state());
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

//===-- Cost -------------------------------------------------------------------------------===//

/// Operations of a pass: the products of the states with `gates` columns a unit, of `features`
/// inputs where the op projects them itself, and `perUnit` for each unit and step.
static AffineExpr flopsOf(RankedTensorType sequence, int64_t gates, Value weights,
                          int64_t perUnit) {
  AffineExpr depth = sizeOf(sequence, 2);
  if (weights)
    depth = depth + sizeOf(weights.getType(), 0);
  return elementsOf(sequence) * (depth * (2 * gates) + perUnit);
}

AffineExpr LstmOp::getFlops() {
  return flopsOf(getSequence().getType(), gateCount, getWeights(), 14);
}
AffineExpr GruOp::getFlops() {
  return flopsOf(getSequence().getType(), gateCount, getWeights(), 12);
}
AffineExpr SimpleRnnOp::getFlops() {
  return flopsOf(getSequence().getType(), gateCount, getWeights(), 3);
}
AffineExpr LstmGradientOp::getFlops() { return flopsOf(getCells().getType(), gateCount, {}, 25); }
AffineExpr GruGradientOp::getFlops() { return flopsOf(getSequence().getType(), gateCount, {}, 20); }
AffineExpr SimpleRnnGradientOp::getFlops() {
  return flopsOf(getSequence().getType(), gateCount, {}, 3);
}

} // namespace dlc::dl
