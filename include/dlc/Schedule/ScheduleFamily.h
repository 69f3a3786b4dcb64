// A schedule family as the phase `schedule` sees it: which kernels it runs, what the analytic model
// chooses for them, and what its templates promise. The phase itself knows none by name.
#ifndef DLC_SCHEDULE_SCHEDULEFAMILY_H
#define DLC_SCHEDULE_SCHEDULEFAMILY_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Schedule/MachineFacts.h"

namespace dlc::schedule {

/// What a block of threads takes of a device.
struct BlockNeeds {
  int64_t threads = 0, sharedBytes = 0;
};

class ScheduleFamily {
public:
  virtual ~ScheduleFamily() = default;

  /// Whether `schedule` is an attribute of this family.
  virtual bool owns(mlir::Attribute schedule) const = 0;
  /// Whether its kernels run on a device, or else on the host.
  virtual bool suits(bool onDevice) const = 0;
  /// Whether any of its schedules can be applied to `kernel`, on a target that it suits.
  virtual bool fits(dl::KernelOp kernel) const = 0;
  /// The analytic model's schedule for the likely sizes of `kernel`, which it fits.
  virtual mlir::Attribute choose(dl::KernelOp kernel, const MachineFacts &facts) const = 0;
  /// `schedule`, chosen for likely sizes, for any sizes: as many tasks as large ones are worth.
  /// Templates make fewer where a call is small.
  virtual mlir::Attribute forOpenSizes(mlir::Attribute schedule, dl::KernelOp,
                                       const MachineFacts &) const {
    return schedule;
  }
  /// Whether the template writes no element of the result of `kernel`, which has a schedule of the
  /// family, before the reads of that element's own place.
  virtual bool writesAfterReads(dl::KernelOp) const { return false; }
  /// What a block of `schedule` takes, for elements of `elementBytes`.
  virtual BlockNeeds blockNeeds(mlir::Attribute, int) const { return {}; }
};

/// All families, those that are preferred where several fit first. The last ones for the host and
/// for devices fit every kernel that can be emitted without a template.
llvm::ArrayRef<const ScheduleFamily *> scheduleFamilies();

/// The family of `schedule`; null where it is none's.
const ScheduleFamily *familyOf(mlir::Attribute schedule);

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_SCHEDULEFAMILY_H
