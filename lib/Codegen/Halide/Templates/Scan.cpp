// A scan's steps wait for each other; what lies beside the axis does not. Elements behind the axis
// are the lanes of vectors; where there are fewer than a vector, rows before it are interleaved
// instead. Along an innermost axis a vector of steps may be taken at once: it is the vector before,
// folded with the windows of that many elements which end at its lanes. A window is a fold of
// narrower ones, which wait for nothing.
#include "dlc/Codegen/Halide/Templates/Scan.h"

#include <algorithm>

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

namespace {

/// A scan along the innermost axis, a vector of steps at once. Steps run from 0 also in a reversed
/// scan.
class VectorScan {
public:
  VectorScan(const ScanProblem &problem, Func output, int steps)
      : problem(problem), output(std::move(output)), steps(steps), args(this->output.args()),
        none(reductionIdentity(problem.kind, this->output.types().front())) {}

  /// `chunk`: vectors whose windows are stored together.
  void schedule(int chunk, const Size &pieces) {
    const Size length = problem.length, vectors = length / steps;
    RDom first(0, smaller(length, steps).expr(), "first");
    define(first.x, foldOf(first.x, steps));
    vectorise(first.x);

    RDom next(0, steps, 1, (larger(vectors, 1) - 1).expr(), "next");
    const Expr step = next.y * steps + next.x;
    const std::vector<Func> windows = buildWindows();
    follow(step, windows.back()(step, args[2]));
    lastStage().allow_race_conditions().vectorize(next.x);
    scheduleChunks(windows, next.y, chunk);
    parallelise(pieces);

    if (!length.isMultipleOf(steps)) {
      // None where the first vector is all.
      const Expr begin = vectors.expr() * steps;
      RDom last(0, select(begin > 0, length.expr() - begin, 0), "last");
      follow(begin + last.x, foldOf(begin + last.x, steps));
      vectorise(last.x);
    }
  }

private:
  Expr along(const Expr &step) const {
    return problem.reverse ? problem.length.expr() - 1 - step : step;
  }
  void define(const Expr &step, const Expr &value) {
    output(args[0], along(step), args[2]) = value;
  }
  void follow(const Expr &step, const Expr &window) {
    define(step, combine(problem.kind, output(args[0], along(step - steps), args[2]), window));
  }

  /// What a step adds: nothing outside of the axis.
  Expr element(const Expr &step) const {
    const Expr last = (problem.length - 1).expr(), at = problem.exclusive ? step - 1 : step;
    const Expr inside = clamp(likely(at), 0, last);
    return select(likely(at >= 0 && at <= last), problem.input(0, along(inside), args[2]), none);
  }

  /// The fold of `count` elements up to `step`.
  Expr foldOf(const Expr &step, int count) const {
    if (count == 1)
      return element(step);
    const int half = count / 2;
    return combine(problem.kind, foldOf(step - half, half), foldOf(step, half));
  }

  /// Windows of 4, 16, ... and `steps` elements, each a fold of up to four of those before.
  std::vector<Func> buildWindows() const {
    constexpr int most = 4;
    std::vector<Func> windows;
    const Var step("step");
    for (int width = 1; width < steps;) {
      const int count = std::min(most, steps / width);
      std::vector<Expr> parts;
      for (int k = count; k-- > 0;) {
        const Expr at = step - k * width;
        parts.push_back(windows.empty() ? element(at) : windows.back()(at, args[2]));
      }
      for (; parts.size() > 1; parts.resize(parts.size() / 2))
        for (size_t i = 0; i < parts.size() / 2; ++i)
          parts[i] = combine(problem.kind, parts[2 * i], parts[2 * i + 1]);
      windows.emplace_back("window");
      windows.back()(step, args[2]) = parts.front();
      width *= count;
    }
    return windows;
  }

  Stage lastStage() { return output.update(output.num_update_definitions() - 1); }

  /// A vector reads all of the one before it before it is written.
  void vectorise(const RVar &lane) {
    lastStage().allow_race_conditions().vectorize(lane, steps, TailStrategy::GuardWithIf);
  }

  /// The windows of a chunk stay in L1. They are read between the places where they were stored, so
  /// those must have left the store buffer.
  void scheduleChunks(std::vector<Func> windows, const RVar &vector, int vectorsPerChunk) {
    RVar chunk("chunk"), inside("inside");
    lastStage().split(vector, chunk, inside, vectorsPerChunk, TailStrategy::GuardWithIf);
    windows.pop_back(); // computed where it is used
    for (Func &window : windows)
      window.compute_at(output, chunk).vectorize(window.args()[0], steps);
  }

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

/// Lanes of a vector of steps; 1 where steps are taken one by one: of 113 floats that was faster by
/// half.
int stepsAtOnce(const ScanProblem &problem, Type type, const schedule::MachineFacts &facts) {
  constexpr int most = 16; // a window of bytes would be folded in more steps than it saves
  constexpr int fewestVectors = 16;
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

  const Tile tile(problem, params, facts.lanes(type.bytes()));
  scheduleSteps(output.update(0), args, first.x, problem, tile, 1);
  if (problem.length.constantOr(2) > 1) {
    RDom step(1, (problem.length - 1).expr(), "step");
    const Expr next = problem.input(i, along(problem.exclusive ? step - 1 : step), o);
    output(i, along(step), o) = combine(problem.kind, output(i, along(step - 1), o), next);
    scheduleSteps(output.update(1), args, step.x, problem, tile, pieces);
  }
}

} // namespace dlc::templates
