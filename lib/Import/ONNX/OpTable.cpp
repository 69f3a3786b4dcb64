// The list of op families, and look-up by operator and version.
#include "OpTable.h"

#include "Ops/Families.h"
#include "llvm/ADT/STLExtras.h"

using llvm::StringRef;

namespace dlc::onnx {

void OpTable::add(OpEntry entry) {
  std::vector<OpEntry> &versions = rows[{entry.domain, entry.opType}];
  assert(llvm::none_of(versions,
                       [&](const OpEntry &other) {
                         return entry.minOpset <= other.maxOpset &&
                                other.minOpset <= entry.maxOpset;
                       }) &&
         "two rows for one operator and version");
  versions.push_back(entry);
}

const OpEntry *OpTable::find(StringRef domain, StringRef opType, int64_t opset) const {
  auto found = rows.find({domain, opType});
  if (found == rows.end())
    return nullptr;
  for (const OpEntry &entry : found->second)
    if (entry.minOpset <= opset && opset <= entry.maxOpset)
      return &entry;
  return nullptr;
}

bool OpTable::knows(StringRef domain, StringRef opType) const {
  return rows.count({domain, opType}) != 0;
}

std::vector<OpEntry> OpTable::entries() const {
  std::vector<OpEntry> all;
  for (const auto &[key, versions] : rows)
    llvm::append_range(all, versions);
  llvm::sort(all, [](const OpEntry &a, const OpEntry &b) {
    return std::tie(a.domain, a.opType, a.minOpset) < std::tie(b.domain, b.opType, b.minOpset);
  });
  return all;
}

const OpTable &OpTable::get() {
  static const OpTable table = [] {
    OpTable all;
    registerElementwiseImporters(all);
    registerActivationImporters(all);
    registerContractionImporters(all);
    registerControlFlowImporters(all);
    registerReductionImporters(all);
    registerNormalizationImporters(all);
    registerIndexingImporters(all);
    registerQuantizationImporters(all);
    registerPlaceImporters(all);
    registerPadImporters(all);
    registerRearrangeImporters(all);
    registerAttentionImporters(all);
    registerEinsumImporters(all);
    registerLossImporters(all);
    registerResizeImporters(all);
    registerRecurrentImporters(all);
    registerRecurrentLayerImporters(all);
    registerShapeImporters(all);
    registerSignalImporters(all);
    registerTermFrequencyImporters(all);
    registerWindowImporters(all);
    registerConstantImporters(all);
    return all;
  }();
  return table;
}

} // namespace dlc::onnx
