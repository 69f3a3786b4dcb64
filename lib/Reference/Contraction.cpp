// Matrix products and convolutions, all as one plain product of row-major matrices: a convolution
// gathers the patches that a run of output positions reads into a matrix and multiplies the filter
// with it.
#include "Evaluation.h"
#include "dlc/Dialect/DL/IR/PackedPanel.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace mlir;

namespace dlc {
using namespace dl;

/// c[M][N] += a[M][K] * b[K][N]. Four rows at a time over a run of columns that stays in cache.
template <typename T>
static void multiply(const T *a, const T *b, T *c, int64_t M, int64_t K, int64_t N) {
  constexpr int64_t run = 256;
  for (int64_t start = 0; start < N; start += run) {
    int64_t width = std::min(run, N - start);
    int64_t i = 0;
    for (; i + 4 <= M; i += 4) {
      T *c0 = c + i * N + start, *c1 = c0 + N, *c2 = c1 + N, *c3 = c2 + N;
      for (int64_t k = 0; k < K; ++k) {
        T a0 = a[i * K + k], a1 = a[(i + 1) * K + k], a2 = a[(i + 2) * K + k],
          a3 = a[(i + 3) * K + k];
        const T *row = b + k * N + start;
        for (int64_t j = 0; j < width; ++j) {
          c0[j] += a0 * row[j];
          c1[j] += a1 * row[j];
          c2[j] += a2 * row[j];
          c3[j] += a3 * row[j];
        }
      }
    }
    for (; i < M; ++i)
      for (int64_t k = 0; k < K; ++k)
        for (int64_t j = 0; j < width; ++j)
          c[i * N + start + j] += a[i * K + k] * b[k * N + start + j];
  }
}

/// Integers of either sign wrap alike, so products need one integer type.
template <typename Body>
static void withProductType(DType dtype, Body body) {
  if (isFloat(dtype))
    body(static_cast<double *>(nullptr));
  else
    body(static_cast<uint64_t *>(nullptr));
}

/// The last two axes of each matrix in `tensor` exchanged.
template <typename T>
static Tensor transposed(const Tensor &tensor) {
  Shape shape = tensor.shape();
  int64_t rows = shape[shape.size() - 2], columns = shape.back();
  std::swap(shape[shape.size() - 2], shape.back());
  Tensor result(tensor.dtype(), shape);
  const T *in = tensor.data<T>();
  T *out = result.data<T>();
  int64_t size = rows * columns;
  for (int64_t base = 0; base < tensor.numElements(); base += size)
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j)
        out[base + j * rows + i] = in[base + i * columns + j];
  return result;
}

//===-- Matmul -----------------------------------------------------------------------------===//

/// (ceil(N/nr), K, nr) to (K, N).
template <typename T>
static Tensor unpackColumns(const Tensor &packed, int64_t columns, const PackedPanel &panel) {
  int64_t K = packed.shape()[1], nr = panel.columns;
  Tensor result(packed.dtype(), {K, columns});
  for (int64_t k = 0; k < K; ++k)
    for (int64_t n = 0; n < columns; ++n)
      result.data<T>()[k * columns + n] =
          packed.data<T>()[(n / nr) * K * nr + panel.placeOf(k, n % nr)];
  return result;
}

template <typename T>
static void matmul(MatmulOp op, const Tensor &lhs, const Tensor &rhs, Tensor &result) {
  Tensor left = widen(lhs), right = widen(rhs);
  if (op.getTransposeLhs())
    left = transposed<T>(left);
  if (op.getPackedColumns() > 0)
    right = unpackColumns<T>(right, op.getColumns(), packedPanel(op));
  else if (op.getTransposeRhs())
    right = transposed<T>(right);
  auto batchOf = [](const Shape &shape) { return Shape(shape.begin(), shape.end() - 2); };
  int64_t M = left.shape()[left.rank() - 2], K = left.shape().back(), N = right.shape().back();
  Tensor wide(left.dtype(), result.shape());
  // The batch as rows of one element each: a trailing axis of size 1.
  Shape batch = batchOf(result.shape());
  Shape strides[] = {broadcastStrides(batchOf(left.shape()), batch),
                     broadcastStrides(batchOf(right.shape()), batch)};
  batch.push_back(1);
  strides[0].push_back(0);
  strides[1].push_back(0);
  forEachRow(batch, strides, [&](int64_t at, ArrayRef<int64_t> offsets) {
    const T *a = left.data<T>() + offsets[0] * M * K, *b = right.data<T>() + offsets[1] * K * N;
    T *c = wide.data<T>() + at * M * N;
    inParallel(M, static_cast<double>(M) * N * K, [&](int64_t begin, int64_t end) {
      multiply(a + begin * K, b, c + begin * N, end - begin, K, N);
    });
  });
  narrow(wide, result);
}

