// What the result-type inference of the op families shares: dimensions as affine expressions, and
// broadcasting.
//
// A dimension is an AffineExpr: a constant, or an expression over the model's symbols. All
// inference is written on these, so that a size known late needs no second implementation. A tensor
// type with such sizes carries them as its encoding, an affine map from symbols to one result an
// axis:
//   tensor<?x3x?xf32, affine_map<()[s0, s1] -> (s0, 3, s1 floordiv 2)>>
// Equal types have equal sizes; a size of `?` without an encoding is not known at all.
#ifndef DLC_DIALECT_DL_IR_SHAPEINFERENCE_H
#define DLC_DIALECT_DL_IR_SHAPEINFERENCE_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/TypeRange.h"
#include <optional>

namespace dlc::dl {

/// Trait of ops whose operands broadcast as NumPy arrays do, into the result's shape.
template <typename Op>
class Broadcasts : public mlir::OpTrait::TraitBase<Op, Broadcasts> {};

/// Checks that all `operands` of `op` have one element type.
llvm::LogicalResult verifyOneElementType(mlir::Operation *op, mlir::ValueRange operands);

/// Trait of ops whose operands have one element type.
template <typename Op>
class OneElementType : public mlir::OpTrait::TraitBase<Op, OneElementType> {
public:
  static llvm::LogicalResult verifyTrait(mlir::Operation *op) {
    return verifyOneElementType(op, op->getOperands());
  }
};

/// Trait of injective ops whose elements depend on their place in the result, not on those of the
/// operands alone: no transpose moves past them, and equal operands do not give equal elements.
template <typename Op>
class DependsOnPlace : public mlir::OpTrait::TraitBase<Op, DependsOnPlace> {};

/// Trait of injective ops that take an instruction or two an element: computing the element again
/// is no dearer than loading it.
template <typename Op>
class CheapToRecompute : public mlir::OpTrait::TraitBase<Op, CheapToRecompute> {};

/// Trait of ops that take a few loads and instructions an element where they are no anchors: dearer
/// than a load, but no dearer than a store and a load.
template <typename Op>
class CheapToCompute : public mlir::OpTrait::TraitBase<Op, CheapToCompute> {};

using Dims = llvm::SmallVector<mlir::AffineExpr>;

/// The dimensions of a ranked tensor. Its type must be whole: see hasKnownDims.
Dims dimsOf(mlir::Type tensor);
/// Whether every size of a ranked tensor is a constant or an expression over symbols.
bool hasKnownDims(mlir::RankedTensorType tensor);
/// The dimensions of a list of sizes.
Dims dimsOf(mlir::MLIRContext *context, llvm::ArrayRef<int64_t> sizes);
/// The dimensions that an attribute holds: `sizes`, dynamic where `symbolic` has an expression.
/// Fails at `loc` where the two differ.
llvm::FailureOr<Dims> dimsOf(std::optional<mlir::Location> loc, mlir::MLIRContext *context,
                             llvm::ArrayRef<int64_t> sizes,
                             std::optional<mlir::AffineMap> symbolic);
/// The two attributes that hold `dims`: the second is null where all are constants.
std::pair<llvm::SmallVector<int64_t>, mlir::AffineMapAttr>
sizeAttributes(mlir::MLIRContext *context, llvm::ArrayRef<mlir::AffineExpr> dims);
/// The tensor type with these dimensions.
mlir::RankedTensorType tensorOf(llvm::ArrayRef<mlir::AffineExpr> dims, mlir::Type element);
/// The tensor type with the dimensions of `tensor` and another element type.
mlir::RankedTensorType withElement(mlir::RankedTensorType tensor, mlir::Type element);
/// The number of elements of a ranked tensor; nullopt where a size is not a constant.
std::optional<int64_t> elementCountOf(mlir::Type tensor);
/// Sizes of `tensor` where symbol i is `symbols[i]`; a middling size stands for symbols beyond
/// these, and for open sizes without an expression.
llvm::SmallVector<int64_t> shapeAt(mlir::Type tensor, llvm::ArrayRef<int64_t> symbols);
/// Bytes of `tensor` with middling sizes for symbols: for choices that only speed depends on.
int64_t likelyBytes(mlir::Type tensor);
/// The product of dimensions.
mlir::AffineExpr productOf(llvm::ArrayRef<mlir::AffineExpr> dims, mlir::MLIRContext *context);
/// `expr` in a shorter form, where there is one.
mlir::AffineExpr simplified(mlir::AffineExpr expr);
/// The form of `dim` in which equal sums look alike: `(a * 2 + 2) * 2` is `(a * 2 + 1) * 2 + 2`.
/// Products of symbols and remainders stay as they are written (productOf orders factors).
mlir::AffineExpr normalForm(mlir::AffineExpr dim);
/// `expr` with quotients in place of remainders by a number, so that sums that make a size a
/// multiple of one look alike: `a + (8 - a mod 8) mod 8` is `((a + 7) floordiv 8) * 8`.
mlir::AffineExpr withoutRemainders(mlir::AffineExpr expr);
/// `whole` divided by `part` where that leaves no rest whatever the symbols are; null otherwise.
mlir::AffineExpr exactQuotient(mlir::AffineExpr whole, mlir::AffineExpr part);
/// Its factors: constants first, joined into one; sums are factors of their own.
llvm::SmallVector<mlir::AffineExpr> factorsOf(mlir::AffineExpr expr);
/// The value of `dim` where symbol i is `symbols[i]`.
int64_t evaluateDim(mlir::AffineExpr dim, llvm::ArrayRef<int64_t> symbols);
/// The value of a constant dimension.
std::optional<int64_t> constantDim(mlir::AffineExpr dim);
/// The values of dimensions that are all constants; nullopt where one is not.
std::optional<llvm::SmallVector<int64_t>> constantDims(llvm::ArrayRef<mlir::AffineExpr> dims);
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

//===-- Sizes that should be equal ---------------------------------------------------------===//

/// Two sizes that an op takes for equal.
using SizePair = std::pair<mlir::AffineExpr, mlir::AffineExpr>;

/// Two products without the factors that both have: equal where `a` and `b` are.
SizePair withoutCommonFactors(mlir::AffineExpr a, mlir::AffineExpr b);

/// The first of `pairs` whose sizes differ; nullopt where none do.
std::optional<SizePair> firstDiffering(llvm::ArrayRef<SizePair> pairs);
/// The same for the axes of two shapes of one rank.
std::optional<SizePair> firstDiffering(llvm::ArrayRef<mlir::AffineExpr> a,
                                       llvm::ArrayRef<mlir::AffineExpr> b);
/// Puts `sizes`, whose difference `diagnostic` reports, into its metadata where one of them is open
/// and might still turn out to be the other: see differingSizes.
mlir::InFlightDiagnostic withSizes(mlir::InFlightDiagnostic diagnostic, SizePair sizes);
/// Reports at `loc`, or drops where there is none, that inference failed since `sizes` differ.
llvm::LogicalResult sizesDiffer(std::optional<mlir::Location> loc, SizePair sizes,
                                const llvm::Twine &message);
/// The open sizes that would have to be equal for what `diagnostic` reports to be right.
std::optional<SizePair> differingSizes(mlir::Diagnostic &diagnostic);

} // namespace dlc::dl

#endif // DLC_DIALECT_DL_IR_SHAPEINFERENCE_H
