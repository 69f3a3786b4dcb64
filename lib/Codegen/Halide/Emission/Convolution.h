// Convolutions and their gradients through the contraction templates, deformable ones plainly, and
// what their emissions share.
#ifndef DLC_LIB_CODEGEN_HALIDE_EMISSION_CONVOLUTION_H
#define DLC_LIB_CODEGEN_HALIDE_EMISSION_CONVOLUTION_H

#include "Axes.h"
#include "dlc/Codegen/Halide/Templates/Contraction.h"
#include "dlc/Dialect/DL/IR/PackedPanel.h"

#include <algorithm>

namespace dlc::codegen {

/// Each takes a kernel whose schedule is of the family gemm.
void emitDirectConv(dl::ConvOp op, KernelEmitter &emitter);
/// A convolution of the input with the taps reversed, where there is no stride.
void emitDirectConvTranspose(dl::ConvTransposeOp op, KernelEmitter &emitter);
/// Where the kernel turns the filter to (kernel..., C, O); see Templates/FilterGradient.h.
void emitFilterGradientProduct(dl::ConvFilterGradientOp op, KernelEmitter &emitter);

/// Plainly, for any schedule.
void emitDeformConv(dl::DeformConvOp op, KernelEmitter &emitter);

/// Defines the result of `op` as a Func over its own axes that sums `term(coords, k)` over
/// `extents`, and adds `bias`, one element a place along `channelAxis`: any contraction, plainly.
void emitPlainSum(KernelEmitter &emitter, mlir::Operation *op, const templates::Sizes &extents,
                  const std::function<Halide::Expr(const Coords &, const Halide::RDom &)> &term,
                  mlir::Value bias, unsigned channelAxis);

/// `sizes` without the first `first` and the last `last` of them.
inline templates::Sizes drop(const templates::Sizes &sizes, size_t first, size_t last) {
  return {sizes.begin() + static_cast<ptrdiff_t>(first),
          sizes.end() - static_cast<ptrdiff_t>(last)};
}

/// Sums of f16 and bf16 are kept in f32, all others in their own type.
inline Halide::Type accumulatorType(mlir::Value value) {
  Halide::Type type = KernelEmitter::exprType(value.getType());
  return type.is_float() && type.bits() < 32 ? Halide::Float(32) : type;
}

/// A panel of packed weights is what the register tile reads, or the kernel would read other
/// columns: throws where `packed` is not that and has columns. Steps side by side need packed
/// weights, and fit `columns` and an innermost reduction axis of `depth`.
void checkPanel(KernelEmitter &emitter, const schedule::GemmParams &params, Halide::Type type,
                const dl::PackedPanel &packed, int64_t columns, int64_t depth);

/// The loops over a product of matrices of shape `result`: its columns, rows, and batches from the
/// innermost axis on; `joined` are batches that are rows.
IterationSpace productSpace(KernelEmitter &emitter, const dl::Dims &result,
                            const templates::Size &columns, const templates::Size &rows,
                            const templates::Sizes &batch, bool joined);

/// (kernel..., C, O) as (O, C, kernel...), and back: places and sizes of filters.
template <typename List>
List channelsInFront(const List &behind) {
  List front(behind.rbegin(), behind.rbegin() + 2);
  front.insert(front.end(), behind.begin(), behind.end() - 2);
  return front;
}
template <typename List>
List channelsBehind(const List &front) {
  List behind(front.begin() + 2, front.end());
  behind.push_back(front[1]);
  behind.push_back(front[0]);
  return behind;
}

/// Sizes of a 1-D or 2-D channels-last image as 2-D.
struct Image {
  templates::Size batch, height, width, channels;
  explicit Image(const templates::Sizes &shape)
      : batch(shape[0]), height(shape.size() == 4 ? shape[1] : 1), width(shape[shape.size() - 2]),
        channels(shape.back()) {}
};

/// An entry of a list with one or two spatial axes, `otherwise` for the vertical one of a 1-D list.
inline int64_t entry(llvm::ArrayRef<int64_t> list, bool vertical, int64_t otherwise) {
  return list.size() == 2 ? list[vertical ? 0 : 1] : vertical ? otherwise : list[0];
}

/// Elements of a 1-D or 2-D channels-last image at (c, x, y, n).
std::function<Halide::Expr(Halide::Expr c, Halide::Expr x, Halide::Expr y, Halide::Expr n)>
imageAccess(KernelEmitter &emitter, mlir::Value input);

/// The bias as a term of the epilogue: added to whatever the accumulator holds.
Halide::Expr addBias(KernelEmitter &emitter, mlir::Value bias, Halide::Expr sum,
                     Halide::Expr channel);

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_EMISSION_CONVOLUTION_H
