// Pools of floats over channels-last images with at most two spatial axes.
#include "Shapes.h"

using namespace mlir;

namespace dlc::schedule {
namespace {

template <typename Op>
struct PoolShapes : ScheduleShapeOpInterface::ExternalModel<PoolShapes<Op>, Op> {
  std::optional<WindowShape> getWindowShape(Operation *operation) const {
    auto op = cast<Op>(operation);
    bool isFloat = isa<FloatType>(getElementTypeOrSelf(op.getInput()));
    if (!isFloat || op.getLayout() != dl::Layout::ChannelsLast ||
        shapeOf(op.getResult()).size() > 4)
      return {};
    // How far the last windows reach beyond the input is known with its sizes only.
    if (op.getCeilMode() && ShapedType::isDynamicShape(shapeOf(op.getInput())))
      return {};
    return windowShapeOf(op.getInput(), op.getResult(), op.getKernelShape(), op.getStrides(),
                         op.getDilations());
  }
  bool foldsOwnElement(Operation *) const { return true; }
};

} // namespace

void attachWindowShapes(MLIRContext *context) {
  dl::MaxPoolOp::attachInterface<PoolShapes<dl::MaxPoolOp>>(*context);
  dl::AveragePoolOp::attachInterface<PoolShapes<dl::AveragePoolOp>>(*context);
  dl::LpPoolOp::attachInterface<PoolShapes<dl::LpPoolOp>>(*context);
}

} // namespace dlc::schedule
