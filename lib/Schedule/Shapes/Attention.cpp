// Attention.
#include "Shapes.h"

using namespace mlir;

namespace dlc::schedule {
namespace {

struct AttentionShapes : ScheduleShapeOpInterface::ExternalModel<AttentionShapes, dl::AttentionOp> {
  std::optional<AttentionShape> getAttentionShape(Operation *operation) const {
    auto op = cast<dl::AttentionOp>(operation);
    SmallVector<int64_t> query = likelyShapeOf(op.getQuery()), value = likelyShapeOf(op.getValue());
    AttentionShape shape;
    shape.rows = query[op.getRowAxis()];
    shape.keys = value[op.getRowAxis()];
    shape.depth = query[3];
    shape.columns = value[3];
    shape.batch = query[op.getHeadAxis()] * query[0];
    shape.elementBytes = accumulatorBytes(op.getResult());
    return shape;
  }

  /// On a device its stages are computed one after the other.
  bool hasPlainForm(Operation *, bool onDevice) const { return onDevice; }
};

} // namespace

void attachAttentionShapes(MLIRContext *context) {
  dl::AttentionOp::attachInterface<AttentionShapes>(*context);
}

} // namespace dlc::schedule
