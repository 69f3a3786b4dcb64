// Batches of a contraction with less than a vector of columns, several to a vector: groups of a
// convolution. A column's sums of these batches are beside each other, so that the left operand is
// so many neighbours in memory over and over, which a load does by itself.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_SIDEBYSIDE_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_SIDEBYSIDE_H

#include "dlc/Codegen/Halide/Templates/Contraction.h"

namespace dlc::templates {

/// How many of `batches` with `columns` each fill a vector of `lanes`; 1 where that is not so.
int64_t countSideBySide(int64_t batches, int64_t columns, int64_t lanes);

/// Sets `contraction.mixedRhs`, and returns its element at `column` and step `k`.
Halide::Expr mixPanels(Contraction &contraction, Halide::Expr column,
                       const std::vector<Halide::Expr> &k, const std::vector<Halide::Expr> &batch);

struct BatchLoops {
  Halide::Var vectors{"batch_vector"}, inside{"batch_in_vector"};
};
/// Splits the innermost batch loop of `output` into one over vectors and one that they hold.
BatchLoops splitSideBySide(const ContractionProblem &problem, Halide::Func output);

/// As accumulateInRegisters, with the copies of both operands at the loop `block`. Staged copies
/// are left to be scheduled along their other axes.
void accumulateSideBySide(Contraction &contraction, Halide::Func output, Halide::Var tile,
                          Halide::Var block, const schedule::GemmParams &params);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_SIDEBYSIDE_H
