// The model of contractions: count the cycles of a register tile from its FMAs, loads and latency,
// add what tails waste, and keep the cheapest tile; then fit blocks into L2 and cut pieces for the
// cores.
#include "dlc/Schedule/AnalyticModel.h"

#include <algorithm>

namespace dlc::schedule {

static int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

double predictGemmCycles(const GemmShape &shape, const GemmParams &params,
                         const MachineFacts &facts) {
  const int rows = params.rowsPerTile, vectors = params.vectorsPerTile;
  const int64_t width = int64_t(vectors) * facts.lanes(shape.elementBytes);
  const double fma = double(rows * vectors) / facts.fmaPerCycle;
  const double loads = double(rows + vectors) / 2;
  const double step = std::max({fma, loads, double(facts.fmaLatency)});
  // Prologue, epilogue and loop control of a tile, measured on small depths.
  const double perTile = 30 + 2.0 * rows * vectors;
  const double tiles = double(ceilDiv(shape.rows, rows)) * double(ceilDiv(shape.columns, width));
  return double(shape.batch) * tiles * (double(shape.depth) * step + perTile);
}

/// Register tiles worth trying: accumulators, a row of the right operand and one broadcast must
/// fit.
static GemmParams chooseTile(const GemmShape &shape, const MachineFacts &facts) {
  GemmParams best;
  double bestCycles = -1;
  for (int vectors = 1; vectors <= 6; ++vectors)
    for (int rows = 1; rows * vectors + vectors + 1 <= facts.vectorRegisters; ++rows) {
      if (rows > 14 || rows > shape.rows)
        continue;
      GemmParams params;
      params.rowsPerTile = rows;
      params.vectorsPerTile = vectors;
      double cycles = predictGemmCycles(shape, params, facts);
      if (bestCycles < 0 || cycles < bestCycles) {
        bestCycles = cycles;
        best = params;
      }
    }
  return best;
}

GemmParams chooseGemm(const GemmShape &shape, const MachineFacts &facts) {
  GemmParams params = chooseTile(shape, facts);
  params.unroll = 4;

  const int64_t width = int64_t(params.vectorsPerTile) * facts.lanes(shape.elementBytes);
  const int64_t panels = ceilDiv(shape.columns, width);
  const int64_t tiles = ceilDiv(shape.rows, params.rowsPerTile);
  const int64_t weightBytes = shape.depth * panels * width * shape.elementBytes;
  const int64_t rowBytes =
      shape.lhsBytesPerRow ? shape.lhsBytesPerRow : shape.depth * shape.elementBytes;
  const int64_t lhsBytes = rowBytes * shape.rows;
  const double flops =
      2.0 * double(shape.batch) * double(shape.rows) * double(shape.columns) * double(shape.depth);
  const int64_t cores = flops < 1e6 ? 1 : facts.cores;

  // A block's rows take a quarter of L2: the rest is for panels and outputs passing through.
  int64_t tilesPerBlock = std::max<int64_t>(1, facts.l2Bytes / 4 / (rowBytes * params.rowsPerTile));
  int64_t blocks = ceilDiv(tiles, std::min(tiles, tilesPerBlock));
  const double rowsOuterTraffic = double(lhsBytes) + double(weightBytes) * double(blocks);
  const double columnsOuterTraffic =
      double(weightBytes) + double(lhsBytes) * (lhsBytes <= facts.l2Bytes / 2 ? 1 : double(panels));
  const bool weightsFit = weightBytes <= facts.l2Bytes / 2;
  if (!weightsFit && columnsOuterTraffic < rowsOuterTraffic) {
    params.order = LoopOrder::ColumnsOuter;
    params.pad = PadMode::Whole;
    blocks = ceilDiv(tiles, std::min(tiles, tilesPerBlock));
    if (lhsBytes <= facts.l2Bytes / 2)
      blocks = 1;
    params.tilesPerBlock = int(ceilDiv(tiles, blocks));
    const int64_t iterations = shape.batch * panels * blocks;
    params.tasks = int(cores == 1 ? 1 : std::min(iterations, 4 * cores));
    return params;
  }
  params.order = LoopOrder::RowsOuter;
  params.pad = PadMode::Block;
  // At least two blocks a core, in a multiple of the cores, so that none waits for a last one.
  if (cores > 1 && shape.batch < 2 * cores) {
    blocks = std::max(blocks, std::min(tiles, 2 * cores));
    blocks = std::min(tiles, ceilDiv(blocks, cores) * cores);
  }
  params.tilesPerBlock = int(ceilDiv(tiles, blocks));
  const int64_t iterations = shape.batch * ceilDiv(tiles, params.tilesPerBlock);
  params.tasks = int(cores == 1 ? 1 : std::min(iterations, 4 * cores));
  return params;
}

} // namespace dlc::schedule
