// Softmax and norms over the innermost axes.
#include "Shapes.h"

using namespace mlir;

namespace dlc::schedule {
namespace {

/// Over one axis, where it is the innermost.
template <typename Op, int cyclesPerVector>
struct LastAxisShapes
    : ScheduleShapeOpInterface::ExternalModel<LastAxisShapes<Op, cyclesPerVector>, Op> {
  std::optional<RowReduceShape> getRowReduceShape(Operation *operation) const {
    Value operand = operation->getOperand(0);
    int64_t axis = cast<Op>(operation).getAxis();
    if (axis != static_cast<int64_t>(shapeOf(operand).size()) - 1)
      return {};
    return rowsOf(operand, axis, cyclesPerVector);
  }
};

/// Over all axes from one on; emitted by rows only.
template <typename Op, int cyclesPerVector>
struct LastAxesShapes
    : ScheduleShapeOpInterface::ExternalModel<LastAxesShapes<Op, cyclesPerVector>, Op> {
  std::optional<RowReduceShape> getRowReduceShape(Operation *operation) const {
    return rowsOf(operation->getOperand(0), cast<Op>(operation).getAxis(), cyclesPerVector);
  }
  bool hasPlainForm(Operation *, bool) const { return false; }
};

} // namespace

void attachNormalizationShapes(MLIRContext *context) {
  dl::SoftmaxOp::attachInterface<LastAxisShapes<dl::SoftmaxOp, 8>>(*context);
  dl::LogSoftmaxOp::attachInterface<LastAxisShapes<dl::LogSoftmaxOp, 8>>(*context);
  dl::LpNormalizeOp::attachInterface<LastAxisShapes<dl::LpNormalizeOp, 2>>(*context);
  dl::LayerNormOp::attachInterface<LastAxesShapes<dl::LayerNormOp, 3>>(*context);
  dl::RmsNormOp::attachInterface<LastAxesShapes<dl::RmsNormOp, 2>>(*context);
}

} // namespace dlc::schedule
