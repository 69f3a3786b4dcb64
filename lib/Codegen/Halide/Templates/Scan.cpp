// A scan's steps wait for each other; what lies beside the axis does not. Elements behind the axis
// are the lanes of vectors; where there are fewer than a vector, rows before it are interleaved
// instead. Along an innermost axis a vector of steps may be taken at once: its lanes are folded
// with each other by blocks of 1, 2, 4 ... of them, which waits for nothing, and then follow what
// comes before them.
#include "dlc/Codegen/Halide/Templates/Scan.h"

#include "dlc/Codegen/Halide/Templates/CarriedSteps.h"
#include "dlc/Codegen/Halide/Templates/SpreadLanes.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

Expr scanStart(Type type) { return undef(type); }

namespace {

/// The places that one pass along the axis takes with it.
struct ScanTile {
  int lanes, width, rows;

  ScanTile(const ScanProblem &problem, const schedule::ScanParams &params, int vector) {
    lanes = lanesWithin(problem.inner, vector);
    const bool full = lanes == vector;
    width = lanes * (full ? params.vectorsPerTile : 1);
    rows = full ? 1 : params.vectorsPerTile;
  }
};

} // namespace

/// Orders one update: a tile of places, the steps of the scan around it, and around them the tiles
/// in parallel pieces.
static void scheduleSteps(Stage stage, const std::vector<Var> &args, const RVar &step,
                          const ScanProblem &problem, const ScanTile &tile, const Size &pieces) {
  Var inside("inside"), columns("columns"), row("row"), rows("rows"), flat("flat");
  stage.split(args[0], columns, inside, tile.width, guardedTail(problem.inner, tile.width))
      .split(args[2], rows, row, tile.rows, guardedTail(problem.outer, tile.rows))
      .reorder(inside, row, step, columns, rows)
      .unroll(row)
      .fuse(columns, rows, flat);
  // A tile of whole vectors is one of Halide's: all of a step is loaded before any of it is stored.
  // A load behind a store that lies a multiple of 4 KiB before it waits for it.
  if (tile.lanes > 1 && problem.inner.isMultipleOf(tile.width))
    stage.vectorize(inside);
  else if (tile.lanes > 1)
    stage.vectorize(inside, tile.lanes).unroll(inside);
  if (pieces.isConstant() && pieces.constant() <= 1)
    return;
  const Size tiles = ceilDiv(problem.inner, tile.width) * ceilDiv(problem.outer, tile.rows);
  Var task("task"), inTask("in_task");
  stage
      .split(flat, task, inTask, larger(ceilDiv(tiles, pieces), 1).expr(),
             TailStrategy::GuardWithIf)
      .parallel(task);
}

namespace {

/// A scan along the innermost axis, a vector of steps at once. Steps run from 0 also in a reversed
/// scan.
class VectorScan {
public:
  VectorScan(const ScanProblem &problem, Func output, int steps)
      : problem(problem), output(std::move(output)), steps(steps), args(this->output.args()),
        none(reductionIdentity(problem.kind, this->output.types().front())) {}

  /// `together`: vectors folded with each other before what comes before them is known.
  void schedule(int together, const Size &pieces) {
    const Size length = problem.length, vectors = length / steps;
    const Size tiles = vectors / together, single = vectors - tiles * together;
    if (!tiles.is(0))
      scanTiles(0, tiles, together, pieces);
    if (!single.is(0))
      scanTiles((vectors - single) * steps, single, 1, pieces);
    if (length.isMultipleOf(steps))
      return;
    if (length.isAtLeast(steps)) // the last vector takes steps again that are done
      scanTiles(length - steps, 1, 1, pieces);
    else
      scanRest(vectors * steps);
  }

private:
  Expr along(const Expr &step) const {
    return problem.reverse ? problem.length.expr() - 1 - step : step;
  }

  /// What a step adds: nothing before the axis.
  Expr element(const Expr &step) const {
    if (!problem.exclusive)
      return problem.input(0, along(step), args[2]);
    Expr before = problem.input(0, along(max(likely(step - 1), 0)), args[2]);
    return select(likely(step > 0), before, none);
  }

  /// The fold of the lanes up to each.
  Expr foldUpTo(Expr folded) const {
    for (int block = 1; block < steps; block *= 2)
      folded = combine(problem.kind, lastOfBlockBefore(folded, block, none), folded);
    return folded;
  }

  /// What comes before the step `begin`.
  Expr foldBefore(const Expr &begin) const {
    return select(likely(begin > 0), output(args[0], along(max(likely(begin - 1), 0)), args[2]),
                  none);
  }

