// Fitting an image to an input, and the presets.
#include "dlc/Driver/ImageInput.h"

#include <algorithm>
#include <cmath>

using namespace dlc;

namespace {

struct Preset {
  std::string_view name;
  ImageOptions options;
};

/// Where the image's values go, and how large they must be; -1 for open.
struct Geometry {
  bool channelsLast = false;
  bool batched = true;
  int64_t channels = 3;
  int64_t height = -1;
  int64_t width = -1;
};

} // namespace

static std::vector<Preset> makePresets() {
  ImageOptions imagenet;
  imagenet.resize = ImageOptions::Resize::Crop;
  imagenet.cropFraction = 0.875;
  imagenet.antialias = true;
  imagenet.mean = {0.485f, 0.456f, 0.406f};
  imagenet.standardDeviation = {0.229f, 0.224f, 0.225f};

  ImageOptions pm1;
  pm1.mean = {0.5f, 0.5f, 0.5f};
  pm1.standardDeviation = {0.5f, 0.5f, 0.5f};

  ImageOptions recognition = pm1;
  recognition.resize = ImageOptions::Resize::PadWidth;
  recognition.channels = ImageOptions::Channels::BGR;
  recognition.defaultHeight = 48;

  ImageOptions detection = pm1;
  detection.channels = ImageOptions::Channels::BGR;
  detection.multipleOf = 32;
  detection.minSide = 736;

  ImageOptions raw;
  raw.scale = 1.0f;
  return {{"imagenet", imagenet}, {"ocr-det", detection}, {"ocr-rec", recognition},
          {"pm1", pm1},           {"raw", raw},           {"unit", {}}};
}

std::optional<ImageOptions> dlc::findImagePreset(std::string_view name) {
  for (const Preset &preset : makePresets())
    if (preset.name == name)
      return preset.options;
  return std::nullopt;
}

std::vector<std::string> dlc::imagePresetNames() {
  std::vector<std::string> names;
  for (const Preset &preset : makePresets())
    names.emplace_back(preset.name);
  return names;
}

static bool isChannelCount(int64_t dim) { return dim == 1 || dim == 3; }

static Expected<Geometry> readGeometry(const Shape &shape, ImageOptions::Layout layout) {
  if (shape.size() != 3 && shape.size() != 4)
    return badInput("an image fits inputs of rank 3 or 4, found " + shapeString(shape));
  Geometry geometry;
  geometry.batched = shape.size() == 4;
  if (geometry.batched && shape[0] > 1)
    return badInput("an image fits inputs of batch 1, found " + shapeString(shape));
  Shape dims(shape.end() - 3, shape.end());
  geometry.channelsLast =
      layout == ImageOptions::Layout::NHWC ||
      (layout == ImageOptions::Layout::Auto && isChannelCount(dims[2]) && !isChannelCount(dims[0]));
  if (geometry.channelsLast)
    std::rotate(dims.begin(), dims.end() - 1, dims.end());
  geometry.channels = dims[0] < 0 ? 3 : dims[0];
  geometry.height = dims[1];
  geometry.width = dims[2];
  if (!isChannelCount(geometry.channels))
    return badInput("an image fits inputs of 1 or 3 channels, found " + shapeString(shape));
  return geometry;
}

/// Half to even, as PP-OCR's own preprocessing rounds.
static int64_t roundToMultiple(double value, int64_t multiple) {
  double steps = std::nearbyint(std::floor(value) / static_cast<double>(multiple));
  return std::max<int64_t>(1, static_cast<int64_t>(steps)) * multiple;
}

/// Chooses what the model leaves open.
static void closeGeometry(Geometry &geometry, const Image &image, const ImageOptions &options) {
  if (geometry.height < 0 && options.defaultHeight > 0)
    geometry.height = options.defaultHeight;
  auto height = static_cast<double>(image.height);
  auto width = static_cast<double>(image.width);
  double ratio = std::max(1.0, static_cast<double>(options.minSide) / std::min(height, width));
  if (geometry.height > 0 && geometry.width < 0)
    ratio = static_cast<double>(geometry.height) / height;
  else if (geometry.width > 0 && geometry.height < 0)
    ratio = static_cast<double>(geometry.width) / width;
  if (geometry.height < 0)
    geometry.height = roundToMultiple(height * ratio, options.multipleOf);
  if (geometry.width < 0)
    geometry.width = options.multipleOf > 1
                         ? roundToMultiple(width * ratio, options.multipleOf)
                         : std::max<int64_t>(1, std::llround(std::ceil(width * ratio)));
}

static int64_t scaled(int64_t length, int64_t to, int64_t from) {
  return std::max<int64_t>(1, (length * to + from - 1) / from);
}

