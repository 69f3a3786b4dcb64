// Cache lines asked for while others are read. Halide's own directive makes a loop of its own for
// each access.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_PREFETCH_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_PREFETCH_H

#include <Halide.h>

#include <memory>

namespace dlc::templates {

/// `load`, an element of memory that an innermost loop reads densely, with the lines `ahead`
/// elements behind what is read brought into L2 meanwhile. The same elements are read by `shares`
/// runs of that loop; the run `share`, counted from 0, asks for its part of the lines of each
/// iteration, so that after all runs each line was asked for. `ahead` may reach beyond the memory.
Halide::Expr prefetchingAhead(Halide::Expr load, Halide::Expr ahead, Halide::Expr share,
                              int shares);

/// The lowering pass that asks for the lines.
std::unique_ptr<Halide::Internal::IRMutator> prefetchPass();

/// `load`, an element of memory that is read behind a loop, with its line brought into L1 before
/// that loop: what another core wrote is far away, and the loop is long enough to wait for it.
Halide::Expr prefetchingBefore(Halide::Expr load);

/// The lowering pass that asks for these.
std::unique_ptr<Halide::Internal::IRMutator> prefetchBeforePass();

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_PREFETCH_H
