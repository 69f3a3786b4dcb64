// Convolutions. Keras keeps filters as (kernel..., input channels, filters); dl.conv wants filters
// first, so a transpose stands between variable and op.
#include "Families.h"

#include "../WindowSettings.h"

using namespace mlir;

namespace dlc::keras {

/// (kernel..., a, b) as (b, a, kernel...).
static Value filtersFirst(LayerContext &c, Value kernel) {
  if (c.failed())
    return {};
  int64_t rank = LayerContext::rankOf(kernel);
  Ints permutation{rank - 1, rank - 2};
  for (int64_t axis = 0; axis < rank - 2; ++axis)
    permutation.push_back(axis);
  return c.transpose(kernel, permutation);
}

static Value conv(LayerContext &c, Value input, Value filter, Value bias,
                  const WindowSettings &window, int64_t groups) {
  return c.create<dl::ConvOp>(input, filter, bias, c.i64s(window.strides), c.i64s(window.dilations),
                              c.i64s(window.padsBegin), c.i64s(window.padsEnd), c.i64(groups),
                              c.layoutAttr(window.layout), c.i64(0), c.i64(0), c.flag(false));
}

static Ints withChannels(ArrayRef<int64_t> kernel, int64_t inputs, int64_t outputs) {
  Ints shape(kernel);
  shape.append({inputs, outputs});
  return shape;
}

template <int spatial>
static Value importConv(LayerContext &c) {
  WindowSettings window = windowSettings(c, "kernel_size", spatial, Ints(spatial, 1));
  int64_t filters = c.intSetting("filters", 0), groups = c.intSetting("groups", 1);
  c.requireUnset("lora_rank");
  c.ignoreSetting("lora_alpha");
  if (c.failed())
    return {};
  int64_t channels = c.sizeOf(c.input(), channelAxis(window.layout, spatial + 2));
  if (groups < 1 || channels % groups != 0) {
    c.badInput("setting 'groups' is " + Twine(groups) + ", which does not divide the " +
               Twine(channels) + " channels of the input");
    return {};
  }
  Value kernel = c.variable(0, withChannels(window.kernel, channels / groups, filters));
  Value bias = c.flagSetting("use_bias", true) ? c.variable(1, {filters}) : Value();
  return c.activated(conv(c, c.input(), filtersFirst(c, kernel), bias, window, groups));
}

/// A kernel (kernel..., channels, multiplier) as the filter of a convolution with a group a
/// channel: filter c * multiplier + m is that of channel c.
static Value depthwiseFilter(LayerContext &c, Value kernel) {
  if (c.failed())
    return {};
  dl::Dims dims = LayerContext::dimsOf(kernel);
  AffineExpr filters = dl::simplified(dims[dims.size() - 2] * dims.back());
  dims[dims.size() - 2] = c.dim(1);
  dims.back() = filters;
  return filtersFirst(c, c.reshape(kernel, dims));
}

template <int spatial>
static Value importDepthwiseConv(LayerContext &c) {
  WindowSettings window = windowSettings(c, "kernel_size", spatial, Ints(spatial, 1));
  int64_t multiplier = c.intSetting("depth_multiplier", 1);
  if (c.failed())
    return {};
  int64_t channels = c.sizeOf(c.input(), channelAxis(window.layout, spatial + 2));
  Value kernel = c.variable(0, withChannels(window.kernel, channels, multiplier));
  Value bias = c.flagSetting("use_bias", true) ? c.variable(1, {channels * multiplier}) : Value();
  return c.activated(conv(c, c.input(), depthwiseFilter(c, kernel), bias, window, channels));
}

/// A depthwise convolution, then one over single elements.
template <int spatial>
static Value importSeparableConv(LayerContext &c) {
  WindowSettings window = windowSettings(c, "kernel_size", spatial, Ints(spatial, 1));
  int64_t filters = c.intSetting("filters", 0), multiplier = c.intSetting("depth_multiplier", 1);
  if (c.failed())
    return {};
  int64_t channels = c.sizeOf(c.input(), channelAxis(window.layout, spatial + 2));
  Value depthwise = c.variable(0, withChannels(window.kernel, channels, multiplier));
  Value value = conv(c, c.input(), depthwiseFilter(c, depthwise), {}, window, channels);
  WindowSettings point{Ints(spatial, 1), Ints(spatial, 1), Ints(spatial, 1),
                       Ints(spatial, 0), Ints(spatial, 0), window.layout};
  Value pointwise = c.variable(1, withChannels(point.kernel, channels * multiplier, filters));
  Value bias = c.flagSetting("use_bias", true) ? c.variable(2, {filters}) : Value();
  return c.activated(conv(c, value, filtersFirst(c, pointwise), bias, point, 1));
}

/// What padding and `output_padding` (nullopt: Keras's choice) make of one axis of a transposed
/// convolution: elements of its whole reach, stride * (size - 1) + reach, that are cut at the
/// beginning, and at the end; fewer than none where zeros follow.
static std::pair<int64_t, int64_t> transposeCuts(int64_t reach, int64_t stride, bool same,
                                                 std::optional<int64_t> outputPadding) {
  // Keras thinks of zeros around the input that a convolution then slides over: `before` and the
  // rest of `around`. Reach - 1 of them on either side cut nothing.
  int64_t before = reach - 1,
          around = 2 * before + outputPadding.value_or(std::max<int64_t>(stride - reach, 0));
  if (same) {
    around = outputPadding ? reach + reach % 2 - 2 + *outputPadding : stride + reach - 2;
    before = std::min((around + 1) / 2, reach - 1);
  }
  return {reach - 1 - before, reach - 1 - (around - before)};
}

/// The kernel is (kernel..., filters, channels).
template <int spatial>
static Value importConvTranspose(LayerContext &c) {
  WindowSettings window = windowSettings(c, "kernel_size", spatial, Ints(spatial, 1));
  bool same = c.textSetting("padding", "valid") == "same";
  int64_t filters = c.intSetting("filters", 0);
  bool padded = c.setting("output_padding") != nullptr;
  Ints wanted = padded ? c.intsSetting("output_padding", spatial, 0, /*least=*/0) : Ints();
  if (c.failed())
    return {};
  Ints outputPadding;
  for (size_t axis = 0; axis < spatial; ++axis) {
    int64_t reach = (window.kernel[axis] - 1) * window.dilations[axis] + 1;
    auto [before, after] = transposeCuts(reach, window.strides[axis], same,
                                         padded ? std::optional(wanted[axis]) : std::nullopt);
    window.padsBegin[axis] = before;
    window.padsEnd[axis] = std::max<int64_t>(after, 0);
    outputPadding.push_back(std::max<int64_t>(-after, 0));
  }
  int64_t channels = c.sizeOf(c.input(), channelAxis(window.layout, spatial + 2));
  Value kernel = c.variable(0, withChannels(window.kernel, filters, channels));
  Value bias = c.flagSetting("use_bias", true) ? c.variable(1, {filters}) : Value();
  Value value = c.create<dl::ConvTransposeOp>(
      c.input(), filtersFirst(c, kernel), bias, c.i64s(window.strides), c.i64s(window.dilations),
      c.i64s(window.padsBegin), c.i64s(window.padsEnd), c.i64(1), c.layoutAttr(window.layout),
      c.i64s(outputPadding));
  return c.activated(value);
}

void registerConvolutionLayers(LayerTable &table) {
  table.add({.className = "Conv1D", .import = importConv<1>});
  table.add({.className = "Conv2D", .import = importConv<2>});
  table.add({.className = "Conv3D", .import = importConv<3>});
  table.add({.className = "Conv1DTranspose", .import = importConvTranspose<1>});
  table.add({.className = "Conv2DTranspose", .import = importConvTranspose<2>});
  table.add({.className = "Conv3DTranspose", .import = importConvTranspose<3>});
  table.add({.className = "DepthwiseConv1D", .import = importDepthwiseConv<1>});
  table.add({.className = "DepthwiseConv2D", .import = importDepthwiseConv<2>});
  table.add({.className = "SeparableConv1D", .import = importSeparableConv<1>});
  table.add({.className = "SeparableConv2D", .import = importSeparableConv<2>});
}

} // namespace dlc::keras
