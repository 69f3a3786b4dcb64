// Pools.
#include "Families.h"

#include "../NodeContext.h"
#include "../SpatialAttributes.h"

using namespace mlir;

namespace dlc::onnx {

/// Kernel, strides, dilations and pads of a pool. Pads as large as the kernel would make windows of
/// padding alone.
static FailureOr<SpatialAttributes> poolAttributes(NodeContext &c) {
  FailureOr<SpatialAttributes> window = spatialAttributes(c, c.input(0));
  if (failed(window))
    return failure();
  for (ArrayRef<int64_t> pads : {window->padsBegin, window->padsEnd})
    for (int64_t pad : pads)
      if (pad < 0)
        return c.badInput("attribute 'pads' holds " + Twine(pad) + ", expected 0 or more");
  return window;
}

/// A window over the whole image.
static FailureOr<SpatialAttributes> globalWindow(NodeContext &c) {
  int64_t rank = c.rankOf(c.input(0));
  if (rank < 3)
    return c.badInput("input has rank " + Twine(rank) + ", expected (N, C, spatial...)");
  if (rank > 5)
    return c.unsupported("more than 3 spatial axes");
  SpatialAttributes window;
  for (int64_t axis = 2; axis < rank; ++axis)
    window.kernel.push_back(c.sizeOf(c.input(0), axis));
  window.strides = window.dilations = Ints(window.kernel.size(), 1);
  window.padsBegin = window.padsEnd = Ints(window.kernel.size(), 0);
  return window;
}

static Value maxPool(NodeContext &c, const SpatialAttributes &window, bool ceilMode) {
  return c.create<dl::MaxPoolOp>(c.input(0), c.i64s(window.kernel), c.i64s(window.strides),
                                 c.i64s(window.dilations), c.i64s(window.padsBegin),
                                 c.i64s(window.padsEnd), c.flag(ceilMode), c.channelsFirst());
}

static Value averagePool(NodeContext &c, const SpatialAttributes &window, bool ceilMode,
                         bool countPad) {
  return c.create<dl::AveragePoolOp>(c.input(0), c.i64s(window.kernel), c.i64s(window.strides),
                                     c.i64s(window.dilations), c.i64s(window.padsBegin),
                                     c.i64s(window.padsEnd), c.flag(ceilMode), c.flag(countPad),
                                     c.channelsFirst());
}

static Value lpPool(NodeContext &c, const SpatialAttributes &window, bool ceilMode, int64_t p) {
  if (p < 1) {
    (void)c.badInput("attribute 'p' is " + Twine(p) + ", expected 1 or more");
    return {};
  }
  return c.create<dl::LpPoolOp>(c.input(0), c.i64s(window.kernel), c.i64s(window.strides),
                                c.i64s(window.dilations), c.i64s(window.padsBegin),
                                c.i64s(window.padsEnd), c.flag(ceilMode), c.i64(p),
                                c.channelsFirst());
}

/// Whether a last window that does not fit counts. Pads that are SAME say how many windows there
/// are.
static bool roundsUp(NodeContext &c) {
  bool ceilMode = c.boolAttr("ceil_mode", false);
  return ceilMode && !StringRef(c.stringAttr("auto_pad", "NOTSET")).starts_with("SAME");
}

static LogicalResult importMaxPool(NodeContext &c) {
  bool ceilMode = roundsUp(c);
  int64_t storageOrder = c.intAttr("storage_order", 0);
  FailureOr<SpatialAttributes> window = poolAttributes(c);
  if (failed(window))
    return failure();
  if (!c.wantsOutput(1))
    return c.setOutput(0, maxPool(c, *window, ceilMode));
  auto results = c.createMany<dl::MaxPoolWithIndicesOp>(
      2, c.input(0), c.i64s(window->kernel), c.i64s(window->strides), c.i64s(window->dilations),
      c.i64s(window->padsBegin), c.i64s(window->padsEnd), c.flag(ceilMode),
      c.flag(storageOrder != 0));
  if (results.empty() || failed(c.setOutput(0, results[0])))
    return failure();
  return c.setOutput(1, results[1]);
}

static LogicalResult importAveragePool(NodeContext &c) {
  bool ceilMode = roundsUp(c);
  bool countPad = c.boolAttr("count_include_pad", false);
  FailureOr<SpatialAttributes> window = poolAttributes(c);
  if (failed(window))
    return failure();
  return c.setOutput(0, averagePool(c, *window, ceilMode, countPad));
}

static LogicalResult importLpPool(NodeContext &c) {
  bool ceilMode = roundsUp(c);
  int64_t p = c.opset() < 2 ? static_cast<int64_t>(c.floatAttr("p", 2)) : c.intAttr("p", 2);
  FailureOr<SpatialAttributes> window = poolAttributes(c);
  if (failed(window))
    return failure();
  return c.setOutput(0, lpPool(c, *window, ceilMode, p));
}

/// A global pool of an image whose size is not known is a reduction; null where it is known.
static Value symbolicGlobalPool(NodeContext &c, dl::ReduceKind kind) {
  int64_t rank = c.rankOf(c.input(0));
  Ints axes = llvm::to_vector(llvm::seq<int64_t>(std::min<int64_t>(2, rank), rank));
  RankedTensorType type = c.typeOf(c.input(0));
  if (llvm::none_of(axes, [&](int64_t axis) { return type.isDynamicDim(axis); }))
    return {};
  return c.create<dl::ReduceOp>(c.input(0), dl::ReduceKindAttr::get(c.builder().getContext(), kind),
                                c.i64s(axes), c.flag(true));
}

static LogicalResult importGlobalMaxPool(NodeContext &c) {
  if (Value reduced = symbolicGlobalPool(c, dl::ReduceKind::Max))
    return c.setOutput(0, reduced);
  FailureOr<SpatialAttributes> window = globalWindow(c);
  return failed(window) ? failure() : c.setOutput(0, maxPool(c, *window, false));
}

static LogicalResult importGlobalAveragePool(NodeContext &c) {
  if (Value reduced = symbolicGlobalPool(c, dl::ReduceKind::Mean))
    return c.setOutput(0, reduced);
  FailureOr<SpatialAttributes> window = globalWindow(c);
  return failed(window) ? failure() : c.setOutput(0, averagePool(c, *window, false, false));
}

static LogicalResult importGlobalLpPool(NodeContext &c) {
  int64_t p = c.opset() < 2 ? static_cast<int64_t>(c.floatAttr("p", 2)) : c.intAttr("p", 2);
  FailureOr<SpatialAttributes> window = globalWindow(c);
  return failed(window) ? failure() : c.setOutput(0, lpPool(c, *window, false, p));
}

void registerWindowImporters(OpTable &table) {
  constexpr StringRef limits = "1 to 3 spatial axes";
  table.add({.opType = "MaxPool", .import = importMaxPool, .limits = limits});
  table.add({.opType = "AveragePool", .import = importAveragePool, .limits = limits});
  table.add({.opType = "LpPool", .import = importLpPool, .limits = limits});
  table.add({.opType = "GlobalMaxPool", .import = importGlobalMaxPool, .limits = limits});
  table.add({.opType = "GlobalAveragePool", .import = importGlobalAveragePool, .limits = limits});
  table.add({.opType = "GlobalLpPool", .import = importGlobalLpPool, .limits = limits});
}

} // namespace dlc::onnx
