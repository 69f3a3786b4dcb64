// Cache lines asked for while others are read. Halide's own directive makes a loop of its own for
// each access.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_PREFETCH_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_PREFETCH_H

#include <Halide.h>

#include <memory>
#include <string>
#include <vector>

namespace dlc::templates {

/// What is asked for while an element of memory is read.
struct Ahead {
  Halide::Expr distance;  ///< from the element read to the first one asked for, in elements
  int elements = 1;       ///< asked for by each element read; at least a vector's lanes
  Halide::Expr share = 0; ///< which part of the lines of each iteration, counted from 0...
  int shares = 1;         ///< ...of so many, which all read the same elements
  bool intoL1 = false;    ///< else into L2
};

/// `load`, which an innermost loop reads, with what is `ahead` of it brought near meanwhile, where
/// that lies side by side for all marked loads of an iteration. It may reach beyond the memory.
Halide::Expr prefetchingAhead(Halide::Expr load, const Ahead &ahead);

/// Whether `call` reads a buffer: an ImageParam is read by a Func of its own.
bool readsBuffer(const Halide::Internal::Call *call);

/// `value` with the same of all buffers that it reads brought near.
Halide::Expr askingAhead(const Halide::Expr &value, const Ahead &ahead);

/// Whether `call` is what prefetchingAhead() makes; the load is its first argument.
bool isPrefetchingAhead(const Halide::Internal::Call *call);
/// The same of prefetchingBefore() and askForPlaces().
bool isPrefetchingBefore(const Halide::Internal::Call *call);

/// The lowering pass that asks for the lines.
std::unique_ptr<Halide::Internal::IRMutator> prefetchPass();

/// `load`, an element of memory that is read behind a loop, with its line brought into L1 before
/// that loop: what another core wrote is far away, and the loop is long enough to wait for it.
Halide::Expr prefetchingBefore(Halide::Expr load);

/// The same of all that the pure `func` reads of buffers at places that depend on all of `vars`.
void askBefore(Halide::Func func, const std::vector<Halide::Var> &vars);

/// The lines that the pure `func` writes, brought into L1 before the loops behind which it writes
/// them.
void askForPlaces(Halide::Func func);

/// The lowering pass that asks for these.
std::unique_ptr<Halide::Internal::IRMutator> prefetchBeforePass();

/// Asks for the line that `buffer` begins in, to be in L1.
Halide::Internal::Stmt prefetchFirst(const std::string &buffer);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_PREFETCH_H
