// schedule-mark-in-place: what the templates promise of the order of their reads and writes, as IR.
#include "dlc/Schedule/Passes.h"
#include "dlc/Schedule/ScheduleFamily.h"

#define DEBUG_TYPE "schedule-mark-in-place"

using namespace mlir;

namespace dlc::schedule {

#define GEN_PASS_DEF_SCHEDULEMARKINPLACE
#include "dlc/Schedule/Passes.h.inc"

namespace {

struct ScheduleMarkInPlacePass : impl::ScheduleMarkInPlaceBase<ScheduleMarkInPlacePass> {
  void runOnOperation() override {
    getOperation().walk([](dl::KernelOp kernel) {
      const ScheduleFamily *family = familyOf(kernel.getScheduleAttr());
      if (family && family->writesAfterReads(kernel))
        kernel->setAttr("dl.in_place", UnitAttr::get(kernel.getContext()));
      else
        kernel->removeAttr("dl.in_place");
    });
  }
};

} // namespace
} // namespace dlc::schedule