static LogicalResult evaluateMatmul(MatmulOp op, ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  withProductType(operands[0].dtype(), [&](auto *tag) {
    matmul<std::remove_pointer_t<decltype(tag)>>(op, operands[0], operands[1], results[0]);
  });
  return success();
}

//===-- Convolution ------------------------------------------------------------------------===//

namespace {

/// An image tensor as (batch, channel, up to 3 spatial axes), whatever its layout. Missing spatial
/// axes have size 1.
struct Image {
  int64_t batch, channels;
  std::array<int64_t, 3> size{1, 1, 1};
  int64_t batchStride, channelStride;
  std::array<int64_t, 3> stride{0, 0, 0};

  Image(const Shape &shape, Layout layout) {
    Shape strides = stridesOf(shape);
    bool last = layout == Layout::ChannelsLast;
    size_t channelAxis = last ? shape.size() - 1 : 1, firstSpatial = last ? 1 : 2;
    batch = shape[0];
    channels = shape[channelAxis];
    batchStride = strides[0];
    channelStride = strides[channelAxis];
    for (size_t i = 0; i + 2 < shape.size(); ++i) {
      size[i] = shape[firstSpatial + i];
      stride[i] = strides[firstSpatial + i];
    }
  }
  int64_t positions() const { return size[0] * size[1] * size[2]; }
  /// Coordinates of a row-major spatial position.
  std::array<int64_t, 3> coordinates(int64_t position) const {
    return {position / (size[1] * size[2]), position / size[2] % size[1], position % size[2]};
  }
  int64_t offset(std::array<int64_t, 3> at) const {
    return at[0] * stride[0] + at[1] * stride[1] + at[2] * stride[2];
  }
  bool contains(std::array<int64_t, 3> at) const {
    return at[0] >= 0 && at[0] < size[0] && at[1] >= 0 && at[1] < size[1] && at[2] >= 0 &&
           at[2] < size[2];
  }
};

/// The kernel's sizes and how it moves.
struct Window {
  std::array<int64_t, 3> kernel{1, 1, 1}, strides{1, 1, 1}, dilations{1, 1, 1}, pads{0, 0, 0};

  template <typename Op>
  Window(Op op, ArrayRef<int64_t> kernelShape) {
    llvm::copy(kernelShape, kernel.begin());
    llvm::copy(op.getStrides(), strides.begin());
    llvm::copy(op.getDilations(), dilations.begin());
    llvm::copy(op.getPadsBegin(), pads.begin());
  }
  int64_t taps() const { return kernel[0] * kernel[1] * kernel[2]; }
  /// Where tap `tap` of the window at `at` lies in the larger image (the input of conv, the result
  /// of conv_transpose).
  std::array<int64_t, 3> place(std::array<int64_t, 3> at, int64_t tap) const {
    std::array<int64_t, 3> t{tap / (kernel[1] * kernel[2]), tap / kernel[2] % kernel[1],
                             tap % kernel[2]};
    for (int i = 0; i < 3; ++i)
      t[i] = at[i] * strides[i] - pads[i] + t[i] * dilations[i];
    return t;
  }
};

} // namespace

/// (groups * ceil(O/g/nr), kernel..., C/g, nr) to (O, C/g, kernel...).
template <typename T>
static Tensor unpackFilter(const Tensor &packed, int64_t outputs, int64_t groups,
                           const PackedPanel &panel) {
  const Shape &shape = packed.shape();
  int64_t nr = panel.columns, channels = shape[shape.size() - 2];
  Shape unpacked{outputs, channels};
  unpacked.insert(unpacked.end(), shape.begin() + 1, shape.end() - 2);
  Tensor result(packed.dtype(), unpacked);
  int64_t perGroup = outputs / groups, blocks = (perGroup + nr - 1) / nr;
  int64_t taps = result.numElements() / std::max<int64_t>(1, outputs * channels);
  for (int64_t o = 0; o < outputs; ++o) {
    int64_t block = o / perGroup * blocks + o % perGroup / nr, lane = o % perGroup % nr;
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t t = 0; t < taps; ++t)
        result.data<T>()[(o * channels + c) * taps + t] =
            packed.data<T>()[(block * taps + t) * channels * nr + panel.placeOf(c, lane)];
  }
  return result;
}

