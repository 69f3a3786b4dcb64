// Copies of a contraction's left operand, tile by tile: of one that is dense along its rows, whose
// steps are pages apart, and of a single tile of many rows.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_PACKEDLHS_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_PACKEDLHS_H

#include "dlc/Codegen/Halide/Templates/Contraction.h"

namespace dlc::templates {

/// Whether tiles of the lhs are packed: there are enough steps, and rows or panels, to pay for the
/// copy.
bool packsLhs(const ContractionProblem &problem, const schedule::GemmParams &params);

/// Copies the tiles of the lhs, each with its steps one after the other. Returns an element of the
/// copy.
Halide::Expr buildPackedLhs(Contraction &contraction, const schedule::GemmParams &params,
                            const std::vector<Halide::Expr> &k, Halide::Expr row,
                            const std::vector<Halide::Expr> &batchIndices);

/// All tiles of a step in turn, as they lie in memory: of all rows where they are packed at the
/// `root`, in pieces of tiles, else of the block's, whose loop the caller sets.
void schedulePackedLhs(Contraction &contraction, const schedule::GemmParams &params, int lanes,
                       bool root, const Size &tiles, const Size &tasks);

/// Makes `packed`, whose two innermost axes are those of `square` turned, in squares of `side` that
/// stay in registers.
void turnInSquares(Halide::Func packed, Halide::Func square, int side,
                   Halide::TailStrategy laneTail, Halide::TailStrategy stepTail);

/// A variable for each batch axis.
std::vector<Halide::Var> batchVars(size_t count);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_PACKEDLHS_H