  /// Tiles of vectors from the step `begin` on, of which each waits for the tile before with its
  /// last operation only. Elements are Funcs of their own, as Halide takes vectors apart whose
  /// elements depend on whether their place is even.
  void scanTiles(const Size &begin, const Size &tiles, int together, const Size &pieces) {
    Func elements("elements"), tile("tile");
    Var lane("lane"), vector("vector"), index("index");
    const std::vector<Var> place = {lane, vector, index, args[2]};
    elements(place) = element(begin.expr() + (index * together + vector) * steps + lane);
    tile(place) = foldUpTo(elements(place));
    if (together > 1) {
      RDom chain(0, steps, 1, together - 1, "chain");
      tile(chain.x, chain.y, index, args[2]) =
          combine(problem.kind, tile(steps - 1, chain.y - 1, index, args[2]),
                  tile(chain.x, chain.y, index, args[2]));
      tile.update().allow_race_conditions().vectorize(chain.x).unroll(chain.y);
    }
    RDom r(0, steps, 0, together, 0, tiles.expr(), "tiles");
    const Expr first = begin.expr() + r.z * (together * steps);
    output(args[0], along(first + r.y * steps + r.x), args[2]) =
        combine(problem.kind, foldBefore(first), tile(r.x, r.y, r.z, args[2]));
    lastStage().allow_race_conditions().vectorize(r.x).unroll(r.y);
    parallelise(pieces);
    for (Func func : {elements, tile})
      func.compute_at(output, r.z)
          .bound_extent(lane, steps)
          .bound_extent(vector, together)
          .vectorize(lane)
          .unroll(vector);
  }

  /// Less than a vector, step by step.
  void scanRest(const Size &begin) {
    RDom r(0, (problem.length - begin).expr(), "rest");
    const Expr step = begin.expr() + r.x;
    output(args[0], along(step), args[2]) = combine(problem.kind, foldBefore(step), element(step));
    lastStage().unscheduled();
  }

  Stage lastStage() { return output.update(output.num_update_definitions() - 1); }

  void parallelise(const Size &pieces) {
    if (pieces.isConstant() && pieces.constant() <= 1)
      return;
    Var task("task"), inTask("in_task");
    lastStage()
        .split(args[2], task, inTask, larger(ceilDiv(problem.outer, pieces), 1).expr(),
               TailStrategy::GuardWithIf)
        .parallel(task);
  }

  const ScanProblem &problem;
  Func output;
  const int steps;
  const std::vector<Var> args;
  const Expr none;
};

/// Lanes of a vector of steps; 1 where steps are taken one by one.
int stepsAtOnce(const ScanProblem &problem, Type type, const schedule::MachineFacts &facts) {
  constexpr int most = 16; // bytes would be folded in more steps than it saves
  constexpr int fewestVectors = 2;
  const int lanes = std::min(most, facts.lanes(type.bytes()));
  const int64_t fewest = int64_t(fewestVectors) * lanes;
  return problem.inner.is(1) && problem.length.constantOr(fewest) >= fewest ? lanes : 1;
}

} // namespace

void scheduleScan(const ScanProblem &problem, Func output, const schedule::ScanParams &params,
                  const schedule::MachineFacts &facts) {
  const Type type = output.types().front();
  constexpr int64_t worthwhile = 40000; // elements: tens of microseconds
  const Size pieces =
      tasksFor(problem.inner * problem.length * problem.outer, worthwhile, params.tasks);
  const int steps = stepsAtOnce(problem, type, facts);
  if (steps > 1) {
    VectorScan(problem, output, steps).schedule(params.vectorsPerTile, pieces);
    return;
  }
  const std::vector<Var> args = output.args();
  const Expr i = args[0], o = args[2], length = problem.length.expr();
  auto along = [&](const Expr &step) { return problem.reverse ? length - 1 - step : step; };
  const Expr none = reductionIdentity(problem.kind, type);
  // No first step where the axis is empty.
  RDom first(0, smaller(problem.length, 1).expr(), "first");
  output(i, along(first), o) = problem.exclusive ? none : problem.input(i, along(first), o);

  const ScanTile tile(problem, params, facts.lanes(type.bytes()));
  scheduleSteps(output.update(0), args, first.x, problem, tile, 1);
  if (problem.length.constantOr(2) > 1) {
    RDom step(1, (problem.length - 1).expr(), "step");
    const Expr next = problem.input(i, along(problem.exclusive ? step - 1 : step), o);
    output(i, along(step), o) =
        combine(problem.kind, fromStepBefore(output(i, along(step - 1), o), step), next);
    scheduleSteps(output.update(1), args, step.x, problem, tile, pieces);
  }
}

} // namespace dlc::templates
