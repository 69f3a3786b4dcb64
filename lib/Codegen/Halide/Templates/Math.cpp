// Elementary functions on Halide expressions. Each handles f32 by a vectorisable form and f64 by
// libm.

#include "dlc/Codegen/Halide/Templates/Math.h"
#include "dlc/Codegen/Halide/Templates/FusedMath.h"

#include <cmath>
#include <functional>
#include <limits>

using Halide::Expr;

namespace dlc::codegen::math {

Expr constant(Expr like, double value) { return Halide::Internal::make_const(like.type(), value); }

Expr libm(const std::string &name, const std::vector<Expr> &arguments) {
  Halide::Type type = arguments.front().type();
  std::string symbol = type.bits() == 64 ? name : name + "f";
  return Halide::Internal::Call::make(type, symbol, arguments, Halide::Internal::Call::PureExtern);
}

static bool isDouble(const Expr &x) { return x.type().bits() == 64; }

static Expr keepNaN(Expr x, Expr result) { return Halide::select(Halide::is_nan(x), x, result); }

/// Horner's scheme, highest coefficient first.
static Expr polynomial(Expr x, std::initializer_list<double> coefficients) {
  Expr result, variable = templates::unfused(x);
  for (double coefficient : coefficients)
    result =
        result.defined() ? result * variable + constant(x, coefficient) : constant(x, coefficient);
  return templates::fused(result);
}

namespace {
/// e^x = factor * 2^exponent for a float x.
struct Raised {
  Expr factor;   ///< in [0.7, 1.5)
  Expr exponent; ///< the power of two, as bits of a float: shifted by 23 they are 2^(n + bias)
};
} // namespace

/// Reduces `x`, in [-88, 89], to |r| <= ln(2) / 2 and evaluates e^r there. Adding 1.5 * 2^23 leaves
/// the nearest integer in a float's low bits, together with the `bias` of its exponent.
static Raised raise(Expr x, int bias) {
  const auto shift = static_cast<float>((3 << 22) + bias);
  Expr shifted = templates::fused(templates::unfused(x) * 1.44269504f + shift);
  Expr bits = Halide::reinterpret<int32_t>(shifted);
  // Exact, and not to be cancelled against the sum before it.
  Expr n = Halide::strict_float(shifted - shift);
  // The larger part of ln(2) has few bits, so that its product with n is exact.
  Expr r = templates::fused(templates::unfused(x) - n * 0.693359375f) + n * 2.12194440e-4f;
  return {polynomial(r, {1.3814466901385693e-03, 8.36878051354822e-03, 4.166839421736453e-02,
                         1.6666520106716992e-01, 4.999999341245358e-01, 1.0, 1.0}),
          bits};
}

static Expr powerOfTwo(Expr exponent) { return Halide::reinterpret<float>(exponent << 23); }

Expr exp(Expr x) {
  if (isDouble(x))
    return libm("exp", {x});
  // The power is made of two factors, as that of the largest numbers and of infinity is none of a
  // float.
  Raised raised = raise(Halide::clamp(x, -88.0f, 89.0f), 126);
  Expr power = raised.factor * powerOfTwo(raised.exponent) * 2.0f;
  return Halide::select(Halide::is_nan(x), x, x < -86.9f, 0.0f, power);
}

/// As expNonPositive, up to 88. Below -87.7 the power of two is 0 itself.
static Expr expBounded(Expr x) {
  Raised raised = raise(Halide::max(-88.0f, x), 127);
  return raised.factor * powerOfTwo(raised.exponent);
}

Expr expNonPositive(Expr x) { return isDouble(x) ? libm("exp", {x}) : expBounded(x); }

Expr log(Expr x) {
  if (isDouble(x))
    return libm("log", {x});
  Expr infinity = constant(x, std::numeric_limits<float>::infinity());
  return Halide::select(Halide::is_nan(x) || x == infinity, x, Halide::log(x));
}

Expr tanh(Expr x) {
  if (isDouble(x))
    return libm("tanh", {x});
  // Beyond the bound 1 is nearer than one unit in the last place.
  constexpr float bound = 7.90531110763549805f;
  Expr bounded = Halide::clamp(x, -bound, bound);
  Expr z = bounded * bounded;
  Expr numerator =
      bounded * polynomial(z, {-2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11,
                               5.12229709037114e-08, 1.48572235717979e-05, 6.37261928875436e-04,
                               4.89352455891786e-03});
  Expr denominator = polynomial(
      z, {1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03});
  return keepNaN(x, numerator / denominator);
}

Expr erf(Expr x) {
  if (isDouble(x))
    return libm("erf", {x});
  // Beyond the bound, 1 is nearer than one unit in the last place; it has to be 1 itself, or
  // x * (1 + erf(x)) would grow again with -x.
  constexpr float bound = 3.85f;
  Expr bounded = Halide::clamp(x, -bound, bound);
  Expr z = bounded * bounded;
  Expr numerator = bounded * polynomial(z, {2.108283422927452e-06, 2.8567306634394213e-04,
                                            3.6738785161289427e-03, 5.2479552082215136e-02,
                                            1.8789657605721818e-01, 1.128379151089133});
  Expr denominator =
      polynomial(z, {3.8731859264727736e-05, 1.1454870701023945e-03, 1.478479192022044e-02,
                     1.1312849009821013e-01, 4.9985188013761916e-01, 1.0});
  Expr inside = numerator / denominator;
  return keepNaN(x, Halide::select(x >= bound, 1.0f, x <= -bound, -1.0f, inside));
}

Expr sigmoid(Expr x) {
  if (isDouble(x))
    return 1 / (1 + libm("exp", {-x}));
  return keepNaN(x, 1.0f / (1.0f + expBounded(Halide::min(-x, 88.0f))));
}

Expr softplus(Expr x) {
  Expr zero = constant(x, 0);
  return maximum(x, zero) + math::log(constant(x, 1) + math::exp(-Halide::abs(x)));
}

Expr power(Expr x, Expr y) {
  if (!x.type().is_float()) {
    Expr result = libm("pow", {Halide::cast<double>(x), Halide::cast<double>(y)});
    return Halide::cast(x.type(), result);
  }
  Expr exponent = Halide::cast(x.type(), y);
  if (std::optional<double> value = Halide::Internal::as_const_float(exponent)) {
    if (*value == 2.0)
      return x * x;
    if (*value == 3.0)
      return x * x * x;
    if (*value == 1.0)
      return x;
    if (*value == 0.5)
      return Halide::sqrt(x);
    if (*value == 0.75) // local response normalisation
      return Halide::sqrt(x) * Halide::sqrt(Halide::sqrt(x));
    if (*value == 1.5)
      return x * Halide::sqrt(x);
    if (*value == -1.0)
      return constant(x, 1) / x;
    if (*value == -0.5)
      return constant(x, 1) / Halide::sqrt(x);
  }
  return libm("pow", {x, exponent});
}

/// `chosen`, the larger or smaller of `a` and `b` and the second where one is NaN, made NaN where
/// `a` is. All bits set are a NaN, for which a vector needs one instruction. Of a constant `b` LLVM
/// knows that it is none, and makes less of the plain form.
static Expr orNaN(const Expr &a, const Expr &b, const Expr &chosen) {
  if (Halide::Internal::is_const(b))
    return Halide::select(Halide::is_nan(a), a, chosen);
  const Halide::Type bits = a.type().with_code(Halide::Type::Int);
  const Expr allSet = Halide::Internal::make_const(bits, -1);
  return Halide::reinterpret(
      a.type(), Halide::select(Halide::is_nan(a), allSet, Halide::reinterpret(bits, chosen)));
}

Expr maximum(Expr a, Expr b) {
  return a.type().is_float() ? orNaN(a, b, Halide::max(a, b)) : Halide::max(a, b);
}

Expr minimum(Expr a, Expr b) {
  return a.type().is_float() ? orNaN(a, b, Halide::min(a, b)) : Halide::min(a, b);
}

/// The fold of `values` by `choose`, which gives its second argument where one is NaN. The last of
/// the values is NaN by itself then; the others are looked at by pairs, a comparison for both.
template <typename Choose>
static Expr chooseOf(const std::vector<Expr> &values, Choose choose) {
  Expr chosen = values.front();
  for (size_t i = 1; i < values.size(); ++i)
    chosen = choose(chosen, values[i]);
  if (!chosen.type().is_float() || values.size() == 1)
    return chosen;
  Expr anyNaN;
  for (size_t i = 0; i + 1 < values.size(); i += 2) {
    Expr isNaN = Halide::is_nan(values[i]);
    if (i + 2 < values.size())
      isNaN = isNaN || Halide::is_nan(values[i + 1]);
    anyNaN = anyNaN.defined() ? anyNaN || isNaN : isNaN;
  }
  const Halide::Type bits = chosen.type().with_code(Halide::Type::Int);
  return Halide::reinterpret(chosen.type(),
                             Halide::select(anyNaN, Halide::Internal::make_const(bits, -1),
                                            Halide::reinterpret(bits, chosen)));
}

Expr maximumOf(const std::vector<Expr> &values) {
  return chooseOf(values, [](Expr a, Expr b) { return Halide::max(a, b); });
}

Expr minimumOf(const std::vector<Expr> &values) {
  return chooseOf(values, [](Expr a, Expr b) { return Halide::min(a, b); });
}

/// `operation` on a and b as unsigned integers where overflow of signed ones is undefined.
template <typename Operation>
static Expr wrapping(Expr a, Expr b, Operation operation) {
  Halide::Type type = a.type();
  if (!type.is_int() || type.bits() < 32)
    return operation(a, b);
  Halide::Type wide = type.with_code(Halide::Type::UInt);
  return Halide::cast(type, operation(Halide::cast(wide, a), Halide::cast(wide, b)));
}

Expr sum(Expr a, Expr b) { return wrapping(a, b, std::plus<>()); }
Expr difference(Expr a, Expr b) { return wrapping(a, b, std::minus<>()); }
Expr product(Expr a, Expr b) { return wrapping(a, b, std::multiplies<>()); }

} // namespace dlc::codegen::math
