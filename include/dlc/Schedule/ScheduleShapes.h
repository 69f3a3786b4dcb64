// The shapes that the analytic model asks for, of anchors by an interface and of kernels as a
// whole.
#ifndef DLC_SCHEDULE_SCHEDULESHAPES_H
#define DLC_SCHEDULE_SCHEDULESHAPES_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Schedule/AnalyticModel.h"

#include <optional>

#include "dlc/Schedule/ShapeInterfaces.h.inc"

namespace dlc::schedule {

/// Attaches ScheduleShapeOpInterface to the op families that have schedules of their own.
void registerScheduleShapes(mlir::DialectRegistry &registry);

/// What the rnn_step family asks for of a step of `op`; see `dl.lstm` for the packed matrix.
RnnStepShape rnnStepShapeOf(RecurrentOpInterface op);

/// What the injective family asks for.
InjectiveShape injectiveShapeOf(dl::KernelOp kernel);

/// The one transpose of `kernel` that takes another axis innermost, where the transpose family can
/// run the kernel: all else in it is elementwise. Null otherwise.
dl::TransposeOp turningTranspose(dl::KernelOp kernel);

/// Whether the filter's gradient is a sum over pixels for each tap and channel rather than a
/// product: with one input channel a group.
bool foldsPixels(dl::ConvFilterGradientOp op);

/// Whether the filter's gradient takes a line of the window, all of its columns and their few
/// channels, as neighbouring rows of its product.
bool joinsWindowColumns(dl::ConvFilterGradientOp op);

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_SCHEDULESHAPES_H
