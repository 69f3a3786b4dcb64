// A kernel of fixed sizes as one of other, or of open, sizes.
#ifndef DLC_TEST_UNIT_EMISSION_OPENSIZES_H
#define DLC_TEST_UNIT_EMISSION_OPENSIZES_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/ShapeInference.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <functional>
#include <vector>

namespace dlc::test {

/// What a size of the kernel's operands becomes.
using Resize = std::function<mlir::AffineExpr(int64_t)>;

/// `function`, which is one kernel, with operands of other sizes; everything else is inferred from
/// them. Null where an op does not take them.
mlir::OwningOpRef<mlir::ModuleOp> resized(mlir::func::FuncOp function, const Resize &resize);

/// The distinct sizes above 1 of the function's operands, in the order in which they appear.
std::vector<int64_t> sizesOfOperands(mlir::func::FuncOp function);

/// Values to try for a size that was `original`: 1, primes, around vectors of floats.
std::vector<int64_t> sizesAround(int64_t original);

} // namespace dlc::test

#endif // DLC_TEST_UNIT_EMISSION_OPENSIZES_H
