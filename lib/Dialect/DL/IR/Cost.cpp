// Sums of what ops say of themselves.
#include "dlc/Dialect/DL/IR/Cost.h"

#include "dlc/Dialect/DL/IR/ShapeInference.h"
#include "dlc/Interfaces/OpInterfaces.h"

using namespace mlir;

namespace dlc::dl {

AffineExpr elementsOf(Type tensor) { return productOf(dimsOf(tensor), tensor.getContext()); }

AffineExpr sizeOf(Type tensor, int64_t axis) {
  Dims dims = dimsOf(tensor);
  return dims[axis < 0 ? axis + static_cast<int64_t>(dims.size()) : axis];
}

AffineExpr flopsOf(Operation *op) {
  AffineExpr flops = getAffineConstantExpr(0, op->getContext());
  if (auto costed = dyn_cast<CostOpInterface>(op))
    flops = costed.getFlops();
  for (Region &region : op->getRegions())
    for (Operation &inner : region.getOps())
      flops = flops + flopsOf(&inner);
  return flops;
}

AffineExpr touchedBytes(Operation *op) {
  AffineExpr bytes = getAffineConstantExpr(0, op->getContext());
  auto add = [&bytes](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (tensor && tensor.getElementType().isIntOrFloat())
      bytes = bytes + elementsOf(tensor) * ((tensor.getElementTypeBitWidth() + 7) / 8);
  };
  for (Type type : op->getOperandTypes())
    add(type);
  for (Type type : op->getResultTypes())
    add(type);
  return bytes;
}

} // namespace dlc::dl
