// From pixels to the tensor a model was trained on: size, crop or padding, channel order,
// normalisation.
#ifndef DLC_DRIVER_IMAGEINPUT_H
#define DLC_DRIVER_IMAGEINPUT_H

#include "dlc/Driver/Image.h"
#include "dlc/Support/Tensor.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dlc {

/// How an image is made into a model's input. The defaults suit a model that takes RGB in [0, 1].
struct ImageOptions {
  enum class Resize {
    Stretch,  ///< to the input's size, whatever the aspect ratio
    Crop,     ///< covers the input, then cut around the centre
    Pad,      ///< fits into the input, the rest right and below is zero after normalisation
    PadWidth, ///< to the input's height; narrower images are padded at the right, wider ones
              ///< squeezed
    None,     ///< must have the input's size already
  };
  enum class Layout { Auto, NCHW, NHWC };
  enum class Channels { RGB, BGR };

  Resize resize = Resize::Stretch;
  ResizeFilter filter = ResizeFilter::Linear;
  bool antialias = false;
  /// Crop: the share of the resized short side that is kept; 0.875 is "resize to 256, crop 224".
  double cropFraction = 1.0;
  /// Where the model leaves height and width open: sizes are rounded to a multiple of this.
  int64_t multipleOf = 1;
  /// Where the model leaves height and width open: smaller images are enlarged to this short side;
  /// 0 for none.
  int64_t minSide = 0;
  /// Where the model leaves the height open: 0 to keep the image's.
  int64_t defaultHeight = 0;
  Layout layout = Layout::Auto;
  Channels channels = Channels::RGB;
  /// (value * scale - mean) / standardDeviation, a channel each, in the order of `channels`.
  float scale = 1.0f / 255.0f;
  std::array<float, 3> mean{0, 0, 0};
  std::array<float, 3> standardDeviation{1, 1, 1};
};

/// `imagenet` (torchvision's classification models), `ocr-rec` and `ocr-det` (PP-OCR recognition
/// and detection), `unit` ([0, 1]), `pm1` ([-1, 1]), `raw` (0 to 255).
std::optional<ImageOptions> findImagePreset(std::string_view name);
/// Every preset's name, for help and diagnostics.
std::vector<std::string> imagePresetNames();

/// `image` as an input of shape `shape` (rank 4 with a batch of one, or rank 3; -1 for open
/// dimensions) and type `dtype`. One-channel inputs get the luma. `what` names the image in
/// diagnostics.
Expected<Tensor> imageToTensor(const Image &image, const ImageOptions &options, const Shape &shape,
                               DType dtype, const std::string &what);

} // namespace dlc

#endif // DLC_DRIVER_IMAGEINPUT_H
