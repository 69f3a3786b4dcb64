// Layers that do something in training only.
#include "Families.h"

#include "../LayerContext.h"

using namespace mlir;

namespace dlc::keras {

/// Nothing at inference.
static Value importNoise(LayerContext &c) {
  for (StringRef name : {"rate", "stddev", "noise_shape", "data_format", "l1", "l2"})
    c.ignoreSetting(name);
  return c.input();
}

void registerRegularizationLayers(LayerTable &table) {
  auto add = [&](StringRef className, StringRef noTraining) {
    table.add({.className = className,
               .import = importNoise,
               .limits = noTraining.empty() ? "" : "inference only",
               .noTraining = noTraining});
  };
  add("ActivityRegularization", "adds to the loss");
  add("AlphaDropout", "drops values at random");
  add("Dropout", "");
  add("GaussianDropout", "multiplies by noise");
  add("GaussianNoise", "adds noise");
  add("SpatialDropout1D", "drops channels at random");
  add("SpatialDropout2D", "drops channels at random");
  add("SpatialDropout3D", "drops channels at random");
}

} // namespace dlc::keras
