// PNG through libspng, JPEG through libjpeg-turbo.
#include "dlc/Driver/Image.h"

#include "dlc/Support/AtomicFile.h"

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include <jpeglib.h>
#include <spng.h>

using namespace dlc;

/// Decoded bytes that one byte of file can stand for: 1032 in PNG (deflate), less in JPEG (a bit a
/// block).
static constexpr int64_t maxImageExpansion = 1100;
static constexpr int64_t expansionAllowance = 1 << 20;

/// Refuses sizes that are too large, or that the file is too short to fill.
static Status checkSize(int64_t width, int64_t height, size_t fileBytes) {
  std::string size = std::to_string(width) + "x" + std::to_string(height);
  if (width < 1 || height < 1 || width > maxImagePixels / height)
    return badInput("expected an image of 1 to " + std::to_string(maxImagePixels) +
                    " pixels, found " + size);
  int64_t reachable = static_cast<int64_t>(fileBytes) * maxImageExpansion + expansionAllowance;
  if (width * height * 3 > reachable)
    return badInput("a file of " + std::to_string(fileBytes) + " bytes cannot hold " + size +
                    " pixels; it is truncated or damaged");
  return {};
}

static Expected<Image> decodePng(std::span<const std::byte> bytes) {
  std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)> context(spng_ctx_new(0), spng_ctx_free);
  if (!context)
    return internalError("cannot create a PNG decoder");
  spng_set_image_limits(context.get(), maxImagePixels, maxImagePixels);
  spng_set_chunk_limits(context.get(), 1 << 20, 8 << 20);
  spng_ihdr header{};
  int error = spng_set_png_buffer(context.get(), bytes.data(), bytes.size());
  if (!error)
    error = spng_get_ihdr(context.get(), &header);
  if (error)
    return badInput(std::string("damaged PNG: ") + spng_strerror(error));
  if (Status size = checkSize(header.width, header.height, bytes.size()); !size)
    return size.error();
  Image image{header.width, header.height, {}};
  image.pixels.resize(static_cast<size_t>(image.width * image.height * 3));
  error = spng_decode_image(context.get(), image.pixels.data(), image.pixels.size(), SPNG_FMT_RGB8,
                            /*flags=*/0);
  if (error)
    return badInput(std::string("damaged PNG: ") + spng_strerror(error));
  return image;
}

namespace {

/// libjpeg reports errors by a callback that must not return.
struct JpegErrors {
  jpeg_error_mgr manager;
  jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

/// A decoder whose every call may leave by longjmp: no object with a destructor lives in its
/// functions.
class JpegDecoder {
public:
  JpegDecoder() {
    decoder.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = [](j_common_ptr info) {
      auto *errors = reinterpret_cast<JpegErrors *>(info->err);
      info->err->format_message(info, errors->message);
      longjmp(errors->escape, 1);
    };
    // A warning means data that libjpeg made up, such as the missing end of a truncated file.
    errors.manager.emit_message = [](j_common_ptr info, int level) {
      if (level < 0)
        info->err->error_exit(info);
    };
    jpeg_create_decompress(&decoder);
  }
  JpegDecoder(const JpegDecoder &) = delete;
  JpegDecoder &operator=(const JpegDecoder &) = delete;
  ~JpegDecoder() { jpeg_destroy_decompress(&decoder); }

  bool readHeader(std::span<const std::byte> bytes) {
    if (setjmp(errors.escape))
      return false;
    jpeg_mem_src(&decoder, reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size());
    jpeg_read_header(&decoder, TRUE);
    return true;
  }
  bool readPixels(uint8_t *pixels) {
    if (setjmp(errors.escape))
      return false;
    decoder.out_color_space = JCS_RGB;
    decoder.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&decoder);
    while (decoder.output_scanline < decoder.output_height) {
      JSAMPROW row = pixels + size_t{decoder.output_scanline} * decoder.output_width * 3;
      jpeg_read_scanlines(&decoder, &row, 1);
    }
    jpeg_finish_decompress(&decoder);
    return true;
  }

  jpeg_decompress_struct decoder{};
  JpegErrors errors{};
};

} // namespace

static Expected<Image> decodeJpeg(std::span<const std::byte> bytes) {
  JpegDecoder jpeg;
  auto fail = [&] { return badInput(std::string("damaged JPEG: ") + jpeg.errors.message); };
  if (!jpeg.readHeader(bytes))
    return fail();
  if (Status size = checkSize(jpeg.decoder.image_width, jpeg.decoder.image_height, bytes.size());
      !size)
    return size.error();
  if (jpeg.decoder.num_components == 4)
    return unsupported("expected an RGB or grey JPEG, found CMYK; convert it first");
  Image image{jpeg.decoder.image_width, jpeg.decoder.image_height, {}};
  image.pixels.resize(static_cast<size_t>(image.width * image.height * 3));
  if (!jpeg.readPixels(image.pixels.data()))
    return fail();
  return image;
}

Expected<Image> dlc::decodeImage(std::span<const std::byte> bytes, const std::string &what) {
  std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  Expected<Image> image = text.starts_with("\x89PNG") ? decodePng(bytes)
                          : text.starts_with("\xff\xd8\xff")
                              ? decodeJpeg(bytes)
                              : Expected<Image>(badInput("expected a PNG or JPEG image, "
                                                         "found other bytes"));
  if (!image)
    return Error{image.error().code, what + ": " + image.error().message};
  return image;
}

Expected<Image> dlc::readImage(const std::string &path) {
  Expected<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.error();
  return decodeImage(file->bytes(), path);
}