static Image cropCentre(const Image &image, int64_t height, int64_t width) {
  Image result{width, height, {}};
  result.pixels.reserve(static_cast<size_t>(height * width * 3));
  int64_t top = (image.height - height) / 2;
  int64_t left = (image.width - width) / 2;
  for (int64_t y = 0; y != height; ++y) {
    const uint8_t *row = image.at(top + y, left);
    result.pixels.insert(result.pixels.end(), row, row + width * 3);
  }
  return result;
}

static Image resizeAndCrop(const Image &image, const ImageOptions &options,
                           const Geometry &geometry) {
  double scale = std::max(static_cast<double>(geometry.height) / static_cast<double>(image.height),
                          static_cast<double>(geometry.width) / static_cast<double>(image.width)) /
                 options.cropFraction;
  int64_t height = std::max(geometry.height,
                            static_cast<int64_t>(static_cast<double>(image.height) * scale + 1e-6));
  int64_t width = std::max(geometry.width,
                           static_cast<int64_t>(static_cast<double>(image.width) * scale + 1e-6));
  return cropCentre(resizeImage(image, height, width, options.filter, options.antialias),
                    geometry.height, geometry.width);
}

/// `image` at a size that fits into `geometry`.
static Expected<Image> fit(const Image &image, const ImageOptions &options,
                           const Geometry &geometry) {
  int64_t height = geometry.height;
  int64_t width = geometry.width;
  switch (options.resize) {
  case ImageOptions::Resize::Stretch:
    break;
  case ImageOptions::Resize::Crop:
    return resizeAndCrop(image, options, geometry);
  case ImageOptions::Resize::PadWidth:
    width = std::min(width, scaled(image.width, height, image.height));
    break;
  case ImageOptions::Resize::Pad:
    if (int64_t full = scaled(image.width, height, image.height); full <= width)
      width = full;
    else
      height = std::min(height, scaled(image.height, width, image.width));
    break;
  case ImageOptions::Resize::None:
    if (image.height != height || image.width != width)
      return badInput("expected " + std::to_string(width) + "x" + std::to_string(height) +
                      " pixels, found " + std::to_string(image.width) + "x" +
                      std::to_string(image.height));
    break;
  }
  return resizeImage(image, height, width, options.filter, options.antialias);
}

/// Writes the normalised pixels into the top left corner of zeros.
static Tensor normalise(const Image &image, const ImageOptions &options, const Geometry &geometry) {
  int64_t channels = geometry.channels;
  Shape shape = geometry.channelsLast ? Shape{geometry.height, geometry.width, channels}
                                      : Shape{channels, geometry.height, geometry.width};
  if (geometry.batched)
    shape.insert(shape.begin(), 1);
  Tensor tensor(DType::F32, shape);
  auto *out = tensor.data<float>();
  bool reversed = options.channels == ImageOptions::Channels::BGR;
  for (int64_t y = 0; y != image.height; ++y)
    for (int64_t x = 0; x != image.width; ++x) {
      const uint8_t *pixel = image.at(y, x);
      for (int64_t channel = 0; channel != channels; ++channel) {
        auto index = static_cast<size_t>(channel);
        float value = channels == 1 ? 0.299f * static_cast<float>(pixel[0]) +
                                          0.587f * static_cast<float>(pixel[1]) +
                                          0.114f * static_cast<float>(pixel[2])
                                    : static_cast<float>(pixel[reversed ? 2 - index : index]);
        int64_t position = geometry.channelsLast
                               ? (y * geometry.width + x) * channels + channel
                               : (channel * geometry.height + y) * geometry.width + x;
        out[position] =
            (value * options.scale - options.mean[index]) / options.standardDeviation[index];
      }
    }
  return tensor;
}

Expected<Tensor> dlc::imageToTensor(const Image &image, const ImageOptions &options,
                                    const Shape &shape, DType dtype, const std::string &what) {
  Expected<Geometry> geometry = readGeometry(shape, options.layout);
  if (!geometry)
    return badInput(what + ": " + geometry.error().message);
  closeGeometry(*geometry, image, options);
  // A model's own numbers: bounded like an image's, so that a shape cannot ask for any memory.
  if (geometry->height < 1 || geometry->width < 1 ||
      geometry->width > maxImagePixels / geometry->height)
    return badInput(what + ": cannot be made into an input of shape " + shapeString(shape));
  Expected<Image> fitted = fit(image, options, *geometry);
  if (!fitted)
    return badInput(what + ": " + fitted.error().message);
  Tensor tensor = normalise(*fitted, options, *geometry);
  if (isFloat(dtype))
    return dtype == DType::F32 ? tensor : tensor.cast(dtype);
  for (int64_t i = 0; i != tensor.numElements(); ++i)
    tensor.data<float>()[i] = std::nearbyint(tensor.data<float>()[i]);
  return tensor.cast(dtype);
}
