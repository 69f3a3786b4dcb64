// The schedule that the analytic model gives a kernel, and the shapes that it asks for.
#ifndef DLC_SCHEDULE_KERNELSCHEDULE_H
#define DLC_SCHEDULE_KERNELSCHEDULE_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Schedule/AnalyticModel.h"

#include <optional>

namespace dlc::schedule {

/// Whether the convolution runs through the depthwise template: one filter a channel, channels
/// last, at most two spatial axes.
bool isDepthwise(dl::ConvOp op);
/// Whether the convolution can run through the direct_conv template: channels last, at most two
/// spatial axes. A filter that is not packed is packed by the kernel.
bool isDirect(dl::ConvOp op);
/// Whether the transposed convolution is a convolution with the filter's taps reversed, for the
/// same template: channels last, no stride, no groups.
bool isDirect(dl::ConvTransposeOp op);
/// Whether the filter's gradient is a product of two matrices of pixels: channels last, no groups,
/// and turned by its kernel to (kernel..., C, O).
bool isDirect(dl::ConvFilterGradientOp op);

GemmShape gemmShapeOf(dl::MatmulOp op);
GemmShape gemmShapeOf(dl::ConvOp op);
GemmShape gemmShapeOf(dl::ConvTransposeOp op);
GemmShape gemmShapeOf(dl::ConvFilterGradientOp op);
/// What the gemm family asks for, where it can run `anchor`.
std::optional<GemmShape> gemmShapeOf(mlir::Operation *anchor);
/// Whether the filter's gradient takes a line of the window, all of its columns and their few
/// channels, as neighbouring rows of its product.
bool joinsWindowColumns(dl::ConvFilterGradientOp op);
AttentionShape attentionShapeOf(dl::AttentionOp op);
WindowShape windowShapeOf(dl::ConvOp op);

/// What the rnn_step family asks for of a step of `op`; see `dl.lstm` for the packed matrix.
RnnStepShape rnnStepShapeOf(RecurrentOpInterface op);

/// What the window family asks for, where it can run `anchor`: a pool of floats over channels-last
/// images with at most two spatial axes.
std::optional<WindowShape> poolShapeOf(mlir::Operation *anchor);
/// What the row_reduce family asks for, where it can run `anchor`: a fold of trailing axes.
std::optional<RowReduceShape> rowReduceShapeOf(mlir::Operation *anchor);
/// The same for a fold of leading axes, column by column: rows and columns are exchanged.
std::optional<RowReduceShape> columnReduceShapeOf(mlir::Operation *anchor);
/// What the scan family asks for, where it can run `anchor`: a running sum or product that needs no
/// wider accumulator than its result.
std::optional<ScanShape> scanShapeOf(mlir::Operation *anchor);
/// The one transpose of `kernel` that takes another axis innermost, where the transpose family can
/// run the kernel: all else in it is elementwise. Null otherwise.
dl::TransposeOp turningTranspose(dl::KernelOp kernel);
/// Whether the filter of `conv`, the anchor of `kernel`, is stored as the depthwise template reads
/// it, or a constant that will be.
bool hasDepthwiseFilter(dl::KernelOp kernel, dl::ConvOp conv);
/// Whether a schedule of this family can be applied to `kernel`. The injective family is also the
/// fallback of every anchor that can be emitted without a template.
bool fits(mlir::Attribute schedule, dl::KernelOp kernel);

/// The facts of this machine, with another vector width where `vectorBytes` is not 0, and with the
/// device that the module around `op` is compiled for, if any.
MachineFacts factsFor(mlir::Operation *op, int vectorBytes);

/// The analytic model's schedule for `kernel`.
mlir::Attribute chooseSchedule(dl::KernelOp kernel, const MachineFacts &facts);

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_KERNELSCHEDULE_H
