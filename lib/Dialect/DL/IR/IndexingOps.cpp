// Ops that read or write at computed places: inference, verifiers, cost.
#include "OperandShapes.h"
#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLIndexingOps.cpp.inc"

namespace dlc::dl {

void DLDialect::registerIndexingOps() {
  addOperations<
#define GET_OP_LIST
#include "dlc/Dialect/DL/IR/DLIndexingOps.cpp.inc"
      >();
}

//===-- Gather -----------------------------------------------------------------------------===//

LogicalResult GatherOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         ValueRange operands, DictionaryAttr attributes,
                                         OpaqueProperties properties, RegionRange regions,
                                         SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims dims = dimsOf(op.getOperand().getType()), indices = dimsOf(op.getIndices().getType());
  if (failed(checkAxis(loc, op.getAxis(), dims.size())))
    return failure();
  Dims result(ArrayRef(dims).take_front(op.getAxis()));
  result.append(indices);
  llvm::append_range(result, ArrayRef(dims).drop_front(op.getAxis() + 1));
  types.push_back(tensorOf(result, getElementTypeOrSelf(op.getOperand().getType())));
  return success();
}

LogicalResult GatherElementsOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                 ValueRange operands, DictionaryAttr attributes,
                                                 OpaqueProperties properties, RegionRange regions,
                                                 SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims dims = dimsOf(op.getOperand().getType()), indices = dimsOf(op.getIndices().getType());
  if (failed(checkAxis(loc, op.getAxis(), dims.size())))
    return failure();
  bool fits = dims.size() == indices.size();
  for (size_t axis = 0; fits && axis < dims.size(); ++axis) {
    std::optional<int64_t> size = constantDim(dims[axis]), count = constantDim(indices[axis]);
    fits = axis == op.getAxis() || !size || !count || *count <= *size;
  }
  if (!fits)
    return inferenceError(loc, "indices " + dimsString(indices) + " do not fit operand " +
                                   dimsString(dims) + " outside axis " + Twine(op.getAxis()));
  types.push_back(tensorOf(indices, getElementTypeOrSelf(op.getOperand().getType())));
  return success();
}

LogicalResult GatherNDOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                           ValueRange operands, DictionaryAttr attributes,
                                           OpaqueProperties properties, RegionRange regions,
                                           SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims dims = dimsOf(op.getOperand().getType()), indices = dimsOf(op.getIndices().getType());
  std::optional<int64_t> depth = indices.empty() ? std::nullopt : constantDim(indices.back());
  size_t batch = op.getBatchDims();
  if (!depth || *depth < 1 || batch >= indices.size() || batch + *depth > dims.size())
    return inferenceError(loc, "indices " + dimsString(indices) + " do not fit operand " +
                                   dimsString(dims) + " with batch_dims = " + Twine(batch));
  for (size_t axis = 0; axis < batch; ++axis)
    if (dims[axis] != indices[axis])
      return sizesDiffer(loc, {dims[axis], indices[axis]},
                         "batch axes of " + dimsString(dims) + " and " + dimsString(indices) +
                             " differ");
  Dims result(ArrayRef(indices).drop_back());
  llvm::append_range(result, ArrayRef(dims).drop_front(batch + *depth));
  types.push_back(tensorOf(result, getElementTypeOrSelf(op.getOperand().getType())));
  return success();
}

//===-- Scatter ----------------------------------------------------------------------------===//

/// A scatter's result is its operand, changed in places.
#define DLC_INFER_AS_OPERAND(OpTy)                                                                 \
  LogicalResult OpTy::inferReturnTypes(MLIRContext *, std::optional<Location>,                     \
                                       ValueRange operands, DictionaryAttr, OpaqueProperties,      \
                                       RegionRange, SmallVectorImpl<Type> &types) {                \
    types.push_back(operands.front().getType());                                                   \
    return success();                                                                              \
  }
