// Folds over sliding windows.
#include "Evaluation.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace dlc {
using namespace dl;

namespace {

/// A window's elements: calls `body` with the position in the input image of each that lies in it.
/// Written for three spatial axes; fewer are filled up with axes of 1.
struct WindowWalk {
  int64_t images, channels;
  int64_t in[3] = {1, 1, 1}, out[3] = {1, 1, 1}, kernel[3] = {1, 1, 1}, stride[3] = {1, 1, 1};
  int64_t dilation[3] = {1, 1, 1}, begin[3] = {0, 0, 0}, end[3] = {0, 0, 0};
  int64_t spatial;
  bool channelsLast;

  template <typename Op>
  WindowWalk(Op op, const Shape &input, const Shape &output, bool channelsLast)
      : images(input.front()), channels(channelsLast ? input.back() : input[1]),
        spatial(input.size() - 2), channelsLast(channelsLast) {
    for (int64_t i = 0; i < spatial; ++i) {
      int64_t to = 3 - spatial + i, axis = (channelsLast ? 1 : 2) + i;
      in[to] = input[axis];
      out[to] = output[axis];
      kernel[to] = op.getKernelShape()[i];
      stride[to] = op.getStrides()[i];
      dilation[to] = op.getDilations()[i];
      begin[to] = op.getPadsBegin()[i];
      end[to] = op.getPadsEnd()[i];
    }
  }

  int64_t position(const int64_t *size, int64_t n, int64_t c, const int64_t *at) const {
    int64_t place = (at[0] * size[1] + at[1]) * size[2] + at[2];
    int64_t plane = size[0] * size[1] * size[2];
    return channelsLast ? (n * plane + place) * channels + c : (n * channels + c) * plane + place;
  }

  /// `body(element, inside)`: its position in the input, or -1 where it lies in padding; `inside`
  /// is false beyond the padding too (which only ceil_mode reaches).
  template <typename Body>
  void elements(int64_t n, int64_t c, const int64_t *o, Body body) const {
    int64_t at[3];
    for (int64_t a = 0; a < kernel[0]; ++a)
      for (int64_t b = 0; b < kernel[1]; ++b)
        for (int64_t d = 0; d < kernel[2]; ++d) {
          const int64_t tap[3] = {a, b, d};
          bool inImage = true, inPadded = true;
          for (int i = 0; i < 3; ++i) {
            at[i] = o[i] * stride[i] - begin[i] + tap[i] * dilation[i];
            inImage &= at[i] >= 0 && at[i] < in[i];
            inPadded &= at[i] >= -begin[i] && at[i] < in[i] + end[i];
          }
          body(inImage ? position(in, n, c, at) : -1, inPadded);
        }
  }

  /// Calls `body(n, c, o, position in the output)` for every window.
  template <typename Body>
  void windows(Body body) const {
    int64_t o[3];
    for (int64_t n = 0; n < images; ++n)
      for (int64_t c = 0; c < channels; ++c)
        for (o[0] = 0; o[0] < out[0]; ++o[0])
          for (o[1] = 0; o[1] < out[1]; ++o[1])
            for (o[2] = 0; o[2] < out[2]; ++o[2])
              body(n, c, o, position(out, n, c, o));
  }
};

} // namespace

/// Fills `best` with each window's maximum and `places` with where it is (-1: nowhere).
static void maximise(const WindowWalk &walk, const Tensor &input, Tensor &best, int64_t *places) {
  Tensor wide = widen(input), result(wide.dtype(), best.shape());
  withComputingType(input.dtype(), [&](auto *tag) {
    using T = std::remove_pointer_t<decltype(tag)>;
    const T *from = wide.data<T>();
    T lowest = lowestOf<T>(input.dtype());
    walk.windows([&](int64_t n, int64_t c, const int64_t *o, int64_t to) {
      T value = lowest;
      int64_t place = -1;
      walk.elements(n, c, o, [&](int64_t element, bool) {
        if (element < 0)
          return;
        if (place < 0 || from[element] > value || from[element] != from[element]) {
          value = from[element];
          place = element;
        }
      });
      result.data<T>()[to] = value;
      if (places)
        places[to] = place;
    });
  });
  narrow(result, best);
}

