// Parallel pieces and vector tiles.
#include "dlc/Codegen/Halide/Templates/LoopNest.h"

#include <algorithm>
#include <limits>

using namespace Halide;

namespace dlc::templates {

int64_t divisorAtMost(int64_t extent, int64_t limit) {
  for (int64_t d = std::min(extent, limit); d > 1; --d)
    if (extent % d == 0)
      return d;
  return 1;
}

int lanesWithin(const Size &extent, int limit) {
  int lanes = 1;
  while (lanes * 2 <= limit && lanes * 2 <= extent.constantOr(limit))
    lanes *= 2;
  return lanes;
}

TailStrategy guardedTail(const Size &extent, const Size &factor) {
  const bool exact =
      factor.isConstant() && factor.constant() > 0 && extent.isMultipleOf(factor.constant());
  return exact ? TailStrategy::RoundUp : TailStrategy::GuardWithIf;
}

/// Of a Func or a Stage.
template <typename Nest>
static Var cutInPieces(Nest nest, const std::vector<Var> &loops, const Size &iterations,
                       const Size &tasks, bool estimated) {
  Var fused = loops.back();
  for (size_t i = loops.size() - 1; i-- > 0;) {
    Var next;
    nest.fuse(fused, loops[i], next);
    fused = next;
  }
  // At least one: an open number of tasks may round down to none.
  const Size pieces = larger(iterations.isConstant() ? smaller(tasks, iterations) : tasks, 1);
  if (pieces.isConstant() && pieces.constant() <= 1)
    return fused;
  const Size chunk = ceilDiv(iterations, pieces);
  if (chunk.is(1) && !estimated) {
    nest.parallel(fused);
    return fused;
  }
  Var task("task"), step("step");
  nest.split(fused, task, step, chunk.expr(),
             estimated ? TailStrategy::GuardWithIf : guardedTail(iterations, chunk))
      .parallel(task);
  return step;
}

Var parallelise(Func func, const std::vector<Var> &loops, const Size &iterations, const Size &tasks,
                bool estimated) {
  return cutInPieces(func, loops, iterations, tasks, estimated);
}

Var parallelise(Stage stage, const std::vector<Var> &loops, const Size &iterations,
                const Size &tasks) {
  return cutInPieces(stage, loops, iterations, tasks, /*estimated=*/false);
}

Size tasksFor(const Size &units, int64_t least, int64_t tasks) {
  if (units.isConstant() || tasks <= 1)
    return tasks;
  const int enough = int(std::min<int64_t>(least, std::numeric_limits<int32_t>::max()));
  return Size::open(select(units.expr() < enough, 1, int(tasks)), 1, 1);
}

void paralleliseOutermost(Func func, const std::vector<Var> &loops, const Sizes &extents,
                          const Size &tasks, int64_t most) {
  most = tasks.constantOr(most);
  if (most <= 1 || loops.empty())
    return;
  std::vector<Var> fused;
  Size iterations = 1;
  for (size_t i = 0; i < loops.size() && iterations.likely() < most; ++i) {
    fused.push_back(loops[i]);
    iterations = iterations * extents[i];
  }
  parallelise(func, fused, iterations, tasks);
}

VectorTile vectoriseGuarded(Func func, Var axis, const Size &extent, int lanes, int vectors) {
  VectorTile tile;
  lanes = lanesWithin(extent, lanes);
  const int64_t whole = extent.constantOr(int64_t(vectors) * lanes) / lanes;
  const int64_t width = std::min<int64_t>(vectors, std::max<int64_t>(1, whole)) * lanes;
  const bool exact = extent.isMultipleOf(width);
  tile.outer = Var(axis.name() + "_tile");
  tile.inner = Var(axis.name() + "_lane");
  tile.tiles = ceilDiv(extent, width);
  func.split(axis, tile.outer, tile.inner, int(width), guardedTail(extent, width));
  if (lanes == 1)
    return tile;
  func.vectorize(tile.inner, lanes);
  if (exact && width > lanes)
    func.unroll(tile.inner);
  // Splitting a tile's own loop pays nothing, and where elements are read at clamped places Halide
  // then makes unreachable code that loads below 0, which it refuses.
  if (!exact)
    func.never_partition(tile.inner);
  return tile;
}

} // namespace dlc::templates
