// What verifiers ask of the shapes of operands. Private to the dialect.
#ifndef DLC_LIB_DIALECT_DL_IR_OPERANDSHAPES_H
#define DLC_LIB_DIALECT_DL_IR_OPERANDSHAPES_H

#include "dlc/Dialect/DL/IR/ShapeInference.h"
#include "mlir/IR/Operation.h"

namespace dlc::dl {

/// Checks `operand`, which may be absent, for its shape; open sizes are equal where their
/// expressions are. Errors call it `name`.
llvm::LogicalResult verifyShape(mlir::Operation *op, llvm::StringRef name, mlir::Value operand,
                                const Dims &shape);

/// Checks that an operand of `rank` axes has `axis`.
llvm::LogicalResult checkAxis(std::optional<mlir::Location> loc, int64_t axis, size_t rank);

/// Checks that `groups`, which errors call `name`, divide `channels`, called `of`. Open channels
/// may turn out to be anything.
llvm::LogicalResult verifyGroups(mlir::Operation *op, llvm::StringRef name, int64_t groups,
                                 mlir::AffineExpr channels, llvm::StringRef of);

/// Checks that all operands but those of bool have one element type.
llvm::LogicalResult verifyElements(mlir::Operation *op);

} // namespace dlc::dl

#endif // DLC_LIB_DIALECT_DL_IR_OPERANDSHAPES_H
