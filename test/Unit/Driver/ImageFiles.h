// Makes PNG and JPEG files for tests.
#ifndef DLC_TEST_UNIT_DRIVER_IMAGEFILES_H
#define DLC_TEST_UNIT_DRIVER_IMAGEFILES_H

#include "dlc/Driver/Image.h"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include <jpeglib.h>
#include <spng.h>

namespace dlc::test {

/// An image whose pixel (y, x) has the value that `colour` gives for each channel.
inline Image makeImage(int64_t height, int64_t width,
                       const std::function<int(int64_t y, int64_t x, int channel)> &colour) {
  Image image{width, height, {}};
  for (int64_t y = 0; y != height; ++y)
    for (int64_t x = 0; x != width; ++x)
      for (int channel = 0; channel != 3; ++channel)
        image.pixels.push_back(static_cast<uint8_t>(colour(y, x, channel)));
  return image;
}

/// A PNG of `channels` 8-bit channels (1 grey, 3 RGB, 4 RGBA).
inline std::string encodePng(int64_t height, int64_t width, int channels,
                             const std::string &pixels) {
  spng_ctx *context = spng_ctx_new(SPNG_CTX_ENCODER);
  spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1);
  spng_ihdr header{};
  header.width = static_cast<uint32_t>(width);
  header.height = static_cast<uint32_t>(height);
  header.bit_depth = 8;
  header.color_type = channels == 1   ? SPNG_COLOR_TYPE_GRAYSCALE
                      : channels == 3 ? SPNG_COLOR_TYPE_TRUECOLOR
                                      : SPNG_COLOR_TYPE_TRUECOLOR_ALPHA;
  spng_set_ihdr(context, &header);
  if (spng_encode_image(context, pixels.data(), pixels.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE))
    std::abort();
  size_t size = 0;
  int error = 0;
  void *bytes = spng_get_png_buffer(context, &size, &error);
  std::string file(static_cast<const char *>(bytes), size);
  std::free(bytes);
  spng_ctx_free(context);
  return file;
}

inline std::string encodePng(const Image &image) {
  return encodePng(image.height, image.width, 3,
                   std::string(image.pixels.begin(), image.pixels.end()));
}

inline std::string encodeJpeg(const Image &image, int quality = 95) {
  jpeg_compress_struct encoder{};
  jpeg_error_mgr errors{};
  encoder.err = jpeg_std_error(&errors);
  jpeg_create_compress(&encoder);
  unsigned char *bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&encoder, &bytes, &size);
  encoder.image_width = static_cast<JDIMENSION>(image.width);
  encoder.image_height = static_cast<JDIMENSION>(image.height);
  encoder.input_components = 3;
  encoder.in_color_space = JCS_RGB;
  jpeg_set_defaults(&encoder);
  jpeg_set_quality(&encoder, quality, TRUE);
  jpeg_start_compress(&encoder, TRUE);
  while (encoder.next_scanline < encoder.image_height) {
    JSAMPROW row = const_cast<uint8_t *>(image.at(encoder.next_scanline, 0));
    jpeg_write_scanlines(&encoder, &row, 1);
  }
  jpeg_finish_compress(&encoder);
  std::string file(reinterpret_cast<const char *>(bytes), size);
  jpeg_destroy_compress(&encoder);
  std::free(bytes);
  return file;
}

} // namespace dlc::test

#endif // DLC_TEST_UNIT_DRIVER_IMAGEFILES_H
