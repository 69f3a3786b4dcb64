// Ops that move or rename elements: inference, verifiers, folders.
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/Symbols.h"

#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLShapeOps.cpp.inc"

namespace dlc::dl {

void DLDialect::registerShapeOps() {
  addOperations<
#define GET_OP_LIST
#include "dlc/Dialect/DL/IR/DLShapeOps.cpp.inc"
      >();
}

//===-- Reshape ----------------------------------------------------------------------------===//

LogicalResult ReshapeOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                          ValueRange operands, DictionaryAttr attributes,
                                          OpaqueProperties properties, RegionRange regions,
                                          SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  FailureOr<Dims> dims = dimsOf(loc, context, op.getShape(), op.getSymbolic());
  if (failed(dims))
    return failure();
  types.push_back(tensorOf(*dims, getElementTypeOrSelf(op.getOperand().getType())));
  return success();
}

LogicalResult ReshapeOp::verify() {
  // reshape_c1
  AffineExpr from = productOf(dimsOf(getOperand().getType()), getContext());
  AffineExpr to = productOf(dimsOf(getResult().getType()), getContext());
  // Symbols may be such that the two agree: the model's bounds say that they must (Symbols.h).
  std::optional<int64_t> apart = constantDim(simplified(from - to));
  if (from != to && apart && *apart != 0)
    return emitOpError("expects as many elements in the result as in the operand, got ")
           << getOperand().getType() << " and " << getResult().getType();
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getOperand().getType() == getResult().getType())
    return getOperand();
  if (auto inner = getOperand().getDefiningOp<ReshapeOp>()) {
    getOperandMutable().assign(inner.getOperand());
    return getResult();
  }
  if (!getResult().getType().hasStaticShape())
    return {};
  if (auto dense = dyn_cast_if_present<DenseElementsAttr>(adaptor.getOperand()))
    return dense.reshape(getResult().getType());
  if (auto resource = dyn_cast_if_present<DenseResourceElementsAttr>(adaptor.getOperand()))
    return DenseResourceElementsAttr::get(getResult().getType(), resource.getRawHandle());
  return {};
}

//===-- Transpose --------------------------------------------------------------------------===//

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                            ValueRange operands, DictionaryAttr attributes,
                                            OpaqueProperties properties, RegionRange regions,
                                            SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims dims = dimsOf(op.getOperand().getType()), result;
  if (op.getPermutation().size() != dims.size())
    return inferenceError(loc, "permutation has " + Twine(op.getPermutation().size()) +
                                   " entries for an operand of rank " + Twine(dims.size()));
  for (int64_t axis : op.getPermutation()) {
    if (axis < 0 || axis >= static_cast<int64_t>(dims.size()))
      return inferenceError(loc, "permutation entry " + Twine(axis) +
                                     " is outside the operand's rank " + Twine(dims.size()));
    result.push_back(dims[axis]);
  }
  types.push_back(tensorOf(result, getElementTypeOrSelf(op.getOperand().getType())));
  return success();
}

LogicalResult TransposeOp::verify() {
  // transpose_c1
  SmallVector<bool> seen(getPermutation().size());
  for (int64_t axis : getPermutation())
    if (std::exchange(seen[axis], true))
      return emitOpError("expects a permutation, got axis ") << axis << " twice";
  return success();
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  if (llvm::equal(getPermutation(), llvm::seq<int64_t>(0, getPermutation().size())))
    return getOperand();
  auto inner = getOperand().getDefiningOp<TransposeOp>();
  if (!inner)
    return {};
  SmallVector<int64_t> composed;
  for (int64_t axis : getPermutation())
    composed.push_back(inner.getPermutation()[axis]);
  setPermutation(composed);
  getOperandMutable().assign(inner.getOperand());
  return getResult();
}

//===-- Expand, concat, slice --------------------------------------------------------------===//

LogicalResult ExpandOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                         ValueRange operands, DictionaryAttr attributes,
                                         OpaqueProperties properties, RegionRange regions,
                                         SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  FailureOr<Dims> sizes = dimsOf(loc, context, op.getShape(), op.getSymbolic());
  if (failed(sizes))
    return failure();
  Dims shape = *sizes;
  FailureOr<Dims> joined = broadcastDims(loc, dimsOf(op.getOperand().getType()), shape);
  if (failed(joined))
    return failure();
  if (*joined != shape)
    return inferenceError(loc, "operand " + dimsString(dimsOf(op.getOperand().getType())) +
                                   " does not broadcast to " + dimsString(shape));
  types.push_back(tensorOf(shape, getElementTypeOrSelf(op.getOperand().getType())));
  return success();
}