/// (kernel..., C/g, O) to (O, C/g, kernel...).
template <typename T>
static Tensor withOutputFirst(const Tensor &filter) {
  const Shape &shape = filter.shape();
  int64_t outputs = shape.back(), channels = shape[shape.size() - 2];
  Shape first{outputs, channels};
  first.insert(first.end(), shape.begin(), shape.end() - 2);
  // As a matrix, (kernel * C/g, O) transposed is (O, kernel * C/g); then the same within each
  // output.
  int64_t taps = filter.numElements() / std::max<int64_t>(1, outputs * channels);
  Tensor rows = transposed<T>(filter.reshaped({taps * channels, outputs}));
  return transposed<T>(rows.reshaped({outputs, taps, channels})).reshaped(first);
}

/// Offsets into the larger image that one tap of the windows [first, first + count) of `grid`
/// touches; -1 in the padding.
static void tapOffsets(const Image &grid, const Image &larger, const Window &window, int64_t tap,
                       int64_t first, int64_t count, SmallVectorImpl<int64_t> &offsets) {
  offsets.clear();
  for (int64_t i = 0; i < count; ++i) {
    std::array<int64_t, 3> at = window.place(grid.coordinates(first + i), tap);
    offsets.push_back(larger.contains(at) ? larger.offset(at) : -1);
  }
}

/// One group of one image, output positions [first, first + count).
template <typename T>
static void convolveRun(const T *input, const Image &in, const T *filter, T *output,
                        const Image &out, const Window &window, int64_t inputs, int64_t outputs,
                        int64_t first, int64_t count) {
  int64_t taps = window.taps();
  std::vector<T> patches(inputs * taps * count), product(outputs * count);
  SmallVector<int64_t> offsets;
  for (int64_t tap = 0; tap < taps; ++tap) {
    tapOffsets(out, in, window, tap, first, count, offsets);
    for (int64_t c = 0; c < inputs; ++c) {
      const T *channel = input + c * in.channelStride;
      T *row = patches.data() + (c * taps + tap) * count;
      for (int64_t i = 0; i < count; ++i)
        row[i] = offsets[i] < 0 ? T(0) : channel[offsets[i]];
    }
  }
  multiply(filter, patches.data(), product.data(), outputs, inputs * taps, count);
  for (int64_t i = 0; i < count; ++i) {
    T *pixel = output + out.offset(out.coordinates(first + i));
    for (int64_t o = 0; o < outputs; ++o)
      pixel[o * out.channelStride] = product[o * count + i];
  }
}

template <typename T>
static void addBias(const Tensor &bias, const Image &image, T *output) {
  Tensor wide = widen(bias);
  for (int64_t n = 0; n < image.batch; ++n)
    for (int64_t p = 0; p < image.positions(); ++p) {
      T *pixel = output + n * image.batchStride + image.offset(image.coordinates(p));
      for (int64_t c = 0; c < image.channels; ++c)
        pixel[c * image.channelStride] += wide.data<T>()[c];
    }
}

/// A run of positions whose patches of `rows` elements each fit 2 MiB.
static int64_t runLength(int64_t rows) {
  return std::clamp<int64_t>((int64_t(1) << 18) / std::max<int64_t>(rows, 1), 32, 512);
}

template <typename T>
static void convolve(ConvOp op, ArrayRef<Tensor> operands, Tensor &result) {
  Tensor input = widen(operands[0]), filter = widen(operands[1]);
  Image in(input.shape(), op.getLayout()), out(result.shape(), op.getLayout());
  int64_t groups = op.getGroups();
  if (op.getPackedChannels() > 0)
    filter = unpackFilter<T>(filter, op.getOutputChannels(), groups, packedPanel(op));
  else if (op.getOutputLast())
    filter = withOutputFirst<T>(filter);
  Window window(op, ArrayRef<int64_t>(filter.shape()).drop_front(2));
  int64_t inputs = in.channels / groups, outputs = out.channels / groups;
  int64_t rows = inputs * window.taps(), run = runLength(rows);
  int64_t runs = (out.positions() + run - 1) / run;
  Tensor wide(input.dtype(), result.shape());
  double work = static_cast<double>(rows) * out.channels * out.positions() * out.batch;
  inParallel(out.batch * groups * runs, work, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t n = i / (groups * runs), g = i / runs % groups, first = i % runs * run;
      convolveRun<T>(input.data<T>() + n * in.batchStride + g * inputs * in.channelStride, in,
                     filter.data<T>() + g * outputs * rows,
                     wide.data<T>() + n * out.batchStride + g * outputs * out.channelStride, out,
                     window, inputs, outputs, first, std::min(run, out.positions() - first));
    }
  });
  if (operands.size() > 2 && operands[2])
    addBias<T>(operands[2], out, wide.data<T>());
  narrow(wide, result);
}

