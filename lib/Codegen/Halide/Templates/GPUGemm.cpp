// A block of threads walks the reduction in steps. In each, all threads stage the step's slices of
// both operands in shared memory; then each thread multiplies its own tile in registers and adds it
// to the block's accumulators. These lie in shared memory, because a Func that is computed outside
// of the loop over threads and kept in registers would be the whole block's tile in every thread.
#include "dlc/Codegen/Halide/Templates/GPUGemm.h"
#include "dlc/Codegen/Halide/Templates/LoopNest.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

/// The place of flat reduction index `flat` on the axes of the reduction, innermost first.
static std::vector<Expr> unflatten(Expr flat, const Sizes &extents) {
  std::vector<Expr> k;
  for (size_t i = 0; i < extents.size(); ++i) {
    bool last = i + 1 == extents.size();
    k.push_back(last ? flat : flat % extents[i].expr());
    flat = flat / extents[i].expr();
  }
  return k;
}

/// `first`, then a batch's places.
template <typename T>
static std::vector<T> withBatch(std::vector<T> first, const std::vector<Var> &batch) {
  first.insert(first.end(), batch.begin(), batch.end());
  return first;
}

/// `index` within `extent`, for tiles that reach beyond.
static Expr bounded(Expr index, const Size &extent, int64_t tile) {
  return extent.isMultipleOf(tile) ? index : min(index, extent.expr() - 1);
}

GPUContraction buildGPUContraction(const ContractionProblem &problem,
                                   const schedule::GPUGemmParams &params) {
  GPUContraction result;
  result.problem = problem;
  const std::string &name = problem.name;
  const Size depth = productOf(problem.reduction);
  const int perStep = params.depthPerStep;
  const bool exact = depth.isMultipleOf(perStep);
  const Expr zero = Internal::make_zero(problem.accumulator);

  Var k("k"), row("row"), column("column"), step("step");
  std::vector<Var> batch;
  for (size_t i = 0; i < problem.batch.size(); ++i)
    batch.emplace_back("b" + std::to_string(i));
  const std::vector<Expr> place(batch.begin(), batch.end());
  const std::vector<Expr> at = unflatten(bounded(k, depth, perStep), problem.reduction);
  // Terms beyond the reduction are zero on both sides: one of them may be no number.
  auto staged = [&](Expr value) {
    value = cast(problem.accumulator, value);
    return exact ? value : select(k < depth.expr(), value, zero);
  };
  result.lhs = Func(name + "_lhs");
  result.lhs(withBatch<Var>({k, row}, batch)) =
      staged(problem.lhs(at, bounded(row, problem.rows, params.rows()), place));
  result.rhs = Func(name + "_rhs");
  result.rhs(withBatch<Var>({column, k}, batch)) =
      staged(problem.rhs(at, bounded(column, problem.columns, params.columns()), place));

  result.k = RDom(0, perStep, name + "_k");
  result.steps = RDom(0, ceilDiv(depth, perStep).expr(), name + "_steps");
  result.product = Func(name + "_product");
  const std::vector<Var> productArgs = withBatch<Var>({column, row, step}, batch);
  const Expr term = step * perStep + result.k;
  result.product(productArgs) = zero;
  result.product(productArgs) += result.lhs(withBatch<Expr>({term, row}, batch)) *
                                 result.rhs(withBatch<Expr>({column, term}, batch));
  result.acc = Func(name);
  const std::vector<Var> args = withBatch<Var>({column, row}, batch);
  result.acc(args) = zero;
  result.acc(args) += result.product(withBatch<Expr>({column, row, result.steps}, batch));
  return result;
}

namespace {
/// The loops of one thread's tile and of the threads.
struct ThreadTile {
  Var columnThread{"column_thread"}, columnIn{"column_in"}, rowThread{"row_thread"},
      rowIn{"row_in"};
};
} // namespace

