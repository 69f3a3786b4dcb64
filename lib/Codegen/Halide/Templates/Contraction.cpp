// One register tile of accumulators per (row tile, column panel); the epilogue is inlined in its
// store. Rows past the end are clamped to the last one and columns past it meet zero weights, so
// that the tile's extents are constants and the accumulators live in registers; only the store is
// guarded.
#include "dlc/Codegen/Halide/Templates/Contraction.h"
#include "dlc/Codegen/Halide/Templates/LoopNest.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

int64_t panelWidth(const schedule::GemmParams &params, const MachineFacts &facts, Type type) {
  return int64_t(params.vectorsPerTile) * facts.lanes(type.bytes());
}

/// k indices flattened in row-major order (innermost first): the order of packed panels.
static Expr flattenReduction(const std::vector<Expr> &k, const std::vector<int64_t> &extents) {
  Expr flat = k.back();
  for (size_t i = k.size() - 1; i-- > 0;)
    flat = flat * int(extents[i]) + k[i];
  return flat;
}

/// The inverse of flattenReduction.
static std::vector<Expr> unflattenReduction(Expr flat, const std::vector<int64_t> &extents) {
  std::vector<Expr> k;
  for (size_t i = 0; i < extents.size(); ++i) {
    bool last = i + 1 == extents.size();
    k.push_back(last ? flat : flat % int(extents[i]));
    flat = flat / int(extents[i]);
  }
  return k;
}

static std::vector<Var> batchVars(size_t count) {
  std::vector<Var> vars;
  for (size_t i = 0; i < count; ++i)
    vars.emplace_back("b" + std::to_string(i));
  return vars;
}

/// Packs the rhs into zero-padded panels, as constant weights are at compile time.
static void buildPacked(Contraction &contraction) {
  const ContractionProblem &problem = contraction.problem;
  const int width = contraction.panelWidth;
  Func packed(problem.name + "_packed");
  Var lane("lane"), k("k"), panel("panel");
  std::vector<Var> args = {lane, k, panel}, batch = batchVars(problem.batch.size());
  args.insert(args.end(), batch.begin(), batch.end());
  std::vector<Expr> batchIndices(batch.begin(), batch.end());
  Expr column = panel * width + lane;
  Expr last = int(problem.columns) - 1;
  bool exact = problem.columns % width == 0;
  Expr value = problem.rhs(unflattenReduction(k, problem.reduction),
                           exact ? column : min(column, last), batchIndices);
  value = cast(problem.accumulator, value);
  if (!exact)
    value = select(column <= last, value, cast(problem.accumulator, 0));
  if (problem.rhsDenseAlongReduction) {
    contraction.square = Func(problem.name + "_square");
    contraction.square(args) = value;
    value = contraction.square(args);
  }
  packed(args) = value;
  contraction.packed = packed;
}

Contraction buildContraction(const ContractionProblem &problem, const schedule::GemmParams &params,
                             const MachineFacts &facts) {
  Contraction result;
  result.problem = problem;
  int width = int(panelWidth(params, facts, problem.accumulator));
  result.panelWidth = width;
  Region domain;
  for (int64_t extent : problem.reduction)
    domain.push_back({0, int(extent)});
  result.k = RDom(domain, problem.name + "_k");
  std::vector<Expr> k;
  for (int i = 0; i < result.k.dimensions(); ++i)
    k.push_back(result.k[i]);

  Var column("n"), row("m");
  std::vector<Var> args = {column, row}, batch = batchVars(problem.batch.size());
  args.insert(args.end(), batch.begin(), batch.end());
  std::vector<Expr> batchIndices(batch.begin(), batch.end());

  bool exactRows = problem.rows % params.rowsPerTile == 0;
  Expr clampedRow = exactRows ? Expr(row) : min(row, int(problem.rows) - 1);
  Expr lane = column % width, panel = column / width, right;
  if (problem.packedRhs) {
    right = problem.packedRhs(lane, k, panel, batchIndices);
  } else {
    buildPacked(result);
    std::vector<Expr> at = {lane, flattenReduction(k, problem.reduction), panel};
    at.insert(at.end(), batchIndices.begin(), batchIndices.end());
    right = result.packed(at);
  }
  Expr left = cast(problem.accumulator, problem.lhs(k, clampedRow, batchIndices));
  result.acc = Func(problem.name);
  result.acc(args) = cast(problem.accumulator, 0);
  result.acc(args) += left * cast(problem.accumulator, right);
  return result;
}

