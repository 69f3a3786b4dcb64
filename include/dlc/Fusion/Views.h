// Which slices and concats of a function cost nothing: they stand outside of kernels, as parts of
// other tensors (dlc/Dialect/DL/IR/Storage.h).
#ifndef DLC_FUSION_VIEWS_H
#define DLC_FUSION_VIEWS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace dlc::fusion {

/// Slices with steps of 1 that all uses can read in place, and concats most of whose operands can
/// be written in place by what computes them, or that are large enough for a kernel an operand.
llvm::DenseSet<mlir::Operation *> viewsOf(mlir::func::FuncOp function);

} // namespace dlc::fusion

#endif // DLC_FUSION_VIEWS_H
