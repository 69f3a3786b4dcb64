// What verifiers ask of the shapes and the types of operands.
#include "OperandShapes.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace dlc::dl {

LogicalResult verifyShape(Operation *op, StringRef name, Value operand, const Dims &shape) {
  if (!operand || dimsOf(operand.getType()) == shape)
    return success();
  return op->emitOpError("expects ")
         << name << " of shape " << dimsString(shape) << ", got " << operand.getType();
}

LogicalResult checkAxis(std::optional<Location> loc, int64_t axis, size_t rank) {
  if (axis >= 0 && axis < static_cast<int64_t>(rank))
    return success();
  return inferenceError(loc,
                        "axis " + Twine(axis) + " is outside the operand's rank " + Twine(rank));
}

LogicalResult verifyOneElementType(Operation *op, ValueRange operands) {
  if (operands.empty())
    return success();
  const Type element = getElementTypeOrSelf(operands.front());
  for (Value operand : operands.drop_front())
    // one_element_type_c1
    if (Type other = getElementTypeOrSelf(operand); other != element)
      return op->emitOpError("expects operands of one element type, got ")
             << element << " and " << other;
  return success();
}

LogicalResult verifyElements(Operation *op) {
  Type element = getElementTypeOrSelf(op->getOperand(0));
  for (Value operand : op->getOperands())
    if (Type other = getElementTypeOrSelf(operand); other != element && !other.isInteger(1))
      return op->emitOpError("expects operands of one element type, got ")
             << element << " and " << other;
  return success();
}

} // namespace dlc::dl
