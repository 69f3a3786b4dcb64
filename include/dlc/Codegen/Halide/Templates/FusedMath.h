// Strict floats with exceptions. A kernel's values must be the model's, NaN, infinities and order
// included, which leaves the code generator no freedom; Halide's target feature for it would take
// the FMA from sums of products and from the polynomials of elementary functions too, which are
// ours.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_FUSEDMATH_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_FUSEDMATH_H

#include <Halide.h>

#include <memory>

namespace dlc::templates {

/// Makes every operation of `pipeline` on floats strict, but for those in fused(). Its Funcs are
/// changed: to be called once they are complete. Returns the target to compile it for: `target`, or
/// where nothing is fused, or operations have no strict form of their own (a cast between floats, a
/// function of libm), `target` with strict floats as a whole; with `sumsProducts`, whose sums would
/// lose their FMA, it is always `target`.
Halide::Target makeStrict(const Halide::Pipeline &pipeline, const Halide::Target &target,
                          bool sumsProducts = false);

/// `value` with the products in its sums fused and its terms reassociated at the code generator's
/// choice, where it is finite.
Halide::Expr fused(Halide::Expr value);

/// An operand inside of fused() that keeps its own rules.
Halide::Expr unfused(Halide::Expr value);

/// sum + left * right with one rounding at the code generator's choice, and in an order of its
/// choice where it is a term of a reduction. The operands keep their own rules.
Halide::Expr multiplyAdd(Halide::Expr sum, Halide::Expr left, Halide::Expr right);

/// `value`, of which the code generator then knows nothing: it takes what is fused() to be finite,
/// which those who look for NaN in it must not be told.
Halide::Expr ofUnknownClass(Halide::Expr value);

/// The lowering pass that gives the expressions of fused() their freedom.
std::unique_ptr<Halide::Internal::IRMutator> fusedMathPass();

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_FUSEDMATH_H
