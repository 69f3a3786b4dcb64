// The device that a module is compiled for, and its limits.
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

/// What the schedule of `kernel` asks of the device beyond its limits, as text; none where it keeps
/// them.
std::optional<std::string> limitExceeded(dl::KernelOp kernel, const DeviceFacts &device);

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_DEVICESCHEDULE_H
