// Columns of a contraction beyond whole vectors, several steps of the innermost reduction axis to a
// vector: a column's sums of these steps are beside each other, and what multiplies them is so many
// neighbours of a row over and over, which a load does by itself. They are added once a tile.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_STEPSSIDEBYSIDE_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_STEPSSIDEBYSIDE_H

#include "dlc/Codegen/Halide/Templates/Contraction.h"

namespace dlc::templates {

/// An element of the left operand at the steps `k`, whose first is `step` where that is the same
/// for all lanes, else undefined.
using ElementOfRow =
    std::function<Halide::Expr(const std::vector<Halide::Expr> &k, const Halide::Expr &step)>;

/// Defines `contraction.k`, `sums`, `folded` and `acc` over `args`, as `params` put steps side by
/// side. Throws where they do not fit the problem.
void buildStepsSideBySide(Contraction &contraction, const schedule::GemmParams &params,
                          const MachineFacts &facts, const ElementOfRow &left,
                          const std::vector<Halide::Var> &args);

/// Whether several rows of `output`, all less than a vector of columns, are beside each other and
/// can be one vector: its strides are known, and `contraction` has its rows together.
bool joinsRows(const Contraction &contraction, Halide::Func output);

/// As accumulateInRegisters.
void accumulateStepsSideBySide(Contraction &contraction, Halide::Func consumer, Halide::Var at,
                               const schedule::GemmParams &params, int lanes);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_STEPSSIDEBYSIDE_H
