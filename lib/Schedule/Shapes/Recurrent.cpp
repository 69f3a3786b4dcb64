// One step of a recurrence.
#include "Shapes.h"

using namespace mlir;

namespace dlc::schedule {

RnnStepShape rnnStepShapeOf(RecurrentOpInterface op) {
  RnnStepShape shape;
  ArrayRef<int64_t> estimates;
  if (auto kernel = op->getParentOfType<dl::KernelOp>(); kernel && kernel.getEstimates())
    estimates = *kernel.getEstimates();
  SmallVector<int64_t> state = dl::shapeAt(op.getStepOutputs().front().type, estimates);
  shape.rows = state[0];
  shape.units = state[1];
  shape.elementBytes = accumulatorBytes(op->getResult(0));
  StepProduct product = op.getStepProduct();
  shape.gates = product.gates;
  shape.depth = product.statesPerUnit * shape.units;
  return shape;
}

} // namespace dlc::schedule
