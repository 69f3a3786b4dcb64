// What the passes that recognise spelled-out ops share: arithmetic in a normal form, so that a pass
// matches what is computed and not the order in which an exporter wrote it.
//
// All of these look through ops whose result has one use only: what a pass then replaces has no
// user that would need it to be computed all the same.
#ifndef DLC_LIB_DIALECT_DL_TRANSFORMS_MATCHING_H
#define DLC_LIB_DIALECT_DL_TRANSFORMS_MATCHING_H

#include "dlc/Dialect/DL/IR/DLOps.h"

#include <array>
#include <optional>

namespace dlc::dl {

/// Whether constants `a` and `b` are equal as far as an element type of `like` can tell; five units
/// of 1e-6 for f32 and wider, since exporters write constants as decimals.
bool nearly(double a, double b, mlir::Value like);

/// The op of type OpTy that computes `value`, where nothing else uses it; null otherwise.
template <typename OpTy>
OpTy onlyUse(mlir::Value value) {
  return value && value.hasOneUse() ? value.getDefiningOp<OpTy>() : OpTy();
}

/// scale * factors / divisors, elementwise; an element that is multiplied twice stands twice.
struct Product {
  double scale = 1;
  llvm::SmallVector<mlir::Value, 4> factors, divisors;

  /// Removes the first factor for which `take` holds; null where there is none.
  mlir::Value takeFactor(llvm::function_ref<bool(mlir::Value)> take);
};

/// `root`, a result of mul, div, neg, reciprocal or pow by a small integer, as a product. Of
/// anything else it is the one factor.
Product productOf(mlir::Value root);

/// coefficients[i] * x^i, summed.
struct Polynomial {
  static constexpr unsigned degrees = 4;
  std::array<double, degrees> coefficients{};

  double operator[](unsigned degree) const { return coefficients[degree]; }
  /// Whether it is c0 + c1 * x.
  bool isAffine() const { return coefficients[2] == 0 && coefficients[3] == 0; }
};

/// `value` as a polynomial of degree 3 at most in `x` with constant coefficients; nullopt where it
/// is none.
std::optional<Polynomial> polynomialOf(mlir::Value value, mlir::Value x);

/// What remains of `value` below additions of and multiplications by constants: the x of c0 + c1*x.
mlir::Value affineLeaf(mlir::Value value);

/// `value` as min(max(operand, low), high), however it is spelled; nullopt where it is not bounded
/// from both sides.
struct Bounded {
  mlir::Value operand;
  double low, high;
};
std::optional<Bounded> boundedOf(mlir::Value value);

} // namespace dlc::dl

#endif // DLC_LIB_DIALECT_DL_TRANSFORMS_MATCHING_H
