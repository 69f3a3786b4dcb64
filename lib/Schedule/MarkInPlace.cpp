// schedule-mark-in-place: what the templates promise of the order of their reads and writes, as IR.
#include "dlc/Dialect/DL/IR/DLOps.h"
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

struct ScheduleMarkInPlacePass : impl::ScheduleMarkInPlaceBase<ScheduleMarkInPlacePass> {
  void runOnOperation() override {
    getOperation().walk([](dl::KernelOp kernel) {
      if (writesOnce(kernel.getScheduleAttr()))
        kernel->setAttr("dl.in_place", UnitAttr::get(kernel.getContext()));
      else
        kernel->removeAttr("dl.in_place");
    });
  }
};

} // namespace
} // namespace dlc::schedule
