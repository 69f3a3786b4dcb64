// injective: outputs whose elements are computed independently, and the fallback for any other DAG.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_INJECTIVE_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_INJECTIVE_H

#include "dlc/Codegen/Halide/Templates/LoopNest.h"
#include "dlc/Schedule/MachineFacts.h"
#include "dlc/Schedule/ScheduleParams.h"

namespace dlc::templates {

using schedule::MachineFacts;

/// Schedules the pure Func `output` over `extents` (innermost first, each >= 1); what it reads
/// stays inlined. A rank-0 output is legal. Every element is written once, after the reads of its
/// own element: an output may alias an operand that is read at the same element only. Present dense
/// tensors of one shape as one axis: an innermost extent below a vector is slow.
void scheduleInjective(Halide::Func output, Sizes extents, const schedule::InjectiveParams &params,
                       const MachineFacts &facts);

/// One output of scheduleGeneric.
struct GenericOutput {
  Halide::Func func;
  Sizes extents; ///< innermost first, each >= 1
};

/// A correct schedule for any DAG of Funcs: reductions (Funcs with updates) and Funcs read by them
/// at root, the rest inlined, innermost axes in vectors, outermost in parallel.
void scheduleGeneric(const std::vector<GenericOutput> &outputs,
                     const schedule::InjectiveParams &params, const MachineFacts &facts);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_INJECTIVE_H