static LogicalResult evaluateMaxPool(MaxPoolOp op, ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  WindowWalk walk(op, operands[0].shape(), results[0].shape(), op.isChannelsLast());
  maximise(walk, operands[0], results[0], nullptr);
  return success();
}

static LogicalResult evaluateMaxPoolWithIndices(MaxPoolWithIndicesOp op, ArrayRef<Tensor> operands,
                                                MutableArrayRef<Tensor> results) {
  WindowWalk walk(op, operands[0].shape(), results[0].shape(), /*channelsLast=*/false);
  int64_t *places = results[1].data<int64_t>();
  maximise(walk, operands[0], results[0], places);
  if (!op.getColumnMajor())
    return success();
  int64_t plane = walk.in[0] * walk.in[1] * walk.in[2];
  for (int64_t i = 0; i < results[1].numElements(); ++i) {
    int64_t image = places[i] / plane, rest = places[i] % plane;
    int64_t z = rest / (walk.in[1] * walk.in[2]), y = rest / walk.in[2] % walk.in[1];
    int64_t x = rest % walk.in[2];
    places[i] = image * plane + (x * walk.in[1] + y) * walk.in[0] + z;
  }
  return success();
}

static LogicalResult evaluateAveragePool(AveragePoolOp op, ArrayRef<Tensor> operands,
                                         MutableArrayRef<Tensor> results) {
  WindowWalk walk(op, operands[0].shape(), results[0].shape(), op.isChannelsLast());
  Tensor wide = toDouble(operands[0]), result(DType::F64, results[0].shape());
  walk.windows([&](int64_t n, int64_t c, const int64_t *o, int64_t to) {
    double sum = 0, count = 0;
    walk.elements(n, c, o, [&](int64_t element, bool inPadded) {
      sum += element >= 0 ? wide.data<double>()[element] : 0;
      count += element >= 0 || (inPadded && op.getCountIncludePad()) ? 1 : 0;
    });
    result.data<double>()[to] = sum / count;
  });
  narrow(result, results[0]);
  return success();
}

static LogicalResult evaluateLpPool(LpPoolOp op, ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  WindowWalk walk(op, operands[0].shape(), results[0].shape(), op.isChannelsLast());
  Tensor wide = toDouble(operands[0]), result(DType::F64, results[0].shape());
  double p = op.getP();
  walk.windows([&](int64_t n, int64_t c, const int64_t *o, int64_t to) {
    double sum = 0;
    walk.elements(n, c, o, [&](int64_t element, bool) {
      sum += element >= 0 ? std::pow(std::abs(wide.data<double>()[element]), p) : 0;
    });
    result.data<double>()[to] = std::pow(sum, 1 / p);
  });
  narrow(result, results[0]);
  return success();
}

static LogicalResult evaluateMaxPoolGradient(MaxPoolGradientOp op, ArrayRef<Tensor> operands,
                                             MutableArrayRef<Tensor> results) {
  WindowWalk walk(op, operands[0].shape(), operands[1].shape(), op.isChannelsLast());
  Tensor best(operands[1].dtype(), operands[1].shape()), cotangent = toDouble(operands[1]);
  std::vector<int64_t> places(cotangent.numElements(), -1);
  maximise(walk, operands[0], best, places.data());
  Tensor sum(DType::F64, results[0].shape());
  for (auto [index, place] : llvm::enumerate(places))
    if (place >= 0)
      sum.data<double>()[place] += cotangent.data<double>()[index];
  narrow(sum, results[0]);
  return success();
}

void attachWindowReference(MLIRContext *context) {
  attachReference<MaxPoolOp, evaluateMaxPool>(context);
  attachReference<MaxPoolWithIndicesOp, evaluateMaxPoolWithIndices>(context);
  attachReference<MaxPoolGradientOp, evaluateMaxPoolGradient>(context);
  attachReference<AveragePoolOp, evaluateAveragePool>(context);
  attachReference<LpPoolOp, evaluateLpPool>(context);
}

} // namespace dlc
