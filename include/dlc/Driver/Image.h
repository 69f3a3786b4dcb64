// PNG and JPEG files as pixels, decoded under limits that an image bomb cannot pass.
#ifndef DLC_DRIVER_IMAGE_H
#define DLC_DRIVER_IMAGE_H

#include "dlc/Support/Error.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dlc {

/// Interleaved 8-bit RGB, row-major, no padding between rows.
struct Image {
  int64_t width = 0;
  int64_t height = 0;
  std::vector<uint8_t> pixels; ///< height x width x 3

  const uint8_t *at(int64_t y, int64_t x) const {
    return &pixels[static_cast<size_t>((y * width + x) * 3)];
  }
};

/// Images with more pixels are refused.
constexpr int64_t maxImagePixels = 100'000'000;

/// Decodes a PNG or JPEG (told apart by content), called `what` in diagnostics. Alpha is dropped,
/// grey is repeated; an EXIF orientation is not applied. Truncated files are refused.
Expected<Image> decodeImage(std::span<const std::byte> bytes, const std::string &what);
Expected<Image> readImage(const std::string &path);

/// How pixels between the given ones are computed. All use half-pixel centres.
enum class ResizeFilter {
  Nearest, ///< the pixel whose area contains the point
  Linear,  ///< two by two pixels; OpenCV's INTER_LINEAR
  Cubic,   ///< four by four pixels; a = -0.75, with antialiasing -0.5 as Pillow
};

/// `image` at another size (both >= 1). With `antialias` the filter widens when shrinking, as in
/// Pillow and torchvision; without it only the nearest pixels count, as in OpenCV. Rounded to 8
/// bits.
Image resizeImage(const Image &image, int64_t height, int64_t width, ResizeFilter filter,
                  bool antialias);

} // namespace dlc

#endif // DLC_DRIVER_IMAGE_H
