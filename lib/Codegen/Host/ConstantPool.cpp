// Collects the constants of an artifact: see ConstantPool.h.
#include "dlc/Codegen/Host/ConstantPool.h"

#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/xxhash.h"
#include <cstring>

using namespace mlir;
using namespace dlc;
using namespace dlc::host;

static std::span<const std::byte> asBytes(ArrayRef<char> data) {
  return std::as_bytes(std::span(data.data(), data.size()));
}

/// The bytes as the runtime sees them, shared with the attribute where it holds them in that form.
static ConstantSegment segmentOf(ElementsAttr value) {
  ConstantSegment segment;
  bool isBool = value.getElementType().isInteger(1);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      segment.bytes = asBytes(blob->getData());
    return segment;
  }
  auto dense = cast<DenseElementsAttr>(value);
  if (dense.isSplat() || isBool) {
    segment.expanded = dl::tensorOf(value);
    segment.bytes = {segment.expanded.raw(), segment.expanded.numBytes()};
    return segment;
  }
  segment.bytes = asBytes(dense.getRawData());
  return segment;
}

/// Cheap and enough to find candidates: equality is decided by comparing all bytes.
static uint64_t fingerprint(std::span<const std::byte> bytes) {
  constexpr size_t prefix = 4096;
  ArrayRef<uint8_t> start(reinterpret_cast<const uint8_t *>(bytes.data()),
                          std::min(bytes.size(), prefix));
  return llvm::xxh3_64bits(start) ^ (bytes.size() << 1);
}

uint64_t ConstantPool::add(ElementsAttr value) {
  if (auto found = offsetOf.find(value); found != offsetOf.end())
    return found->second;
  ConstantSegment segment = segmentOf(value);
  SmallVector<size_t, 1> &same = candidates[fingerprint(segment.bytes)];
  for (size_t index : same) {
    const ConstantSegment &other = segments[index];
    if (other.bytes.size() == segment.bytes.size() &&
        std::memcmp(other.bytes.data(), segment.bytes.data(), segment.bytes.size()) == 0)
      return offsetOf[value] = other.offset;
  }
  segment.offset = llvm::alignTo(end, alignment);
  end = segment.offset + segment.bytes.size();
  same.push_back(segments.size());
  values.push_back(value);
  offsetOf[value] = segment.offset;
  segments.push_back(std::move(segment));
  return segments.back().offset;
}

void ConstantPool::attachTo(ModuleOp module) const {
  if (empty())
    return;
  Builder builder(module.getContext());
  SmallVector<int64_t> offsets;
  for (const ConstantSegment &segment : segments)
    offsets.push_back(static_cast<int64_t>(segment.offset));
  module->setAttr("dl.constants", builder.getArrayAttr(values));
  module->setAttr("dl.constant_offsets", builder.getDenseI64ArrayAttr(offsets));
}

std::vector<ConstantSegment> dlc::host::constantsOf(ModuleOp module) {
  std::vector<ConstantSegment> segments;
  auto values = module->getAttrOfType<ArrayAttr>("dl.constants");
  auto offsets = module->getAttrOfType<DenseI64ArrayAttr>("dl.constant_offsets");
  if (!values || !offsets)
    return segments;
  for (auto [value, offset] : llvm::zip(values, offsets.asArrayRef())) {
    segments.push_back(segmentOf(cast<ElementsAttr>(value)));
    segments.back().offset = static_cast<uint64_t>(offset);
  }
  return segments;
}

uint64_t dlc::host::constantBytesOf(ModuleOp module) {
  auto values = module->getAttrOfType<ArrayAttr>("dl.constants");
  auto offsets = module->getAttrOfType<DenseI64ArrayAttr>("dl.constant_offsets");
  if (!values || !offsets || values.empty())
    return 0;
  auto last = cast<ElementsAttr>(values.getValue().back());
  size_t width = byteWidth(*dl::dtypeOf(last.getElementType()));
  return static_cast<uint64_t>(offsets.asArrayRef().back()) +
         static_cast<uint64_t>(last.getNumElements()) * width;
}
