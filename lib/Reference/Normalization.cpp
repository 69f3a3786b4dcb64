// Normalisations. Those with mean and variance are one function: the sets that share statistics are
// given by strides from an element to the number of its set.
#include "Evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace mlir;

namespace dlc {
using namespace dl;

//===-- Along one axis ---------------------------------------------------------------------===//

/// Calls `body(line, stride, length)` for each line of `wide` along `axis`.
template <typename Body>
static void forEachLine(Tensor &wide, int64_t axis, Body body) {
  AxisView view(wide.shape(), axis);
  for (int64_t i = 0; i < view.outer * view.inner; ++i)
    body(wide.data<double>() + i / view.inner * view.axis * view.inner + i % view.inner, view.inner,
         view.axis);
}

static double largestOf(const double *line, int64_t stride, int64_t length) {
  double largest = -std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < length; ++i)
    largest = std::fmax(largest, line[i * stride]);
  return largest;
}

static double sumOfExponentials(const double *line, int64_t stride, int64_t length, double shift) {
  double sum = 0;
  for (int64_t i = 0; i < length; ++i)
    sum += std::exp(line[i * stride] - shift);
  return sum;
}

static LogicalResult evaluateSoftmax(SoftmaxOp op, ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  Tensor wide = toDouble(operands[0]).clone();
  forEachLine(wide, op.getAxis(), [](double *line, int64_t stride, int64_t length) {
    double largest = largestOf(line, stride, length),
           sum = sumOfExponentials(line, stride, length, largest);
    for (int64_t i = 0; i < length; ++i)
      line[i * stride] = std::exp(line[i * stride] - largest) / sum;
  });
  narrow(wide, results[0]);
  return success();
}

static LogicalResult evaluateLogSoftmax(LogSoftmaxOp op, ArrayRef<Tensor> operands,
                                        MutableArrayRef<Tensor> results) {
  Tensor wide = toDouble(operands[0]).clone();
  forEachLine(wide, op.getAxis(), [](double *line, int64_t stride, int64_t length) {
    double largest = largestOf(line, stride, length),
           sum = sumOfExponentials(line, stride, length, largest);
    for (int64_t i = 0; i < length; ++i)
      line[i * stride] -= largest + std::log(sum);
  });
  narrow(wide, results[0]);
  return success();
}

static LogicalResult evaluateLpNormalize(LpNormalizeOp op, ArrayRef<Tensor> operands,
                                         MutableArrayRef<Tensor> results) {
  Tensor wide = toDouble(operands[0]).clone();
  forEachLine(wide, op.getAxis(), [&](double *line, int64_t stride, int64_t length) {
    double sum = 0;
    for (int64_t i = 0; i < length; ++i)
      sum += std::pow(std::fabs(line[i * stride]), op.getP());
    double norm = std::pow(sum, 1.0 / static_cast<double>(op.getP()));
    for (int64_t i = 0; i < length; ++i)
      line[i * stride] = norm == 0 ? 0 : line[i * stride] / norm;
  });
  narrow(wide, results[0]);
  return success();
}

//===-- By mean and variance ---------------------------------------------------------------===//

/// Calls `body(element, set)` for each element; its set is the offset that `setStrides` give over
/// `shape`.
template <typename Body>
static void forEachElement(Tensor &wide, const Shape &shape, const Shape &setStrides, Body body) {
  int64_t length = rowLength(shape), step = setStrides.empty() ? 0 : setStrides.back();
  forEachRow(shape, setStrides, [&](int64_t at, ArrayRef<int64_t> offsets) {
    for (int64_t i = 0; i < length; ++i)
      body(wide.data<double>()[at + i], offsets[0] + i * step);
  });
}

/// x to (x - mean) / sqrt(variance + epsilon) in each of `sets` sets of equal size; without
/// `centred` the mean is taken as 0.
static void standardize(Tensor &wide, const Shape &shape, const Shape &setStrides, int64_t sets,
                        double epsilon, bool centred) {
  if (sets == 0)
    return;
  double count = static_cast<double>(wide.numElements()) / static_cast<double>(sets);
  std::vector<double> mean(sets, 0), variance(sets, 0);
  if (centred) {
    forEachElement(wide, shape, setStrides, [&](double x, int64_t set) { mean[set] += x; });
    for (double &value : mean)
      value /= count;
  }
  forEachElement(wide, shape, setStrides, [&](double x, int64_t set) {
    variance[set] += (x - mean[set]) * (x - mean[set]);
  });
  for (double &value : variance)
    value /= count;
  forEachElement(wide, shape, setStrides, [&](double &x, int64_t set) {
    x = (x - mean[set]) / std::sqrt(variance[set] + epsilon);
  });
}

/// x to x * scale + bias, where `strides` lead from an element to its place in both.
static void scaleAndShift(Tensor &wide, const Tensor &scale, const Shape &scaleStrides,
                          const Tensor &bias, const Shape &biasStrides) {
  Tensor scales = toDouble(scale);
  forEachElement(wide, wide.shape(), scaleStrides,
                 [&](double &x, int64_t at) { x *= scales.data<double>()[at]; });
  if (!bias)
    return;
  Tensor biases = toDouble(bias);
  forEachElement(wide, wide.shape(), biasStrides,
                 [&](double &x, int64_t at) { x += biases.data<double>()[at]; });
}

/// Sets made by equal indices of the axes before `axis`.
static void standardizeTrailing(Tensor &wide, int64_t axis, double epsilon, bool centred) {
  Shape leading(wide.shape().begin(), wide.shape().begin() + axis), strides = stridesOf(leading);
  strides.resize(wide.rank(), 0);
  standardize(wide, wide.shape(), strides, *elementCount(leading), epsilon, centred);
}

