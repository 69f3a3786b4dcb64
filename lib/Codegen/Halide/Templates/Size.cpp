// Arithmetic on sizes: constants stay constants.
#include "dlc/Codegen/Halide/Templates/Size.h"

#include <algorithm>
#include <cassert>
#include <numeric>

using namespace Halide;

namespace dlc::templates {

Size Size::open(Expr value, int64_t divisor, int64_t least, int64_t likely) {
  Size size;
  size.symbolic = std::move(value);
  size.divisor = divisor;
  size.least = least;
  size.probable = likely;
  return size;
}

int64_t Size::constant() const {
  assert(isConstant() && "the size is known at the call only");
  return value;
}

Expr Size::expr() const { return isConstant() ? Expr(static_cast<int>(value)) : symbolic; }

Size operator+(const Size &a, const Size &b) {
  if (a.isConstant() && b.isConstant())
    return a.value + b.value;
  if (a.is(0) || b.is(0))
    return a.is(0) ? b : a;
  return Size::open(a.expr() + b.expr(), std::gcd(a.divisor, b.divisor), a.least + b.least,
                    a.likely() + b.likely());
}

Size operator-(const Size &a, const Size &b) {
  if (a.isConstant() && b.isConstant())
    return a.value - b.value;
  if (b.is(0))
    return a;
  return Size::open(a.expr() - b.expr(), std::gcd(a.divisor, b.divisor),
                    b.isConstant() ? a.least - b.value : 0,
                    std::max<int64_t>(0, a.likely() - b.likely()));
}

Size operator*(const Size &a, const Size &b) {
  if (a.isConstant() && b.isConstant())
    return a.value * b.value;
  if (a.is(0) || b.is(0))
    return 0;
  if (a.is(1) || b.is(1))
    return a.is(1) ? b : a;
  return Size::open(a.expr() * b.expr(), a.divisor * b.divisor, a.least * b.least,
                    a.likely() * b.likely());
}

Size operator/(const Size &a, const Size &b) {
  if (a.isConstant() && b.isConstant())
    return a.value / b.value;
  if (b.is(1))
    return a;
  const bool exact = b.isConstant() && a.isMultipleOf(b.value);
  return Size::open(a.expr() / b.expr(), exact ? a.divisor / b.value : 1,
                    b.isConstant() ? a.least / b.value : 0,
                    a.likely() / std::max<int64_t>(1, b.likely()));
}

Size productOf(const Sizes &sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), Size(1), std::multiplies<>());
}

Size ceilDiv(const Size &a, const Size &b) {
  if (b.isConstant() && a.isMultipleOf(b.constant()))
    return a / b;
  Size quotient = (a + b - 1) / b;
  return quotient.isConstant() || !a.isAtLeast(1) || quotient.isAtLeast(1)
             ? quotient
             : Size::open(quotient.expr(), 1, 1, quotient.likely());
}

Size smaller(const Size &a, const Size &b) {
  if (a.isConstant() && b.isConstant())
    return std::min(a.constant(), b.constant());
  if (a.isConstant() && b.isAtLeast(a.constant()))
    return a;
  if (b.isConstant() && a.isAtLeast(b.constant()))
    return b;
  return Size::open(min(a.expr(), b.expr()), 1, a.isAtLeast(1) && b.isAtLeast(1) ? 1 : 0,
                    std::min(a.likely(), b.likely()));
}

Size larger(const Size &a, const Size &b) {
  if (a.isConstant() && b.isConstant())
    return std::max(a.constant(), b.constant());
  if (b.isConstant() && a.isAtLeast(b.constant()))
    return a;
  if (a.isConstant() && b.isAtLeast(a.constant()))
    return b;
  return Size::open(max(a.expr(), b.expr()), 1, a.isAtLeast(1) || b.isAtLeast(1) ? 1 : 0,
                    std::max(a.likely(), b.likely()));
}

Divided divide(const Expr &index, const Size &size, const Size &quotients) {
  if (size.isConstant())
    return {index / size.expr(), index % size.expr()};
  // floor(n * (floor(2^(31 + l) / d) + 1) / 2^(31 + l)) = floor(n / d) for 0 <= n < 2^31 and
  // 2^l >= d > 2^(l - 1): Granlund and Montgomery, "Division by invariant integers using
  // multiplication", 1994.
  const Expr divisor = size.expr(), one = cast<int64_t>(1);
  const Expr shift = cast<int64_t>(63 - cast<int32_t>(count_leading_zeros(divisor - 1)));
  const Expr factor = (one << shift) / cast<int64_t>(divisor) + one;
  Expr quotient = cast<int32_t>((cast<int64_t>(index) * factor) >> shift);
  // Bounds inference sees through neither the product nor the rest.
  quotient = unsafe_promise_clamped(quotient, 0, (quotients - 1).expr());
  Expr rest = unsafe_promise_clamped(index - quotient * divisor, 0, (size - 1).expr());
  return {quotient, rest};
}

} // namespace dlc::templates
