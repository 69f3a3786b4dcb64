// Layers that do something in training only.
#include "Families.h"

#include "../WindowSettings.h"

using namespace mlir;

namespace dlc::keras {

/// Along `shared` axes all elements are dropped or kept together.
static Value dropout(LayerContext &c, ArrayRef<int64_t> shared) {
  double rate = c.numberSetting("rate", 0);
  if (!(rate >= 0 && rate <= 1))
    c.badInput("setting 'rate' is not between 0 and 1");
  if (rate == 0)
    return c.input();
  return c.create<dl::DropoutOp>(c.input(), Value(), c.f64(rate), c.i64(0), c.i64s(shared));
}

/// Where `noise_shape` has a 1, elements share their fate.
static Value importDropout(LayerContext &c) {
  const Config *setting = c.setting("noise_shape");
  const auto *sizes = setting ? setting->as<Config::List>() : nullptr;
  Ints shared;
  if (setting && (!sizes || static_cast<int64_t>(sizes->size()) != LayerContext::rankOf(c.input())))
    c.badInput("setting 'noise_shape': expected a size for each axis of the input");
  for (size_t axis = 0; sizes && axis < sizes->size() && !c.failed(); ++axis)
    if (const auto *size = (*sizes)[axis].as<int64_t>(); size && *size == 1)
      shared.push_back(static_cast<int64_t>(axis));
  return dropout(c, shared);
}

/// Whole channels.
template <int spatial>
static Value importSpatialDropout(LayerContext &c) {
  dl::Layout layout = spatial == 1 ? dl::Layout::ChannelsLast : c.layoutSetting();
  if (!expectImage(c, spatial, layout))
    return {};
  int64_t first = layout == dl::Layout::ChannelsLast ? 1 : 2;
  return dropout(c, llvm::to_vector(llvm::seq<int64_t>(first, first + spatial)));
}

/// Nothing at inference.
static Value importNoise(LayerContext &c) {
  for (StringRef name : {"rate", "stddev", "noise_shape", "l1", "l2"})
    c.ignoreSetting(name);
  return c.input();
}

void registerRegularizationLayers(LayerTable &table) {
  auto addNoise = [&](StringRef className, StringRef noTraining) {
    table.add({.className = className,
               .import = importNoise,
               .limits = "inference only",
               .noTraining = noTraining});
  };
  addNoise("ActivityRegularization", "adds to the loss");
  addNoise("AlphaDropout", "drops values at random");
  addNoise("GaussianDropout", "multiplies by noise");
  addNoise("GaussianNoise", "adds noise");
  table.add({.className = "Dropout", .import = importDropout});
  table.add({.className = "SpatialDropout1D", .import = importSpatialDropout<1>});
  table.add({.className = "SpatialDropout2D", .import = importSpatialDropout<2>});
  table.add({.className = "SpatialDropout3D", .import = importSpatialDropout<3>});
}

} // namespace dlc::keras
