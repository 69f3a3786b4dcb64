// Reverse-mode differentiation of straight-line dl programs.
#ifndef DLC_AUTODIFF_REVERSEMODE_H
#define DLC_AUTODIFF_REVERSEMODE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dlc::autodiff {

/// Attaches the gradient rules (DifferentiableOpInterface) to the dl ops once the dialect is
/// loaded.
void registerGradientRules(mlir::DialectRegistry &registry);

/// Where reverse mode starts: a value and its cotangent, of one type.
struct Seed {
  mlir::Value value;
  mlir::Value cotangent;
};

/// Builds, at `builder`, the cotangents of `wrt` given those of some values of the same block:
/// one an entry, null where no seeded value depends on it. Visits only ops between the two, each
/// once, in reverse. Fails with a diagnostic on an op without a rule.
llvm::FailureOr<llvm::SmallVector<mlir::Value>>
emitReverse(mlir::OpBuilder &builder, llvm::ArrayRef<Seed> seeds, llvm::ArrayRef<mlir::Value> wrt);

/// The function that autodiff-gradient adds for `function`: f_gradient(x..., cotangents) -> (y...,
/// gradients of arguments `wrt`). Fails with a diagnostic where an op has no rule.
llvm::FailureOr<mlir::func::FuncOp> addGradientFunction(mlir::func::FuncOp function,
                                                        llvm::ArrayRef<int64_t> wrt);

/// The arguments of floating-point type.
llvm::SmallVector<int64_t> floatArguments(mlir::func::FuncOp function);

} // namespace dlc::autodiff

#endif // DLC_AUTODIFF_REVERSEMODE_H
