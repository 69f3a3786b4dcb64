// Attention where its rows do not fit a block of threads: stage by stage.
#ifndef DLC_LIB_CODEGEN_HALIDE_EMISSION_DEVICEATTENTION_H
#define DLC_LIB_CODEGEN_HALIDE_EMISSION_DEVICEATTENTION_H

#include "dlc/Codegen/Halide/KernelEmitter.h"
#include "dlc/Codegen/Halide/Templates/Attention.h"

namespace dlc::codegen {

/// The Funcs of `problem`, each over all rows and heads: scores, their softmax, the mixed values.
/// Gives the element at (column, row, batch...); the kernel's schedule is that of plain reductions.
std::function<Halide::Expr(const std::vector<Halide::Expr> &)>
emitAttentionStages(const templates::AttentionProblem &problem);

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_EMISSION_DEVICEATTENTION_H
