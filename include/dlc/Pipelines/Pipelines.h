// The passes of each phase that works on IR. Adds no patterns: only the order, and why.
#ifndef DLC_PIPELINES_PIPELINES_H
#define DLC_PIPELINES_PIPELINES_H

#include "dlc/Pipelines/Phases.h"
#include "dlc/Pipelines/TrainingOptions.h"
#include "mlir/Pass/PassManager.h"
#include <optional>

namespace dlc {

struct PipelineOptions {
  int vectorBytes = 0; ///< width of a vector register of the target; 0: this machine's
  std::optional<TrainingOptions> training; ///< none: inference only
};

/// Adds the passes of `phase`, its verifier last. `import` and `link` have none; those of `codegen`
/// prepare the kernels that compileKernels then compiles.
void addPhase(mlir::OpPassManager &manager, Phase phase, const PipelineOptions &options);

/// Registers every pass of dlc, and each phase as the pipeline `dlc-<phase>`, for dlc-opt.
void registerPassesAndPipelines();

} // namespace dlc

#endif // DLC_PIPELINES_PIPELINES_H
