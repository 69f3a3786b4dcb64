// Folds of whole axes, and scans along one.
#include "Shapes.h"

using namespace mlir;

namespace dlc::schedule {
namespace {

struct ReduceShapes : ScheduleShapeOpInterface::ExternalModel<ReduceShapes, dl::ReduceOp> {
  std::optional<RowReduceShape> getRowReduceShape(Operation *operation) const {
    auto op = cast<dl::ReduceOp>(operation);
    ArrayRef<int64_t> axes = op.getAxes();
    int64_t rank = op.getOperand().getType().getRank();
    if (axes.empty() || axes.front() != rank - static_cast<int64_t>(axes.size()))
      return {};
    return rowsOf(op.getOperand(), axes.front(), op.getKind() == dl::ReduceKind::LogSumExp ? 8 : 1);
  }

  std::optional<RowReduceShape> getColumnReduceShape(Operation *operation) const {
    auto op = cast<dl::ReduceOp>(operation);
    if (op.getKind() == dl::ReduceKind::LogSumExp || !op.getOperand().getType().hasStaticShape())
      return {};
    ArrayRef<int64_t> shape = shapeOf(op.getOperand()), axes = op.getAxes();
    bool leading = !axes.empty() && axes.size() < shape.size() &&
                   axes.back() == static_cast<int64_t>(axes.size()) - 1;
    if (!leading || product(shape) == 0)
      return {};
    RowReduceShape result;
    result.columns = product(shape.take_front(axes.size()));
    result.rows = product(shape.drop_front(axes.size()));
    result.elementBytes = elementBytes(op.getOperand());
    return result;
  }
};

template <typename Op>
struct ScanShapes : ScheduleShapeOpInterface::ExternalModel<ScanShapes<Op>, Op> {
  std::optional<ScanShape> getScanShape(Operation *operation) const {
    auto op = cast<Op>(operation);
    // Sums of narrow floats are kept in wider ones, for which the result has no room.
    Type element = getElementTypeOrSelf(op.getResult());
    if (isa<FloatType>(element) && element.getIntOrFloatBitWidth() < 32)
      return {};
    SmallVector<int64_t> sizes = likelyShapeOf(op.getResult());
    int64_t axis = op.getAxis();
    ScanShape shape;
    shape.inner = product(ArrayRef(sizes).drop_front(axis + 1));
    shape.length = sizes[axis];
    shape.outer = product(ArrayRef(sizes).take_front(axis));
    shape.elementBytes = elementBytes(op.getResult());
    return shape;
  }
};

} // namespace

void attachReductionShapes(MLIRContext *context) {
  dl::ReduceOp::attachInterface<ReduceShapes>(*context);
  dl::CumSumOp::attachInterface<ScanShapes<dl::CumSumOp>>(*context);
  dl::CumProdOp::attachInterface<ScanShapes<dl::CumProdOp>>(*context);
}

} // namespace dlc::schedule
