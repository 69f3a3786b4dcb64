// The model of kernels that memory or latency binds: windows, row reductions, elementwise. Their
// tiles follow from the registers; what matters is when a second core is worth waking.
#include "dlc/Schedule/AnalyticModel.h"

#include <algorithm>
#include <numeric>

namespace dlc::schedule {

static constexpr int cacheLineBytes = 64;

static int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Pieces for work of `cycles` on one core: waking a worker costs about 5 microseconds, so each
/// piece should hold a few of them.
static int piecesFor(double cycles, const MachineFacts &facts) {
  const double worthwhile = 40e3; // cycles of one piece, about 10 us
  if (facts.cores == 1 || cycles < 2 * worthwhile)
    return 1;
  return int(std::min<double>(4.0 * facts.cores, std::max(2.0, cycles / worthwhile)));
}

/// Whether an image is too large to be passed over for some channels, then for others.
static bool isFar(const WindowShape &shape, const MachineFacts &facts) {
  return shape.inputRowBytes * shape.inputHeight > 2 * facts.l2Bytes;
}

int64_t channelBytesTogether(const WindowShape &shape, const MachineFacts &facts) {
  const int64_t line = shape.inputRowBytes;
  if (line * shape.kernelHeight <= facts.l1Bytes / 2 || isFar(shape, facts))
    return 0;
  const int64_t pixelBytes = shape.channels * shape.elementBytes;
  const int64_t pixels = line / pixelBytes;
  const int64_t bytes = facts.l1Bytes / 2 / (pixels * (shape.kernelHeight + 1) + shape.taps);
  // Where pixels straddle lines, pieces of one would read two.
  const int64_t lines = pixelBytes % cacheLineBytes == 0 ? 1 : 2;
  return bytes >= lines * cacheLineBytes ? bytes : 0;
}

MachineFacts windowFacts(int64_t channels, int elementBytes, const MachineFacts &facts) {
  constexpr int64_t share = 6; // one of so many lanes
  const MachineFacts units = facts.withVectors(facts.unitBytes);
  auto lanesOf = [&](const MachineFacts &vectors) {
    const int lanes = vectors.lanes(elementBytes);
    return ceilDiv(channels, lanes) * lanes;
  };
  const int64_t whole = lanesOf(facts);
  return (whole - lanesOf(units)) * share >= whole ? units : facts;
}

bool fillsRowTiles(int64_t height, int64_t rows) {
  constexpr int64_t fewest = 13; // rows of the output for each one beyond it
  return (ceilDiv(height, rows) * rows - height) * fewest <= height;
}

bool readsLinesOnce(int64_t rows, int64_t columns, int64_t kernelHeight, int64_t strideHeight) {
  constexpr int64_t few = 8; // new lines of a tile for each one that the tile before had read
  return columns == 1 && rows > 1 && (kernelHeight - strideHeight) * few <= rows * strideHeight;
}

bool holdsFolds(int64_t span, int64_t vectors, const MachineFacts &facts) {
  constexpr int64_t others = 4; // what is read and folded beside
  return span * vectors <= facts.vectorRegisters - others;
}

/// Independent sums that hide the latency of a fused multiply-add.
static int chainsOf(const MachineFacts &facts) { return facts.fmaLatency * facts.fmaPerCycle; }

/// Whether windows of neighbouring rows overlap and tiles of `rows` make up the output.
static bool sharesLines(const WindowShape &shape, int64_t rows) {
  return shape.kernelHeight > shape.strideHeight && shape.taps <= maxUnrolledTaps &&
         !shape.openHeight && !shape.dilated && fillsRowTiles(shape.height, rows);
}

/// Places in L1, whose ways are a page each, of pieces that lie `bytes` apart.
static int64_t placesInL1(int64_t bytes) {
  constexpr int64_t wayBytes = 4096;
  return wayBytes / std::gcd(wayBytes, bytes);
}

static int64_t waysOfL1(const MachineFacts &facts) { return facts.l1Bytes / 4096; }

/// Whether pixels lie at so few places of L1 that the lines under a line of windows do not stay
/// there.
static bool pixelsShareSets(const WindowShape &shape, const MachineFacts &facts) {
  constexpr int64_t fewPlaces = 8;
  const int64_t pixelBytes = std::max<int64_t>(1, shape.channels * shape.elementBytes);
  const int64_t places = placesInL1(pixelBytes);
  const int64_t pixels = shape.inputRowBytes / pixelBytes * (shape.kernelHeight + 1);
  return places <= fewPlaces && pixels > places * waysOfL1(facts);
}

/// Whether more of the lines under a tile of `rows` lie at the same place of L1 than it has ways.
static bool linesShareSets(const WindowShape &shape, int64_t rows, const MachineFacts &facts) {
  const int64_t lines = (rows - 1) * shape.strideHeight + shape.kernelHeight;
  return lines > placesInL1(shape.inputRowBytes) * waysOfL1(facts);
}

/// Whether most pixels are under one window of a line.
static bool overlapsByLessThanHalf(const WindowShape &shape) {
  return shape.taps / shape.kernelHeight < 2 * shape.strideWidth;
}

/// A tile of windows that share few loads, whose pixels are loaded once, half a load a product, as
/// the weights stay in registers beside half as many sums as hide the latency.
static bool loadPixelsOnce(DepthwiseParams &params, const WindowShape &shape,
                           const MachineFacts &facts) {
  constexpr int many = 4, few = 2, operands = 2;
  const int sums = chainsOf(facts) / 2;
  const int rows = sharesLines(shape, many) && !linesShareSets(shape, many, facts) ? many : few;
  if (shape.taps + sums + operands > facts.vectorRegisters || !sharesLines(shape, rows) ||
      pixelsShareSets(shape, facts))
    return false;
  params.rowsPerTile = rows;
  params.vectorsPerTile = 1;
  params.columnsPerTile = std::max(1, sums / rows);
  return true;
}

/// Has tiles of several rows share the lines under them, which leave L1 from one row to the next.
/// Where the weights stay in registers beside the sums, four rows of two columns load least.
/// Fewer registers gain where all channels of an image pass at once: the tile has two rows of half
/// the columns. So does any tile whose pixels would leave L1 at once, of two vectors.
static void shareLines(DepthwiseParams &params, const WindowShape &shape,
                       const MachineFacts &facts) {
  constexpr int many = 4, few = 2, operands = 2;
  const int chains = chainsOf(facts);
  const bool holdsWeights = shape.taps + chains + operands <= facts.vectorRegisters;
  const bool shareSets = shape.strideWidth == 1 && pixelsShareSets(shape, facts);
  if (holdsWeights && sharesLines(shape, many) && shape.width >= chains / many) {
    // Where loads do not bind, a far image is read in longer pieces by one column.
    const bool longPieces =
        overlapsByLessThanHalf(shape) && isFar(shape, facts) && !linesShareSets(shape, many, facts);
    params.rowsPerTile = many;
    params.vectorsPerTile = 1;
    params.columnsPerTile = longPieces ? 1 : chains / many;
    return;
  }
  const bool gains = !holdsWeights && shape.channels >= facts.lanes(shape.elementBytes);
  if (gains && overlapsByLessThanHalf(shape) && loadPixelsOnce(params, shape, facts))
    return;
  const bool passesOnce = gains && channelBytesTogether(shape, facts) == 0;
  if (!sharesLines(shape, few) || (!passesOnce && !shareSets))
    return;
  // Windows that share columns have as many as they can, where a vector is no part of a line.
  const bool sharesColumns = shape.strideWidth == 1 || (facts.vectorBytes >= cacheLineBytes &&
                                                        !overlapsByLessThanHalf(shape));
  params.rowsPerTile = few;
  if (sharesColumns)
    params.vectorsPerTile = shareSets ? few : 1;
  params.columnsPerTile = std::max(1, chains / few / params.vectorsPerTile);
}

/// Tiles of rows in a block that has at most `rows`: of several rows and for several cores, as many
/// as come out even.
static int64_t tilesPerBlock(int64_t rows, const WindowShape &shape, const DepthwiseParams &params,
                             const MachineFacts &facts) {
  const int64_t tiles = std::max<int64_t>(1, ceilDiv(shape.height, params.rowsPerTile));
  const int64_t most =
      rows >= shape.height ? tiles : std::clamp<int64_t>(rows / params.rowsPerTile, 1, tiles);
  if (params.rowsPerTile == 1 || params.tasks == 1)
    return most;
  for (int64_t fewer = most; fewer > 0; --fewer)
    if (tiles % fewer == 0 && tiles * shape.batch / fewer % facts.cores == 0)
      return fewer;
  return most;
}

/// Sets blocks of rows, and how many pieces share them.
static void chooseBlocks(DepthwiseParams &params, const WindowShape &shape,
                         const MachineFacts &facts) {
  const double cycles = double(shape.batch * shape.height * shape.width) *
                        double(ceilDiv(shape.channels, facts.lanes(shape.elementBytes))) *
                        double(shape.taps) / 1.2;
  params.tasks = piecesFor(cycles, facts);
  // Rows of a block with their halo should stay in half of L2.
  int64_t rows = facts.l2Bytes / 2 / std::max<int64_t>(1, shape.inputRowBytes * 2);
  const bool passesOnce = channelBytesTogether(shape, facts) == 0 ||
                          readsLinesOnce(params.rowsPerTile, params.columnsPerTile,
                                         shape.kernelHeight, shape.strideHeight);
  rows = passesOnce ? rows / shape.strideHeight : shape.height;
  if (params.tasks > 1)
    rows = std::min(rows, ceilDiv(shape.height * shape.batch, 2 * facts.cores));
  params.rowsPerBlock = int(tilesPerBlock(rows, shape, params, facts) * params.rowsPerTile);
}

/// Channels and columns of tiles of one row.
static DepthwiseParams tileOfOneRow(const WindowShape &shape, const MachineFacts &facts) {
  DepthwiseParams params;
  const int lanes = facts.lanes(shape.elementBytes);
  const int64_t vectors = std::max<int64_t>(1, shape.channels / lanes);
  const int chains = chainsOf(facts);
  // Columns share the loads of their windows where these overlap by more than half: one vector by
  // the 4 to 8 columns that waste the fewest. Else four of them by two vectors, as neighbouring
  // lines are fetched together; and where a vector is less than a line of an image that is passed
  // once, for few products an element. Not where pairs would waste channels.
  constexpr int64_t fewTaps = 9;
  const int64_t whole = ceilDiv(shape.channels, lanes);
  const bool passesOnce = channelBytesTogether(shape, facts) == 0;
  const bool partOfLine = passesOnce && facts.vectorBytes < cacheLineBytes && shape.taps <= fewTaps;
  const bool pairs = (shape.strideWidth > 1 || partOfLine) && vectors > 1 &&
                     8 * 2 * ceilDiv(whole, 2) <= 9 * whole;
  const int64_t most = std::min<int64_t>(pairs ? chains / 2 : chains, shape.width);
  int64_t leastWaste = -1;
  for (int64_t columns = most; columns >= std::min<int64_t>(chains / 2, shape.width); --columns) {
    int64_t waste = ceilDiv(shape.width, columns) * columns - shape.width;
    if (leastWaste < 0 || waste < leastWaste) {
      leastWaste = waste;
      params.columnsPerTile = int(columns);
    }
  }
  // Narrow outputs (a global pool) take their independent chains from the channels.
  params.vectorsPerTile = int(
      std::clamp<int64_t>(std::min<int64_t>(vectors, chains / params.columnsPerTile), 1, chains));
  return params;
}

DepthwiseParams chooseDepthwise(const WindowShape &shape, const MachineFacts &machine) {
  const MachineFacts facts = windowFacts(shape.channels, shape.elementBytes, machine);
  DepthwiseParams params = tileOfOneRow(shape, facts);
  shareLines(params, shape, facts);
  chooseBlocks(params, shape, facts);
  return params;
}

/// Columns of a pool's tile, at most `columns`, whose folds over the lines under each of them stay
/// in registers: they are then folded once for all windows. `columns` where none do.
static int columnsThatShareFolds(const WindowShape &shape, int columns, int vectors,
                                 const MachineFacts &facts) {
  const int64_t kernelWidth = shape.taps / shape.kernelHeight;
  if (shape.taps > maxUnrolledTaps)
    return columns;
  for (int fewer = columns; fewer > 1; --fewer)
    if (holdsFolds((fewer - 1) * shape.strideWidth + kernelWidth, vectors, facts))
      return fewer;
  return columns;
}

/// Vectors of a tile of a window as large as the image, more than the registers hold where they are
/// less than a cache line: each line is then read in pieces that the hardware asks for ahead.
static int vectorsOfWholeImage(const WindowShape &shape, int vectors, const MachineFacts &facts) {
  constexpr int64_t pieceBytes = 2048;
  const int64_t all = shape.channels / facts.lanes(shape.elementBytes);
  const int64_t most = pieceBytes / facts.vectorBytes;
  if (facts.vectorBytes >= cacheLineBytes || shape.taps <= maxUnrolledTaps ||
      all <= 2 * facts.vectorRegisters)
    return vectors;
  return int(ceilDiv(all, ceilDiv(all, most)));
}

/// The tile of a pool whose windows overlap: where it has two rows, of one vector, they share
/// lines.
static void shareFolds(DepthwiseParams &params, const WindowShape &shape,
                       const MachineFacts &facts) {
  constexpr int rows = 2, pixels = 4;
  if (sharesLines(shape, rows)) {
    params.rowsPerTile = rows;
    params.vectorsPerTile = 1;
    params.columnsPerTile =
        int(std::min(std::max<int64_t>(1, pixels / shape.strideWidth), shape.width));
  }
  params.columnsPerTile = columnsThatShareFolds(shape, params.columnsPerTile,
                                                params.vectorsPerTile * params.rowsPerTile, facts);
}

WindowParams chooseWindow(const WindowShape &shape, const MachineFacts &machine) {
  const MachineFacts facts = windowFacts(shape.channels, shape.elementBytes, machine);
  DepthwiseParams params = tileOfOneRow(shape, facts);
  const bool overlap = shape.taps / shape.kernelHeight > shape.strideWidth;
  if (overlap) {
    shareFolds(params, shape, facts);
  } else if (shape.width > 1) {
    // Nothing is shared: what lies side by side is read at once.
    constexpr int64_t mostVectors = 4;
    params.columnsPerTile = 1;
    params.vectorsPerTile =
        int(std::clamp<int64_t>(shape.channels / facts.lanes(shape.elementBytes), 1, mostVectors));
  }
  if (shape.width == 1 && shape.height == 1)
    params.vectorsPerTile = vectorsOfWholeImage(shape, params.vectorsPerTile, facts);
  chooseBlocks(params, shape, facts);
  return asWindow(params);
}

/// Rows whose first fold is computed before their other stages.
static int64_t rowsAhead(const RowReduceShape &shape, const MachineFacts &facts) {
  constexpr int softmax = 8, layerNorm = 3; // cycles a vector
  const int64_t vectors = ceilDiv(shape.columns, facts.lanes(shape.elementBytes));
  // The exponentials wait for a fold of about 40 cycles. Rows of few vectors have less to do
  // meanwhile: of 2, 4, 7 and 8 rows, eight were best by 5%. Of many vectors two rows suffice, and
  // leave room in L1: 2048 elements were 4 to 7% faster than with four.
  if (shape.cyclesPerVector >= softmax)
    return vectors <= 6 ? 8 : vectors <= 32 ? 4 : 2;
  // Up to 24 vectors stay in registers from the first fold on, which was 1.1 to 1.4 times as fast;
  // a longer row is read for each fold anyway, and two rows were faster by 6 to 14%.
  return shape.cyclesPerVector >= layerNorm && vectors > 24 ? 2 : 1;
}

RowReduceParams chooseRowReduce(const RowReduceShape &shape, const MachineFacts &facts) {
  RowReduceParams params;
  const double vectors =
      double(shape.rows) * double(shape.columns) / facts.lanes(shape.elementBytes);
  params.tasks = piecesFor(vectors * shape.cyclesPerVector, facts);
  const int64_t rowBytes = std::max<int64_t>(1, shape.columns * shape.elementBytes);
  const int64_t most = std::min(facts.l1Bytes / 2 / rowBytes, shape.rows);
  params.rowsPerBlock = int(std::clamp<int64_t>(most, 1, rowsAhead(shape, facts)));
  return params;
}

ScanParams chooseScan(const ScanShape &shape, const MachineFacts &facts) {
  ScanParams params;
  const int lanes = facts.lanes(shape.elementBytes);
  const bool inVectors = shape.inner >= lanes;
  // Steps wait for the one before: a few vectors beside each other hide that. Four reached 84 to
  // 88% of what memory allows, one 58%. Without vectors the compiler hands the value on in a
  // register: of 1, 2, 4 and 8 rows two were best, by little.
  params.vectorsPerTile = int(inVectors ? std::min<int64_t>(4, shape.inner / lanes)
                                        : std::clamp<int64_t>(shape.outer, 1, 2));
  // A row of few vectors is one tile, the last vector masked: 37 floats were 1.3 times as fast.
  const int64_t vectors = ceilDiv(shape.inner, lanes);
  if (inVectors && vectors <= 6)
    params.vectorsPerTile = int(vectors);
  // More registers hold more of a step: 8 vectors, the lines of a row of 128 floats, were 1.15
  // times as fast as 4 with 32 registers, and 4 1.08 times as fast as 8 with 16.
  constexpr int wholeRow = 8;
  if (inVectors && facts.vectorRegisters >= 4 * wholeRow && shape.inner % (wholeRow * lanes) == 0)
    params.vectorsPerTile = wholeRow;
  // Along an innermost axis steps are lanes. Four vectors wait for those before them once; short
  // rows beside each other need none of that. Vectors of half a cache line are folded in half the
  // time but wait as long: rows of 5 to 16 of them were 1.2 to 1.7 times as fast by four.
  const int64_t manyVectors = facts.vectorBytes >= 64 ? 16 : 5;
  if (shape.inner == 1 && shape.length >= 2 * lanes)
    params.vectorsPerTile = shape.length >= manyVectors * lanes ? 4 : 1;
  const double places = double(shape.inner) * double(shape.outer) / (inVectors ? lanes : 1);
  params.tasks = piecesFor(places * double(shape.length) * 2, facts);
  return params;
}

TransposeParams chooseTranspose(int64_t elements, int elementBytes, const MachineFacts &facts) {
  TransposeParams params;
  params.tile = std::min(8, facts.lanes(elementBytes));
  params.tasks = piecesFor(2.0 * double(elements), facts);
  return params;
}

InjectiveParams chooseInjective(const InjectiveShape &shape, const MachineFacts &facts) {
  InjectiveParams params;
  const double bytes = double(shape.elements) * shape.elementBytes * shape.operands;
  const double vectors = double(shape.elements) / facts.lanes(shape.elementBytes);
  // Either the arithmetic or about 8 bytes a cycle of memory.
  params.tasks = piecesFor(std::max(vectors * shape.cyclesPerVector, bytes / 8), facts);
  params.elementsPerTask = long(std::max<int64_t>(1, shape.elements / params.tasks));
  return params;
}

GemvParams chooseGemv(int64_t columns, int64_t depth, const MachineFacts &facts) {
  GemvParams params;
  params.tasks = piecesFor(double(columns) * double(depth) * 4 / 16, facts);
  return params;
}

} // namespace dlc::schedule
