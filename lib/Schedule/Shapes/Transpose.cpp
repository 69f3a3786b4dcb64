// Kernels that copy with another axis innermost.
#include "Shapes.h"

using namespace mlir;

namespace dlc::schedule {

dl::TransposeOp turningTranspose(dl::KernelOp kernel) {
  dl::TransposeOp found;
  if (kernel.getAnchor() || kernel.getNumResults() != 1)
    return {};
  dl::Dims shape = dl::dimsOf(kernel.getOutputs().front().getType());
  for (Operation &op : kernel.getBodyBlock()->without_terminator()) {
    if (auto transpose = dyn_cast<dl::TransposeOp>(op); transpose && !found) {
      found = transpose;
      continue;
    }
    if (!isElementwise(&op) && !op.hasTrait<OpTrait::ConstantLike>())
      return {};
  }
  // What follows it must have its shape: the squares are read in the coordinates of the output.
  if (!found || dl::dimsOf(found.getType()) != shape)
    return {};
  // Axes of one element may stand anywhere: the innermost other one is what is dense.
  ArrayRef<int64_t> from = shapeOf(found.getOperand()), to = shapeOf(found.getResult());
  int64_t inner = from.size() - 1, outer = to.size() - 1;
  while (inner > 0 && from[inner] == 1)
    --inner;
  while (outer > 0 && to[outer] == 1)
    --outer;
  bool turns =
      product(likelyShapeOf(found.getResult())) > 1 && found.getPermutation()[outer] != inner;
  return turns ? found : dl::TransposeOp();
}

} // namespace dlc::schedule
