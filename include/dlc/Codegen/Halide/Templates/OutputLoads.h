// Loads of what a kernel has stored in its own outputs.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_OUTPUTLOADS_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_OUTPUTLOADS_H

#include <Halide.h>

#include <memory>

namespace dlc::templates {

/// A lowering pass for every pipeline. Halide takes the memory of an output for its own, aligned to
/// a vector, where an update reads it; a caller's buffer is aligned to an element. With the pass
/// such loads claim no more.
std::unique_ptr<Halide::Internal::IRMutator> outputLoadsPass();

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_OUTPUTLOADS_H
