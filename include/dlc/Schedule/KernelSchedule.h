// The schedule that the analytic model gives a kernel, and the shapes that it asks for.
#ifndef DLC_SCHEDULE_KERNELSCHEDULE_H
#define DLC_SCHEDULE_KERNELSCHEDULE_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Schedule/AnalyticModel.h"

namespace dlc::schedule {

/// Whether the convolution runs through the depthwise template: one filter a channel, channels
/// last, at most two spatial axes.
bool isDepthwise(dl::ConvOp op);
/// Whether the convolution can run through the direct_conv template once its filter is packed.
bool isDirect(dl::ConvOp op);

GemmShape gemmShapeOf(dl::MatmulOp op);
GemmShape gemmShapeOf(dl::ConvOp op);
WindowShape windowShapeOf(dl::ConvOp op);

/// The facts of this machine, with another vector width where `vectorBytes` is not 0.
MachineFacts factsFor(int vectorBytes);

/// The analytic model's schedule for `kernel`.
mlir::Attribute chooseSchedule(dl::KernelOp kernel, const MachineFacts &facts);

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_KERNELSCHEDULE_H
