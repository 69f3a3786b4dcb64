// schedule-assign and schedule-verify.
#include "Families.h"
#include "dlc/Schedule/DeviceSchedule.h"
#include "dlc/Schedule/KernelSchedule.h"
#include "dlc/Schedule/Passes.h"
#include "dlc/Schedule/ScheduleFamily.h"

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
    MachineFacts facts = factsFor(getOperation(), vectorBytes);
    getOperation().walk([&](dl::KernelOp kernel) {
      if (!kernel.getScheduleAttr())
        kernel.setScheduleAttr(chooseSchedule(kernel, facts));
    });
  }
};

/// Whether the template can have `steps` of the reduction side by side in the kernel.
bool canHaveStepsSideBySide(dl::KernelOp kernel, int64_t steps) {
  if (steps == 1)
    return true;
  auto shape = ofAnchor<&ScheduleShapeOpInterface::getGemmShape>(kernel);
  return shape && shape->packedDepth > 0 && shape->packedDepth % steps == 0;
}

struct ScheduleVerifyPass : impl::ScheduleVerifyBase<ScheduleVerifyPass> {
  void runOnOperation() override {
    std::optional<DeviceFacts> device = deviceOf(getOperation());
    getOperation().walk([&](dl::KernelOp kernel) {
      // schedule_c1
      if (!kernel.getScheduleAttr()) {
        kernel.emitOpError("has no schedule after the phase schedule");
        return signalPassFailure();
      }
      Attribute schedule = kernel.getScheduleAttr();
      const ScheduleFamily *family = familyOf(schedule);
      // schedule_c3
      if (family && !family->suits(device.has_value())) {
        kernel.emitOpError("has a schedule for ")
            << (device ? "the host, the module is compiled for a device: "
                       : "a device, the module is compiled for the host: ")
            << schedule;
        return signalPassFailure();
      }
      // schedule_c2
      if (!family || !family->fits(kernel)) {
        kernel.emitOpError("has a schedule of another family than its anchor: ") << schedule;
        return signalPassFailure();
      }
      // schedule_c5
      if (auto gemm = dyn_cast<dl::GemmScheduleAttr>(schedule);
          gemm && !canHaveStepsSideBySide(kernel, gemm.getStepsSideBySide())) {
        kernel.emitOpError("has steps side by side, which need constant weights and a left operand "
                           "whose innermost axis they divide: ")
            << schedule;
        return signalPassFailure();
      }
      // schedule_c4
      auto exceeded = device ? limitExceeded(kernel, *device) : std::nullopt;
      if (exceeded) {
        kernel.emitOpError("has a schedule beyond the device's limits: ") << *exceeded;
        return signalPassFailure();
      }
    });
  }
};

} // namespace
} // namespace dlc::schedule
