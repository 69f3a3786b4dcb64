// Padding by TensorFlow's rule.
#include "WindowSettings.h"

using namespace mlir;

namespace dlc::keras {

bool expectImage(LayerContext &c, int64_t spatial, dl::Layout layout) {
  static constexpr StringRef last[] = {"(batch, steps, channels)",
                                       "(batch, height, width, channels)",
                                       "(batch, depth, height, width, channels)"};
  static constexpr StringRef first[] = {"(batch, channels, steps)",
                                        "(batch, channels, height, width)",
                                        "(batch, channels, depth, height, width)"};
  return c.expectRank(spatial + 2,
                      (layout == dl::Layout::ChannelsLast ? last : first)[spatial - 1]);
}

/// Elements before and after an axis of `size` so that ceil(size / stride) windows fit.
static std::pair<int64_t, int64_t> samePads(int64_t size, int64_t kernel, int64_t stride,
                                            int64_t dilation) {
  int64_t windows = (size + stride - 1) / stride;
  int64_t total = std::max<int64_t>((windows - 1) * stride + (kernel - 1) * dilation + 1 - size, 0);
  return {total / 2, total - total / 2};
}

/// The same where the size is not known, which only strides of 1 allow.
static std::optional<std::pair<int64_t, int64_t>> samePadsOfAnySize(int64_t kernel, int64_t stride,
                                                                    int64_t dilation) {
  if (stride != 1)
    return std::nullopt;
  int64_t total = (kernel - 1) * dilation;
  return std::pair(total / 2, total - total / 2);
}

static bool addPads(LayerContext &c, WindowSettings &window, StringRef padding, size_t axis) {
  int64_t kernel = window.kernel[axis], stride = window.strides[axis];
  int64_t dilation = window.dilations[axis], reach = (kernel - 1) * dilation;
  std::pair<int64_t, int64_t> pads(0, 0);
  int64_t imageAxis = window.firstAxis() + static_cast<int64_t>(axis);
  if (padding == "causal")
    pads.first = reach;
  else if (padding == "same" && !LayerContext::typeOf(c.input()).isDynamicDim(imageAxis))
    pads = samePads(c.sizeOf(c.input(), imageAxis), kernel, stride, dilation);
  else if (padding == "same") {
    auto any = samePadsOfAnySize(kernel, stride, dilation);
    if (!any)
      (void)c.sizeOf(c.input(), imageAxis);
    pads = any.value_or(pads);
  }
  window.padsBegin.push_back(pads.first);
  window.padsEnd.push_back(pads.second);
  return !c.failed();
}

WindowSettings windowSettings(LayerContext &c, StringRef kernelName, int64_t spatial,
                              ArrayRef<int64_t> defaultStrides) {
  WindowSettings window;
  window.layout = c.layoutSetting();
  if (c.failed() || !expectImage(c, spatial, window.layout))
    return window;
  window.kernel = c.intsSetting(kernelName, spatial, 2, 1);
  window.strides = c.intsSetting("strides", spatial, 1, 1);
  if (!c.setting("strides"))
    window.strides = defaultStrides.empty() ? window.kernel : Ints(defaultStrides);
  window.dilations = c.intsSetting("dilation_rate", spatial, 1, 1);
  std::string padding = c.textSetting("padding", "valid");
  if (padding != "valid" && padding != "same" && !(padding == "causal" && spatial == 1))
    c.badInput("setting 'padding' is '" + padding + "', expected valid or same" +
               (spatial == 1 ? ", or causal" : ""));
  for (size_t axis = 0; axis < window.kernel.size() && !c.failed(); ++axis)
    addPads(c, window, padding, axis);
  return window;
}

} // namespace dlc::keras
