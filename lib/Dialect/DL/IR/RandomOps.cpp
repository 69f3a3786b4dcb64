// Ops that draw random numbers: inference, verifiers, cost.
#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLRandomOps.cpp.inc"

namespace dlc::dl {

void DLDialect::registerRandomOps() {
  addOperations<
#define GET_OP_LIST
#include "dlc/Dialect/DL/IR/DLRandomOps.cpp.inc"
      >();
}

//===-- Dropout ----------------------------------------------------------------------------===//

LogicalResult DropoutOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                          ValueRange operands, DictionaryAttr, OpaqueProperties,
                                          RegionRange, SmallVectorImpl<Type> &types) {
  types.push_back(operands.front().getType());
  return success();
}

LogicalResult DropoutOp::verify() {
  double rate = getRate().convertToDouble();
  // dropout_c1
  if (!(rate >= 0 && rate <= 1))
    return emitOpError("expects a rate from 0 to 1, got ") << rate;
  // dropout_c2
  if (getKey() && getKey().getType().getShape() != ArrayRef<int64_t>{2})
    return emitOpError("expects a key of two elements, seed and step, got ") << getKey().getType();
  // dropout_c3
  int64_t previous = -1, rank = getOperand().getType().getRank();
  for (int64_t axis : getSharedAxes()) {
    if (axis <= previous || axis >= rank)
      return emitOpError("expects shared axes in increasing order within rank ")
             << rank << ", got " << axis;
    previous = axis;
  }
  return success();
}

AffineExpr DropoutOp::getFlops() {
  constexpr int64_t flopsOfHash = 14;
  return elementsOf(getOperand().getType()) * flopsOfHash;
}

bool DropoutOp::isUndecided() { return !getKey(); }

SmallVector<Value> DropoutOp::getInferenceValues() { return {getOperand()}; }

} // namespace dlc::dl
