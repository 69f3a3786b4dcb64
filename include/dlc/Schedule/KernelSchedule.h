// The schedule that the analytic model gives a kernel.
#ifndef DLC_SCHEDULE_KERNELSCHEDULE_H
#define DLC_SCHEDULE_KERNELSCHEDULE_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Schedule/MachineFacts.h"

namespace dlc::schedule {

/// The facts of this machine, with another vector width where `vectorBytes` is not 0, and with the
/// device that the module around `op` is compiled for, if any.
MachineFacts factsFor(mlir::Operation *op, int vectorBytes);

/// The analytic model's schedule for `kernel`; null where no family can run it.
mlir::Attribute chooseSchedule(dl::KernelOp kernel, const MachineFacts &facts);

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_KERNELSCHEDULE_H