static LogicalResult evaluateConv(ConvOp op, ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  withProductType(operands[0].dtype(), [&](auto *tag) {
    convolve<std::remove_pointer_t<decltype(tag)>>(op, operands, results[0]);
  });
  return success();
}

//===-- Transposed convolution -------------------------------------------------------------===//

/// One group of one image: every input position adds its pixel times the filter to the window it
/// spans.
template <typename T>
static void convolveTransposed(const T *input, const Image &in, const Tensor &filter, T *output,
                               const Image &out, const Window &window, int64_t inputs,
                               int64_t outputs) {
  int64_t taps = window.taps(), rows = outputs * taps, run = runLength(rows);
  SmallVector<int64_t> offsets;
  for (int64_t first = 0; first < in.positions(); first += run) {
    int64_t count = std::min(run, in.positions() - first);
    std::vector<T> pixels(inputs * count), product(rows * count);
    for (int64_t i = 0; i < count; ++i)
      for (int64_t c = 0; c < inputs; ++c)
        pixels[c * count + i] = input[in.offset(in.coordinates(first + i)) + c * in.channelStride];
    multiply(filter.data<T>(), pixels.data(), product.data(), rows, inputs, count);
    for (int64_t tap = 0; tap < taps; ++tap) {
      tapOffsets(in, out, window, tap, first, count, offsets);
      for (int64_t o = 0; o < outputs; ++o)
        for (int64_t i = 0; i < count; ++i)
          if (offsets[i] >= 0)
            output[offsets[i] + o * out.channelStride] += product[(o * taps + tap) * count + i];
    }
  }
}

template <typename T>
static void convolveTranspose(ConvTransposeOp op, ArrayRef<Tensor> operands, Tensor &result) {
  Tensor input = widen(operands[0]), filter = widen(operands[1]);
  Image in(input.shape(), op.getLayout()), out(result.shape(), op.getLayout());
  int64_t groups = op.getGroups(), inputs = in.channels / groups, outputs = out.channels / groups;
  Window window(op, ArrayRef<int64_t>(filter.shape()).drop_front(2));
  int64_t rows = outputs * window.taps();
  Tensor wide(input.dtype(), result.shape());
  double work = static_cast<double>(rows) * in.channels * in.positions() * in.batch;
  inParallel(in.batch * groups, work, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t n = i / groups, g = i % groups;
      Tensor group(filter.dtype(), {inputs, rows});
      std::copy_n(filter.data<T>() + g * inputs * rows, inputs * rows, group.data<T>());
      convolveTransposed<T>(input.data<T>() + n * in.batchStride + g * inputs * in.channelStride,
                            in, transposed<T>(group),
                            wide.data<T>() + n * out.batchStride + g * outputs * out.channelStride,
                            out, window, inputs, outputs);
    }
  });
  if (operands.size() > 2 && operands[2])
    addBias<T>(operands[2], out, wide.data<T>());
  narrow(wide, result);
}

static LogicalResult evaluateConvTranspose(ConvTransposeOp op, ArrayRef<Tensor> operands,
                                           MutableArrayRef<Tensor> results) {
  withProductType(operands[0].dtype(), [&](auto *tag) {
    convolveTranspose<std::remove_pointer_t<decltype(tag)>>(op, operands, results[0]);
  });
  return success();
}

//===-- Deformable convolution -------------------------------------------------------------===//

/// The image at a place between its elements: linear along both axes, zeros outside.
static double interpolated(const double *image, const Image &in, double y, double x) {
  // So far outside there is nothing anyway, and an int64 holds it.
  auto bounded = [](double place, int64_t size) {
    return std::isnan(place) ? -2.0 : std::clamp(place, -2.0, static_cast<double>(size) + 1);
  };
  y = bounded(y, in.size[0]);
  x = bounded(x, in.size[1]);
  double sum = 0;
  for (int64_t row : {0, 1})
    for (int64_t column : {0, 1}) {
      std::array<int64_t, 3> at{static_cast<int64_t>(std::floor(y)) + row,
                                static_cast<int64_t>(std::floor(x)) + column, 0};
      double weight = (1 - std::fabs(y - static_cast<double>(at[0]))) *
                      (1 - std::fabs(x - static_cast<double>(at[1])));
      if (in.contains(at))
        sum += weight * image[in.offset(at)];
    }
  return sum;
}

