// What the shape models of the op families are made of, and their registration functions.
#ifndef DLC_LIB_SCHEDULE_SHAPES_SHAPES_H
#define DLC_LIB_SCHEDULE_SHAPES_SHAPES_H

#include "dlc/Schedule/ScheduleShapes.h"
#include "dlc/Schedule/WeightPacking.h"

namespace dlc::schedule {

/// What is known of sizes for sure, for what can be run.
inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
}
/// The shape of a value in a kernel, or of a kernel's result, at the likely values of symbols, for
/// what is fast.
llvm::SmallVector<int64_t> likelyShapeOf(mlir::Value value);

int64_t product(llvm::ArrayRef<int64_t> sizes);
/// Sets the rows of `shape` to `rows` of `result`, odd where it may have any: no tile fits them for
/// sure.
void setRows(GemmShape &shape, int64_t rows, mlir::Value result);

/// Bytes of an element of `value` in memory.
int elementBytes(mlir::Value value);
/// Bytes of an accumulator for elements of `value`.
int accumulatorBytes(mlir::Value value);

/// A panel of packed weights for `gemm`, which makes elements of `result`, of `columns` in all (of
/// a group), with an innermost reduction axis of `depth`.
dl::PackedPanel panelOf(dl::GemmScheduleAttr gemm, mlir::Value result, int64_t columns,
                        int64_t depth, const MachineFacts &facts);

/// GemmShape::packedDepth for a product of `lhs` with `weight`, two operands of a kernel's anchor,
/// along an innermost reduction axis of `depth`.
int64_t packedDepth(mlir::Value lhs, mlir::Value weight, int64_t depth);

/// Folds over the axes of `operand` from `first` on that take `cyclesPerVector` in all.
RowReduceShape rowsOf(mlir::Value operand, int64_t first, int cyclesPerVector);
/// A fold over windows of extents `window` that slide over channels-last images with one or two
/// spatial axes.
WindowShape windowShapeOf(mlir::Value input, mlir::Value result, llvm::ArrayRef<int64_t> window,
                          llvm::ArrayRef<int64_t> strides, llvm::ArrayRef<int64_t> dilations);

void attachAttentionShapes(mlir::MLIRContext *context);
void attachContractionShapes(mlir::MLIRContext *context);
void attachConvolutionShapes(mlir::MLIRContext *context);
void attachNormalizationShapes(mlir::MLIRContext *context);
void attachReductionShapes(mlir::MLIRContext *context);
void attachWindowShapes(mlir::MLIRContext *context);

} // namespace dlc::schedule

#endif // DLC_LIB_SCHEDULE_SHAPES_SHAPES_H
