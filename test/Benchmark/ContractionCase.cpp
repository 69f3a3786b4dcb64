// Parameter overrides and packed-weight data of contractions.
#include "ContractionCase.h"
#include "dlc/Codegen/Halide/Templates/Contraction.h"

using namespace Halide;

namespace dlc::bench {

void overrideGemm(const Overrides &overrides, schedule::GemmParams &params) {
  int order = int(params.order), pad = int(params.pad), prefetch = params.prefetch;
  override(overrides, "mr", params.rowsPerTile);
  override(overrides, "nv", params.vectorsPerTile);
  override(overrides, "unroll", params.unroll);
  override(overrides, "kc", params.reductionBlock);
  override(overrides, "block", params.tilesPerBlock);
  override(overrides, "tasks", params.tasks);
  override(overrides, "steps", params.stepsSideBySide);
  override(overrides, "bytes", params.vectorBytes);
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
         (params.prefetch ? " prefetch" : "") +
         (params.stepsSideBySide > 1 ? " steps" + std::to_string(params.stepsSideBySide) : "") +
         (params.vectorBytes > 0 ? " bytes" + std::to_string(params.vectorBytes) : "");
}

PackedWeights::PackedWeights(const schedule::GemmParams &params,
                             const schedule::MachineFacts &facts, int columns, int depth,
                             int groups)
    : columns(columns), depth(depth), groups(groups) {
  const int lanes = templates::lanesOf(params, facts, Float(32));
  if (params.stepsSideBySide > 1) {
    steps = params.stepsSideBySide;
    whole = columns / lanes * lanes;
    width = whole + (steps == lanes ? columns % lanes : lanes / steps);
    panels = 1;
  } else {
    width = int(templates::panelWidth(params, facts, Float(32)));
    panels = (columns + width - 1) / width;
  }
}

std::vector<int> PackedWeights::extents() const {
  return {width * steps, depth / steps, panels, groups};
}

Expr PackedWeights::read(ImageParam weights, Expr lane, Expr k, Expr panel, Expr group) const {
  return weights(lane, k / steps, panel, group);
}

size_t PackedWeights::at(int k, int column, int group) const {
  const size_t panel = (size_t(group) * panels + column / width) * depth * width;
  const int lane = column % width, step = k % steps;
  const size_t run = panel + size_t(k - step) * width;
  return run + (lane < whole || steps == 1 ? step * (steps > 1 ? whole : width) + lane
                                           : lane * steps + step);
}

HostTensor PackedWeights::fill(int seed) const {
  HostTensor dense({columns, depth, groups}), packed(extents());
  dense.fill(seed);
  for (int g = 0; g < groups; ++g)
    for (int k = 0; k < depth; ++k)
      for (int n = 0; n < columns; ++n)
        packed.data[at(k, n, g)] = dense.data[(size_t(g) * depth + k) * columns + n];
  return packed;
}

} // namespace dlc::bench
