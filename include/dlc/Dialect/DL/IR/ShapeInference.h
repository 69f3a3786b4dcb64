// What the result-type inference of the op families shares: dimensions as affine expressions, and
// broadcasting.
//
// A dimension is an AffineExpr: a constant, or an expression over named symbols. All inference is
// written on these, so that a size known late needs no second implementation.
#ifndef DLC_DIALECT_DL_IR_SHAPEINFERENCE_H
#define DLC_DIALECT_DL_IR_SHAPEINFERENCE_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/TypeRange.h"
#include <optional>

namespace dlc::dl {

using Dims = llvm::SmallVector<mlir::AffineExpr>;

/// The dimensions of a ranked tensor.
Dims dimsOf(mlir::Type tensor);
/// The dimensions of a list of sizes.
Dims dimsOf(mlir::MLIRContext *context, llvm::ArrayRef<int64_t> sizes);
/// The tensor type with these dimensions.
mlir::RankedTensorType tensorOf(llvm::ArrayRef<mlir::AffineExpr> dims, mlir::Type element);
/// The value of a constant dimension.
std::optional<int64_t> constantDim(mlir::AffineExpr dim);
/// `3x?x224` for messages; symbols print by expression.
std::string dimsString(llvm::ArrayRef<mlir::AffineExpr> dims);

/// NumPy broadcasting of all shapes; `types` gets the result with element type `element`. Fails
/// with an error at `loc` naming both shapes where two sizes differ and neither is 1.
llvm::LogicalResult inferBroadcast(std::optional<mlir::Location> loc, mlir::TypeRange operands,
                                   mlir::Type element, llvm::SmallVectorImpl<mlir::Type> &types);
/// Same on dimensions alone.
llvm::FailureOr<Dims> broadcastDims(std::optional<mlir::Location> loc,
                                    llvm::ArrayRef<mlir::AffineExpr> a,
                                    llvm::ArrayRef<mlir::AffineExpr> b);

/// Reports an inference failure at `loc`, or drops it where there is none.
llvm::LogicalResult inferenceError(std::optional<mlir::Location> loc, const llvm::Twine &message);

} // namespace dlc::dl

#endif // DLC_DIALECT_DL_IR_SHAPEINFERENCE_H
