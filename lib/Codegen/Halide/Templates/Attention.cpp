// A block of rows goes through all stages while its scores are in cache: register tiles of scores
// over all keys, the softmax of each row, register tiles of the result. Keys and values are packed
// into panels, once for each head.
#include "dlc/Codegen/Halide/Templates/Attention.h"
#include "dlc/Codegen/Halide/Templates/LoopNest.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

/// The parameters of one of the two products.
static schedule::GemmParams productParams(const schedule::AttentionParams &params, int vectors) {
  schedule::GemmParams gemm;
  gemm.rowsPerTile = params.rowsPerTile;
  gemm.vectorsPerTile = vectors;
  gemm.unroll = params.unroll;
  gemm.tilesPerBlock = params.tilesPerBlock;
  gemm.tasks = params.tasks;
  return gemm;
}

static std::vector<Expr> placeOf(Expr inner, Expr row, const std::vector<Expr> &batch) {
  std::vector<Expr> place = {inner, row};
  place.insert(place.end(), batch.begin(), batch.end());
  return place;
}

static Contraction buildScores(const AttentionProblem &problem,
                               const schedule::AttentionParams &params, const MachineFacts &facts) {
  using Indices = ContractionProblem::Indices;
  ContractionProblem scores;
  scores.name = "scores";
  scores.rows = problem.rows;
  scores.columns = problem.keys;
  scores.batch = problem.batch;
  scores.reduction = {problem.depth};
  scores.accumulator = problem.accumulator;
  scores.lhs = [query = problem.query](const Indices &k, Expr row, const Indices &batch) {
    return query(k[0], row, batch);
  };
  scores.rhs = [key = problem.key](const Indices &k, Expr column, const Indices &batch) {
    return key(k[0], column, batch);
  };
  scores.rhsDenseAlongReduction = true;
  return buildContraction(scores, productParams(params, params.scoreVectors), facts);
}

static Contraction buildMixed(const AttentionProblem &problem, Func weights,
                              const schedule::AttentionParams &params, const MachineFacts &facts) {
  using Indices = ContractionProblem::Indices;
  ContractionProblem mixed;
  mixed.name = "mixed";
  mixed.rows = problem.rows;
  mixed.columns = problem.columns;
  mixed.batch = problem.batch;
  mixed.reduction = {problem.keys};
  mixed.accumulator = problem.accumulator;
  mixed.lhs = [weights](const Indices &k, Expr row, const Indices &batch) {
    return weights(placeOf(k[0], row, batch));
  };
  mixed.rhs = [value = problem.value](const Indices &k, Expr column, const Indices &batch) {
    return value(k[0], column, batch);
  };
  return buildContraction(mixed, productParams(params, params.valueVectors), facts);
}

Attention buildAttention(const AttentionProblem &problem, const schedule::AttentionParams &params,
                         const MachineFacts &facts) {
  Attention result;
  result.problem = problem;
  result.scores = buildScores(problem, params, facts);

  Var key("key"), row("row");
  std::vector<Var> rows = {row};
  for (size_t i = 0; i < problem.batch.size(); ++i)
    rows.emplace_back("b" + std::to_string(i));
  std::vector<Var> args = {key};
  args.insert(args.end(), rows.begin(), rows.end());
  std::vector<Expr> batch(rows.begin() + 1, rows.end());

  Expr logit = result.scores.acc(placeOf(key, row, batch)) *
               Internal::make_const(problem.accumulator, problem.scale);
  // Blocks and panels reach beyond the last row and key.
  if (problem.bias)
    logit += problem.bias(min(key, (problem.keys - 1).expr()), min(row, (problem.rows - 1).expr()),
                          batch);
  result.logits = Func("logits");
  result.logits(args) = logit;

  auto fold = [&](const char *name, ReductionKind kind, Func func) {
    RowReduction reduction;
    reduction.name = name;
    reduction.kind = kind;
    reduction.type = problem.accumulator;
    reduction.extent = problem.keys;
    reduction.rows = rows;
    reduction.value = [=](Expr at) { return func(placeOf(at, row, batch)); };
    schedule::RowReduceParams folded;
    return buildRowReduction(reduction, folded, facts);
  };
  result.largest = fold("largest", ReductionKind::MaxNumber, result.logits);
  std::vector<Expr> line(rows.begin(), rows.end());
  result.weights = Func("weights");
  result.weights(args) =
      problem.exp(result.logits(placeOf(key, row, batch)) - result.largest.result(line));
  result.sum = fold("sum", ReductionKind::Sum, result.weights);
  result.mixed = buildMixed(problem, result.weights, params, facts);
  return result;
}

Expr Attention::element(const std::vector<Expr> &place) const {
  return mixed.acc(place) / sum.result(std::vector<Expr>(place.begin() + 1, place.end()));
}

/// A block of `blockRows` rows of `func`. Where the rows are known at the call only, it is computed
/// as far as it has rows, in whole tiles: a query of one row does not pay for a block.
static void boundBlock(Func func, Var row, const Size &rows, int64_t blockRows, int rowsPerTile) {
  if (rows.isConstant())
    func.align_bounds(row, int(blockRows)).bound_extent(row, int(blockRows));
  else
    func.align_bounds(row, rowsPerTile).bound_storage(row, int(blockRows));
}

