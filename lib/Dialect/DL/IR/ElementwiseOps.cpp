// Elementwise ops: registration and verifiers. Inference is in the ODS base classes.
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/ShapeInference.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLElementwiseOps.cpp.inc"

void dlc::dl::DLDialect::registerElementwiseOps() {
  addOperations<
#define GET_OP_LIST
#include "dlc/Dialect/DL/IR/DLElementwiseOps.cpp.inc"
      >();
}

LogicalResult dlc::dl::WhereOp::verify() {
  return verifyOneElementType(*this, getOperands().drop_front());
}

LogicalResult dlc::dl::BitcastOp::verify() {
  std::optional<DType> from = dtypeOf(getElementTypeOrSelf(getOperand())), to = dtypeOf(getTo());
  // bitcast_c1
  if (!from || !to || byteWidth(*from) != byteWidth(*to))
    return emitOpError("expects element types of as many bytes, got ")
           << getElementTypeOrSelf(getOperand()) << " and " << getTo();
  return success();
}
