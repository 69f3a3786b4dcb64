// Loop-nest steps that every family takes: cutting a nest into parallel pieces and tiling the
// innermost axis in vectors.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_LOOPNEST_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_LOOPNEST_H

#include "dlc/Codegen/Halide/Templates/Size.h"

#include <Halide.h>

#include <cstdint>
#include <vector>

namespace dlc::templates {

inline int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// The largest divisor of `extent` that is at most `limit`, at least 1.
int64_t divisorAtMost(int64_t extent, int64_t limit);

/// The largest power of two that is at most `limit` and `extent`, at least 1; a size known at the
/// call counts as large.
int lanesWithin(const Size &extent, int limit);

/// The tail of a split of `extent` into pieces of `factor`: what is known to divide needs no guard.
Halide::TailStrategy guardedTail(const Size &extent, const Size &factor);

/// Fuses `loops` (outermost first, `iterations` in all) into one loop, cuts it into about `tasks`
/// parallel pieces, and returns the loop inside a piece: the place for what is made once an
/// iteration.
/// `estimated`: the iterations are a guess (a region that Halide infers), so the last piece is
/// guarded.
Halide::Var parallelise(Halide::Func func, const std::vector<Halide::Var> &loops,
                        const Size &iterations, const Size &tasks, bool estimated = false);
/// The same for the loops of a stage, as a specialisation has its own.
Halide::Var parallelise(Halide::Stage stage, const std::vector<Halide::Var> &loops,
                        const Size &iterations, const Size &tasks);

/// The pieces of a call with `units` of work: `tasks`, or 1 below `least` units, which are not
/// worth a wake-up. Of constant work the schedule has decided already.
Size tasksFor(const Size &units, int64_t least, int64_t tasks);

/// As parallelise, but fuses no more of the outermost `loops` than are likely to give `tasks`
/// enough pieces: each fused loop costs divisions in the body. `extents` match `loops`; `tasks` are
/// never more than `most`.
void paralleliseOutermost(Halide::Func func, const std::vector<Halide::Var> &loops,
                          const Sizes &extents, const Size &tasks, int64_t most);

/// An axis tiled in unrolled vectors.
struct VectorTile {
  Halide::Var outer, inner;
  Size tiles = 1; ///< iterations of `outer`
};

/// Splits `axis` (of `extent`) of `func` into tiles of `vectors` vectors of `lanes`; the rest of
/// the axis is guarded, so every element is written exactly once.
VectorTile vectoriseGuarded(Halide::Func func, Halide::Var axis, const Size &extent, int lanes,
                            int vectors);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_LOOPNEST_H
