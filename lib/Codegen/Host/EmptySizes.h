// Sizes that are 0 at a call, such as the length of a cache that holds nothing yet
// (docs/ADR/0014-a-size-may-be-0-where-its-kernels-have-nothing-to-do.md).
#ifndef DLC_LIB_CODEGEN_HOST_EMPTYSIZES_H
#define DLC_LIB_CODEGEN_HOST_EMPTYSIZES_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallBitVector.h"

namespace dlc::host {

/// Calls `visit` with the types of all tensors that `root`, and what is inside of it, takes and
/// makes.
void forEachTensor(mlir::Operation *root, llvm::function_ref<void(mlir::RankedTensorType)> visit);

/// Which sizes of a function may be 0 at a call. A kernel runs only where none of its tensors is
/// empty. That is right where its results are empty then; a size that a result does not have (of an
/// axis that is summed over, of a part of a concat) must be above 0. So must a size that an anchor
/// makes of operands which are not empty: no window fits into them. Of sizes that data decides the
/// importer has seen to all this.
class EmptySizes {
public:
  explicit EmptySizes(mlir::func::FuncOp function);

  /// What `size`, of a tensor of the function or a part of such, must be at least: 0 or 1.
  int64_t leastOf(mlir::AffineExpr size) const {
    return aboveZero.contains(size) || isAtLeast(size, 1) ? 1 : 0;
  }
  /// Whether symbols that are as large as they must be make `expr` at least `least`.
  bool isAtLeast(mlir::AffineExpr expr, int64_t least) const {
    return dl::isAtLeast(expr, least, fromZero);
  }
  /// The sizes of which one is 0 where `kernel` must not run.
  llvm::SetVector<mlir::AffineExpr> sizesThatStop(dl::KernelOp kernel) const;

private:
  void visit(dl::KernelOp kernel);
  /// Whether `result` has no elements where `size` is 0.
  bool isEmptyWith(mlir::Type result, mlir::AffineExpr size) const;
  /// Whether `size` is 0 only where an operand of `kernel` is empty.
  bool isZeroWithAnOperand(mlir::AffineExpr size, dl::KernelOp kernel) const;
  bool isDecidedByData(mlir::AffineExpr size) const {
    return dl::symbolsIn(size).anyCommon(decidedByData);
  }
  void requireAboveZero(mlir::AffineExpr size);

  llvm::SmallBitVector decidedByData;         ///< symbols
  llvm::SmallBitVector fromZero;              ///< symbols of inputs that may be 0
  llvm::DenseSet<mlir::AffineExpr> aboveZero; ///< sizes that must not be 0
};

} // namespace dlc::host

#endif // DLC_LIB_CODEGEN_HOST_EMPTYSIZES_H
