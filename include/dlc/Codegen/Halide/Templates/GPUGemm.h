// gpu_gemm: contractions on a device, with any accessors of the operands (a convolution's windows,
// transposed matrices, prologues): what a block needs of them is staged in shared memory.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_GPUGEMM_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_GPUGEMM_H

#include "dlc/Codegen/Halide/Templates/Contraction.h"

namespace dlc::templates {

/// The Funcs of a built contraction. The output's definition reads `acc` at its own coordinates.
struct GPUContraction {
  Halide::Func acc;     ///< (column, row, batch...), in shared memory between steps
  Halide::Func product; ///< (column, row, step, batch...): of one step, in registers
  Halide::Func lhs;     ///< (k, row, batch...), a block's slice in shared memory
  Halide::Func rhs;     ///< (column, k, batch...), likewise
  Halide::RDom steps, k;
  ContractionProblem problem;
};

/// Builds from `problem`, whose right operand must not be packed.
GPUContraction buildGPUContraction(const ContractionProblem &problem,
                                   const schedule::GPUGemmParams &params);

/// Schedules `output`, pure, with arguments (column, row, batch...). Correct for every extent >= 1;
/// each element is written once.
void scheduleGPUContraction(GPUContraction &contraction, Halide::Func output,
                            const schedule::GPUGemmParams &params);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_GPUGEMM_H
