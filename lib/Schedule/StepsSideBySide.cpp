// Steps fit where columns and steps fill vectors, and vectors the depth.
#include "dlc/Schedule/StepsSideBySide.h"

namespace dlc::schedule {

std::optional<StepsSideBySide> stepsSideBySide(const GemmParams &params, int64_t columns,
                                               int64_t depth, int lanes) {
  const int steps = params.stepsSideBySide;
  if (steps <= 1 || lanes % steps != 0 || depth == 0 || params.reductionBlock > 0)
    return {};
  StepsSideBySide tile;
  tile.lanes = lanes;
  tile.steps = steps;
  tile.wholeVectors = int(columns / lanes);
  tile.vectors = params.vectorsPerTile - tile.wholeVectors;
  const int64_t rest = columns % lanes;
  tile.columns = tile.columnsApart() ? int(rest) : lanes / steps;
  if (rest == 0 || rest > tile.columns || tile.vectors <= 0 ||
      (tile.wholeVectors > 0 && tile.vectors > 1) ||
      tile.vectors * lanes % tile.lanesOfSet() != 0 || depth % (int64_t(steps) * tile.sets()) != 0)
    return {};
  return tile;
}

dl::PackedPanel panelOf(const GemmParams &params, int64_t columns, int64_t depth,
                        const MachineFacts &facts, int bytesPerElement) {
  const int lanes = facts.withVectors(params.vectorBytes).lanes(bytesPerElement);
  if (auto tile = stepsSideBySide(params, columns, depth, lanes))
    return {tile->packedColumns(), tile->columns, tile->steps};
  return {int64_t(params.vectorsPerTile) * lanes};
}

} // namespace dlc::schedule
