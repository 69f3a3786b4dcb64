// One register tile of accumulators per (row tile, column panel); the epilogue is inlined in its
// store. Rows past the end are clamped to the last one and columns past it meet zero weights, so
// that the tile's extents are constants and the accumulators live in registers; only the store is
// guarded.
#include "dlc/Codegen/Halide/Templates/Contraction.h"
#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/LoopNest.h"
#include "dlc/Codegen/Halide/Templates/PackedLhs.h"
#include "dlc/Codegen/Halide/Templates/Prefetch.h"
#include "dlc/Codegen/Halide/Templates/SideBySide.h"
#include "dlc/Codegen/Halide/Templates/StepsSideBySide.h"

#include <algorithm>
#include <limits>

using namespace Halide;

namespace dlc::templates {

int lanesOf(const schedule::GemmParams &params, const MachineFacts &facts, Type type) {
  return facts.withVectors(params.vectorBytes).lanes(type.bytes());
}

int64_t panelWidth(const schedule::GemmParams &params, const MachineFacts &facts, Type type) {
  return int64_t(params.vectorsPerTile) * lanesOf(params, facts, type);
}

/// k indices flattened in row-major order (innermost first): the order of packed panels.
static Expr flattenReduction(const std::vector<Expr> &k, const Sizes &extents) {
  Expr flat = k.back();
  for (size_t i = k.size() - 1; i-- > 0;)
    flat = flat * extents[i].expr() + k[i];
  return flat;
}

/// The inverse of flattenReduction.
static std::vector<Expr> unflattenReduction(Expr flat, const Sizes &extents) {
  std::vector<Expr> k;
  for (size_t i = 0; i < extents.size(); ++i) {
    bool last = i + 1 == extents.size();
    k.push_back(last ? flat : flat % extents[i].expr());
    flat = flat / extents[i].expr();
  }
  return k;
}

/// What a depth counts as that is known at the call only.
static constexpr int64_t large = std::numeric_limits<int32_t>::max();

/// Whether the rhs is turned in squares along a depth that is known at the call.
static bool turnsOpenDepth(const ContractionProblem &problem) {
  return problem.rhsDenseAlongReduction && !productOf(problem.reduction).isConstant();
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
  Expr last = (problem.columns - 1).expr();
  bool exact = problem.columns.isMultipleOf(width);
  // Squares of a depth that is known at the call reach beyond its last step.
  const Size depth = productOf(problem.reduction);
  Expr step = turnsOpenDepth(problem) ? min(k, (depth - 1).expr()) : Expr(k);
  Expr value = problem.rhs(unflattenReduction(step, problem.reduction),
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

/// The parameters of the loops of calls with few rows.
static schedule::GemmParams fewRowParams(schedule::GemmParams params) {
  params.rowsPerTile = Contraction::mostFewRows;
  params.tilesPerBlock = 1;
  return params;
}

/// Whether calls with few rows get loops of their own: only sums over weights, which they wait for.
static bool sparesFewRows(const ContractionProblem &problem, const schedule::GemmParams &params) {
  return problem.sparesFewRows && !problem.rows.isConstant() && problem.packedRhs &&
         problem.batch.empty() && params.rowsPerTile > Contraction::mostFewRows;
}

/// An element of a packed panel with what comes behind it brought near: the next panel, into L2, by
/// the tiles of a block. A single tile of rows reads the panels one after the other, and asks for
/// their lines shortly before it needs them: a line at a time of L2's prefetchers is too late.
static Expr besideNextPanel(const ContractionProblem &problem, const schedule::GemmParams &params,
                            Expr element, Expr row, int panelWidth) {
  const Size tiles = ceilDiv(problem.rows, params.rowsPerTile);
  if (tiles.is(1)) {
    constexpr int bytesAhead = 2048;
    const int distance = bytesAhead / element.type().bytes();
    return prefetchingAhead(std::move(element), {.distance = distance, .intoL1 = true});
  }
  const Size ahead = productOf(problem.reduction) * panelWidth;
  // A call may have fewer tiles than a block: those that it has ask for all of the panel.
  constexpr int64_t fewTiles = 6;
  const int64_t shares = std::clamp<int64_t>(params.tilesPerBlock, 1, tiles.constantOr(fewTiles));
  Expr tile = row / params.rowsPerTile;
  return prefetchingAhead(element, {.distance = ahead.expr(),
                                    .share = tiles.is(shares) ? tile : tile % int(shares),
                                    .shares = int(shares)});
}

/// Whether tiles ask for the rows of those behind them: rows that lie side by side, as the flat
/// pixels of a pointwise convolution do, and are read once or panel by panel.
static bool asksForRows(const ContractionProblem &problem, const schedule::GemmParams &params) {
  const Size depth = productOf(problem.reduction);
  return params.prefetch && params.order == schedule::LoopOrder::RowsOuter && depth.isConstant() &&
         problem.reduction[0].is(depth.constant()) && problem.batch.empty() &&
         problem.rows.isMultipleOf(params.rowsPerTile);
}

/// An element of a row, with the rows of a tile behind it brought into L1: each step asks for as
/// many elements as it reads, so that all steps of a tile ask for a tile.
static Expr besideNextRows(const ContractionProblem &problem, const schedule::GemmParams &params,
                           Expr element, Expr row, Expr step) {
  constexpr int64_t leastBytes = 2048;
  const int rows = params.rowsPerTile;
  const int64_t depth = problem.reduction[0].constant();
  const int64_t tileElements = depth * rows;
  const int64_t tiles = ceilDiv(leastBytes, tileElements * element.type().bytes());
  Expr distance = int(tiles * tileElements) - row % rows * int(depth) + step * (rows - 1);
  return prefetchingAhead(std::move(element),
                          {.distance = distance, .elements = rows, .intoL1 = true});
}

Contraction buildContraction(const ContractionProblem &problem, const schedule::GemmParams &params,
                             const MachineFacts &facts) {
  Contraction result;
  result.problem = problem;
  const bool mixed = problem.sideBySide > 1;
  int width =
      int(mixed ? problem.columns.constant() : panelWidth(params, facts, problem.accumulator));
  result.panelWidth = width;
  Region domain;
  for (const Size &extent : problem.reduction)
    domain.push_back({0, extent.expr()});
  result.k = RDom(domain, problem.name + "_k");
  std::vector<Expr> k;
  for (int i = 0; i < result.k.dimensions(); ++i)
    k.push_back(result.k[i]);

  Var column("n"), row("m");
  std::vector<Var> args = {column, row}, batch = batchVars(problem.batch.size());
  args.insert(args.end(), batch.begin(), batch.end());
  std::vector<Expr> batchIndices(batch.begin(), batch.end());

  bool exactRows = problem.rows.isMultipleOf(params.rowsPerTile);
  Expr clampedRow = exactRows ? Expr(row) : min(row, (problem.rows - 1).expr());
  if (params.stepsSideBySide > 1) {
    auto leftAt = [&](const std::vector<Expr> &k, const Expr &step) {
      Expr element = problem.lhs(k, clampedRow, batchIndices);
      if (step.defined() && asksForRows(problem, params))
        element = besideNextRows(problem, params, element, row, step);
      return cast(problem.accumulator, element);
    };
    buildStepsSideBySide(result, params, facts, leftAt, args);
    return result;
  }
  Expr lane = column % width, panel = column / width, right;
  if (mixed) {
    right = mixPanels(result, column, k, batchIndices);
  } else if (problem.packedRhs) {
    right = problem.packedRhs(lane, k, panel, batchIndices);
    if (params.prefetch && params.order == schedule::LoopOrder::ColumnsOuter)
      right = besideNextPanel(problem, params, right, row, width);
  } else {
    buildPacked(result);
    std::vector<Expr> at = {lane, flattenReduction(k, problem.reduction), panel};
    at.insert(at.end(), batchIndices.begin(), batchIndices.end());
    right = result.packed(at);
  }
  Expr left;
  if (packsLhs(problem, params)) {
    left = buildPackedLhs(result, params, k, row, batchIndices);
  } else {
    left = problem.lhs(k, clampedRow, batchIndices);
    if (asksForRows(problem, params))
      left = besideNextRows(problem, params, left, row, k[0]);
    left = cast(problem.accumulator, left);
  }
  result.acc = Func(problem.name);
  result.acc(args) = cast(problem.accumulator, 0);
  result.acc(args) = multiplyAdd(result.acc(args), left, cast(problem.accumulator, right));
  if (sparesFewRows(problem, params)) {
    ContractionProblem few = problem;
    few.name += "_few_rows";
    few.sparesFewRows = false;
    result.fewRows =
        std::make_shared<Contraction>(buildContraction(few, fewRowParams(params), facts));
  }
  return result;
}

namespace {
/// Calls of one Func become calls of another.
class ReplaceCalls : public Internal::IRMutator {
public:
  ReplaceCalls(const Func &from, const Func &to) : from(from.name()), to(to.function()) {}

protected:
  using IRMutator::visit;
  Expr visit(const Internal::Call *op) override {
    Expr call = IRMutator::visit(op);
    op = call.as<Internal::Call>();
    if (!op || op->call_type != Internal::Call::Halide || op->name != from)
      return call;
    return Internal::Call::make(to, op->args, op->value_index);
  }

private:
  std::string from;
  Internal::Function to;
};
} // namespace

namespace {
/// The loop variables of the output, named once.
struct TileVars {
  Var panel{"panel"}, ni{"ni"}, tile{"tile"}, mi{"mi"}, block{"block"}, inner{"inner"};
  Var joined{"joined"}; ///< rows of one vector
};
} // namespace

/// Unrolls `limit` steps of the loop `k`, or the largest divisor of its extent below. A loop whose
/// extent is known at the call gets a rest.
static void unrollReduction(Stage update, RVar k, const Size &extent, int limit) {
  if (!extent.isConstant() && limit > 1) {
    RVar outer("k_tile"), inner("k_step");
    update.split(k, outer, inner, limit, TailStrategy::GuardWithIf).unroll(inner);
    return;
  }
  int64_t unroll = divisorAtMost(extent.constantOr(1), limit);
  if (unroll > 1)
    update.unroll(k, int(unroll));
}

void unrollTile(Stage update, Var n, Var m, const schedule::GemmParams &params, int lanes) {
  update.vectorize(n, lanes);
  if (params.rowsPerTile < params.vectorsPerTile)
    update.reorder(m, n);
  update.unroll(n).unroll(m);
}

/// Pieces of a contraction: below a megaflop none is worth a wake-up.
static Size tasksOf(const ContractionProblem &problem, const schedule::GemmParams &params) {
  const int64_t depth = productOf(problem.reduction).constantOr(64);
  const int64_t perRow = 2 * depth * problem.columns.constantOr(64);
  return tasksFor(problem.rows * productOf(problem.batch), 1000000 / std::max<int64_t>(1, perRow),
                  params.tasks);
}

void accumulateInRegisters(Contraction &contraction, Func output, Var at,
                           const schedule::GemmParams &params, int lanes) {
  if (contraction.sums.defined())
    return accumulateStepsSideBySide(contraction, output, at, params, lanes);
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
  update.reorder(order);
  unrollTile(update, n, m, params, lanes);
  unrollReduction(update, contraction.k[0], contraction.problem.reduction[0], params.unroll);
}

/// Accumulators of a block of rows in memory, of one panel or with `allPanels` of all; a slice of
/// the reduction visits every tile of the block before the next slice, so that what the slice reads
/// stays in the cache. The tile's accumulators are still in registers within a slice: LLVM moves
/// their loads and stores out of the innermost loop. Returns the loop over slices.
static RVar accumulateInSlices(Contraction &contraction, Func output, Var at,
                               const schedule::GemmParams &params, int lanes, bool allPanels) {
  Func acc = contraction.acc;
  Var n = acc.args()[0], m = acc.args()[1];
  acc.compute_at(output, at)
      .align_bounds(n, contraction.panelWidth)
      .align_bounds(m, params.rowsPerTile)
      .vectorize(n, lanes);
  Stage update = acc.update();
  Var tile("tile"), row("row"), panel("panel"), lane("lane");
  update.split(m, tile, row, params.rowsPerTile, TailStrategy::RoundUp);
  if (allPanels)
    update.split(n, panel, lane, contraction.panelWidth, TailStrategy::RoundUp);
  else
    acc.bound_extent(n, contraction.panelWidth).unroll(n);
  if (!allPanels)
    lane = n;
  std::vector<VarOrRVar> order = {lane, row};
  // Whole inner reduction loops belong to a slice as long as they fit; the first that does not is
  // split only when it is the innermost.
  const Sizes &extents = contraction.problem.reduction;
  Size innermost = extents[0];
  int64_t steps = 1;
  size_t whole = 0;
  while (whole < extents.size() &&
         steps * extents[whole].constantOr(large) <= params.reductionBlock)
    steps *= extents[whole++].constant();
  RVar innermostLoop = contraction.k[0], slice("slice");
  std::vector<VarOrRVar> block = {tile};
  if (allPanels)
    block.push_back(panel);
  if (whole == 0) {
    RVar step("step");
    // Slices of one size, or with a guard where the depth has no divisor near the one wanted.
    const int64_t divisor = divisorAtMost(extents[0].constantOr(1), params.reductionBlock);
    const bool exact = extents[0].isConstant() && 4 * divisor >= params.reductionBlock;
    innermost = exact ? divisor : int64_t(params.reductionBlock);
    update.split(contraction.k[0], slice, step, innermost.expr(),
                 exact || !extents[0].isConstant() ? TailStrategy::Auto
                                                   : TailStrategy::GuardWithIf);
    innermostLoop = step;
    order.push_back(step);
    order.insert(order.end(), block.begin(), block.end());
    order.push_back(slice);
    whole = 1;
  } else {
    for (size_t i = 0; i < whole; ++i)
      order.push_back(contraction.k[int(i)]);
    order.insert(order.end(), block.begin(), block.end());
    slice = whole < extents.size() ? contraction.k[int(whole)] : slice;
  }
  for (size_t i = whole; i < extents.size(); ++i)
    order.push_back(contraction.k[int(i)]);
  update.reorder(order);
  unrollTile(update, lane, row, params, lanes);
  unrollReduction(update, innermostLoop, innermost, params.unroll);
  return slice;
}

void schedulePacked(Contraction &contraction, const schedule::GemmParams &params, int lanes,
                    Func output, Var batchLoop, bool perBatch) {
  Func packed = contraction.packed;
  if (!packed.defined())
    return;
  const std::vector<Var> args = packed.args();
  packed.bound_extent(args[0], contraction.panelWidth);
  const ContractionProblem &problem = contraction.problem;
  const Size depth = productOf(problem.reduction);
  if (perBatch) {
    packed.compute_at(output, batchLoop);
  } else {
    std::vector<Var> outer(args.rbegin(), args.rend() - 2);
    const Size iterations =
        ceilDiv(problem.columns, contraction.panelWidth) * productOf(problem.batch);
    parallelise(packed.compute_root(), outer, iterations, tasksOf(problem, params));
  }
  // Less than a vector of steps, but not much less, makes smaller squares.
  constexpr int smallSquare = 8;
  const int side = lanesWithin(depth, lanes);
  if (!contraction.square.defined() || side < std::min(lanes, smallSquare)) {
    packed.vectorize(args[0], lanes);
    return;
  }
  turnInSquares(packed, contraction.square, side, TailStrategy::Auto,
                depth.isMultipleOf(side) || turnsOpenDepth(problem) ? TailStrategy::RoundUp
                                                                    : TailStrategy::ShiftInwards);
}

/// The loops of calls with few rows: one tile of rows, panel by panel.
static void scheduleFewRows(Contraction &contraction, Func output,
                            const schedule::GemmParams &params, int lanes) {
  Contraction &few = *contraction.fewRows;
  const ContractionProblem &problem = few.problem;
  const int width = few.panelWidth, rows = Contraction::mostFewRows;
  Var n = output.args()[0], m = output.args()[1];
  Var panel("few_panel"), ni("few_ni"), tile("few_tile"), mi("few_mi");
  Stage stage = output.specialize(problem.rows.expr() <= rows);
  // A select of the two sums by the same condition would be decided in each case, but only where
  // Halide proves it, of sizes that divide for instance it does not.
  Internal::Definition special = output.function().definition().specializations().back().definition;
  for (Expr &value : special.values())
    value = ReplaceCalls(contraction.acc, few.acc).mutate(value);
  stage.split(n, panel, ni, width, guardedTail(problem.columns, width))
      .split(m, tile, mi, rows, TailStrategy::GuardWithIf)
      .reorder(ni, mi, tile, panel)
      .vectorize(ni, lanes)
      .unroll(mi);
  if (problem.columns.isMultipleOf(width))
    stage.unroll(ni);
  stage.never_partition(mi, tile, panel);
  parallelise(stage, {panel}, ceilDiv(problem.columns, width), tasksOf(problem, params));
  accumulateInRegisters(few, output, tile, fewRowParams(params), lanes);
}

static bool accumulatesInSlices(const ContractionProblem &problem,
                                const schedule::GemmParams &params) {
  return params.reductionBlock > 0 &&
         params.reductionBlock < productOf(problem.reduction).constantOr(large);
}

/// Whether pieces may begin inside of a block of rows. The rows of a call may be one block, or
/// none but a few: then its panels are what threads can share. What is made once a block would be
/// made once a panel.
static bool sharesBlocks(const Contraction &contraction, const schedule::GemmParams &params) {
  return !contraction.problem.rows.isConstant() && !contraction.packedLhs.defined() &&
         !accumulatesInSlices(contraction.problem, params) &&
         std::ranges::none_of(contraction.staged, &Contraction::Staged::perBlock);
}

/// Whether each block has a copy of a group's pixels. What its tiles read and write beside that are
/// pieces of far lines, which no hardware asks for ahead.
static bool copiesGroups(const Contraction &contraction) {
  return !contraction.problem.batch.empty() &&
         std::ranges::any_of(contraction.staged, &Contraction::Staged::perBlock);
}

/// Whether the panels write each line of a result beyond L2 in pieces, a tile or a block of rows
/// apart: what no hardware asks for ahead.
static bool writesFarPieces(const ContractionProblem &problem, const Size &panels,
                            const MachineFacts &facts) {
  const Size elements = problem.rows * problem.columns * productOf(problem.batch);
  return !panels.is(1) && elements.isAtLeast(facts.l2Bytes / 2 / problem.accumulator.bytes());
}

void scheduleContraction(Contraction &contraction, Func output, const schedule::GemmParams &params,
                         const MachineFacts &facts) {
  const ContractionProblem &problem = contraction.problem;
  const bool mixed = problem.sideBySide > 1, joined = joinsRows(contraction, output);
  const int width = joined ? int(problem.columns.constant()) : contraction.panelWidth;
  const int lanes = mixed ? width : lanesOf(params, facts, problem.accumulator);
  const Size panels = ceilDiv(problem.columns, width);
  const Size tiles = ceilDiv(problem.rows, params.rowsPerTile);
  const int64_t tilesPerBlock =
      std::clamp<int64_t>(params.tilesPerBlock, 1, tiles.constantOr(params.tilesPerBlock));
  const Size blocks = ceilDiv(tiles, tilesPerBlock);

  std::vector<Var> args = output.args();
  Var n = args[0], m = args[1];
  output.bound(n, 0, problem.columns.expr()).bound(m, 0, problem.rows.expr());
  for (size_t i = 0; i < problem.batch.size(); ++i)
    output.bound(args[i + 2], 0, problem.batch[i].expr());

  const bool farPieces = writesFarPieces(problem, panels, facts);
  if (farPieces)
    askForPlaces(output);
  if (farPieces || copiesGroups(contraction))
    askBefore(output, {n, m});
  if (contraction.fewRows)
    scheduleFewRows(contraction, output, params, lanes);
  TileVars v;
  output.split(n, v.panel, v.ni, width, guardedTail(problem.columns, width));
  output.split(m, v.tile, v.mi, params.rowsPerTile, guardedTail(problem.rows, params.rowsPerTile));
  output.split(v.tile, v.block, v.inner, int(tilesPerBlock), guardedTail(tiles, tilesPerBlock));
  output.vectorize(v.ni, std::min(lanes, width));
  if (joined)
    output.split(v.mi, v.mi, v.joined, contraction.rowsTogether).vectorize(v.joined);
  // Unrolled where columns are cut off too: a loop would read the accumulators from memory.
  output.unroll(v.ni).unroll(v.mi);

  std::vector<VarOrRVar> order = {v.ni, v.mi, v.inner};
  if (joined)
    order.insert(order.begin() + 1, v.joined);
  if (mixed) {
    const BatchLoops loops = splitSideBySide(problem, output);
    args[2] = loops.vectors;
    order.insert(order.begin(), loops.inside);
  }
  std::vector<VarOrRVar> batch(args.begin() + 2, args.end());
  std::vector<Var> outer(args.rbegin(), args.rend() - 2);
  Size iterations = productOf(problem.batch) / problem.sideBySide;
  if (params.order == schedule::LoopOrder::RowsOuter) {
    order.insert(order.end(), {v.panel, v.block});
    outer.push_back(v.block);
    iterations = iterations * blocks;
    if (sharesBlocks(contraction, params)) {
      outer.push_back(v.panel);
      iterations = iterations * panels;
    }
  } else {
    order.insert(order.end(), {v.block, v.panel});
    outer.insert(outer.end(), {v.panel, v.block});
    iterations = iterations * panels * blocks;
  }
  order.insert(order.end(), batch.begin(), batch.end());
  output.reorder(order);
  // Guards of rows and panels are scalar branches beside a whole tile of work: only the vectors of
  // a row keep a masked copy. Each further copy of the nest would cost compile time and code.
  output.never_partition(v.mi, v.inner, v.block, v.panel);
  const Size tasks = tasksOf(problem, params);
  Var blockLoop = parallelise(output, outer, iterations, tasks);

  const bool rowsOuter = params.order == schedule::LoopOrder::RowsOuter;
  const bool slices = accumulatesInSlices(problem, params);
  RVar slice;
  if (slices)
    slice = accumulateInSlices(contraction, output, blockLoop, params, lanes,
                               /*allPanels=*/rowsOuter);
  else if (mixed)
    accumulateSideBySide(contraction, output, v.inner, blockLoop, params);
  else
    accumulateInRegisters(contraction, output, v.inner, params, lanes);
  if (Func packed = contraction.packedLhs; packed.defined()) {
    schedulePackedLhs(contraction, params, lanes, /*root=*/!rowsOuter, tiles, tasks);
    if (rowsOuter && slices)
      packed.compute_at(contraction.acc, slice);
    else if (rowsOuter)
      packed.compute_at(output, blockLoop);
  }
  const bool perBatch = rowsOuter && blocks.is(1) && !problem.batch.empty();
  // All rows in one block: a panel is packed when its turn comes, and does not leave the cache.
  const bool perPanel = !rowsOuter && blocks.is(1);
  schedulePacked(contraction, params, lanes, output, blockLoop, perBatch || perPanel);
  if (perPanel && contraction.packed.defined())
    contraction.packed.bound_extent(contraction.packed.args()[2], 1);
  for (Contraction::Staged &staged : contraction.staged) {
    const std::vector<Var> stagedArgs = staged.func.args();
    staged.func.align_storage(stagedArgs[0], staged.channelStride.expr());
    vectoriseGuarded(staged.func, stagedArgs[0], staged.channels, lanes, 4);
    if (staged.perBlock && params.order == schedule::LoopOrder::RowsOuter)
      staged.func.compute_at(output, blockLoop);
    else
      parallelise(staged.func.compute_root(), {stagedArgs.rbegin(), stagedArgs.rend() - 2},
                  staged.lines, smaller(tasks, staged.lines / 8), /*estimated=*/true);
  }
}

} // namespace dlc::templates
