// The interpreter: runs a function of dl ops by the plain evaluation of each. What everything else
// is compared with.
#ifndef DLC_REFERENCE_INTERPRETER_H
#define DLC_REFERENCE_INTERPRETER_H

#include "dlc/Support/Error.h"
#include "dlc/Support/Tensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <functional>
#include <vector>

namespace dlc {

/// Attaches the reference evaluation (ReferenceOpInterface) to every dl op once the dialect is
/// loaded.
void registerReferenceModels(mlir::DialectRegistry &registry);

/// What a float result is rounded to. Evaluation itself is in double in either case.
enum class Precision {
  /// The op's element type, after every op: what a compiled model can be expected to reach.
  Declared,
  /// Nothing: all float tensors stay f64 throughout. The exact answer, to judge rounding errors by.
  Wide,
};

/// How `interpret` evaluates and whom it tells.
struct InterpreterOptions {
  Precision precision = Precision::Declared;
  /// Called after every evaluated op (ops inside a kernel first, then the kernel) with its results.
  std::function<void(mlir::Operation *, llvm::ArrayRef<Tensor>)> observer;
};

/// Evaluates one op on `operands`, one an SSA operand, into newly allocated results with the sizes
/// that follow from theirs, and where these leave symbols open, from `symbols`, their values (-1
/// where there is none). Fails with a diagnostic on the op where it has no reference evaluation
/// or rejects its data.
llvm::LogicalResult evaluateOp(mlir::Operation *op, llvm::ArrayRef<Tensor> operands,
                               Precision precision, llvm::SmallVectorImpl<Tensor> &results,
                               llvm::ArrayRef<int64_t> symbols = {});

/// Evaluates `function` on `inputs`, one a function argument, and gives what it returns. Sizes are
/// those of the inputs: where they differ from the declared types, result types are inferred anew.
/// Fails (BadInput) where an input has another element type or a size that the declared type
/// excludes, and where an op rejects its data; (Unsupported) at an op without a reference
/// evaluation.
Expected<std::vector<Tensor>> interpret(mlir::func::FuncOp function, llvm::ArrayRef<Tensor> inputs,
                                        const InterpreterOptions &options = {});

} // namespace dlc

#endif // DLC_REFERENCE_INTERPRETER_H
