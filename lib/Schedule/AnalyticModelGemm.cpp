// The model of contractions: count the cycles of a register tile from its FMAs, loads and latency,
// add what tails waste, and keep the cheapest tile; then fit blocks into L2 and cut pieces for the
// cores.
#include "dlc/Schedule/AnalyticModel.h"
#include "dlc/Schedule/StepsSideBySide.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace dlc::schedule {

static int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

GemmShape gemmShapeOf(const ConvShape &conv) {
  GemmShape shape;
  const int64_t channels = conv.inputChannels / conv.groups;
  const bool pointwise = conv.kernelHeight == 1 && conv.kernelWidth == 1 &&
                         conv.strideHeight == 1 && conv.strideWidth == 1 && !conv.padded;
  shape.rows = conv.batch * conv.outputHeight * conv.outputWidth;
  shape.columns = conv.outputChannels / conv.groups;
  shape.depth = channels * conv.kernelHeight * conv.kernelWidth;
  shape.batch = conv.groups;
  shape.elementBytes = conv.elementBytes;
  shape.packedDepth = channels;
  shape.lineWidth = pointwise ? 0 : conv.outputWidth;
  shape.padded = conv.padded;
  shape.oneImage = conv.batch == 1;
  shape.storedPanels = true;
  // Neighbouring windows overlap: a pixel adds its stride's worth of the image.
  shape.lhsBytesPerRow = conv.elementBytes * channels *
                         std::min(conv.strideWidth, conv.kernelWidth) *
                         std::min(conv.strideHeight, conv.kernelHeight);
  return shape;
}

/// Bytes of a row, a pixel, of groups that are copied by the block.
static constexpr int64_t fewBytes = 128;

static bool copiesGroups(const GemmShape &shape) {
  return shape.padded && shape.batch > 1 && shape.lineWidth > 0 && shape.lhsBytesPerRow <= fewBytes;
}

static std::optional<StepsSideBySide> sideBySide(const GemmShape &shape, const GemmParams &params,
                                                 const MachineFacts &facts) {
  return stepsSideBySide(params, shape.columns, shape.packedDepth, facts.lanes(shape.elementBytes));
}

/// Columns of a packed panel.
static int64_t panelColumns(const GemmShape &shape, const GemmParams &params,
                            const MachineFacts &facts) {
  const auto tile = sideBySide(shape, params, facts);
  return tile ? tile->packedColumns()
              : int64_t(params.vectorsPerTile) * facts.lanes(shape.elementBytes);
}

/// Vector registers of a tile: its accumulators, an operand for each of its rows or vectors,
/// whichever are fewer, and one for the others in turn. Steps side by side behind whole vectors are
/// not reordered so.
static int registersOf(const GemmShape &shape, const GemmParams &params,
                       const MachineFacts &facts) {
  const int rows = params.rowsPerTile, vectors = params.vectorsPerTile;
  const bool inOrder =
      params.stepsSideBySide > 1 && shape.columns > facts.lanes(shape.elementBytes);
  return rows * vectors + (inOrder ? vectors : std::min(rows, vectors)) + 1;
}

/// What the innermost loop of a tile does.
struct Iteration {
  double steps = 1; ///< of the reduction
  double products = 0;
  double elements = 0, vectors = 0; ///< loads of the left operand, and of the right one
  /// Products of the longest chain: of one accumulator.
  double chain = 1;
};

static Iteration iterationOf(const GemmShape &shape, const GemmParams &params,
                             const MachineFacts &facts) {
  const int rows = params.rowsPerTile, vectors = params.vectorsPerTile;
  const auto tile = sideBySide(shape, params, facts);
  if (!tile)
    return {1, double(rows * vectors), double(rows), double(vectors), 1};
  // The rows' elements of each step for whole vectors, and those of all steps for the others.
  const double whole = tile->wholeVectors, others = tile->vectors, steps = tile->steps;
  const double wholeSteps = whole > 0 ? steps : 0;
  return {steps * tile->sets(), rows * (steps * whole + others), rows * (wholeSteps + tile->sets()),
          steps * whole + others, whole > 0 ? steps : 1};
}

