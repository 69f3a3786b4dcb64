// Pools over windows and over whole images.
#include "Families.h"

#include "../WindowSettings.h"

using namespace mlir;

namespace dlc::keras {

template <int spatial>
static Value importMaxPooling(LayerContext &c) {
  WindowSettings window = windowSettings(c, "pool_size", spatial, {});
  return c.create<dl::MaxPoolOp>(
      c.input(), c.i64s(window.kernel), c.i64s(window.strides), c.i64s(window.dilations),
      c.i64s(window.padsBegin), c.i64s(window.padsEnd), c.flag(false), c.layoutAttr(window.layout));
}

/// Padding counts for nothing, neither in the sum nor in the number of elements.
template <int spatial>
static Value importAveragePooling(LayerContext &c) {
  WindowSettings window = windowSettings(c, "pool_size", spatial, {});
  return c.create<dl::AveragePoolOp>(
      c.input(), c.i64s(window.kernel), c.i64s(window.strides), c.i64s(window.dilations),
      c.i64s(window.padsBegin), c.i64s(window.padsEnd), c.flag(false),
      /*count_include_pad=*/c.flag(false), c.layoutAttr(window.layout));
}

template <int spatial, dl::ReduceKind kind>
static Value importGlobalPooling(LayerContext &c) {
  dl::Layout layout = c.layoutSetting();
  bool keep = c.flagSetting("keepdims", false);
  if (!expectImage(c, spatial, layout))
    return {};
  int64_t first = layout == dl::Layout::ChannelsLast ? 1 : 2;
  Ints axes;
  for (int64_t axis = first; axis < first + spatial; ++axis)
    axes.push_back(axis);
  return c.create<dl::ReduceOp>(c.input(), dl::ReduceKindAttr::get(c.builder().getContext(), kind),
                                c.i64s(axes), c.flag(keep));
}

void registerPoolingLayers(LayerTable &table) {
  using dl::ReduceKind;
  table.add({.className = "AveragePooling1D", .import = importAveragePooling<1>});
  table.add({.className = "AveragePooling2D", .import = importAveragePooling<2>});
  table.add({.className = "AveragePooling3D", .import = importAveragePooling<3>});
  table.add({.className = "GlobalAveragePooling1D",
             .import = importGlobalPooling<1, ReduceKind::Mean>,
             .limits = "no mask"});
  table.add(
      {.className = "GlobalAveragePooling2D", .import = importGlobalPooling<2, ReduceKind::Mean>});
  table.add(
      {.className = "GlobalAveragePooling3D", .import = importGlobalPooling<3, ReduceKind::Mean>});
  table.add({.className = "GlobalMaxPooling1D", .import = importGlobalPooling<1, ReduceKind::Max>});
  table.add({.className = "GlobalMaxPooling2D", .import = importGlobalPooling<2, ReduceKind::Max>});
  table.add({.className = "GlobalMaxPooling3D", .import = importGlobalPooling<3, ReduceKind::Max>});
  table.add({.className = "MaxPooling1D", .import = importMaxPooling<1>});
  table.add({.className = "MaxPooling2D", .import = importMaxPooling<2>});
  table.add({.className = "MaxPooling3D", .import = importMaxPooling<3>});
}

} // namespace dlc::keras
