// Parallel pieces and vector tiles.
#include "dlc/Codegen/Halide/Templates/LoopNest.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

int64_t divisorAtMost(int64_t extent, int64_t limit) {
  for (int64_t d = std::min(extent, limit); d > 1; --d)
    if (extent % d == 0)
      return d;
  return 1;
}

int lanesWithin(int64_t extent, int limit) {
  int lanes = 1;
  while (lanes * 2 <= limit && lanes * 2 <= extent)
    lanes *= 2;
  return lanes;
}

Var parallelise(Func func, const std::vector<Var> &loops, int64_t iterations, int64_t tasks,
                bool estimated) {
  Var fused = loops.back();
  for (size_t i = loops.size() - 1; i-- > 0;) {
    Var next;
    func.fuse(fused, loops[i], next);
    fused = next;
  }
  tasks = std::min(tasks, iterations);
  if (tasks <= 1)
    return fused;
  int64_t chunk = ceilDiv(iterations, tasks);
  if (chunk == 1 && !estimated) {
    func.parallel(fused);
    return fused;
  }
  Var task("task"), step("step");
  func.split(fused, task, step, int(chunk),
             !estimated && iterations % chunk == 0 ? TailStrategy::RoundUp
                                                   : TailStrategy::GuardWithIf)
      .parallel(task);
  return step;
}

void paralleliseOutermost(Func func, const std::vector<Var> &loops,
                          const std::vector<int64_t> &extents, int64_t tasks) {
  if (tasks <= 1 || loops.empty())
    return;
  std::vector<Var> fused;
  int64_t iterations = 1;
  for (size_t i = 0; i < loops.size() && iterations < tasks; ++i) {
    fused.push_back(loops[i]);
    iterations *= extents[i];
  }
  parallelise(func, fused, iterations, tasks);
}

VectorTile vectoriseGuarded(Func func, Var axis, int64_t extent, int lanes, int vectors) {
  VectorTile tile;
  lanes = lanesWithin(extent, lanes);
  const int64_t width = std::min<int64_t>(vectors, std::max<int64_t>(1, extent / lanes)) * lanes;
  const bool exact = extent % width == 0;
  tile.outer = Var(axis.name() + "_tile");
  tile.inner = Var(axis.name() + "_lane");
  tile.tiles = ceilDiv(extent, width);
  func.split(axis, tile.outer, tile.inner, int(width),
             exact ? TailStrategy::RoundUp : TailStrategy::GuardWithIf);
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
