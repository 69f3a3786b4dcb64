// Tiles of channels x columns x rows of windows, whose sums stay in registers, and the loops over
// them: rows of tiles in blocks, and channels that pass over the image together.
#include "WindowTiles.h"

#include "dlc/Schedule/AnalyticModel.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

using schedule::maxUnrolledTaps;

int64_t tapsOf(const WindowProblem &problem) {
  int64_t taps = 1;
  for (int64_t extent : problem.window)
    taps *= extent;
  return taps;
}

MachineFacts windowFacts(const Size &channels, const Type &type, const MachineFacts &machine) {
  return channels.isConstant() ? schedule::windowFacts(channels.constant(), type.bytes(), machine)
                               : machine;
}

int64_t columnsOf(const WindowProblem &problem, const schedule::WindowParams &params) {
  return std::min<int64_t>(params.columnsPerTile, problem.width.constantOr(params.columnsPerTile));
}

/// Output rows of one piece.
static int64_t blockRowsOf(const WindowProblem &problem, const schedule::WindowParams &params) {
  return std::min<int64_t>(params.rowsPerBlock, problem.height.constantOr(params.rowsPerBlock));
}

int64_t rowsOf(const WindowProblem &problem, const schedule::WindowParams &params) {
  if (problem.rowStride == 0 || params.pad != schedule::PadMode::InPlace ||
      !problem.height.isConstant() || tapsOf(problem) > maxUnrolledTaps)
    return 1;
  const int64_t height = problem.height.constant(), blockRows = blockRowsOf(problem, params);
  int64_t rows = std::clamp<int64_t>(params.rowsPerTile, 1, std::max<int64_t>(1, blockRows));
  while (!schedule::fillsRowTiles(height, rows) || (blockRows % rows != 0 && blockRows != height))
    --rows;
  return rows;
}

ChannelTile::ChannelTile(const WindowProblem &problem, int vectorsPerTile,
                         const MachineFacts &facts)
    : lanes(lanesWithin(problem.channels, facts.lanes(problem.type.bytes()))) {
  const int64_t vectors = problem.channels.constantOr(int64_t(vectorsPerTile) * lanes) / lanes;
  width = std::clamp<int64_t>(vectorsPerTile, 1, std::max<int64_t>(1, vectors)) * lanes;
  inRegisters = width / lanes <= facts.vectorRegisters;
}

/// The taps of a line, unrolled, inside of the loop over channels, and that inside of the lines'.
static void scheduleInL1(Stage update, const Var &c, const WindowFold &fold, int lanes) {
  Var lane("lane");
  std::vector<VarOrRVar> order = {lane, fold.k[0], c};
  for (int i = 1; i < fold.k.dimensions(); ++i)
    order.push_back(fold.k[i]);
  update.split(c, c, lane, lanes).vectorize(lane).reorder(order);
  if (*as_const_int(fold.k.x.extent()) <= maxUnrolledTaps)
    update.unroll(fold.k[0]);
}

/// A fold of one tile, of `columns` x `rows` of its places: everything unrolled, the taps too when
/// they are few.
static void scheduleFold(const WindowFold &fold, const LoopLevel &at, const ChannelTile &tile,
                         int64_t columns, int64_t rows) {
  Func func = fold.func;
  Var c = func.args()[0], x = func.args()[1], row = func.args()[2];
  func.compute_at(at).bound_extent(c, int(tile.width)).bound_extent(x, int(columns));
  func.bound_extent(row, int(rows)).align_bounds(row, int(rows)).reorder(c, row, x);
  func.vectorize(c, tile.lanes).unroll(row).unroll(x);
  if (tile.inRegisters)
    func.unroll(c);
  if (!func.has_update_definition())
    return;
  Stage update = func.update();
  if (!tile.inRegisters)
    return scheduleInL1(update, c, fold, tile.lanes);
  std::vector<VarOrRVar> order = {c, x, row};
  for (int i = 0; i < fold.k.dimensions(); ++i)
    order.push_back(fold.k[i]);
  update.reorder(order).vectorize(c, tile.lanes).unroll(c).unroll(x).unroll(row);
  if (fold.unrolled)
    for (int i = 0; i < fold.k.dimensions(); ++i)
      update.unroll(fold.k[i]);
}

static void scheduleFolds(const Window &window, const LoopLevel &at, const ChannelTile &tile,
                          int64_t columns) {
  for (WindowFold fold : window.folds) {
    if (fold.columns == 0)
      fold.func.align_bounds(fold.func.args()[1], int(columns));
    scheduleFold(fold, at, tile, fold.columns == 0 ? columns : fold.columns, window.rows);
  }
}

/// Bytes of channels that pass over the image together; 0 where all of them do.
static int64_t channelBytesTogether(const Window &window, int64_t columns,
                                    const MachineFacts &facts) {
  const WindowProblem &problem = window.problem;
  if (schedule::readsLinesOnce(window.rows, columns, problem.lines, problem.rowStride) ||
      !problem.channels.isConstant() || !problem.inputLine.isConstant() ||
      !problem.inputHeight.isConstant())
    return 0;
  schedule::WindowShape shape;
  shape.channels = problem.channels.constant();
  shape.inputHeight = problem.inputHeight.constant();
  shape.taps = tapsOf(problem);
  shape.elementBytes = problem.type.bytes();
  shape.inputRowBytes = problem.inputLine.constant() * problem.type.bytes();
  shape.kernelHeight = problem.lines;
  return schedule::channelBytesTogether(shape, facts);
}

