// The symbols of a module: sizes that are known only when a function is called. Their number is
// their place in these attributes of the module, and in the affine maps of tensor types.
#ifndef DLC_DIALECT_DL_IR_SYMBOLS_H
#define DLC_DIALECT_DL_IR_SYMBOLS_H

#include "dlc/Dialect/DL/IR/ShapeInference.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallBitVector.h"

#include <string>
#include <vector>

namespace dlc::dl {

/// Names, an array of strings.
inline constexpr llvm::StringLiteral symbolsAttrName = "dl.symbols";
/// A likely value of each, for choices that speed alone depends on.
inline constexpr llvm::StringLiteral estimatesAttrName = "dl.symbol_estimates";
/// Expressions that must not be negative for the model to have a result, an affine map.
inline constexpr llvm::StringLiteral boundsAttrName = "dl.symbol_bounds";
/// The numbers of those that only data decides (dl.decide_size); inputs bind the others.
inline constexpr llvm::StringLiteral dataSymbolsAttrName = "dl.data_symbols";

/// Names of the module's symbols; empty where all sizes are constants.
std::vector<std::string> symbolNames(mlir::ModuleOp module);
/// One estimate a symbol.
llvm::SmallVector<int64_t> symbolEstimates(mlir::ModuleOp module);
/// Which symbols only data decides: one bit a symbol.
llvm::SmallBitVector dataSymbols(mlir::ModuleOp module);
/// The symbols that `dims` are made of.
llvm::SmallBitVector symbolsIn(llvm::ArrayRef<mlir::AffineExpr> dims);
/// What parts of `dims` are divided by, numbers apart; what is inside of another comes first.
Dims divisorsIn(llvm::ArrayRef<mlir::AffineExpr> dims);
/// What must not be negative.
Dims symbolBounds(mlir::ModuleOp module);
/// Whether `a` and `b` are equal for all values of symbols that keep `bounds`, of the module's
/// symbolBounds. False where that is not plain to see.
bool mustBeEqual(mlir::AffineExpr a, mlir::AffineExpr b, llvm::ArrayRef<mlir::AffineExpr> bounds);
/// `expr` over the module's symbols by name, as in `2*n + 1`.
std::string expressionString(mlir::AffineExpr expr, llvm::ArrayRef<std::string> names);
/// Whether `expr` is at least `least` for all values of symbols, of those in `fromZero` from 0 up
/// and of the others from 1 up. False where that is not plain to see.
bool isAtLeast(mlir::AffineExpr expr, int64_t least, const llvm::SmallBitVector &fromZero = {});
/// The lowest value that `expr` is seen to have; nullopt where it has none.
std::optional<int64_t> lowerBound(mlir::AffineExpr expr, const llvm::SmallBitVector &fromZero = {});

} // namespace dlc::dl

#endif // DLC_DIALECT_DL_IR_SYMBOLS_H