namespace {
/// The loop variables of the output, named once.
struct TileVars {
  Var panel{"panel"}, ni{"ni"}, tile{"tile"}, mi{"mi"}, block{"block"}, inner{"inner"};
};
} // namespace

void accumulateInRegisters(Contraction &contraction, Func output, Var at,
                           const schedule::GemmParams &params, int lanes) {
  Func acc = contraction.acc;
  Var n = acc.args()[0], m = acc.args()[1];
  acc.compute_at(output, at)
      .bound_extent(n, contraction.panelWidth)
      .align_bounds(n, contraction.panelWidth)
      .bound_extent(m, params.rowsPerTile)
      .align_bounds(m, params.rowsPerTile)
      .vectorize(n, lanes)
      .unroll(n)
      .unroll(m);
  std::vector<VarOrRVar> order = {n, m};
  for (int i = 0; i < contraction.k.dimensions(); ++i)
    order.push_back(contraction.k[i]);
  Stage update = acc.update();
  update.reorder(order).vectorize(n, lanes).unroll(n).unroll(m);
  int64_t unroll = divisorAtMost(contraction.problem.reduction[0], params.unroll);
  if (unroll > 1)
    update.unroll(contraction.k[0], int(unroll));
}

/// Accumulators of a block of rows x one panel in memory; a slice of the reduction visits every
/// tile of the block before the next slice, so that the panel's slice stays in L1. The tile's
/// accumulators are still in registers within a slice: LLVM moves their loads and stores out of the
/// innermost loop.
static void accumulateInSlices(Contraction &contraction, Func output, Var at,
                               const schedule::GemmParams &params, int lanes) {
  Func acc = contraction.acc;
  Var n = acc.args()[0], m = acc.args()[1];
  acc.compute_at(output, at)
      .bound_extent(n, contraction.panelWidth)
      .align_bounds(n, contraction.panelWidth)
      .align_bounds(m, params.rowsPerTile)
      .vectorize(n, lanes)
      .unroll(n);
  Var tile("tile"), row("row");
  Stage update = acc.update();
  update.split(m, tile, row, params.rowsPerTile, TailStrategy::RoundUp);
  std::vector<VarOrRVar> order = {n, row};
  // Whole inner reduction loops belong to a slice as long as they fit; the first that does not is
  // split only when it is the innermost.
  const std::vector<int64_t> &extents = contraction.problem.reduction;
  int64_t steps = 1, innermost = extents[0];
  size_t whole = 0;
  while (whole < extents.size() && steps * extents[whole] <= params.reductionBlock)
    steps *= extents[whole++];
  RVar innermostLoop = contraction.k[0];
  if (whole == 0) {
    RVar slice("slice"), step("step");
    innermost = divisorAtMost(extents[0], params.reductionBlock);
    update.split(contraction.k[0], slice, step, int(innermost));
    innermostLoop = step;
    order.insert(order.end(), {step, tile, slice});
    whole = 1;
  } else {
    for (size_t i = 0; i < whole; ++i)
      order.push_back(contraction.k[int(i)]);
    order.push_back(tile);
  }
  for (size_t i = whole; i < extents.size(); ++i)
    order.push_back(contraction.k[int(i)]);
  update.reorder(order).vectorize(n, lanes).unroll(n).unroll(row);
  int64_t unroll = divisorAtMost(innermost, params.unroll);
  if (unroll > 1)
    update.unroll(innermostLoop, int(unroll));
}

void schedulePacked(Contraction &contraction, const schedule::GemmParams &params, int lanes,
                    Func output, Var batchLoop, bool perBatch) {
  Func packed = contraction.packed;
  if (!packed.defined())
    return;
  const std::vector<Var> args = packed.args();
  packed.bound_extent(args[0], contraction.panelWidth);
  int64_t depth = 1, iterations = ceilDiv(contraction.problem.columns, contraction.panelWidth);
  for (int64_t extent : contraction.problem.reduction)
    depth *= extent;
  if (perBatch) {
    packed.compute_at(output, batchLoop);
  } else {
    std::vector<Var> outer(args.rbegin(), args.rend() - 2);
    for (int64_t extent : contraction.problem.batch)
      iterations *= extent;
    parallelise(packed.compute_root(), outer, iterations, params.tasks);
  }
  if (!contraction.square.defined() || depth < lanes) {
    packed.vectorize(args[0], lanes);
    return;
  }
  Var laneTile("lane_tile"), laneIn("lane_in"), kTile("k_tile"), kIn("k_in");
  packed.split(args[0], laneTile, laneIn, lanes)
      .split(args[1], kTile, kIn, lanes,
             depth % lanes == 0 ? TailStrategy::RoundUp : TailStrategy::ShiftInwards)
      .reorder(laneIn, kIn, laneTile, kTile)
      .vectorize(laneIn)
      .unroll(kIn);
  contraction.square.compute_at(packed, laneTile)
      .bound_extent(args[1], lanes)
      .bound_extent(args[0], lanes)
      .reorder(args[1], args[0])
      .vectorize(args[1])
      .unroll(args[0]);
}

