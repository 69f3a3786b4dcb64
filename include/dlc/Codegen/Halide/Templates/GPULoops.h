// Loop-nest steps that the families of devices share, and the two families that are little more:
// gpu_injective and gpu_window.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_GPULOOPS_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_GPULOOPS_H

#include "dlc/Schedule/ScheduleParams.h"

#include <Halide.h>

#include <vector>

namespace dlc::templates {

/// Runs the loops `loops` (outermost first) of a stage, fused to one, a thread an iteration, in
/// blocks of `threads`; returns the loop over threads. Other loops of the stage must stand inside.
/// One thread alone where `loops` is empty: the result is then no loop.
Halide::Var mapToThreads(Halide::Stage stage, std::vector<Halide::Var> loops, int threads);

/// gpu_injective: schedules the pure `output`, a thread an element. Every Func with updates under
/// it is a launch of its own before it, a thread an element too (an update through which elements
/// reach one another, as in a scan, is one more); what is pure stays inlined. Correct for any DAG
/// of Funcs and any extents. A thread computes its elements of `kept`, pure Funcs that are read at
/// the output's own element, before it stores: a tuple may then be stored where its operands lie.
void scheduleGPUInjective(Halide::Func output, const schedule::GPUInjectiveParams &params,
                          const std::vector<Halide::Func> &kept = {});

/// gpu_window: the same, but each thread computes its elements of the Funcs with updates itself, in
/// registers. For Funcs that are read at the output's own element.
void scheduleGPUWindow(Halide::Func output, const schedule::GPUWindowParams &params);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_GPULOOPS_H
