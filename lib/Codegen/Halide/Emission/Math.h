// Elementary functions on Halide expressions, in forms that vectorise and that keep their limits at
// infinities and NaN, where Halide's own do not.
#ifndef DLC_LIB_CODEGEN_HALIDE_EMISSION_MATH_H
#define DLC_LIB_CODEGEN_HALIDE_EMISSION_MATH_H

#include <Halide.h>

namespace dlc::codegen::math {

/// e^x; 0 at -inf, inf at inf and beyond overflow, NaN at NaN. f32: Halide's polynomial; f64: libm.
Halide::Expr exp(Halide::Expr x);
/// ln x; -inf at 0, inf at inf, NaN below 0.
Halide::Expr log(Halide::Expr x);
/// Odd polynomial below 0.625 (Cephes tanhf), (e^2x - 1) / (e^2x + 1) above. f64: libm.
Halide::Expr tanh(Halide::Expr x);
/// Odd polynomial below 1 (Cephes erff), 1 - t(x) e^(-x^2) above (Abramowitz and Stegun 7.1.26,
/// error 1.5e-7). f64: libm.
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
/// A call of a libm function of one or two arguments, `name` for f64, `name`f for f32.
Halide::Expr libm(const std::string &name, const std::vector<Halide::Expr> &arguments);
/// `value` in the type of `like`.
Halide::Expr constant(Halide::Expr like, double value);

} // namespace dlc::codegen::math

#endif // DLC_LIB_CODEGEN_HALIDE_EMISSION_MATH_H