/// Pieces that the units take a vector in.
static double piecesOfVector(const MachineFacts &facts) {
  return std::max(1.0, double(facts.vectorBytes) / facts.unitBytes);
}

/// Cycles of a step of the reduction whose operands are in L1.
static double cyclesPerStep(const GemmShape &shape, const GemmParams &params,
                            const MachineFacts &facts) {
  const Iteration iteration = iterationOf(shape, params, facts);
  const double pieces = piecesOfVector(facts), perCycle = facts.fmaPerCycle / pieces;
  double cycles = std::max({iteration.products / perCycle,
                            (iteration.elements + iteration.vectors * pieces) / 2,
                            iteration.chain * facts.fmaLatency});
  // Just enough chains to cover the latency leave no slack for a late load: a few percent on Zen 3,
  // a sixth on Sapphire Rapids. A tile of so few products that a core's window holds the next one's
  // too has twice the chains.
  constexpr double fewProducts = 64;
  const double covering = iteration.chain * facts.fmaLatency * perCycle;
  const bool alone = iteration.products * double(shape.depth) > fewProducts * iteration.steps;
  if (alone && iteration.products <= covering)
    cycles *= iteration.products < covering ? 1.25 : 1.12;
  return cycles / iteration.steps;
}

/// Cycles in which a row of a tile adds what its lanes have of different steps, where columns share
/// vectors. Rows of less than a vector do so together: each time two vectors become one.
static double foldCycles(const GemmShape &shape, const GemmParams &params,
                         const MachineFacts &facts) {
  const auto tile = sideBySide(shape, params, facts);
  if (!tile)
    return 0;
  const int together = tile->wholeVectors > 0 ? 1 : std::gcd(tile->steps, params.rowsPerTile);
  const double folds = together - 1 + std::log2(tile->steps / together);
  return 1 + 2 * folds / together + tile->vectors - 1;
}

/// Cycles of a tile's prologue, epilogue and loop control, measured on small depths.
static double cyclesPerTile(const GemmShape &shape, const GemmParams &params,
                            const MachineFacts &facts) {
  const int rows = params.rowsPerTile;
  const auto tile = sideBySide(shape, params, facts);
  if (tile && tile->columnsApart() && tile->wholeVectors == 0) {
    // Two vectors become one until they are the tile's columns: a blend, a shuffle and an addition,
    // beside the next tile's products but for 512 bits, which have no other ports. The last vector
    // takes as many, full or not; less than 16 bytes of it are stored piece by piece.
    const double perMerge = facts.vectorBytes >= 64 ? 2.0 : 1.25;
    const int64_t sums = int64_t(rows) * tile->columns;
    const double merges = double(ceilDiv(sums, tile->lanes)) * (tile->lanes - 1);
    const double adds = double(sums) * (tile->sets() - 1);
    const double stores = sums * shape.elementBytes % 16 != 0 ? 10 : 0;
    return 4 + stores + (perMerge * merges + adds) * piecesOfVector(facts);
  }
  const double perRow = 2.0 * params.vectorsPerTile + foldCycles(shape, params, facts);
  // Rows of less than a vector each end on their own: the next tile starts beside them.
  const bool endsByRows =
      params.stepsSideBySide > 1 && shape.columns < facts.lanes(shape.elementBytes);
  return (endsByRows ? 10 : 30) + perRow * piecesOfVector(facts) * rows;
}