static LogicalResult evaluateLayerNorm(LayerNormOp op, ArrayRef<Tensor> operands,
                                       MutableArrayRef<Tensor> results) {
  Tensor wide = toDouble(operands[0]).clone();
  standardizeTrailing(wide, op.getAxis(), op.getEpsilon().convertToDouble(), /*centred=*/true);
  Tensor bias = operands.size() > 2 ? operands[2] : Tensor();
  scaleAndShift(wide, operands[1], broadcastStrides(operands[1].shape(), wide.shape()), bias,
                bias ? broadcastStrides(bias.shape(), wide.shape()) : Shape());
  narrow(wide, results[0]);
  return success();
}

static LogicalResult evaluateRmsNorm(RmsNormOp op, ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  Tensor wide = toDouble(operands[0]).clone();
  standardizeTrailing(wide, op.getAxis(), op.getEpsilon().convertToDouble(), /*centred=*/false);
  scaleAndShift(wide, operands[1], broadcastStrides(operands[1].shape(), wide.shape()), Tensor(),
                {});
  narrow(wide, results[0]);
  return success();
}

//===-- Of images --------------------------------------------------------------------------===//

/// Strides from an element of `shape` to its channel; 0 where there is no channel axis.
static Shape channelStrides(const Shape &shape, int64_t channelAxis) {
  Shape strides(shape.size(), 0);
  if (channelAxis >= 0)
    strides[channelAxis] = 1;
  return strides;
}

/// Statistics of each image and run of channels; the channel axis is read as (groups, channels /
/// groups).
template <typename Op>
static LogicalResult evaluateGrouped(Op op, int64_t groups, ArrayRef<Tensor> operands,
                                     Tensor &result) {
  Tensor wide = toDouble(operands[0]).clone();
  int64_t axis = op.getChannelAxis();
  Shape split = wide.shape();
  int64_t batch = split[0];
  split[axis] /= std::max<int64_t>(groups, 1);
  split.insert(split.begin() + axis, groups);
  Shape sets(split.size(), 0);
  sets[0] = groups;
  sets[axis] = 1;
  standardize(wide, split, sets, batch * groups, op.getEpsilon().convertToDouble(),
              /*centred=*/true);
  Shape channels = channelStrides(wide.shape(), axis);
  scaleAndShift(wide, operands[1], channels, operands[2], channels);
  narrow(wide, result);
  return success();
}

static LogicalResult evaluateInstanceNorm(InstanceNormOp op, ArrayRef<Tensor> operands,
                                          MutableArrayRef<Tensor> results) {
  return evaluateGrouped(op, operands[0].shape()[op.getChannelAxis()], operands, results[0]);
}

static LogicalResult evaluateGroupNorm(GroupNormOp op, ArrayRef<Tensor> operands,
                                       MutableArrayRef<Tensor> results) {
  return evaluateGrouped(op, op.getGroups(), operands, results[0]);
}

static LogicalResult evaluateBatchNorm(BatchNormOp op, ArrayRef<Tensor> operands,
                                       MutableArrayRef<Tensor> results) {
  Tensor wide = toDouble(operands[0]).clone(), mean = toDouble(operands[3]),
         variance = toDouble(operands[4]);
  double epsilon = op.getEpsilon().convertToDouble();
  Shape channels = channelStrides(wide.shape(), op.getChannelAxis());
  forEachElement(wide, wide.shape(), channels, [&](double &x, int64_t c) {
    x = (x - mean.data<double>()[c]) / std::sqrt(variance.data<double>()[c] + epsilon);
  });
  scaleAndShift(wide, operands[1], channels, operands[2], channels);
  narrow(wide, results[0]);
  return success();
}

static LogicalResult evaluateLrn(LrnOp op, ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  Tensor wide = toDouble(operands[0]).clone();
  int64_t size = op.getSize(), before = (size - 1) / 2, after = size - 1 - before;
  double alpha = op.getAlpha().convertToDouble(), beta = op.getBeta().convertToDouble();
  double offset = op.getOffset().convertToDouble();
  std::vector<double> squares;
  forEachLine(wide, op.getChannelAxis(), [&](double *line, int64_t stride, int64_t length) {
    squares.clear();
    for (int64_t c = 0; c < length; ++c)
      squares.push_back(line[c * stride] * line[c * stride]);
    for (int64_t c = 0; c < length; ++c) {
      double sum = 0;
      for (int64_t i = std::max<int64_t>(0, c - before); i <= std::min(length - 1, c + after); ++i)
        sum += squares[i];
      line[c * stride] /= std::pow(offset + alpha / static_cast<double>(size) * sum, beta);
    }
  });
  narrow(wide, results[0]);
  return success();
}

void attachNormalizationReference(MLIRContext *context) {
  attachReference<SoftmaxOp, evaluateSoftmax>(context);
  attachReference<LogSoftmaxOp, evaluateLogSoftmax>(context);
  attachReference<LpNormalizeOp, evaluateLpNormalize>(context);
  attachReference<LayerNormOp, evaluateLayerNorm>(context);
  attachReference<RmsNormOp, evaluateRmsNorm>(context);
  attachReference<BatchNormOp, evaluateBatchNorm>(context);
  attachReference<InstanceNormOp, evaluateInstanceNorm>(context);
  attachReference<GroupNormOp, evaluateGroupNorm>(context);
  attachReference<LrnOp, evaluateLrn>(context);
}

} // namespace dlc
