// What an evaluation of ops costs, as expressions of the open sizes.
#ifndef DLC_DIALECT_DL_IR_COST_H
#define DLC_DIALECT_DL_IR_COST_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Operation.h"

namespace dlc::dl {

/// Elements of a ranked tensor.
mlir::AffineExpr elementsOf(mlir::Type tensor);
/// The extent of `axis` of a ranked tensor; a negative one counts from the end.
mlir::AffineExpr sizeOf(mlir::Type tensor, int64_t axis);

/// Floating-point (or integer) operations of `op` and the ops in its regions; a fused multiply-add
/// counts 2.
mlir::AffineExpr flopsOf(mlir::Operation *op);
/// Bytes that `op` reads and writes when every operand and result is touched once; what is no
/// tensor of numbers counts as none.
mlir::AffineExpr touchedBytes(mlir::Operation *op);

} // namespace dlc::dl

#endif // DLC_DIALECT_DL_IR_COST_H