/// What predictGemmCycles() predicts, but for vectors that the units may take in pieces.
static double predictInPieces(const GemmShape &shape, const GemmParams &params,
                              const MachineFacts &facts) {
  const int rows = params.rowsPerTile, vectors = params.vectorsPerTile;
  const int64_t width = panelColumns(shape, params, facts);
  double step = cyclesPerStep(shape, params, facts);
  // A panel beyond L1 streams from L2 at about half a vector a cycle, whatever the rows do with it.
  const int64_t slice = params.reductionBlock ? params.reductionBlock : shape.depth;
  if (slice * width * shape.elementBytes > facts.l1Bytes / 2)
    step = std::max(step, double(width * shape.elementBytes) / (0.5 * facts.vectorBytes));
  const bool clamped = shape.rows % rows != 0;
  const bool guarded = clamped || shape.columns % width != 0;
  const bool wraps = shape.lineWidth > 0 && shape.lineWidth % rows != 0;
  // A guard's mask or a wrapped pixel's address takes the register that the tile needs.
  if ((guarded || wraps) && rows * vectors + vectors + 1 >= facts.vectorRegisters)
    step *= shape.lineWidth > 0 ? 1.5 : 1.1;
  // Clamped or wrapped rows have an address each: slower to start.
  if (wraps || clamped)
    step *= 1.05;
  // Beyond 8 rows the addresses of the rows no longer fit the integer registers, where they have
  // several. Tiles of whole vectors have accumulators enough with 8.
  const bool gains = copiesGroups(shape) || params.stepsSideBySide > 1;
  const bool oneAddress = shape.padded && shape.lineWidth > 0 && gains && !wraps;
  if (rows > 8 && !oneAddress)
    step *= 1.4;
  // A line of an output beyond the caches that is written piece by piece, panel by panel, has left
  // them between two of its pieces. Shallow tiles do not hide it; those of 256-bit vectors do,
  // which take twice as long.
  const bool shallow = shape.depth <= 128 && facts.vectorBytes >= 64 &&
                       shape.rows * shape.columns * shape.elementBytes > facts.l2Bytes / 4;
  const double perPiece = shallow && shape.columns > width ? 15.0 : 0.0;
  const double perTile =
      cyclesPerTile(shape, params, facts) + rows * ((wraps ? 20.0 : 0.0) + perPiece);
  const double tiles = double(ceilDiv(shape.rows, rows)) * double(ceilDiv(shape.columns, width));
  return double(shape.batch) * tiles * (double(shape.depth) * step + perTile);
}

double predictGemmCycles(const GemmShape &shape, const GemmParams &params,
                         const MachineFacts &facts) {
  MachineFacts whole = facts;
  whole.unitBytes = std::max(facts.unitBytes, facts.vectorBytes);
  return predictInPieces(shape, params, whole);
}

static int64_t weightBytes(const GemmShape &shape) {
  return shape.depth * shape.columns * shape.elementBytes;
}

/// Whether an output streams by, which tiles write and nothing else.
static bool streamsOutput(const GemmShape &shape, const MachineFacts &facts) {
  return shape.batch == 1 && shape.rows * shape.columns * shape.elementBytes > facts.l2Bytes / 4;
}

/// Whether tiles of one vector are best, which end sooner: units that take a vector in pieces have
/// chains enough with 8, and a core's window holds what ends such a tile beside the products of the
/// next one. A panel stays in L1 for a tile, and the others in L2. An output that does not fit L3
/// with as much that its epilogue reads is better written line by line.
static bool endsTilesEarly(const GemmShape &shape, const MachineFacts &facts) {
  const bool fits = shape.depth * facts.vectorBytes <= facts.l1Bytes / 2 &&
                    weightBytes(shape) <= facts.l2Bytes / 4 &&
                    shape.rows * shape.columns * shape.elementBytes <= facts.l3Bytes / 4;
  return facts.unitBytes < facts.vectorBytes && streamsOutput(shape, facts) && fits;
}

/// The cheapest of the tiles that fit the registers.
static GemmParams chooseTile(const GemmShape &shape, const MachineFacts &facts) {
  GemmParams best;
  double bestCycles = -1;
  const int lanes = facts.lanes(shape.elementBytes);
  // More vectors than 6 are for whole lines of an output of many rows.
  const int mostVectors = endsTilesEarly(shape, facts) ? 1 : shape.rows > 64 ? 12 : 6;
  for (int vectors = 1; vectors <= mostVectors; ++vectors)
    for (int rows = 1; rows <= std::min<int64_t>(shape.rows, 14); ++rows) {
      // Packed in vectors of a tile's rows.
      if (shape.lhsDenseAlongRows && shape.rows > 8 && (rows & (rows - 1)) != 0)
        continue;
      GemmParams params;
      params.rowsPerTile = rows;
      params.vectorsPerTile = vectors;
      for (int steps = 1; steps <= lanes; steps *= 2) {
        params.stepsSideBySide = steps;
        if (registersOf(shape, params, facts) > facts.vectorRegisters ||
            (steps > 1 && !sideBySide(shape, params, facts)))
          continue;
        double cycles = predictGemmCycles(shape, params, facts);
        if (bestCycles < 0 || cycles < bestCycles) {
          bestCycles = cycles;
          best = params;
        }
      }
    }
  return best;
}

