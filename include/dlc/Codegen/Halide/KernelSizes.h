// The sizes of a kernel as Halide sees them: constants, or expressions of the symbols that the
// kernel is called with; and where the elements of its buffers lie.
#ifndef DLC_CODEGEN_HALIDE_KERNELSIZES_H
#define DLC_CODEGEN_HALIDE_KERNELSIZES_H

#include "dlc/Codegen/Halide/Templates/Size.h"
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/ShapeInference.h"
#include "llvm/ADT/SmallBitVector.h"

#include <Halide.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dlc::codegen {

class LayoutReader;

class KernelSizes {
public:
  explicit KernelSizes(dl::KernelOp kernel);

  templates::Size size(mlir::AffineExpr dim) const;
  templates::Sizes sizesOf(llvm::ArrayRef<mlir::AffineExpr> dims) const;

  /// One argument a symbol of the kernel, in their order, ahead of its buffers.
  std::vector<Halide::Argument> arguments() const;
  /// A buffer `in<index>` with elements of `element`, with bounds and strides (outermost axis
  /// first) made of constants and symbols, so that the kernel reads nothing of it but the host
  /// pointer.
  Halide::ImageParam parameter(Halide::Type element, llvm::ArrayRef<mlir::AffineExpr> dims,
                               llvm::ArrayRef<mlir::AffineExpr> strides, unsigned index);
  /// Sets the stride of dimension `index` of the buffer called `buffer`.
  void setStride(Halide::Internal::Dimension dim, const std::string &buffer, int index,
                 const templates::Size &stride);
  /// Lets `pipeline` find the strides that are no constants.
  void attachTo(Halide::Pipeline &pipeline) const;

private:
  Halide::Expr expressionOf(mlir::AffineExpr dim) const;

  std::vector<std::pair<unsigned, Halide::Param<int32_t>>> symbols;
  llvm::SmallBitVector mayBeZero;       ///< symbols that may be 0 while the kernel runs
  llvm::SmallVector<int64_t> estimates; ///< a likely value of each symbol of the module
  std::shared_ptr<LayoutReader> layouts;
};

} // namespace dlc::codegen

#endif // DLC_CODEGEN_HALIDE_KERNELSIZES_H