DLC_INFER_AS_OPERAND(ScatterElementsOp)
DLC_INFER_AS_OPERAND(ScatterNDOp)
#undef DLC_INFER_AS_OPERAND

template <typename Op>
static LogicalResult verifyScatterElement(Op op) {
  Type element = getElementTypeOrSelf(op.getOperand());
  if (failed(verifyOneElementType(op, {op.getOperand(), op.getUpdates()})))
    return failure();
  if (element.isInteger(1) && op.getKind() != ScatterKind::Set)
    return op.emitOpError("sets bools only, got ") << stringifyScatterKind(op.getKind());
  return success();
}

LogicalResult ScatterElementsOp::verify() {
  RankedTensorType operand = getOperand().getType(), indices = getIndices().getType();
  // scatter_elements_c1
  if (getAxis() >= static_cast<uint64_t>(operand.getRank()))
    return emitOpError("expects an axis within rank ") << operand.getRank();
  // scatter_elements_c2
  if (indices.getRank() != operand.getRank() ||
      indices.getShape() != getUpdates().getType().getShape())
    return emitOpError("expects indices and updates of one shape and of the operand's rank, got ")
           << indices << " and " << getUpdates().getType();
  // scatter_elements_c3
  for (int64_t axis = 0; axis < operand.getRank(); ++axis)
    if (axis != static_cast<int64_t>(getAxis()) && !operand.isDynamicDim(axis) &&
        indices.getDimSize(axis) > operand.getDimSize(axis))
      return emitOpError("expects indices no larger than the operand on axis ") << axis;
  // scatter_elements_c4
  return verifyScatterElement(*this);
}

LogicalResult ScatterNDOp::verify() {
  Dims operand = dimsOf(getOperand().getType()), indices = dimsOf(getIndices().getType());
  std::optional<int64_t> depth = indices.empty() ? std::nullopt : constantDim(indices.back());
  // scatter_nd_c1
  if (!depth || *depth < 1 || *depth > static_cast<int64_t>(operand.size()))
    return emitOpError("expects indices whose last axis indexes the operand, got ")
           << getIndices().getType();
  // scatter_nd_c2
  Dims expected(ArrayRef(indices).drop_back());
  llvm::append_range(expected, ArrayRef(operand).drop_front(*depth));
  if (failed(verifyShape(*this, "updates", getUpdates(), expected)))
    return failure();
  // scatter_nd_c3
  return verifyScatterElement(*this);
}

//===-- Pad, resample ----------------------------------------------------------------------===//

LogicalResult PadOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                      ValueRange operands, DictionaryAttr attributes,
                                      OpaqueProperties properties, RegionRange regions,
                                      SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims dims = dimsOf(op.getOperand().getType());
  if (op.getLow().size() != dims.size() || op.getHigh().size() != dims.size())
    return inferenceError(loc, "expects one pad before and after each of " + Twine(dims.size()) +
                                   " axes");
  for (size_t axis = 0; axis < dims.size(); ++axis)
    dims[axis] = dims[axis] + (op.getLow()[axis] + op.getHigh()[axis]);
  types.push_back(tensorOf(dims, getElementTypeOrSelf(op.getOperand().getType())));
  return success();
}

LogicalResult PadOp::verify() {
  for (auto [axis, low, high] : llvm::enumerate(getLow(), getHigh())) {
    // pad_c1
    if (low < 0 || high < 0)
      return emitOpError("expects pads of 0 or more, got ") << low << " and " << high;
    // pad_c2
    if (getMode() != PadMode::Constant && low + high > 0 &&
        getOperand().getType().getDimSize(axis) == 0)
      return emitOpError("has no elements on axis ") << axis << " to pad with";
  }
  // pad_c3
  if (getValue() && (getValue().getType().getRank() != 0 ||
                     getElementTypeOrSelf(getValue()) != getElementTypeOrSelf(getOperand())))
    return emitOpError("expects a scalar value of the operand's element type, got ")
           << getValue().getType();
  return success();
}