/// Cuts the parallel loop for `cores`: a few pieces a core, so that a late core gives some away. Of
/// 4 to 8 a core as many as come out most even: 10 iterations in pieces of two are 6 and 4 for two
/// cores.
static int piecesOf(int64_t iterations, int64_t cores) {
  if (cores == 1)
    return 1;
  // Iterations of the core that has most, where each takes the next piece when it is done.
  auto most = [&](int64_t pieces) {
    const int64_t size = ceilDiv(iterations, pieces), whole = iterations / size;
    return whole / cores * size + (whole % cores != 0 ? size : iterations % size);
  };
  int64_t best = std::min(iterations, 4 * cores);
  for (int64_t pieces = best + 1; pieces <= std::min(iterations, 8 * cores); ++pieces)
    if (most(pieces) < most(best))
      best = pieces;
  return int(best);
}

/// Cores share out the panels, each for all rows; or for blocks of rows, the fewest with which no
/// core waits long for another, where the panels alone do not come out even: of 5 two cores have 3
/// and 2. Panels that the kernel packs are packed for all rows at once.
static void shareOutPanels(const GemmShape &shape, GemmParams &params, int64_t panels,
                           int64_t cores) {
  const int64_t tiles = ceilDiv(shape.rows, params.rowsPerTile), pieces = shape.batch * panels;
  auto waits = [&](int64_t count) { return 20 * ceilDiv(count, cores) * cores > 21 * count; };
  int64_t blocks = 1;
  while (waits(pieces * blocks))
    ++blocks;
  if (!shape.storedPanels || shape.openRows || 2 * blocks > tiles)
    blocks = 1;
  params.order = LoopOrder::ColumnsOuter;
  params.tilesPerBlock = int(ceilDiv(tiles, blocks));
  params.tasks = piecesOf(pieces * blocks, cores);
}

/// Whether weights beyond L2 are better read once by all rows than once a block of rows. The rows
/// are then read once a panel: from L2 where they fit it, which costs nothing, else from L3.
static bool panelsOuterReadsLess(const GemmShape &shape, int64_t blocks, int64_t panels,
                                 int64_t budget) {
  const int64_t weights = weightBytes(shape);
  const int64_t rowBytes =
      shape.lhsBytesPerRow ? shape.lhsBytesPerRow : shape.depth * shape.elementBytes;
  const int64_t rows = shape.rows * rowBytes;
  if (shape.batch != 1 || weights <= budget || rows > 4 * budget)
    return false;
  return (rows <= budget ? rows : panels * rows) < (blocks - 1) * weights;
}

/// A deep product of few columns: a block of many rows visits all panels in each slice of the
/// depth, with its sums in L2, so that the columns are read once for all of these rows. Returns
/// whether that fits and the rows are beyond L2.
static bool sliceBlocks(const GemmShape &shape, GemmParams &params, const MachineFacts &facts,
                        int64_t cores) {
  const int64_t width = int64_t(params.vectorsPerTile) * facts.lanes(shape.elementBytes);
  const int64_t budget = facts.l2Bytes / 2;
  if (shape.batch != 1 || shape.lineWidth != 0 || shape.columns <= width ||
      shape.rows * shape.depth * shape.elementBytes <= 2 * budget)
    return false;
  // A panel's slice stays in L1, beside the lines of the tile's rows.
  const int64_t slice = std::max<int64_t>(64, facts.l1Bytes * 2 / 3 / (width * shape.elementBytes));
  const int64_t perTile = (slice + shape.columns) * shape.elementBytes * params.rowsPerTile;
  const int64_t most = budget / perTile;
  if (most * params.rowsPerTile < 96 || slice >= shape.depth)
    return false;
  const int64_t tiles = ceilDiv(shape.rows, params.rowsPerTile);
  const int64_t blocks = std::min(tiles, ceilDiv(ceilDiv(tiles, most), cores) * cores);
  params.reductionBlock = int(slice);
  params.order = LoopOrder::RowsOuter;
  params.tilesPerBlock = int(ceilDiv(tiles, blocks));
  params.tasks = piecesOf(blocks, cores);
  return true;
}