/// Everything that a block of rows goes through before its result, at the loop `at` of `output`.
static void scheduleBlock(Attention &attention, Func output, Var at, int64_t blockRows,
                          const schedule::AttentionParams &params, const MachineFacts &facts) {
  const AttentionProblem &problem = attention.problem;
  const int lanes = facts.lanes(problem.accumulator.bytes());
  const int width = attention.scores.panelWidth;
  Func logits = attention.logits, weights = attention.weights;
  Var key = logits.args()[0], row = logits.args()[1];
  Var panel("panel"), lane("lane"), tile("tile"), inner("inner");
  logits.compute_at(output, at)
      .align_bounds(key, width)
      .bound_extent(key, (ceilDiv(problem.keys, width) * width).expr())
      .split(key, panel, lane, width, TailStrategy::RoundUp)
      .split(row, tile, inner, params.rowsPerTile, TailStrategy::RoundUp)
      .reorder(lane, inner, tile, panel)
      .vectorize(lane, lanes)
      .unroll(lane)
      .unroll(inner);
  boundBlock(logits, row, problem.rows, blockRows, params.rowsPerTile);
  accumulateInRegisters(attention.scores, logits, tile, productParams(params, params.scoreVectors),
                        lanes);

  weights.compute_at(output, at);
  boundBlock(weights, row, problem.rows, blockRows, params.rowsPerTile);
  vectoriseGuarded(weights, key, problem.keys, lanes, 2);
  attention.largest.result.compute_at(weights, row);
  for (Func &partial : attention.largest.partials)
    partial.compute_at(weights, row);

  Func sum = attention.sum.result;
  sum.compute_at(output, at);
  boundBlock(sum, row, problem.rows, blockRows, params.rowsPerTile);
  for (Func &partial : attention.sum.partials)
    partial.compute_at(sum, row);
}

void scheduleAttention(Attention &attention, Func output, const schedule::AttentionParams &params,
                       const MachineFacts &facts) {
  const AttentionProblem &problem = attention.problem;
  const int lanes = facts.lanes(problem.accumulator.bytes());
  const int width = attention.mixed.panelWidth;
  const Size tiles = ceilDiv(problem.rows, params.rowsPerTile);
  const int64_t tilesPerBlock =
      std::clamp<int64_t>(params.tilesPerBlock, 1, tiles.constantOr(params.tilesPerBlock));
  const Size blocks = ceilDiv(tiles, tilesPerBlock);

  std::vector<Var> args = output.args();
  Var n = args[0], m = args[1];
  output.bound(n, 0, problem.columns.expr()).bound(m, 0, problem.rows.expr());
  for (size_t i = 0; i < problem.batch.size(); ++i)
    output.bound(args[i + 2], 0, problem.batch[i].expr());
  const Size heads = productOf(problem.batch);
  const bool exactColumns = problem.columns.isMultipleOf(width);
  Var panel("panel"), ni("ni"), tile("tile"), mi("mi"), block("block"), inner("inner");
  output.split(n, panel, ni, width, guardedTail(problem.columns, width))
      .split(m, tile, mi, params.rowsPerTile, guardedTail(problem.rows, params.rowsPerTile))
      .split(tile, block, inner, int(tilesPerBlock), guardedTail(tiles, tilesPerBlock))
      .vectorize(ni, lanes)
      .unroll(mi);
  if (exactColumns)
    output.unroll(ni);
  std::vector<VarOrRVar> order = {ni, mi, inner, panel, block};
  order.insert(order.end(), args.begin() + 2, args.end());
  output.reorder(order).never_partition(mi, inner, block, panel);

  // Heads enough for the cores: one at a time on each, packed by the core that needs it. Else all
  // are packed before the loops, and cores share out blocks.
  std::vector<Var> outer(args.rbegin(), args.rend() - 2);
  const bool perHead = heads.isAtLeast(params.tasks) || params.tasks == 1;
  Var packLoop = outer.back(), blockLoop = block;
  const int64_t perRow = 2 * (problem.depth.constantOr(64) + problem.columns.constantOr(64));
  const Size tasks = tasksFor(heads * problem.rows * problem.keys, 1000000 / perRow, params.tasks);
  if (perHead) {
    packLoop = parallelise(output, outer, heads, tasks);
  } else {
    outer.push_back(block);
    blockLoop = parallelise(output, outer, heads * blocks, tasks);
    packLoop = blockLoop;
  }
  scheduleBlock(attention, output, blockLoop, tilesPerBlock * params.rowsPerTile, params, facts);
  accumulateInRegisters(attention.mixed, output, inner, productParams(params, params.valueVectors),
                        lanes);
  schedulePacked(attention.scores, productParams(params, params.scoreVectors), lanes, output,
                 packLoop, perHead);
  schedulePacked(attention.mixed, productParams(params, params.valueVectors), lanes, output,
                 packLoop, perHead);
}

} // namespace dlc::templates
