// gpu_row_reduce: reductions over the innermost axis and what is computed from them row by row, a
// group of threads a row.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_GPUROWREDUCE_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_GPUROWREDUCE_H

#include "dlc/Codegen/Halide/Templates/RowReduce.h"

namespace dlc::templates {

/// Builds a reduction by threads: each folds every threadsPerRow-th element, then their results are
/// folded. Floating-point sums are reassociated. `reduction.outer` must be empty.
RowStage buildGPURowReduction(const RowReduction &reduction,
                              const schedule::GPURowReduceParams &params);

/// As scheduleRowReduce, for stages of buildGPURowReduction; their results and partials are in
/// shared memory.
void scheduleGPURowReduce(Halide::Func output, const Sizes &extents, bool perElement,
                          std::vector<RowStage> stages, const schedule::GPURowReduceParams &params);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_GPUROWREDUCE_H