/// Cuts a block's tile of `stage` into the threads' own.
static ThreadTile tileByThreads(Stage stage, Var column, Var row,
                                const schedule::GPUGemmParams &params,
                                const std::vector<VarOrRVar> &outside) {
  ThreadTile tile;
  stage.split(column, tile.columnThread, tile.columnIn, params.columnsPerThread)
      .split(row, tile.rowThread, tile.rowIn, params.rowsPerThread);
  std::vector<VarOrRVar> order = {tile.columnIn, tile.rowIn, tile.columnThread, tile.rowThread};
  order.insert(order.end(), outside.begin(), outside.end());
  stage.reorder(order).gpu_threads(tile.columnThread, tile.rowThread).unroll(tile.rowIn);
  return tile;
}

/// All threads of a block copy the slice of an operand of `extents`, neighbours side by side.
static void stageSlice(Func slice, const GPUContraction &contraction,
                       const schedule::GPUGemmParams &params, int64_t inner, int64_t outer) {
  const std::vector<Var> args = slice.args();
  const int threads = params.rowThreads * params.columnThreads;
  Var flat("flat"), turn("turn"), member("member"), x("x"), y("y");
  slice.compute_at(contraction.acc, contraction.steps.x)
      .bound_extent(args[0], int(inner))
      .bound_extent(args[1], int(outer))
      .fuse(args[0], args[1], flat)
      .split(flat, turn, member, threads, TailStrategy::GuardWithIf)
      .split(member, y, x, params.columnThreads)
      .reorder(turn, x, y)
      .gpu_threads(x, y);
  if (inner * outer % threads == 0)
    slice.unroll(turn);
}

/// The output's blocks and threads; returns the loop of a block.
static Var tileOutput(Func output, const ContractionProblem &problem,
                      const schedule::GPUGemmParams &params) {
  const std::vector<Var> args = output.args();
  Var columnBlock("column_block"), rowBlock("row_block"), columnIn("column_in_block"),
      rowIn("row_in_block"), block("block");
  output.bound(args[0], 0, problem.columns.expr()).bound(args[1], 0, problem.rows.expr());
  output.split(args[0], columnBlock, columnIn, params.columns(), TailStrategy::GuardWithIf)
      .split(args[1], rowBlock, rowIn, params.rows(), TailStrategy::GuardWithIf);
  std::vector<VarOrRVar> outside = {columnBlock, rowBlock};
  for (size_t i = 0; i < problem.batch.size(); ++i) {
    output.bound(args[i + 2], 0, problem.batch[i].expr());
    outside.emplace_back(args[i + 2]);
  }
  ThreadTile tile = tileByThreads(Stage(output), columnIn, rowIn, params, outside);
  output.unroll(tile.columnIn);
  // One loop over all blocks: no extent is too large for a dimension of the grid.
  output.fuse(columnBlock, rowBlock, block);
  for (size_t i = 0; i < problem.batch.size(); ++i) {
    Var next("block");
    output.fuse(block, args[i + 2], next);
    block = next;
  }
  output.gpu_blocks(block).never_partition_all();
  return block;
}

void scheduleGPUContraction(GPUContraction &contraction, Func output,
                            const schedule::GPUGemmParams &params) {
  const ContractionProblem &problem = contraction.problem;
  Var block = tileOutput(output, problem, params);

  Func acc = contraction.acc, product = contraction.product;
  Var column = acc.args()[0], row = acc.args()[1];
  acc.compute_at(output, block)
      .bound_extent(column, params.columns())
      .bound_extent(row, params.rows());
  ThreadTile start = tileByThreads(Stage(acc), column, row, params, {});
  acc.vectorize(start.columnIn);
  ThreadTile tile = tileByThreads(acc.update(), column, row, params, {contraction.steps.x});
  acc.update().vectorize(tile.columnIn);

  Var productColumn = product.args()[0], productRow = product.args()[1];
  product.compute_at(acc, tile.columnThread)
      .bound_extent(productColumn, params.columnsPerThread)
      .bound_extent(productRow, params.rowsPerThread)
      .vectorize(productColumn)
      .unroll(productRow);
  product.update()
      .reorder(productColumn, productRow, contraction.k.x)
      .vectorize(productColumn)
      .unroll(productRow)
      .unroll(contraction.k.x, int(divisorAtMost(params.depthPerStep, params.unroll)));

  stageSlice(contraction.lhs, contraction, params, params.depthPerStep, params.rows());
  stageSlice(contraction.rhs, contraction, params, params.columns(), params.depthPerStep);
}

} // namespace dlc::templates