/// Tiles of channels that pass over a line of windows together, of which at most `channelBytes`
/// do: each line of the image is then read once, in pieces that are long enough to be asked for
/// ahead by the hardware. A tile alone where the image of its channels is small and its weights
/// stay in registers.
static int64_t tilesTogether(const WindowProblem &problem, const ChannelTile &tile, int64_t columns,
                             int64_t channelBytes, int64_t pieces, const MachineFacts &facts) {
  const Size tiles = ceilDiv(problem.channels, tile.width);
  if (!tiles.isConstant() || tiles.is(0))
    return 1;
  const int64_t shared = tiles.constant() / pieces, tileBytes = tile.width * problem.type.bytes();
  if (channelBytes == 0)
    return divisorAtMost(tiles.constant(), shared);
  const int64_t imageBytes = problem.inputLine.constant() / problem.channels.constant() *
                             problem.inputHeight.constant() * tileBytes;
  const bool weightsStay =
      (tapsOf(problem) + columns) * (tile.width / tile.lanes) < facts.vectorRegisters;
  if (weightsStay && imageBytes <= facts.l1Bytes / 4)
    return 1;
  return divisorAtMost(tiles.constant(), std::min(channelBytes / tileBytes, shared));
}

void scheduleWindow(Window &window, Func output, const schedule::WindowParams &params,
                    const MachineFacts &machine) {
  const WindowProblem &problem = window.problem;
  const MachineFacts facts = windowFacts(problem.channels, problem.type, machine);
  const ChannelTile tile(problem, params.vectorsPerTile, facts);
  const int64_t columns = columnsOf(problem, params);
  const int64_t blockRows = ceilDiv(blockRowsOf(problem, params), window.rows);
  const std::vector<Var> args = output.args();
  Var c = args[0], x = args[1], y = args[2], n = args[3];
  output.bound(c, 0, problem.channels.expr()).bound(x, 0, problem.width.expr());
  output.bound(y, 0, problem.height.expr()).bound(n, 0, problem.batch.expr());

  Var channelTile("channel_tile"), ci("ci"), columnTile("column_tile"), xi("xi"), block("block"),
      yi("yi"), row("row");
  const TailStrategy channelTail =
      problem.channels.isConstant() ? TailStrategy::ShiftInwards : TailStrategy::GuardWithIf;
  output.split(c, channelTile, ci, int(tile.width),
               problem.channels.isMultipleOf(tile.width) ? TailStrategy::RoundUp : channelTail);
  output.split(x, columnTile, xi, int(columns), guardedTail(problem.width, columns));
  output.split(y, y, row, int(window.rows), guardedTail(problem.height, window.rows));
  const Size rowTiles = ceilDiv(problem.height, window.rows);
  output.split(y, block, yi, int(blockRows), guardedTail(rowTiles, blockRows));
  output.reorder(ci, xi, row, channelTile, columnTile, yi, block, n);
  output.vectorize(ci, tile.lanes).unroll(xi).unroll(row);
  if (channelTail == TailStrategy::ShiftInwards && tile.inRegisters)
    output.unroll(ci);

  const Size blocks = ceilDiv(rowTiles, blockRows) * problem.batch;
  std::vector<Var> loops = {n, block};
  Size iterations = blocks;
  // Of a global pool, only channels are left to share out. Else lines that leave L1 before the next
  // line of windows reads them again are read once for some channels, then for others.
  const bool oneBlock = blocks.is(1);
  const int64_t channelBytes = channelBytesTogether(window, columns, facts);
  const int64_t together =
      tilesTogether(problem, tile, columns, channelBytes, oneBlock ? params.tasks : 1, facts);
  const bool channelsOuter =
      !window.padded.defined() && (channelBytes > 0 || (oneBlock && params.tasks > 1));
  Var channelBlock("channel_block");
  if (channelsOuter) {
    output.split(channelTile, channelBlock, channelTile, int(together))
        .reorder(ci, xi, row, channelTile, columnTile, yi, channelBlock, block, n);
    if (oneBlock) {
      loops.push_back(channelBlock);
      iterations = ceilDiv(problem.channels, tile.width * together);
    }
  }
  output.never_partition(block, row, xi, n);
  if (problem.height.isMultipleOf(window.rows)) // else the last tile has code of its own
    output.never_partition(yi);
  // A line of two tiles has none between the first and the last that loops could be split around.
  if (problem.width.isConstant() && problem.width.constant() <= 2 * columns)
    output.unroll(columnTile);
  // An element of the result costs about a cycle a vector of taps; a piece, tens of microseconds.
  const int64_t perPixel = ceilDiv(problem.channels.constantOr(64), tile.lanes) * tapsOf(problem);
  const Size tasks =
      tasksFor(problem.batch * problem.height * problem.width, 80000 / perPixel, params.tasks);
  Var piece = parallelise(output, loops, iterations, tasks);
  scheduleFolds(window, LoopLevel(output, channelTile), tile, columns);
  if (!window.padded.defined())
    return;
  vectoriseGuarded(window.padded, window.padded.args()[0], problem.channels, tile.lanes, 4);
  if (params.pad == schedule::PadMode::Whole)
    window.padded.compute_root();
  else
    window.padded.compute_at(output, piece);
}

void scheduleDepthwise(Window &window, Func output, const schedule::DepthwiseParams &params,
                       const MachineFacts &facts) {
  scheduleWindow(window, output, schedule::asWindow(params), facts);
}

} // namespace dlc::templates