/// Whether padding is better copied by the block: images that would go through memory, where L2 has
/// room for the copy beside the block; images of few channels, of which a block has whole lines and
/// copies few again; and groups of few channels, whose pixels then lie side by side in L1.
static bool padsPerBlock(const GemmShape &shape, int64_t rowBytes, const MachineFacts &facts) {
  constexpr int64_t cacheLine = 64, largeL2 = 1 << 20;
  if (shape.lineWidth == 0)
    return false;
  if (shape.batch > 1)
    return rowBytes <= fewBytes;
  if (!shape.oneImage)
    return false;
  if (rowBytes < cacheLine)
    return true;
  return facts.l2Bytes >= largeL2 && shape.rows * rowBytes > facts.l2Bytes;
}

/// Fewer tiles of a block where the weights stay in L2 whatever the blocks do: what a block writes
/// then stays there too, so that a line of the output, which the panels fill piece by piece, leaves
/// for memory once.
static int64_t tilesWithOutput(const GemmShape &shape, const GemmParams &params, int64_t rowBytes,
                               int64_t tilesPerBlock, const MachineFacts &facts) {
  const int64_t weights = weightBytes(shape);
  if (weights > facts.l2Bytes / 4)
    return tilesPerBlock;
  const int64_t bytes = rowBytes + shape.columns * shape.elementBytes;
  const int64_t fitting = facts.l2Bytes / 8 / (bytes * params.rowsPerTile);
  // Enough rows to pay for reading the weights again.
  return std::min(tilesPerBlock, std::max(fitting, ceilDiv(64, params.rowsPerTile)));
}

/// Whether the weights' next panel is worth bringing into L2 beside the tiles of this one: all rows
/// pass each panel once, so the first of them would wait for what lies beyond L2, where the weights
/// are at each call but for those of a model that fits L2 whole. A panel and the rows must fit, and
/// the tiles be enough to hide it: one or two are bound by reading the weights anyway.
static bool prefetchesPanel(const GemmShape &shape, const GemmParams &params, int64_t rowBytes,
                            int64_t panelBytes, const MachineFacts &facts) {
  constexpr int64_t fewestTiles = 3;
  const int64_t weights = weightBytes(shape);
  return params.order == LoopOrder::ColumnsOuter && weights >= facts.l2Bytes / 8 &&
         params.tilesPerBlock >= fewestTiles && panelBytes + shape.rows * rowBytes <= facts.l2Bytes;
}

/// Whether the rows that tiles read next are worth asking for: rows that stream by, one beside the
/// other, as a hardware prefetcher begins anew in each page of 4 KiB.
static bool prefetchesRows(const GemmShape &shape, const GemmParams &params, int64_t rowBytes,
                           const MachineFacts &facts) {
  const bool byElements =
      params.stepsSideBySide == 1 || shape.columns > facts.lanes(shape.elementBytes);
  return shape.lineWidth == 0 && shape.batch == 1 && !shape.lhsDenseAlongRows && byElements &&
         shape.rows % params.rowsPerTile == 0 && shape.rows * rowBytes > facts.l2Bytes / 4;
}

/// Whether a tile of rows better meets all panels before the next tile: the weights stay in L1, or
/// are read slowly enough from L2, and the panels then fill each line of an output that streams by
/// while it is there. A block of one tile has no copy of a padded image.
static bool fillsLines(const GemmShape &shape, int64_t panels, const MachineFacts &facts) {
  const bool near = weightBytes(shape) <= facts.l1Bytes / 2 && streamsOutput(shape, facts);
  return panels > 1 && (near || endsTilesEarly(shape, facts));
}

