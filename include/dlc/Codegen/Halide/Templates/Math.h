// Elementary functions on Halide expressions, in forms that vectorise and that keep their limits at
// infinities and NaN, where Halide's own do not.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_MATH_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_MATH_H

#include <Halide.h>

namespace dlc::codegen::math {

/// e^x; 0 at -inf, inf at inf and beyond overflow, NaN at NaN. f32: a polynomial of degree 6 with
/// error 3e-9 after reduction to |x| <= ln(2) / 2, 0.9 units in the last place with FMA, 0 below
/// -86.9; f64: libm.
Halide::Expr exp(Halide::Expr x);
/// e^x for x <= 0, as in a softmax, in two thirds of exp's instructions; NaN at NaN. f32: 0 below
/// -87.7, so that masked elements make no subnormal numbers.
Halide::Expr expNonPositive(Halide::Expr x);
/// ln x; -inf at 0, inf at inf, NaN below 0.
Halide::Expr log(Halide::Expr x);
/// x times a quotient of polynomials of degree 6 and 3 in x^2 on [-7.9, 7.9] (the coefficients of
/// Eigen's tanh for floats): relative error 4e-7, as computed in f32. f64: libm.
Halide::Expr tanh(Halide::Expr x);
/// x times a quotient of polynomials of degree 5 in x^2, fitted for the least relative error on
/// [0, 3.85]: 1.5e-8, and 3.3e-7 as computed in f32. f64: libm.
Halide::Expr erf(Halide::Expr x);
/// 1 / (1 + e^-x).
Halide::Expr sigmoid(Halide::Expr x);
/// ln(1 + e^x) without overflow.
Halide::Expr softplus(Halide::Expr x);
/// x^y for floats and integers.
Halide::Expr power(Halide::Expr x, Halide::Expr y);
/// The larger or smaller, NaN where either is NaN.
Halide::Expr maximum(Halide::Expr a, Halide::Expr b);
Halide::Expr minimum(Halide::Expr a, Halide::Expr b);
/// The same of one value or more, with about two thirds of the instructions.
Halide::Expr maximumOf(const std::vector<Halide::Expr> &values);
Halide::Expr minimumOf(const std::vector<Halide::Expr> &values);
/// Sums, differences and products. Integers wrap around, as NumPy's do: Halide takes the overflow
/// of signed ones of 32 and 64 bits for impossible, and refuses constants that do it.
Halide::Expr sum(Halide::Expr a, Halide::Expr b);
Halide::Expr difference(Halide::Expr a, Halide::Expr b);
Halide::Expr product(Halide::Expr a, Halide::Expr b);
/// A call of a libm function of one or two arguments, `name` for f64, `name`f for f32.
Halide::Expr libm(const std::string &name, const std::vector<Halide::Expr> &arguments);
/// `value` in the type of `like`.
Halide::Expr constant(Halide::Expr like, double value);

} // namespace dlc::codegen::math

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_MATH_H
