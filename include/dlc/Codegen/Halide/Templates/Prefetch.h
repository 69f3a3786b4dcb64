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

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_PREFETCH_H
