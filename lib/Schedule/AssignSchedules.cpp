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

/// Whether a schedule of this family can be applied to a kernel with this anchor. The injective
/// family is also the fallback of every anchor without a template.
bool fits(Attribute schedule, Operation *anchor) {
  if (isa<dl::InjectiveScheduleAttr>(schedule))
    return true;
  if (isa<dl::GemmScheduleAttr>(schedule))
    return isa_and_nonnull<dl::MatmulOp, dl::ConvOp>(anchor);
  if (isa<dl::DepthwiseScheduleAttr>(schedule))
    return isa_and_nonnull<dl::ConvOp>(anchor);
  auto fusible = dyn_cast_if_present<FusibleOpInterface>(anchor);
  if (!fusible)
    return false;
  if (isa<dl::WindowScheduleAttr>(schedule))
    return fusible.getFusionClass() == FusionClass::Window ||
           fusible.getFusionClass() == FusionClass::Reduction;
  return isa<dl::RowReduceScheduleAttr>(schedule) &&
         fusible.getFusionClass() == FusionClass::Reduction;
}

struct ScheduleVerifyPass : impl::ScheduleVerifyBase<ScheduleVerifyPass> {
  void runOnOperation() override {
    getOperation().walk([&](dl::KernelOp kernel) {
      if (!kernel.getScheduleAttr()) {
        kernel.emitOpError("has no schedule after the phase schedule");
        return signalPassFailure();
      }
      if (!fits(kernel.getScheduleAttr(), kernel.getAnchor())) {
        kernel.emitOpError("has a schedule of another family than its anchor: ")
            << kernel.getScheduleAttr();
        return signalPassFailure();
      }
    });
  }
};

} // namespace
} // namespace dlc::schedule
