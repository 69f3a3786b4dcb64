// The extent of an axis as the templates see it: a constant, or an expression over what the kernel
// is called with. Templates are written once on these; with constants they make the code that
// constants alone would.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_SIZE_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_SIZE_H

#include <Halide.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace dlc::templates {

/// A size that is not negative. What has to hold a template decides by what is known of all values
/// of the size (`is`, `isMultipleOf`, `isAtLeast`); how its loops nest it may ask `likely` for.
class Size {
public:
  Size(int64_t constant = 1)
      : value(constant), divisor(constant), least(constant), probable(constant) {}
  /// A size known at the call: an int32 expression that is always a multiple of `divisor` and at
  /// least `least`; `likely` is 0 where nothing is known of it.
  static Size open(Halide::Expr value, int64_t divisor = 1, int64_t least = 0, int64_t likely = 0);

  bool isConstant() const { return !symbolic.defined(); }
  /// The value of a constant.
  int64_t constant() const;
  /// Whether it is known to be `other`.
  bool is(int64_t other) const { return isConstant() && value == other; }
  /// Whether it is known to be a multiple of `factor`, >= 1.
  bool isMultipleOf(int64_t factor) const { return divisor % factor == 0; }
  bool isAtLeast(int64_t other) const { return least >= other; }
  /// The value where it is a constant, `otherwise` where it is known at the call.
  int64_t constantOr(int64_t otherwise) const { return isConstant() ? value : otherwise; }
  /// A value that it may well have, of which only speed may depend: what is certain, at least.
  int64_t likely() const { return std::max(least, probable); }
  /// As an int32 expression.
  Halide::Expr expr() const;

  friend Size operator+(const Size &a, const Size &b);
  friend Size operator-(const Size &a, const Size &b);
  friend Size operator*(const Size &a, const Size &b);
  /// Rounded down; `b` is at least 1.
  friend Size operator/(const Size &a, const Size &b);

private:
  Halide::Expr symbolic; ///< undefined for constants
  int64_t value = 0;     ///< of a constant
  int64_t divisor = 1, least = 0, probable = 0;
};

using Sizes = std::vector<Size>;

Size productOf(const Sizes &sizes);
/// The quotient rounded up; `b` is at least 1.
Size ceilDiv(const Size &a, const Size &b);
/// The smaller and the larger.
Size smaller(const Size &a, const Size &b);
Size larger(const Size &a, const Size &b);

/// Quotient and rest of an index.
struct Divided {
  Halide::Expr quotient, rest;
};
/// Divides an index in [0, size * quotients) by a size that is at least 1. By a size that is known
/// at the call this multiplies, as compilers do for constants: the factor is made once, before all
/// loops.
Divided divide(const Halide::Expr &index, const Size &size, const Size &quotients);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_SIZE_H