/// Whether a panel that would push its own rows out of L2 is better visited in slices by all rows,
/// once; for a few rows the visits of the accumulators cost more than the panel's misses.
static bool slicesPanel(const GemmShape &shape, const GemmParams &params,
                        const MachineFacts &facts) {
  const int64_t bytes = shape.depth * panelColumns(shape, params, facts) * shape.elementBytes;
  return bytes > facts.l2Bytes / 2 * 5 / 8 && shape.rows > 64;
}

/// One tile of all rows, for so few that reading the weights takes as long as multiplying by them:
/// they come from beyond L2 once, while they are needed, instead of for the first of several tiles
/// in a hurry. The template copies the rows, so that their addresses are no matter. With 16
/// registers a row takes a load and a broadcast a step, which bind such a tile.
static std::optional<GemmParams> streamWeights(const GemmShape &shape, const MachineFacts &facts) {
  constexpr int64_t fewestRows = 9, fewestSteps = 64;
  const int64_t vectors = std::min<int64_t>((facts.vectorRegisters - 1) / (shape.rows + 1), 2);
  const int64_t weights = weightBytes(shape);
  const bool fits = shape.rows >= fewestRows && vectors > 0 && facts.vectorRegisters >= 32;
  const bool plain = shape.storedPanels && !shape.openRows && shape.batch == 1 &&
                     shape.lineWidth == 0 && !shape.lhsDenseAlongRows;
  if (!fits || !plain || shape.depth < fewestSteps || weights < facts.l2Bytes / 8)
    return {};
  GemmParams params;
  params.rowsPerTile = int(shape.rows);
  params.vectorsPerTile = int(vectors);
  params.unroll = 4;
  params.tilesPerBlock = 1;
  params.order = LoopOrder::ColumnsOuter;
  params.prefetch = true;
  const int64_t width = vectors * facts.lanes(shape.elementBytes);
  params.tasks = piecesOf(ceilDiv(shape.columns, width), facts.cores);
  return params;
}

/// Steps of the reduction beside each other. Where a tile of one vector fills the registers, LLVM
/// moves the accumulators from one to the next and spills some.
static int unrollOf(const GemmShape &shape, const GemmParams &params, const MachineFacts &facts) {
  if (params.vectorsPerTile == 1 && registersOf(shape, params, facts) >= facts.vectorRegisters)
    return 1;
  return copiesGroups(shape) ? 8 : 4;
}