LogicalResult ResampleOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                           ValueRange operands, DictionaryAttr attributes,
                                           OpaqueProperties properties, RegionRange regions,
                                           SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims dims = dimsOf(op.getOperand().getType()), indices = dimsOf(op.getIndices().getType());
  if (failed(checkAxis(loc, op.getAxis(), dims.size())))
    return failure();
  if (indices.size() != 2 || indices != dimsOf(op.getWeights().getType()))
    return inferenceError(loc, "expects indices and weights of shape (size, taps), got " +
                                   dimsString(indices) + " and " +
                                   dimsString(dimsOf(op.getWeights().getType())));
  dims[op.getAxis()] = indices.front();
  types.push_back(tensorOf(dims, getElementTypeOrSelf(op.getOperand().getType())));
  return success();
}

LogicalResult ResampleOp::verify() {
  // resample_c1
  if (getIndices().getType().getDimSize(1) < 1)
    return emitOpError("expects at least one tap");
  return success();
}

AffineExpr ResampleOp::getFlops() {
  return elementsOf(getResult().getType()) * sizeOf(getIndices().getType(), 1) * 2;
}

//===-- Grid sample ------------------------------------------------------------------------===//

LogicalResult GridSampleOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                             ValueRange operands, DictionaryAttr attributes,
                                             OpaqueProperties properties, RegionRange regions,
                                             SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims image = dimsOf(op.getOperand().getType()), grid = dimsOf(op.getGrid().getType());
  std::optional<int64_t> spatial = grid.empty() ? std::nullopt : constantDim(grid.back());
  bool fits = image.size() >= 3 && image.size() <= 5 && grid.size() == image.size() &&
              grid.front() == image.front() && spatial &&
              *spatial == static_cast<int64_t>(image.size()) - 2;
  for (size_t axis = 2; fits && axis < image.size(); ++axis)
    fits = constantDim(image[axis]) != 0;
  if (!fits)
    return inferenceError(loc, "expects images (N, C, spatial...) with elements and a grid (N, "
                               "places..., spatial axes), got " +
                                   dimsString(image) + " and " + dimsString(grid));
  Dims result(ArrayRef(image).take_front(2));
  llvm::append_range(result, ArrayRef(grid).drop_front().drop_back());
  types.push_back(tensorOf(result, getElementTypeOrSelf(op.getOperand().getType())));
  return success();
}

AffineExpr GridSampleOp::getFlops() {
  int64_t taps = getMode() == SampleMode::Nearest ? 1 : getMode() == SampleMode::Linear ? 2 : 4;
  int64_t perElement = 2;
  for (int64_t axis = 2; axis < getOperand().getType().getRank(); ++axis)
    perElement *= taps;
  return elementsOf(getResult().getType()) * perElement;
}

//===-- Places that data decides -----------------------------------------------------------===//

LogicalResult NonZeroOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                          ValueRange operands, DictionaryAttr attributes,
                                          OpaqueProperties properties, RegionRange regions,
                                          SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto symbol = static_cast<int64_t>(op.getSymbol());
  if (symbol < 0)
    return inferenceError(loc, "expects the number of a symbol, got " + Twine(symbol));
  int64_t rank = cast<RankedTensorType>(op.getOperand().getType()).getRank();
  AffineExpr places = getAffineSymbolExpr(static_cast<unsigned>(symbol), context);
  types.push_back(
      tensorOf({getAffineConstantExpr(rank, context), places}, IntegerType::get(context, 64)));
  return success();
}

LogicalResult NonZeroOp::verify() {
  // non_zero_c1
  if (getOperand().getType().getRank() == 0)
    return emitOpError("expects an operand with axes");
  // non_zero_c2
  if (getCount().getType().getRank() != 0)
    return emitOpError("expects one number of places, got ") << getCount().getType();
  return success();
}

} // namespace dlc::dl
