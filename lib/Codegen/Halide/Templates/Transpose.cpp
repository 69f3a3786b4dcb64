// Gathers one element at a time cost a load each; a square costs a load and a few shuffles a
// vector.
#include "dlc/Codegen/Halide/Templates/Transpose.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

Transpose buildTranspose(const TransposeProblem &problem) {
  Transpose result;
  result.problem = problem;
  std::vector<Var> args;
  for (size_t i = 0; i < problem.extents.size(); ++i)
    args.emplace_back("t" + std::to_string(i));
  std::vector<Expr> at(args.begin(), args.end());
  // Squares at an end that is known at the call reach beyond it.
  for (size_t i : {size_t(0), size_t(problem.denseAxis)})
    if (!problem.extents[i].isConstant())
      at[i] = min(at[i], (problem.extents[i] - 1).expr());
  result.square = Func(problem.name + "_square");
  result.square(args) = cast(problem.type, problem.input(at));
  return result;
}

/// Splits `axis` into whole tiles, the last shifted inwards, or guarded where the axis may be
/// shorter than a tile.
static void splitShifted(Func func, Var axis, Var outer, Var inner, const Size &extent,
                         int64_t tile) {
  TailStrategy tail =
      extent.isAtLeast(tile) ? TailStrategy::ShiftInwards : TailStrategy::GuardWithIf;
  func.split(axis, outer, inner, int(tile),
             extent.isMultipleOf(tile) ? TailStrategy::RoundUp : tail);
}

void scheduleTranspose(Transpose &transpose, Func output, const schedule::TransposeParams &params,
                       const MachineFacts &facts) {
  const TransposeProblem &problem = transpose.problem;
  const Sizes &extents = problem.extents;
  const std::vector<Var> args = output.args();
  const unsigned dense = problem.denseAxis;
  for (size_t i = 0; i < args.size(); ++i)
    output.bound(args[i], 0, extents[i].expr());
  const int limit = std::min(params.tile, facts.lanes(problem.type.bytes()));
  const int rows = lanesWithin(extents[0], limit), columns = lanesWithin(extents[dense], limit);

  Var rowTile("row_tile"), rowIn("row_in"), columnTile("column_tile"), columnIn("column_in");
  std::vector<VarOrRVar> order = {rowIn, columnIn, rowTile, columnTile};
  splitShifted(output, args[dense], columnTile, columnIn, extents[dense], columns);
  const bool interleaved = extents[0].constantOr(limit + 4) <= 4;
  if (interleaved) {
    // The innermost axis is unrolled whole: Halide merges its strided stores into interleaved ones.
    order = {args[0], columnIn, columnTile};
    output.unroll(args[0]);
    output.vectorize(columnIn);
  } else {
    splitShifted(output, args[0], rowTile, rowIn, extents[0], rows);
    output.vectorize(rowIn).unroll(columnIn);
  }
  std::vector<Var> loops;
  Sizes counts;
  for (size_t i = args.size(); i-- > 1;)
    if (i != dense) {
      loops.push_back(args[i]);
      counts.push_back(extents[i]);
    }
  for (size_t i = 1; i < args.size(); ++i)
    if (i != dense)
      order.push_back(args[i]);
  output.reorder(order);
  loops.push_back(columnTile);
  counts.push_back(ceilDiv(extents[dense], columns));
  constexpr int64_t worthwhile = 40000; // elements: tens of microseconds
  paralleliseOutermost(output, loops, counts,
                       tasksFor(productOf(extents), worthwhile, params.tasks), params.tasks);
  if (interleaved)
    return;
  const std::vector<Var> squareArgs = transpose.square.args();
  transpose.square.compute_at(output, rowTile)
      .bound_extent(squareArgs[0], rows)
      .bound_extent(squareArgs[dense], columns)
      .reorder(squareArgs[dense], squareArgs[0])
      .vectorize(squareArgs[dense])
      .unroll(squareArgs[0]);
}

} // namespace dlc::templates
