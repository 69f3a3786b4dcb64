// schedule-mark-in-place: what the templates promise of the order of their reads and writes, as IR.
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Schedule/KernelSchedule.h"
#include "dlc/Schedule/Passes.h"

#define DEBUG_TYPE "schedule-mark-in-place"

using namespace mlir;

namespace dlc::schedule {

#define GEN_PASS_DEF_SCHEDULEMARKINPLACE
#include "dlc/Schedule/Passes.h.inc"

namespace {

/// Windows, depthwise convolutions and transposes shift their last tile inwards: what it shares
/// with the tile before is computed twice, and the second time from what was overwritten.
bool writesOnce(Attribute schedule) {
  return isa_and_nonnull<dl::InjectiveScheduleAttr, dl::GemmScheduleAttr,
                         dl::RowReduceScheduleAttr>(schedule);
}

/// A step writes its tile after it read it where all tiles are whole: see defineRecurrentStep.
bool hasWholeTiles(dl::KernelOp kernel) {
  auto schedule = dyn_cast_if_present<dl::RnnStepScheduleAttr>(kernel.getScheduleAttr());
  if (!schedule)
    return false;
  auto recurrent = cast<RecurrentOpInterface>(kernel.getAnchor());
  RnnStepShape shape = rnnStepShapeOf(recurrent);
  AffineExpr rows = dl::dimsOf(recurrent.getStepOutputs().front().type)[0];
  auto packed = kernel.getAnchor()->getAttrOfType<IntegerAttr>("packed_units");
  return packed && packed.getInt() > 0 && shape.units % packed.getInt() == 0 &&
         rows.isMultipleOf(schedule.getRowsPerTile());
}

struct ScheduleMarkInPlacePass : impl::ScheduleMarkInPlaceBase<ScheduleMarkInPlacePass> {
  void runOnOperation() override {
    getOperation().walk([](dl::KernelOp kernel) {
      if (writesOnce(kernel.getScheduleAttr()) || hasWholeTiles(kernel))
        kernel->setAttr("dl.in_place", UnitAttr::get(kernel.getContext()));
      else
        kernel->removeAttr("dl.in_place");
    });
  }
};

} // namespace
} // namespace dlc::schedule