static LogicalResult evaluateDeformConv(DeformConvOp op, ArrayRef<Tensor> operands,
                                        MutableArrayRef<Tensor> results) {
  Tensor input = toDouble(operands[0]), filter = toDouble(operands[1]),
         offset = toDouble(operands[2]), wide(DType::F64, results[0].shape());
  Tensor bias = operands[3] ? toDouble(operands[3]) : Tensor(),
         mask = operands[4] ? toDouble(operands[4]) : Tensor();
  Image in(input.shape(), Layout::ChannelsFirst), out(wide.shape(), Layout::ChannelsFirst);
  Window window(op, ArrayRef<int64_t>(filter.shape()).drop_front(2));
  int64_t inputs = filter.shape()[1], outputs = out.channels / op.getGroups();
  int64_t taps = window.taps(), offsetGroups = op.getOffsetGroups(), places = out.positions();
  auto sampled = [&](int64_t n, int64_t channel, int64_t tap, int64_t p) {
    int64_t group = channel / (in.channels / offsetGroups);
    int64_t moved = (n * offsetGroups + group) * taps + tap;
    std::array<int64_t, 3> from = window.place(out.coordinates(p), tap);
    const double *move = offset.data<double>() + 2 * moved * places + p;
    double value = interpolated(
        input.data<double>() + n * in.batchStride + channel * in.channelStride, in,
        static_cast<double>(from[0]) + move[0], static_cast<double>(from[1]) + move[places]);
    return mask ? value * mask.data<double>()[moved * places + p] : value;
  };
  for (int64_t n = 0; n < out.batch; ++n)
    for (int64_t o = 0; o < out.channels; ++o)
      for (int64_t p = 0; p < places; ++p) {
        double sum = bias ? bias.data<double>()[o] : 0;
        for (int64_t c = 0; c < inputs; ++c)
          for (int64_t tap = 0; tap < taps; ++tap)
            sum += filter.data<double>()[(o * inputs + c) * taps + tap] *
                   sampled(n, o / outputs * inputs + c, tap, p);
        wide.data<double>()[(n * out.channels + o) * places + p] = sum;
      }
  narrow(wide, results[0]);
  return success();
}

//===-- Gradient of a convolution's filter -------------------------------------------------===//

/// Every place of the cotangent adds its pixel times the window that it came from.
static LogicalResult evaluateConvFilterGradient(ConvFilterGradientOp op, ArrayRef<Tensor> operands,
                                                MutableArrayRef<Tensor> results) {
  Tensor input = toDouble(operands[0]), cotangent = toDouble(operands[1]);
  Image in(input.shape(), op.getLayout()), out(cotangent.shape(), op.getLayout());
  Window window(op, op.getKernelShape());
  int64_t groups = op.getGroups(), inputs = in.channels / groups, outputs = out.channels / groups;
  int64_t taps = window.taps();
  Tensor wide(DType::F64, results[0].shape());
  double work = static_cast<double>(inputs) * taps * out.channels * out.positions() * out.batch;
  inParallel(out.channels, work, [&](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o)
      for (int64_t c = 0; c < inputs; ++c)
        for (int64_t tap = 0; tap < taps; ++tap) {
          double sum = 0;
          int64_t channel = o / outputs * inputs + c;
          for (int64_t n = 0; n < out.batch; ++n)
            for (int64_t p = 0; p < out.positions(); ++p) {
              std::array<int64_t, 3> at = out.coordinates(p), from = window.place(at, tap);
              if (in.contains(from))
                sum += cotangent.data<double>()[n * out.batchStride + o * out.channelStride +
                                                out.offset(at)] *
                       input.data<double>()[n * in.batchStride + channel * in.channelStride +
                                            in.offset(from)];
            }
          wide.data<double>()[(o * inputs + c) * taps + tap] = sum;
        }
  });
  narrow(wide, results[0]);
  return success();
}

void attachContractionReference(MLIRContext *context) {
  attachReference<MatmulOp, evaluateMatmul>(context);
  attachReference<ConvOp, evaluateConv>(context);
  attachReference<ConvTransposeOp, evaluateConvTranspose>(context);
  attachReference<DeformConvOp, evaluateDeformConv>(context);
  attachReference<ConvFilterGradientOp, evaluateConvFilterGradient>(context);
}

} // namespace dlc
