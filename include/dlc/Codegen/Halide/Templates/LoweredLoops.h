// What lowering passes ask of a loop that Halide has lowered.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_LOWEREDLOOPS_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_LOWEREDLOOPS_H

#include <Halide.h>

namespace dlc::templates {

/// Whether there is a loop in `body`.
bool holdsLoop(const Halide::Internal::Stmt &body);

/// Whether there is a call in `body` that `matches`. A pass over marked calls asks this first: most
/// kernels have none.
bool holdsCall(const Halide::Internal::Stmt &body, bool (*matches)(const Halide::Internal::Call *));

/// The loop with another body; itself with its own.
Halide::Internal::Stmt withBody(const Halide::Internal::For *loop,
                                const Halide::Internal::Stmt &body);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_LOWEREDLOOPS_H
