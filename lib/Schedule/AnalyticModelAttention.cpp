// The model of attention: the register tile that both products together are cheapest with, and
// blocks of rows whose scores stay in L1.
#include "dlc/Schedule/AnalyticModel.h"

#include <algorithm>

namespace dlc::schedule {

static int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// The product of `rows` x `depth` by `depth` x `columns` of one head.
static GemmShape productShape(const AttentionShape &shape, int64_t columns, int64_t depth) {
  GemmShape gemm;
  gemm.rows = shape.rows;
  gemm.columns = columns;
  gemm.depth = depth;
  gemm.elementBytes = shape.elementBytes;
  return gemm;
}

/// The cheapest number of vectors a tile of `rows` rows for `shape`, with its cycles.
static std::pair<int, double> chooseVectors(const GemmShape &shape, int rows,
                                            const MachineFacts &facts) {
  std::pair<int, double> best{0, 0};
  constexpr int mostVectors = 6;
  for (int vectors = 1; vectors <= mostVectors; ++vectors) {
    if (rows * vectors + vectors + 1 > facts.vectorRegisters)
      break;
    GemmParams params;
    params.rowsPerTile = rows;
    params.vectorsPerTile = vectors;
    double cycles = predictGemmCycles(shape, params, facts);
    if (best.first == 0 || cycles < best.second)
      best = {vectors, cycles};
  }
  return best;
}

AttentionParams chooseAttention(const AttentionShape &shape, const MachineFacts &facts) {
  const GemmShape scores = productShape(shape, shape.keys, shape.depth);
  const GemmShape mixed = productShape(shape, shape.columns, shape.keys);
  AttentionParams params;
  double bestCycles = -1;
  constexpr int mostRows = 8;
  for (int rows = 1; rows <= mostRows && rows <= shape.rows; ++rows) {
    auto [scoreVectors, scoreCycles] = chooseVectors(scores, rows, facts);
    auto [valueVectors, valueCycles] = chooseVectors(mixed, rows, facts);
    if (scoreVectors == 0 || valueVectors == 0)
      continue;
    if (bestCycles >= 0 && scoreCycles + valueCycles >= bestCycles)
      continue;
    bestCycles = scoreCycles + valueCycles;
    params.rowsPerTile = rows;
    params.scoreVectors = scoreVectors;
    params.valueVectors = valueVectors;
  }
  // Logits and weights of a block: half of L1, the panels pass through the other.
  const int64_t tiles = ceilDiv(shape.rows, params.rowsPerTile);
  const int64_t tileBytes = 2 * shape.keys * shape.elementBytes * params.rowsPerTile;
  const int64_t most = std::clamp<int64_t>(facts.l1Bytes / 2 / tileBytes, 1, tiles);
  const int64_t blocks = ceilDiv(tiles, most);
  params.tilesPerBlock = int(ceilDiv(tiles, blocks));
  const double flops =
      2.0 * double(shape.batch * shape.rows * shape.keys) * double(shape.depth + shape.columns);
  const int64_t cores = flops < 1e6 ? 1 : facts.cores;
  if (cores > 1)
    params.tasks =
        int(std::min(shape.batch >= 2 * cores ? shape.batch : shape.batch * blocks, 4 * cores));
  return params;
}

} // namespace dlc::schedule
