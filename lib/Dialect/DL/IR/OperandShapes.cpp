// What verifiers ask of the shapes and the types of operands.
#include "OperandShapes.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace dlc::dl {

LogicalResult verifyShape(Operation *op, StringRef name, Value operand, const Dims &shape) {
  if (!operand)
    return success();
  Dims dims = dimsOf(operand.getType());
  if (dims == shape)
    return success();
  InFlightDiagnostic error = op->emitOpError("expects ")
                             << name << " of shape " << dimsString(shape) << ", got "
                             << operand.getType();
  return dims.size() == shape.size() ? withSizes(std::move(error), *firstDiffering(dims, shape))
                                     : std::move(error);
}

LogicalResult verifyGroups(Operation *op, StringRef name, int64_t groups, AffineExpr channels,
                           StringRef of) {
  if (groups >= 1 && (!constantDim(channels) || *constantDim(channels) % groups == 0))
    return success();
  return op->emitOpError("expects ")
         << name << " (" << groups << ") to divide the " << dimsString({channels}) << " " << of;
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
  auto isNumber = [](Value operand) { return !getElementTypeOrSelf(operand).isInteger(1); };
  return verifyOneElementType(op, llvm::filter_to_vector(op->getOperands(), isNumber));
}

} // namespace dlc::dl
