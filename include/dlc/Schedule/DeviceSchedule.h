// The schedule families of devices: what chooseSchedule and schedule-verify ask where a module is
// compiled for one.
#ifndef DLC_SCHEDULE_DEVICESCHEDULE_H
#define DLC_SCHEDULE_DEVICESCHEDULE_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Schedule/DeviceFacts.h"
#include "mlir/IR/BuiltinOps.h"

#include <optional>
#include <string>

namespace dlc::schedule {

/// The device of the module around `op`; none: its kernels run on the host.
std::optional<DeviceFacts> deviceOf(mlir::Operation *op);
void setDevice(mlir::ModuleOp module, const DeviceFacts &device);

/// Whether `schedule` is of a family of devices.
bool isDeviceSchedule(mlir::Attribute schedule);
/// Whether `schedule` is of a family for the target: rnn_step, which decides how a matrix is
/// packed, is for both.
bool suitsTarget(mlir::Attribute schedule, bool onDevice);
/// Whether a schedule of a family for devices can be applied to `kernel`.
bool fitsOnDevice(mlir::Attribute schedule, dl::KernelOp kernel);
/// The analytic model's schedule for `kernel`.
mlir::Attribute chooseDeviceSchedule(dl::KernelOp kernel, const DeviceFacts &device);
/// What `schedule` asks of the device beyond its limits, as text; none where it keeps them.
std::optional<std::string> limitExceeded(mlir::Attribute schedule, dl::KernelOp kernel,
                                         const DeviceFacts &device);

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_DEVICESCHEDULE_H