OpFoldResult ExpandOp::fold(FoldAdaptor adaptor) {
  if (getOperand().getType() == getResult().getType())
    return getOperand();
  if (auto dense = dyn_cast_if_present<DenseElementsAttr>(adaptor.getOperand());
      dense && dense.isSplat() && getResult().getType().hasStaticShape())
    return dense.resizeSplat(getResult().getType());
  return {};
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         ValueRange operands, DictionaryAttr attributes,
                                         OpaqueProperties properties, RegionRange regions,
                                         SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  if (operands.empty())
    return inferenceError(loc, "concat expects at least one operand");
  Dims result = dimsOf(operands.front().getType());
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= static_cast<int64_t>(result.size()))
    return inferenceError(loc, "concat axis " + Twine(axis) + " is outside rank " +
                                   Twine(result.size()));
  for (Value operand : operands.drop_front()) {
    Dims dims = dimsOf(operand.getType());
    auto message = [&] {
      return "concat operands " + dimsString(result) + " and " + dimsString(dims) +
             " differ outside axis " + std::to_string(axis);
    };
    if (dims.size() != result.size())
      return inferenceError(loc, message());
    AffineExpr joined = result[axis] + dims[axis];
    dims[axis] = result[axis];
    if (std::optional<SizePair> sizes = firstDiffering(result, dims))
      return sizesDiffer(loc, *sizes, message());
    result[axis] = joined;
  }
  types.push_back(tensorOf(result, getElementTypeOrSelf(operands.front().getType())));
  return success();
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getOperands().size() == 1 ? OpFoldResult(getOperands().front()) : OpFoldResult();
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                        ValueRange operands, DictionaryAttr attributes,
                                        OpaqueProperties properties, RegionRange regions,
                                        SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  FailureOr<Dims> dims = dimsOf(loc, context, op.getSizes(), op.getSymbolic());
  if (failed(dims))
    return failure();
  types.push_back(tensorOf(*dims, getElementTypeOrSelf(op.getOperand().getType())));
  return success();
}

LogicalResult SliceOp::verify() {
  ArrayRef<int64_t> shape = getOperand().getType().getShape();
  // slice_c1
  if (getStarts().size() != shape.size() || getSizes().size() != shape.size() ||
      getSteps().size() != shape.size())
    return emitOpError("expects one start, size and step for each of ") << shape.size() << " axes";
  for (auto [axis, start, size, step] : llvm::enumerate(getStarts(), getSizes(), getSteps())) {
    // slice_c2
    bool open = ShapedType::isDynamic(size) || ShapedType::isDynamic(shape[axis]);
    // What is open is asked for when the function is called.
    if (open && step > 0 && start >= 0)
      continue;
    int64_t last = ShapedType::isDynamic(size) ? start : start + (size - 1) * step;
    if (step == 0 || size < 0 ||
        (size > 0 && (start < 0 || start >= shape[axis] || last < 0 || last >= shape[axis])))
      return emitOpError("reads outside axis ") << axis << " of " << getOperand().getType();
  }
  return success();
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  bool forward = llvm::all_of(getSteps(), [](int64_t step) { return step == 1; });
  if (forward && getOperand().getType() == getResult().getType())
    return getOperand();
  if (auto dense = dyn_cast_if_present<DenseElementsAttr>(adaptor.getOperand());
      dense && dense.isSplat() && getResult().getType().hasStaticShape())
    return dense.resizeSplat(getResult().getType());
  return {};
}

//===-- Sizes that data decides ------------------------------------------------------------===//

LogicalResult DecideSizeOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                             ValueRange operands, DictionaryAttr, OpaqueProperties,
                                             RegionRange, SmallVectorImpl<Type> &types) {
  types.push_back(operands.front().getType());
  return success();
}

LogicalResult DecideSizeOp::verify() {
  // decide_size_c1
  if (getCount().getType().getRank() != 0)
    return emitOpError("expects one number, got ") << getCount().getType();
  // decide_size_c2
  AffineMap bound = getBound();
  if (bound.getNumResults() != 1 || bound.getNumDims() != 0)
    return emitOpError("expects one size as the bound, got ") << getBoundAttr();
  // decide_size_c3
  llvm::SmallBitVector symbols = symbolsIn(bound.getResults());
  auto own = static_cast<int64_t>(getSymbol());
  if (own < 0 || (own < static_cast<int64_t>(symbols.size()) && symbols.test(own)))
    return emitOpError("expects a symbol that the bound is not made of, got ") << own;
  return success();
}

} // namespace dlc::dl
