// schedule-assign and schedule-verify.
#include "dlc/Schedule/KernelSchedule.h"
#include "dlc/Schedule/Passes.h"

#define DEBUG_TYPE "schedule-assign"

using namespace mlir;

namespace dlc::schedule {

#define GEN_PASS_DEF_SCHEDULEASSIGN
#define GEN_PASS_DEF_SCHEDULEVERIFY
#include "dlc/Schedule/Passes.h.inc"

namespace {

struct ScheduleAssignPass : impl::ScheduleAssignBase<ScheduleAssignPass> {
  using ScheduleAssignBase::ScheduleAssignBase;

  void runOnOperation() override {
    MachineFacts facts = factsFor(vectorBytes);
    getOperation().walk([&](dl::KernelOp kernel) {
      if (!kernel.getScheduleAttr())
        kernel.setScheduleAttr(chooseSchedule(kernel, facts));
    });
  }
};

struct ScheduleVerifyPass : impl::ScheduleVerifyBase<ScheduleVerifyPass> {
  void runOnOperation() override {
    getOperation().walk([&](dl::KernelOp kernel) {
      // schedule_c1
      if (!kernel.getScheduleAttr()) {
        kernel.emitOpError("has no schedule after the phase schedule");
        return signalPassFailure();
      }
      // schedule_c2
      if (!fits(kernel.getScheduleAttr(), kernel)) {
        kernel.emitOpError("has a schedule of another family than its anchor: ")
            << kernel.getScheduleAttr();
        return signalPassFailure();
      }
    });
  }
};

} // namespace
} // namespace dlc::schedule
