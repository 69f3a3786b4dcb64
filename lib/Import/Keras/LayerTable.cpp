// The list of layer families, and look-up by class.
#include "LayerTable.h"

#include "Layers/Families.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace dlc::keras {

void LayerTable::add(LayerEntry entry) {
  entry.family = family;
  [[maybe_unused]] bool added = rows.try_emplace(entry.className, entry).second;
  assert(added && "two rows for one class");
}

const LayerEntry *LayerTable::find(StringRef className) const {
  auto found = rows.find(className);
  return found == rows.end() ? nullptr : &found->second;
}

std::vector<LayerEntry> LayerTable::entries() const {
  std::vector<LayerEntry> all;
  for (const auto &[name, entry] : rows)
    all.push_back(entry);
  llvm::sort(all, [](const LayerEntry &a, const LayerEntry &b) {
    return std::tie(a.family, a.className) < std::tie(b.family, b.className);
  });
  return all;
}

const LayerTable &LayerTable::get() {
  static const LayerTable table = [] {
    LayerTable all;
    auto addFamily = [&](StringRef name, void (*registerFamily)(LayerTable &)) {
      all.family = name;
      registerFamily(all);
    };
    addFamily("Activation", registerActivationLayers);
    addFamily("Attention", registerAttentionLayers);
    addFamily("Convolution", registerConvolutionLayers);
    addFamily("Core", registerCoreLayers);
    addFamily("Merging", registerMergingLayers);
    addFamily("Normalization", registerNormalizationLayers);
    addFamily("Operations", registerOperations);
    addFamily("Pooling", registerPoolingLayers);
    addFamily("Recurrent", registerRecurrentLayers);
    addFamily("Regularization", registerRegularizationLayers);
    addFamily("Reshaping", registerReshapingLayers);
    return all;
  }();
  return table;
}

} // namespace dlc::keras