/// The schedule in the widest vectors of `facts`.
static GemmParams chooseInWidest(const GemmShape &given, const MachineFacts &facts) {
  GemmShape shape = given;
  // Groups that are copied, and whose columns fill vectors together, are put side by side instead.
  if (copiesGroups(shape) && facts.lanes(shape.elementBytes) % shape.columns == 0)
    shape.packedDepth = 0;
  GemmParams params = chooseTile(shape, facts);
  if (params.stepsSideBySide > 1 && slicesPanel(shape, params, facts)) {
    shape.packedDepth = 0;
    params = chooseTile(shape, facts);
  }
  params.unroll = unrollOf(shape, params, facts);
  params.pad = PadMode::Whole;

  const int64_t width = panelColumns(shape, params, facts);
  const int64_t panels = ceilDiv(shape.columns, width);
  const int64_t tiles = ceilDiv(shape.rows, params.rowsPerTile);
  const int64_t rowBytes =
      shape.lhsBytesPerRow ? shape.lhsBytesPerRow : shape.depth * shape.elementBytes;
  const double flops =
      2.0 * double(shape.batch) * double(shape.rows) * double(shape.columns) * double(shape.depth);
  const int64_t cores = flops < 1e6 ? 1 : facts.cores;

  // Half of L2 holds a panel's slice and a block's rows: pages fall on random sets, so the other
  // half is lost to conflicts and to what streams through.
  const int64_t budget = facts.l2Bytes / 2;
  int64_t panelBytes = shape.depth * width * shape.elementBytes;
  if (slicesPanel(shape, params, facts)) {
    if (sliceBlocks(shape, params, facts, cores))
      return params;
    params.reductionBlock = int(std::max<int64_t>(64, budget / 8 / (width * shape.elementBytes)));
    shareOutPanels(shape, params, panels, cores);
    return params;
  }
  // Rows of a block: what is left of it, yet not more than an eighth of L2 while the block has rows
  // enough to pay for reading the weights again.
  const int64_t tileBytes = rowBytes * params.rowsPerTile;
  const int64_t most = std::max(budget - panelBytes, budget / 4) / tileBytes;
  const bool fills = fillsLines(shape, panels, facts);
  const bool blockPads = !fills && padsPerBlock(shape, rowBytes, facts);
  const int64_t weights = weightBytes(shape);
  // Each further block of a padded image also copies its halo.
  const int64_t enough = blockPads && weights > budget ? most
                                                       : std::max(facts.l2Bytes / 8 / tileBytes,
                                                                  ceilDiv(64, params.rowsPerTile));
  int64_t tilesPerBlock = std::clamp<int64_t>(std::min(most, enough), 1, tiles);
  int64_t blocks = ceilDiv(tiles, tilesPerBlock);
  // So few rows a block would wait for the columns.
  if (tilesPerBlock * params.rowsPerTile < 64 && blocks > 1 &&
      sliceBlocks(shape, params, facts, cores))
    return params;

  // One block: its rows stay, the panels pass, so cores share out panels. More: cores share out
  // blocks.
  const bool rowsFit =
      (blocks == 1 && shape.batch == 1) || (shape.rows <= 64 && panels >= 2 * cores);
  if (rowsFit && (cores == 1 || panels >= 2 * cores)) {
    shareOutPanels(shape, params, panels, cores);
    params.prefetch = prefetchesPanel(shape, params, rowBytes, panelBytes, facts);
    return params;
  }
  // At least two blocks a core, in a multiple of the cores, so that none waits for a last one.
  if (cores > 1 && shape.batch < 2 * cores) {
    blocks = std::max(blocks, std::min(tiles, 2 * cores));
    blocks = std::min(tiles, ceilDiv(blocks, cores) * cores);
  }
  if (!blockPads && panelsOuterReadsLess(shape, blocks, panels, budget) && panels >= 2 * cores) {
    shareOutPanels(shape, params, panels, cores);
    params.prefetch = prefetchesPanel(shape, params, rowBytes, panelBytes, facts);
    return params;
  }
  params.order = LoopOrder::RowsOuter;
  if (blockPads)
    params.pad = PadMode::Block;
  params.tilesPerBlock = int(ceilDiv(tiles, blocks));
  // A single panel writes each line at once: there a block only copies its halo.
  if (panels > 1 || !blockPads)
    params.tilesPerBlock =
        int(tilesWithOutput(shape, params, rowBytes, params.tilesPerBlock, facts));
  if (fills)
    params.tilesPerBlock = 1;
  params.prefetch = prefetchesRows(shape, params, rowBytes, facts);
  params.tasks = piecesOf(shape.batch * ceilDiv(tiles, params.tilesPerBlock), cores);
  return params;
}

/// Whether vectors of `facts` leave enough lanes empty beyond the columns to be worth narrower
/// ones.
static bool leavesLanesEmpty(const GemmShape &shape, const MachineFacts &facts) {
  const int64_t lanes = facts.lanes(shape.elementBytes);
  return 20 * ceilDiv(shape.columns, lanes) * lanes > 21 * shape.columns;
}

GemmParams chooseGemm(const GemmShape &shape, const MachineFacts &facts) {
  if (auto streaming = streamWeights(shape, facts))
    return *streaming;
  const GemmParams widest = chooseInWidest(shape, facts);
  if (facts.unitBytes >= facts.vectorBytes || !leavesLanesEmpty(shape, facts))
    return widest;
  // What takes wide vectors in pieces computes as much in vectors of a piece.
  const MachineFacts units = facts.withVectors(facts.unitBytes);
  GemmParams narrow = chooseInWidest(shape, units);
  // Columns of one such vector are as many operations in wide ones, whose steps are added besides.
  if (shape.columns > units.lanes(shape.elementBytes) &&
      predictInPieces(shape, widest, facts) <= predictInPieces(shape, narrow, units))
    return widest;
  narrow.vectorBytes = units.vectorBytes;
  return narrow;
}

} // namespace dlc::schedule
