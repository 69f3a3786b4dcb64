// Parameter overrides and packed-weight data of contractions.
#include "ContractionCase.h"

namespace dlc::bench {

void overrideGemm(const Overrides &overrides, schedule::GemmParams &params) {
  int order = int(params.order), pad = int(params.pad), prefetch = params.prefetch;
  override(overrides, "mr", params.rowsPerTile);
  override(overrides, "nv", params.vectorsPerTile);
  override(overrides, "unroll", params.unroll);
  override(overrides, "kc", params.reductionBlock);
  override(overrides, "block", params.tilesPerBlock);
  override(overrides, "tasks", params.tasks);
  override(overrides, "order", order);
  override(overrides, "pad", pad);
  override(overrides, "prefetch", prefetch);
  params.prefetch = prefetch;
  params.order = schedule::LoopOrder(order);
  params.pad = schedule::PadMode(pad);
}

std::string describeGemm(const schedule::GemmParams &params) {
  return std::to_string(params.rowsPerTile) + "x" + std::to_string(params.vectorsPerTile) + "v u" +
         std::to_string(params.unroll) + " kc" + std::to_string(params.reductionBlock) + " blk" +
         std::to_string(params.tilesPerBlock) +
         (params.order == schedule::LoopOrder::RowsOuter ? " rows" : " cols") + " t" +
         std::to_string(params.tasks) +
         (params.pad == schedule::PadMode::Block ? " pad-block" : " pad-whole") +
         (params.prefetch ? " prefetch" : "");
}

void clearPanelTail(HostTensor &packed, int columns) {
  const int width = packed.extents[0], depth = packed.extents[1], panels = packed.extents[2];
  const int groups = packed.extents.size() > 3 ? packed.extents[3] : 1;
  for (int g = 0; g < groups; ++g)
    for (int k = 0; k < depth; ++k)
      for (int lane = 0; lane < width; ++lane)
        if ((panels - 1) * width + lane >= columns)
          packed.data[((size_t(g) * panels + panels - 1) * depth + k) * width + lane] = 0;
}

} // namespace dlc::bench
