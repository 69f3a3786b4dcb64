// The model of a step of a recurrence: the cheapest register tile that holds all gates of its
// units.
#include "dlc/Schedule/AnalyticModel.h"

#include <algorithm>

namespace dlc::schedule {

static int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

RnnStepParams chooseRnnStep(const RnnStepShape &shape, const MachineFacts &facts) {
  const int64_t lanes = facts.lanes(shape.elementBytes);
  RnnStepParams best;
  double bestCycles = -1;
  constexpr int mostVectors = 6, mostRows = 14;
  for (int vectors = 1; vectors <= mostVectors; ++vectors) {
    const int64_t columns = vectors * shape.gates;
    // Units beyond the last are computed for nothing, vector by vector.
    GemmShape product;
    product.columns = ceilDiv(shape.units, vectors * lanes) * columns * lanes;
    product.rows = shape.rows;
    product.depth = shape.depth;
    product.elementBytes = shape.elementBytes;
    for (int rows = 1; rows <= mostRows && rows <= std::max<int64_t>(shape.rows, 1); ++rows) {
      if (rows * columns + columns + 1 > facts.vectorRegisters && (rows > 1 || vectors > 1))
        break;
      GemmParams tile;
      tile.rowsPerTile = rows;
      tile.vectorsPerTile = int(columns);
      double cycles = predictGemmCycles(product, tile, facts);
      if (bestCycles >= 0 && cycles >= bestCycles)
        continue;
      bestCycles = cycles;
      best.rowsPerTile = rows;
      best.vectorsPerGate = vectors;
    }
  }
  // A step waits for its last piece: fewer cycles than a wake-up costs are not worth one.
  const int64_t panels = ceilDiv(shape.units, best.vectorsPerGate * lanes);
  const double flops = 2.0 * double(shape.rows * shape.units * shape.gates) * double(shape.depth);
  if (flops >= 1e6 && facts.cores > 1)
    best.tasks = int(std::min<int64_t>(panels, facts.cores));
  return best;
}

} // namespace dlc::schedule
