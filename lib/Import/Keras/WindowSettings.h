// Kernel, strides, dilations and padding of convolutions and pools.
#ifndef DLC_LIB_IMPORT_KERAS_WINDOWSETTINGS_H
#define DLC_LIB_IMPORT_KERAS_WINDOWSETTINGS_H

#include "LayerContext.h"

namespace dlc::keras {

/// One entry a spatial axis.
struct WindowSettings {
  Ints kernel, strides, dilations, padsBegin, padsEnd;
  dl::Layout layout = dl::Layout::ChannelsLast;

  /// The first spatial axis of the input.
  int64_t firstAxis() const { return layout == dl::Layout::ChannelsLast ? 1 : 2; }
};

/// The axis of an image's channels.
inline int64_t channelAxis(dl::Layout layout, int64_t rank) {
  return layout == dl::Layout::ChannelsLast ? rank - 1 : 1;
}

/// Reads `kernelName` (`kernel_size`, `pool_size`), `strides` (absent: `defaultStrides`, or the
/// kernel where that is empty), `dilation_rate` and `padding` for an input of `spatial` axes.
/// Padding `same` follows TensorFlow's rule: ceil(size / stride) results, the odd element at the
/// end; `causal` pads before only.
WindowSettings windowSettings(LayerContext &c, llvm::StringRef kernelName, int64_t spatial,
                              llvm::ArrayRef<int64_t> defaultStrides);
/// The rank and layout that layers over `spatial` axes want; false after a failure.
bool expectImage(LayerContext &c, int64_t spatial, dl::Layout layout);

} // namespace dlc::keras

#endif // DLC_LIB_IMPORT_KERAS_WINDOWSETTINGS_H
