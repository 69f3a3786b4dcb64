// A tile's rows lie side by side in the copy, step by step: what a step reads is a line or less, at
// a constant distance from one address.
#include "dlc/Codegen/Halide/Templates/PackedLhs.h"

#include "dlc/Codegen/Halide/Templates/LoopNest.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

/// Steps that pay for a copy.
static constexpr int64_t fewestSteps = 64;

/// Whether all rows are one tile of so many that their addresses would not fit the integer
/// registers, nor their lines, where rows are a power of two apart, the sets of L1.
static bool isHighTile(const ContractionProblem &problem, const schedule::GemmParams &params) {
  constexpr int mostAddresses = 8;
  return params.rowsPerTile > mostAddresses && problem.rows.isConstant() &&
         problem.rows.constant() <= params.rowsPerTile && problem.packedRhs &&
         problem.batch.empty() && params.order == schedule::LoopOrder::ColumnsOuter &&
         params.reductionBlock == 0;
}

bool packsLhs(const ContractionProblem &problem, const schedule::GemmParams &params) {
  constexpr int64_t fewestTiles = 8;
  const Size depth = productOf(problem.reduction);
  if (!depth.isConstant() || !depth.isAtLeast(fewestSteps))
    return false;
  if (!problem.lhsDenseAlongRows)
    return isHighTile(problem, params);
  return problem.rows.isAtLeast(fewestTiles * params.rowsPerTile) &&
         divisorAtMost(params.rowsPerTile, 8) == params.rowsPerTile;
}

Expr buildPackedLhs(Contraction &contraction, const schedule::GemmParams &params,
                    const std::vector<Expr> &k, Expr row, const std::vector<Expr> &batchIndices) {
  const ContractionProblem &problem = contraction.problem;
  Var inTile("in_tile"), tile("tile");
  std::vector<Var> args = {inTile}, steps, batch = batchVars(problem.batch.size());
  for (size_t i = 0; i < k.size(); ++i)
    steps.emplace_back("step" + std::to_string(i));
  args.insert(args.end(), steps.begin(), steps.end());
  args.push_back(tile);
  args.insert(args.end(), batch.begin(), batch.end());
  Expr place = tile * params.rowsPerTile + inTile;
  if (!problem.rows.isMultipleOf(params.rowsPerTile))
    place = min(place, (problem.rows - 1).expr());
  Expr value =
      cast(problem.accumulator, problem.lhs(std::vector<Expr>(steps.begin(), steps.end()), place,
                                            std::vector<Expr>(batch.begin(), batch.end())));
  if (!problem.lhsDenseAlongRows) {
    contraction.lhsSquare = Func(problem.name + "_lhs_square");
    contraction.lhsSquare(args) = value;
    value = contraction.lhsSquare(args);
  }
  contraction.packedLhs = Func(problem.name + "_packed_lhs");
  contraction.packedLhs(args) = value;
  std::vector<Expr> at = {row % params.rowsPerTile};
  at.insert(at.end(), k.begin(), k.end());
  at.push_back(row / params.rowsPerTile);
  at.insert(at.end(), batchIndices.begin(), batchIndices.end());
  return contraction.packedLhs(at);
}

/// Vectors of a tile's rows.
static void vectorisePackedLhs(Func packed, const schedule::GemmParams &params) {
  Var inTile = packed.args()[0];
  packed.bound_extent(inTile, params.rowsPerTile).align_bounds(inTile, params.rowsPerTile);
  int rows = params.rowsPerTile;
  while (rows % 2 == 0)
    rows /= 2;
  packed.vectorize(inTile, params.rowsPerTile / rows);
}

/// The copy of a high tile, before the loops: it is read along the steps and turned in squares.
static void scheduleHighTile(Contraction &contraction, const schedule::GemmParams &params,
                             int lanes) {
  constexpr int smallSquare = 8; // a larger one is kilobytes of code
  Func packed = contraction.packedLhs;
  const Var inTile = packed.args()[0];
  const int side = lanesWithin(params.rowsPerTile, std::min(lanes, smallSquare));
  const int64_t steps = contraction.problem.reduction[0].constantOr(1);
  packed.compute_root().bound_extent(inTile, params.rowsPerTile);
  if (steps < side)
    return;
  auto tailOf = [side](int64_t extent) {
    return extent % side == 0 ? TailStrategy::RoundUp : TailStrategy::ShiftInwards;
  };
  turnInSquares(packed, contraction.lhsSquare, side, tailOf(params.rowsPerTile), tailOf(steps));
}

void schedulePackedLhs(Contraction &contraction, const schedule::GemmParams &params, int lanes,
                       bool root, const Size &tiles, const Size &tasks) {
  if (contraction.lhsSquare.defined())
    return scheduleHighTile(contraction, params, lanes);
  Func packed = contraction.packedLhs;
  const std::vector<Var> args = packed.args();
  const size_t steps = contraction.problem.reduction.size();
  Var tile = args[steps + 1];
  std::vector<VarOrRVar> order(args.begin(), args.begin() + ptrdiff_t(steps) + 1);
  vectorisePackedLhs(packed, params);
  if (root)
    // A piece's loop is outside of the steps: the tiles' own is put between them and the rows last.
    tile = parallelise(packed.compute_root(), {tile}, tiles, smaller(tasks, tiles / 8),
                       /*estimated=*/true);
  order.insert(order.begin() + 1, tile);
  packed.reorder(order);
}

void turnInSquares(Func packed, Func square, int side, TailStrategy laneTail,
                   TailStrategy stepTail) {
  const Var lane = packed.args()[0], step = packed.args()[1];
  Var laneTile("lane_tile"), laneIn("lane_in"), stepTile("k_tile"), stepIn("k_in");
  packed.split(lane, laneTile, laneIn, side, laneTail)
      .split(step, stepTile, stepIn, side, stepTail)
      .reorder(laneIn, stepIn, laneTile, stepTile)
      .vectorize(laneIn)
      .unroll(stepIn);
  square.compute_at(packed, laneTile)
      .bound_extent(step, side)
      .bound_extent(lane, side)
      .reorder(step, lane)
      .vectorize(step)
      .unroll(lane);
}

std::vector<Var> batchVars(size_t count) {
  std::vector<Var> vars;
  for (size_t i = 0; i < count; ++i)
    vars.emplace_back("b" + std::to_string(i));
  return vars;
}

} // namespace dlc::templates