void scheduleContraction(Contraction &contraction, Func output, const schedule::GemmParams &params,
                         const MachineFacts &facts) {
  const ContractionProblem &problem = contraction.problem;
  const int lanes = facts.lanes(problem.accumulator.bytes());
  const int width = contraction.panelWidth;
  const int64_t panels = ceilDiv(problem.columns, width);
  const int64_t tiles = ceilDiv(problem.rows, params.rowsPerTile);
  const int64_t tilesPerBlock = std::clamp<int64_t>(params.tilesPerBlock, 1, tiles);
  const int64_t blocks = ceilDiv(tiles, tilesPerBlock);
  const bool exactRows = problem.rows % params.rowsPerTile == 0;
  const bool exactBlocks = tiles % tilesPerBlock == 0;

  std::vector<Var> args = output.args();
  Var n = args[0], m = args[1];
  output.bound(n, 0, int(problem.columns)).bound(m, 0, int(problem.rows));
  int64_t batchCount = 1;
  for (size_t i = 0; i < problem.batch.size(); ++i) {
    output.bound(args[i + 2], 0, int(problem.batch[i]));
    batchCount *= problem.batch[i];
  }

  TileVars v;
  const bool exactColumns = problem.columns % width == 0;
  output.split(n, v.panel, v.ni, width,
               exactColumns ? TailStrategy::RoundUp : TailStrategy::GuardWithIf);
  output.split(m, v.tile, v.mi, params.rowsPerTile,
               exactRows ? TailStrategy::RoundUp : TailStrategy::GuardWithIf);
  output.split(v.tile, v.block, v.inner, int(tilesPerBlock),
               exactBlocks ? TailStrategy::RoundUp : TailStrategy::GuardWithIf);
  output.vectorize(v.ni, lanes).unroll(v.mi);
  if (exactColumns)
    output.unroll(v.ni);

  std::vector<VarOrRVar> batch(args.begin() + 2, args.end());
  std::vector<VarOrRVar> order = {v.ni, v.mi, v.inner};
  std::vector<Var> outer(args.rbegin(), args.rend() - 2);
  int64_t iterations = batchCount;
  if (params.order == schedule::LoopOrder::RowsOuter) {
    order.insert(order.end(), {v.panel, v.block});
    outer.push_back(v.block);
    iterations *= blocks;
  } else {
    order.insert(order.end(), {v.block, v.panel});
    outer.insert(outer.end(), {v.panel, v.block});
    iterations *= panels * blocks;
  }
  order.insert(order.end(), batch.begin(), batch.end());
  output.reorder(order);
  // Guards of rows and panels are scalar branches beside a whole tile of work: only the vectors of
  // a row keep a masked copy. Each further copy of the nest would cost compile time and code.
  output.never_partition(v.mi, v.inner, v.block, v.panel);
  Var blockLoop = parallelise(output, outer, iterations, params.tasks);

  int64_t depth = 1;
  for (int64_t extent : problem.reduction)
    depth *= extent;
  if (params.reductionBlock > 0 && params.reductionBlock < depth)
    accumulateInSlices(contraction, output,
                       params.order == schedule::LoopOrder::RowsOuter ? v.panel : blockLoop, params,
                       lanes);
  else
    accumulateInRegisters(contraction, output, v.inner, params, lanes);
  const bool perBatch =
      params.order == schedule::LoopOrder::RowsOuter && blocks == 1 && !problem.batch.empty();
  schedulePacked(contraction, params, lanes, output, blockLoop, perBatch);
  for (Contraction::Staged &staged : contraction.staged) {
    const std::vector<Var> stagedArgs = staged.func.args();
    staged.func.align_storage(stagedArgs[0], int(staged.channelStride));
    vectoriseGuarded(staged.func, stagedArgs[0], staged.channels, lanes, 4);
    if (staged.perBlock && params.order == schedule::LoopOrder::RowsOuter)
      staged.func.compute_at(output, blockLoop);
    else
      parallelise(staged.func.compute_root(), {stagedArgs[3], stagedArgs[2]}, staged.lines,
                  std::min<int64_t>(params.tasks, staged.lines / 8), /*estimated=*/true);
  }
}

} // namespace dlc::templates
