// Reading and checking kernel, stride, dilation and pad attributes.
#include "SpatialAttributes.h"

using namespace mlir;

namespace dlc::onnx {

/// No real model comes near; keeps sums of places, which kernels count in 32 bits, from overflow.
constexpr int64_t largest = int64_t(1) << 28;

static LogicalResult checkRange(NodeContext &c, StringRef name, ArrayRef<int64_t> values,
                                int64_t low) {
  for (int64_t value : values)
    if (value < low || value > largest)
      return c.badInput("attribute '" + name + "' holds " + Twine(value) + ", expected " +
                        Twine(low) + " to " + Twine(largest));
  return success();
}

/// Pads of one axis: before its first element and behind its last.
using Pads = std::pair<int64_t, int64_t>;

/// Pads so that an output has ceil(input / stride) elements, where the last window begins `rest`
/// elements before the input's end; `upper` puts an odd one at the end.
static Pads padsForRest(int64_t span, int64_t rest, bool upper) {
  int64_t total = std::max<int64_t>(0, span - rest), less = total / 2;
  return upper ? Pads(less, total - less) : Pads(total - less, less);
}

/// The same for an input of any size, if what stands before it never depends on that: the most that
/// may stand behind it, as a window that does not fit is left out. nullopt otherwise.
static std::optional<Pads> padsForAnySize(int64_t span, int64_t stride, bool upper) {
  Pads pads = padsForRest(span, 1, upper);
  for (int64_t rest = 2; rest <= std::min(stride, span); ++rest) {
    Pads other = padsForRest(span, rest, upper);
    if (other.first != pads.first)
      return std::nullopt;
    pads.second = std::max(pads.second, other.second);
  }
  return pads;
}

static void padSame(NodeContext &c, SpatialAttributes &window, Value input, bool upper) {
  for (size_t i = 0; i < window.strides.size(); ++i) {
    int64_t span = (window.kernel[i] - 1) * window.dilations[i] + 1, stride = window.strides[i];
    auto axis = static_cast<int64_t>(i) + 2;
    std::optional<Pads> pads;
    if (c.typeOf(input).isDynamicDim(axis))
      pads = padsForAnySize(span, stride, upper);
    if (!pads) {
      int64_t size = c.sizeOf(input, axis), outputs = (size + stride - 1) / stride;
      pads = padsForRest(span, size - (outputs - 1) * stride, upper);
    }
    std::tie(window.padsBegin[i], window.padsEnd[i]) = *pads;
  }
}

FailureOr<SpatialAttributes> spatialAttributes(NodeContext &c, Value input,
                                               ArrayRef<int64_t> kernel) {
  size_t rank = c.rankOf(input);
  if (rank < 3)
    return c.badInput("input has rank " + Twine(rank) + ", expected (N, C, spatial...)");
  if (rank > 5)
    return c.unsupported("more than 3 spatial axes");
  size_t spatial = rank - 2;
  SpatialAttributes window;
  if (c.hasAttr("kernel_shape"))
    window.kernel = c.intsAttr("kernel_shape", spatial, 1);
  else if (!kernel.empty())
    window.kernel = Ints(kernel);
  else
    return c.badInput("attribute 'kernel_shape' is missing");
  if (!kernel.empty() && ArrayRef<int64_t>(window.kernel) != kernel)
    return c.badInput("attribute 'kernel_shape' differs from the filter's shape");
  window.strides = c.intsAttr("strides", spatial, 1);
  window.dilations = c.intsAttr("dilations", spatial, 1);
  Ints pads = c.intsAttr("pads", 2 * spatial, 0);
  window.padsBegin = Ints(ArrayRef(pads).take_front(spatial));
  window.padsEnd = Ints(ArrayRef(pads).drop_front(spatial));
  if (failed(checkRange(c, "kernel_shape", window.kernel, 1)) ||
      failed(checkRange(c, "strides", window.strides, 1)) ||
      failed(checkRange(c, "dilations", window.dilations, 1)) ||
      failed(checkRange(c, "pads", pads, -largest)))
    return failure();
  for (size_t i = 0; i < spatial; ++i)
    if ((window.kernel[i] - 1) * window.dilations[i] >= largest)
      return c.badInput("a window of " + Twine(window.kernel[i]) + " places, " +
                        Twine(window.dilations[i]) + " apart, expected it to span at most " +
                        Twine(largest));
  std::string autoPad = c.stringAttr("auto_pad", "NOTSET");
  if (autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER")
    padSame(c, window, input, autoPad == "SAME_UPPER");
  else if (autoPad == "VALID")
    window.padsBegin = window.padsEnd = Ints(spatial, 0);
  else if (autoPad != "NOTSET" && !autoPad.empty())
    return c.badInput("attribute 'auto_pad' is '" + autoPad +
                      "', expected NOTSET, SAME_UPPER, SAME_LOWER or VALID");
  if (c.failed())
    return failure();
  return window;
}

} // namespace dlc::onnx
