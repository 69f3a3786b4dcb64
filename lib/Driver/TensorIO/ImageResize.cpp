// Separable resampling: per output row and column a short list of weighted input pixels.
#include "dlc/Driver/Image.h"

#include <algorithm>
#include <cmath>

using namespace dlc;

namespace {

/// What one output position is made of: `weights[i]` times input `indices[i]`.
struct Taps {
  std::vector<int64_t> indices;
  std::vector<float> weights;
};

} // namespace

static double cubicWeight(double distance, double a) {
  double x = std::abs(distance);
  if (x < 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2)
    return ((x - 5) * x + 8) * x * a - 4 * a;
  return 0;
}

static double filterWeight(ResizeFilter filter, double distance, bool antialias) {
  if (filter == ResizeFilter::Cubic)
    return cubicWeight(distance, antialias ? -0.5 : -0.75);
  return std::max(0.0, 1.0 - std::abs(distance));
}

/// Taps of output `position` of an axis that goes from `from` to `to` elements.
static Taps computeTaps(int64_t position, int64_t from, int64_t to, ResizeFilter filter,
                        bool antialias) {
  double ratio = static_cast<double>(from) / static_cast<double>(to);
  double centre = (static_cast<double>(position) + 0.5) * ratio - 0.5;
  if (filter == ResizeFilter::Nearest) {
    auto nearest = static_cast<int64_t>(std::floor((static_cast<double>(position) + 0.5) * ratio));
    return {{std::min(nearest, from - 1)}, {1.0f}};
  }
  double stretch = antialias ? std::max(ratio, 1.0) : 1.0;
  double radius = (filter == ResizeFilter::Cubic ? 2.0 : 1.0) * stretch;
  auto first = static_cast<int64_t>(std::ceil(centre - radius));
  auto last = static_cast<int64_t>(std::floor(centre + radius));
  Taps taps;
  double sum = 0;
  for (int64_t index = first; index <= last; ++index) {
    double weight =
        filterWeight(filter, (static_cast<double>(index) - centre) / stretch, antialias);
    bool outside = index < 0 || index >= from;
    if (weight == 0 || (outside && antialias))
      continue;
    taps.indices.push_back(std::clamp<int64_t>(index, 0, from - 1));
    taps.weights.push_back(static_cast<float>(weight));
    sum += weight;
  }
  for (float &weight : taps.weights)
    weight = static_cast<float>(weight / sum);
  return taps;
}

static std::vector<Taps> computeAxis(int64_t from, int64_t to, ResizeFilter filter,
                                     bool antialias) {
  std::vector<Taps> axis;
  axis.reserve(static_cast<size_t>(to));
  for (int64_t position = 0; position != to; ++position)
    axis.push_back(computeTaps(position, from, to, filter, antialias));
  return axis;
}

Image dlc::resizeImage(const Image &image, int64_t height, int64_t width, ResizeFilter filter,
                       bool antialias) {
  if (height == image.height && width == image.width)
    return image;
  std::vector<Taps> rows = computeAxis(image.height, height, filter, antialias);
  std::vector<Taps> columns = computeAxis(image.width, width, filter, antialias);
  Image result{width, height, {}};
  result.pixels.resize(static_cast<size_t>(height * width * 3));
  // One row at a time: the weighted sum of input rows, then along it.
  std::vector<float> line(static_cast<size_t>(image.width * 3));
  for (int64_t y = 0; y != height; ++y) {
    const Taps &row = rows[static_cast<size_t>(y)];
    std::ranges::fill(line, 0.0f);
    for (size_t tap = 0; tap != row.indices.size(); ++tap) {
      const uint8_t *source = image.at(row.indices[tap], 0);
      for (size_t i = 0; i != line.size(); ++i)
        line[i] += row.weights[tap] * static_cast<float>(source[i]);
    }
    uint8_t *out = &result.pixels[static_cast<size_t>(y * width * 3)];
    for (const Taps &column : columns)
      for (size_t channel = 0; channel != 3; ++channel) {
        float value = 0;
        for (size_t tap = 0; tap != column.indices.size(); ++tap)
          value +=
              column.weights[tap] * line[static_cast<size_t>(column.indices[tap]) * 3 + channel];
        *out++ = static_cast<uint8_t>(std::clamp(std::lround(value), 0L, 255L));
      }
  }
  return result;
}
