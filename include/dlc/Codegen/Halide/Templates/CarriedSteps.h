// What a loop's step hands to the next one in registers. Read again from where it was written, a
// vector whose store was masked waits for that store to reach the cache.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_CARRIEDSTEPS_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_CARRIEDSTEPS_H

#include <Halide.h>

#include <memory>

namespace dlc::templates {

/// `element` of a Func, read by an update of it: what this update has written in the step before,
/// as the value of which `element` is a part. `step` is the variable of a serial loop with no loops
/// inside of it. In the first step the element is read from memory.
Halide::Expr fromStepBefore(Halide::Expr element, Halide::Expr step);

/// The lowering pass that keeps what steps hand on in registers.
std::unique_ptr<Halide::Internal::IRMutator> carriedStepsPass();

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_CARRIEDSTEPS_H
