// A scan's steps wait for each other; what lies beside the axis does not. Elements behind the axis
// are the lanes of vectors; where there are fewer than a vector, rows before it are interleaved
// instead.
#include "dlc/Codegen/Halide/Templates/Scan.h"

using namespace Halide;

namespace dlc::templates {

Expr scanStart(Type type) { return undef(type); }

namespace {

/// The places that one pass along the axis takes with it.
struct Tile {
  int lanes, width, rows;

  Tile(const ScanProblem &problem, const schedule::ScanParams &params, int vector) {
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
                          const ScanProblem &problem, const Tile &tile, const Size &pieces) {
  Var inside("inside"), columns("columns"), row("row"), rows("rows"), flat("flat");
  stage.split(args[0], columns, inside, tile.width, guardedTail(problem.inner, tile.width))
      .split(args[2], rows, row, tile.rows, guardedTail(problem.outer, tile.rows))
      .reorder(inside, row, step, columns, rows)
      .unroll(row)
      .fuse(columns, rows, flat);
  if (tile.lanes > 1)
    stage.vectorize(inside, tile.lanes);
  if (pieces.isConstant() && pieces.constant() <= 1)
    return;
  const Size tiles = ceilDiv(problem.inner, tile.width) * ceilDiv(problem.outer, tile.rows);
  Var task("task"), inTask("in_task");
  stage
      .split(flat, task, inTask, larger(ceilDiv(tiles, pieces), 1).expr(),
             TailStrategy::GuardWithIf)
      .parallel(task);
}

void scheduleScan(const ScanProblem &problem, Func output, const schedule::ScanParams &params,
                  const schedule::MachineFacts &facts) {
  const std::vector<Var> args = output.args();
  const Expr i = args[0], o = args[2], length = problem.length.expr();
  auto along = [&](const Expr &step) { return problem.reverse ? length - 1 - step : step; };
  const Type type = output.types().front();
  const Expr none = reductionIdentity(problem.kind, type);
  // No first step where the axis is empty.
  RDom first(0, smaller(problem.length, 1).expr(), "first");
  output(i, along(first), o) = problem.exclusive ? none : problem.input(i, along(first), o);

  const Tile tile(problem, params, facts.lanes(type.bytes()));
  constexpr int64_t worthwhile = 40000; // elements: tens of microseconds
  const Size pieces =
      tasksFor(problem.inner * problem.length * problem.outer, worthwhile, params.tasks);
  scheduleSteps(output.update(0), args, first.x, problem, tile, 1);
  if (problem.length.constantOr(2) > 1) {
    RDom step(1, (problem.length - 1).expr(), "step");
    const Expr next = problem.input(i, along(problem.exclusive ? step - 1 : step), o);
    output(i, along(step), o) = combine(problem.kind, output(i, along(step - 1), o), next);
    scheduleSteps(output.update(1), args, step.x, problem, tile, pieces);
  }
}

} // namespace dlc::templates
