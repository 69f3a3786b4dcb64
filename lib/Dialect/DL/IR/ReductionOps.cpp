// Folds over whole axes, scans and selections: inference, verifiers, cost.
#include "OperandShapes.h"
#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLReductionOps.cpp.inc"

namespace dlc::dl {

void DLDialect::registerReductionOps() {
  addOperations<
#define GET_OP_LIST
#include "dlc/Dialect/DL/IR/DLReductionOps.cpp.inc"
      >();
}

/// `dims` with `axes` (in increasing order) reduced.
static Dims reducedDims(ArrayRef<AffineExpr> dims, ArrayRef<int64_t> axes, bool keepDims,
                        MLIRContext *context) {
  Dims result;
  for (auto [axis, dim] : llvm::enumerate(dims)) {
    bool reduced = llvm::is_contained(axes, static_cast<int64_t>(axis));
    if (!reduced)
      result.push_back(dim);
    else if (keepDims)
      result.push_back(getAffineConstantExpr(1, context));
  }
  return result;
}

//===-- Reduce -----------------------------------------------------------------------------===//

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                         ValueRange operands, DictionaryAttr attributes,
                                         OpaqueProperties properties, RegionRange regions,
                                         SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims dims = dimsOf(op.getOperand().getType());
  for (int64_t axis : op.getAxes())
    if (failed(checkAxis(loc, axis, dims.size())))
      return failure();
  types.push_back(tensorOf(reducedDims(dims, op.getAxes(), op.getKeepDims(), context),
                           getElementTypeOrSelf(op.getOperand().getType())));
  return success();
}

LogicalResult ReduceOp::verify() {
  // reduce_c1
  for (auto [axis, next] : llvm::zip(getAxes(), getAxes().drop_front(getAxes().empty() ? 0 : 1)))
    if (axis >= next)
      return emitOpError("expects axes in increasing order, got ") << axis << " before " << next;
  // reduce_c2
  bool ordered = getKind() == ReduceKind::Max || getKind() == ReduceKind::Min;
  if (getElementTypeOrSelf(getOperand()).isInteger(1) && !ordered)
    return emitOpError("reduces bool by max and min only, got ") << stringifyReduceKind(getKind());
  return success();
}

AffineExpr ReduceOp::getFlops() { return elementsOf(getOperand().getType()); }

//===-- Arg max, arg min -------------------------------------------------------------------===//

template <typename Adaptor>
static LogicalResult inferArgReduce(MLIRContext *context, std::optional<Location> loc, Adaptor op,
                                    SmallVectorImpl<Type> &types) {
  Dims dims = dimsOf(op.getOperand().getType());
  if (failed(checkAxis(loc, op.getAxis(), dims.size())))
    return failure();
  types.push_back(
      tensorOf(reducedDims(dims, {static_cast<int64_t>(op.getAxis())}, op.getKeepDims(), context),
               IntegerType::get(context, 64)));
  return success();
}

LogicalResult ArgMaxOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                         ValueRange operands, DictionaryAttr attributes,
                                         OpaqueProperties properties, RegionRange regions,
                                         SmallVectorImpl<Type> &types) {
  return inferArgReduce(context, loc, Adaptor(operands, attributes, properties, regions), types);
}

LogicalResult ArgMinOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                         ValueRange operands, DictionaryAttr attributes,
                                         OpaqueProperties properties, RegionRange regions,
                                         SmallVectorImpl<Type> &types) {
  return inferArgReduce(context, loc, Adaptor(operands, attributes, properties, regions), types);
}

AffineExpr ArgMaxOp::getFlops() { return elementsOf(getOperand().getType()); }
AffineExpr ArgMinOp::getFlops() { return elementsOf(getOperand().getType()); }

//===-- Scan, selection --------------------------------------------------------------------===//

template <typename Adaptor>
static LogicalResult inferScan(std::optional<Location> loc, Adaptor op,
                               SmallVectorImpl<Type> &types) {
  if (failed(checkAxis(loc, op.getAxis(), dimsOf(op.getOperand().getType()).size())))
    return failure();
  types.push_back(op.getOperand().getType());
  return success();
}

LogicalResult CumSumOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         ValueRange operands, DictionaryAttr attributes,
                                         OpaqueProperties properties, RegionRange regions,
                                         SmallVectorImpl<Type> &types) {
  return inferScan(loc, Adaptor(operands, attributes, properties, regions), types);
}

LogicalResult CumProdOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                          ValueRange operands, DictionaryAttr attributes,
                                          OpaqueProperties properties, RegionRange regions,
                                          SmallVectorImpl<Type> &types) {
  return inferScan(loc, Adaptor(operands, attributes, properties, regions), types);
}

AffineExpr CumSumOp::getFlops() { return elementsOf(getOperand().getType()); }
AffineExpr CumProdOp::getFlops() { return elementsOf(getOperand().getType()); }

LogicalResult TopKOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                       ValueRange operands, DictionaryAttr attributes,
                                       OpaqueProperties properties, RegionRange regions,
                                       SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims dims = dimsOf(op.getOperand().getType());
  int64_t axis = op.getAxis(), k = op.getK();
  if (failed(checkAxis(loc, axis, dims.size())))
    return failure();
  std::optional<int64_t> size = constantDim(dims[axis]);
  if (k < 0 || (size && k > *size))
    return inferenceError(loc, "top_k asks for " + Twine(k) + " elements of an axis of operand " +
                                   dimsString(dims) + " that has fewer");
  dims[axis] = getAffineConstantExpr(k, context);
  types.push_back(tensorOf(dims, getElementTypeOrSelf(op.getOperand().getType())));
  types.push_back(tensorOf(dims, IntegerType::get(context, 64)));
  return success();
}

AffineExpr TopKOp::getFlops() { return elementsOf(getOperand().getType()); }

} // namespace dlc::dl
