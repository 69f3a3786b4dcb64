// Evaluation of ops at compile time, for the importer and for the pass dl-fold-constants.
#ifndef DLC_REFERENCE_FOLDCONSTANTS_H
#define DLC_REFERENCE_FOLDCONSTANTS_H

#include "dlc/Support/Tensor.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"
#include <optional>

namespace dlc {

/// The results of `op` where every operand is a dl.constant and the op has a reference evaluation;
/// nullopt otherwise, and where the evaluation fails (its diagnostic is dropped: the op stays and
/// fails later).
std::optional<llvm::SmallVector<Tensor>> evaluateConstant(mlir::Operation *op);

/// The same as attributes, for replacing the op by constants. An elementwise op on splats is
/// evaluated on one element and gives splats. Nullopt also where folding would bloat the program:
/// results of more than 4 times the operands' bytes, beyond 64 KiB.
std::optional<llvm::SmallVector<mlir::ElementsAttr>> foldConstant(mlir::Operation *op);

} // namespace dlc

#endif // DLC_REFERENCE_FOLDCONSTANTS_H
