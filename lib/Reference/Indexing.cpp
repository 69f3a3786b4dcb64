// Ops that read or write at computed places.
#include "Evaluation.h"

#include <cmath>
#include <cstring>

using namespace mlir;

namespace dlc {
using namespace dl;

/// `index` counted from the end where negative, or nullopt outside [0, size).
static std::optional<int64_t> placeOf(int64_t index, int64_t size) {
  index += index < 0 ? size : 0;
  if (index < 0 || index >= size)
    return std::nullopt;
  return index;
}

static LogicalResult outside(Operation *op, int64_t index, int64_t size) {
  return op->emitOpError("index ") << index << " is outside an axis of size " << size;
}

/// Copies `count` elements.
static void copyElements(const Tensor &from, int64_t sourceAt, Tensor &to, int64_t toAt,
                         int64_t count) {
  size_t width = byteWidth(to.dtype());
  std::memcpy(to.raw() + toAt * width, from.raw() + sourceAt * width, count * width);
}

//===-- Gather -----------------------------------------------------------------------------===//

static LogicalResult evaluateGather(GatherOp op, ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  AxisView view(operands[0].shape(), op.getAxis());
  int64_t count = operands[1].numElements();
  for (int64_t i = 0; i < count; ++i) {
    std::optional<int64_t> place = placeOf(operands[1].asInt(i), view.axis);
    if (!place)
      return outside(op, operands[1].asInt(i), view.axis);
    for (int64_t outer = 0; outer < view.outer; ++outer)
      copyElements(operands[0], (outer * view.axis + *place) * view.inner, results[0],
                   (outer * count + i) * view.inner, view.inner);
  }
  return success();
}

/// Calls `body(position, index of the axes before and after)` for every element of `shape`, where
/// the position counts in a tensor with `strides`, axis `axis` left out.
template <typename Body>
static LogicalResult forEachBeside(const Shape &shape, const Shape &strides, int64_t axis,
                                   Body body) {
  Shape index(shape.size(), 0);
  int64_t elements = *elementCount(shape);
  for (int64_t at = 0; at < elements; ++at) {
    int64_t beside = 0;
    for (size_t i = 0; i < shape.size(); ++i)
      beside += static_cast<int64_t>(i) == axis ? 0 : index[i] * strides[i];
    if (failed(body(at, beside)))
      return failure();
    for (size_t i = shape.size(); i-- > 0;) {
      if (++index[i] < shape[i])
        break;
      index[i] = 0;
    }
  }
  return success();
}

static LogicalResult evaluateGatherElements(GatherElementsOp op, ArrayRef<Tensor> operands,
                                            MutableArrayRef<Tensor> results) {
  int64_t axis = op.getAxis(), size = operands[0].shape()[axis];
  Shape strides = stridesOf(operands[0].shape());
  return forEachBeside(operands[1].shape(), strides, axis, [&](int64_t at, int64_t beside) {
    std::optional<int64_t> place = placeOf(operands[1].asInt(at), size);
    if (!place)
      return outside(op, operands[1].asInt(at), size);
    copyElements(operands[0], beside + *place * strides[axis], results[0], at, 1);
    return success();
  });
}

/// The offset that row `row` of `indices` names in a tensor: its `depth` entries index axes from
/// `first` on.
static FailureOr<int64_t> rowOffset(Operation *op, const Tensor &indices, int64_t row,
                                    const Shape &shape, const Shape &strides, int64_t first) {
  int64_t depth = indices.shape().back(), offset = 0;
  for (int64_t i = 0; i < depth; ++i) {
    int64_t index = indices.asInt(row * depth + i);
    std::optional<int64_t> place = placeOf(index, shape[first + i]);
    if (!place)
      return outside(op, index, shape[first + i]);
    offset += *place * strides[first + i];
  }
  return offset;
}

static int64_t productOf(ArrayRef<int64_t> sizes) {
  int64_t product = 1;
  for (int64_t size : sizes)
    product *= size;
  return product;
}

static LogicalResult evaluateGatherND(GatherNDOp op, ArrayRef<Tensor> operands,
                                      MutableArrayRef<Tensor> results) {
  const Shape &shape = operands[0].shape(), &indices = operands[1].shape();
  Shape strides = stridesOf(shape);
  int64_t batch = op.getBatchDims(), depth = indices.back();
  int64_t batches = productOf(ArrayRef(shape).take_front(batch));
  int64_t rows = productOf(ArrayRef(indices).drop_back().drop_front(batch));
  int64_t slice = productOf(ArrayRef(shape).drop_front(batch + depth));
  int64_t batchSize = productOf(ArrayRef(shape).drop_front(batch));
  for (int64_t row = 0; row < batches * rows; ++row) {
    FailureOr<int64_t> offset = rowOffset(op, operands[1], row, shape, strides, batch);
    if (failed(offset))
      return failure();
    copyElements(operands[0], row / rows * batchSize + *offset, results[0], row * slice, slice);
  }
  return success();
}

//===-- Scatter ----------------------------------------------------------------------------===//

template <typename T>
static T combine(ScatterKind kind, T old, T update) {
  switch (kind) {
  case ScatterKind::Set:
    return update;
  case ScatterKind::Add:
    return wrappingAdd(old, update);
  case ScatterKind::Mul:
    return wrappingMul(old, update);
  case ScatterKind::Max:
    return update != update || update > old ? update : old; // NaN stays
  case ScatterKind::Min:
    return update != update || update < old ? update : old;
  }
  llvm_unreachable("unknown scatter kind");
}

static LogicalResult evaluateScatterElements(ScatterElementsOp op, ArrayRef<Tensor> operands,
                                             MutableArrayRef<Tensor> results) {
  int64_t axis = op.getAxis(), size = operands[0].shape()[axis];
  Shape strides = stridesOf(operands[0].shape());
  return withComputingType(operands[0].dtype(), [&](auto *tag) {
    using T = std::remove_pointer_t<decltype(tag)>;
    Tensor wide = widen(operands[0].clone()), updates = widen(operands[2]);
    LogicalResult done =
        forEachBeside(operands[1].shape(), strides, axis, [&](int64_t at, int64_t beside) {
          std::optional<int64_t> place = placeOf(operands[1].asInt(at), size);
          if (!place)
            return outside(op, operands[1].asInt(at), size);
          T &target = wide.template data<T>()[beside + *place * strides[axis]];
          target = combine(op.getKind(), target, updates.template data<T>()[at]);
          return success();
        });
    narrow(wide, results[0]);
    return done;
  });
}

static LogicalResult evaluateScatterND(ScatterNDOp op, ArrayRef<Tensor> operands,
                                       MutableArrayRef<Tensor> results) {
  const Shape &shape = operands[0].shape(), &indices = operands[1].shape();
  Shape strides = stridesOf(shape);
  int64_t rows = productOf(ArrayRef(indices).drop_back());
  int64_t slice = productOf(ArrayRef(shape).drop_front(indices.back()));
  return withComputingType(operands[0].dtype(), [&](auto *tag) {
    using T = std::remove_pointer_t<decltype(tag)>;
    Tensor wide = widen(operands[0].clone()), updates = widen(operands[2]);
    for (int64_t row = 0; row < rows; ++row) {
      FailureOr<int64_t> offset = rowOffset(op, operands[1], row, shape, strides, 0);
      if (failed(offset))
        return failure();
      for (int64_t i = 0; i < slice; ++i) {
        T &target = wide.template data<T>()[*offset + i];
        target = combine(op.getKind(), target, updates.template data<T>()[row * slice + i]);
      }
    }
    narrow(wide, results[0]);
    return success();
  });
}

//===-- Pad, resample ----------------------------------------------------------------------===//

/// Where element `at` of a padded axis comes from in an operand of `size` elements; -1: nowhere.
static int64_t padSource(PadMode mode, int64_t at, int64_t size) {
  if (at >= 0 && at < size)
    return at;
  switch (mode) {
  case PadMode::Constant:
    return -1;
  case PadMode::Edge:
    return at < 0 ? 0 : size - 1;
  case PadMode::Wrap:
    return ((at % size) + size) % size;
  case PadMode::Reflect: {
    if (size == 1)
      return 0;
    int64_t period = 2 * (size - 1);
    int64_t phase = ((at % period) + period) % period;
    return phase < size ? phase : period - phase;
  }
  }
  llvm_unreachable("unknown pad mode");
}

static LogicalResult evaluatePad(PadOp op, ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  const Shape &from = operands[0].shape(), &to = results[0].shape();
  Shape strides = stridesOf(from), index(to.size(), 0);
  for (int64_t at = 0; at < results[0].numElements(); ++at) {
    int64_t offset = 0;
    bool inside = true;
    for (size_t axis = 0; axis < to.size(); ++axis) {
      int64_t source = padSource(op.getMode(), index[axis] - op.getLow()[axis], from[axis]);
      inside &= source >= 0;
      offset += source * strides[axis];
    }
    if (inside)
      copyElements(operands[0], offset, results[0], at, 1);
    else if (operands.size() > 1 && operands[1])
      copyElements(operands[1], 0, results[0], at, 1);
    for (size_t axis = to.size(); axis-- > 0;) {
      if (++index[axis] < to[axis])
        break;
      index[axis] = 0;
    }
  }
  return success();
}

static LogicalResult evaluateResample(ResampleOp op, ArrayRef<Tensor> operands,
                                      MutableArrayRef<Tensor> results) {
  AxisView from(operands[0].shape(), op.getAxis()), to(results[0].shape(), op.getAxis());
  Tensor wide = toDouble(operands[0]), weights = toDouble(operands[2]);
  Tensor result(DType::F64, results[0].shape());
  int64_t taps = operands[1].shape()[1];
  for (int64_t i = 0; i < operands[1].numElements(); ++i)
    if (!placeOf(operands[1].asInt(i), from.axis))
      return outside(op, operands[1].asInt(i), from.axis);
  for (int64_t outer = 0; outer < to.outer; ++outer)
    for (int64_t o = 0; o < to.axis; ++o)
      for (int64_t t = 0; t < taps; ++t) {
        int64_t place = *placeOf(operands[1].asInt(o * taps + t), from.axis);
        double weight = weights.data<double>()[o * taps + t];
        const double *source = wide.data<double>() + (outer * from.axis + place) * from.inner;
        double *target = result.data<double>() + (outer * to.axis + o) * to.inner;
        for (int64_t i = 0; i < to.inner && weight != 0; ++i)
          target[i] += weight * source[i];
      }
  narrow(result, results[0]);
  return success();
}

//===-- Grid sample ------------------------------------------------------------------------===//

/// The part of an axis of `size` elements that is not mirrored.
struct MirrorBounds {
  double low, high;
  MirrorBounds(int64_t size, bool alignCorners)
      : low(alignCorners ? 0 : -0.5), high(static_cast<double>(size) - (alignCorners ? 1.0 : 0.5)) {
  }
};

/// `place` folded into the bounds.
static double mirrored(double place, MirrorBounds bounds) {
  double range = bounds.high - bounds.low;
  if (range == 0)
    return bounds.low;
  if (place >= bounds.low && place <= bounds.high)
    return place;
  double phase = std::fmod(std::fabs(place - bounds.low), 2 * range);
  return bounds.low + (phase > range ? 2 * range - phase : phase);
}

/// A tap on one axis: an element, or none (-1), and its weight.
struct AxisTap {
  int64_t index;
  double weight;
};

static double keysKernel(double distance) {
  constexpr double a = -0.75;
  double d = std::fabs(distance);
  if (d <= 1)
    return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/// The elements of an axis of `size` that the grid's number `at` is made from.
static SmallVector<AxisTap, 4> tapsAt(GridSampleOp op, double at, int64_t size) {
  auto length = static_cast<double>(size);
  bool align = op.getAlignCorners();
  double place = align ? (at + 1) / 2 * (length - 1) : ((at + 1) * length - 1) / 2;
  MirrorBounds bounds(size, align);
  if (op.getMode() == SampleMode::Nearest)
    place = std::nearbyint(place);
  if (op.getPadding() == SamplePadding::Border)
    place = std::clamp(place, 0.0, length - 1);
  else if (op.getPadding() == SamplePadding::Reflection)
    place = mirrored(place, bounds);
  // So far outside there is nothing anyway, and an int64 holds it.
  place = std::isnan(place) ? -4 : std::clamp(place, -4.0, length + 3);
  auto base = static_cast<int64_t>(std::floor(place));
  int64_t first = 0, last = 0;
  if (op.getMode() != SampleMode::Nearest)
    last = 1;
  if (op.getMode() == SampleMode::Cubic)
    first = -1, last = 2;
  SmallVector<AxisTap, 4> taps;
  for (int64_t tap = first; tap <= last; ++tap) {
    double distance = std::fabs(place - static_cast<double>(base + tap));
    int64_t index = base + tap;
    if (op.getPadding() == SamplePadding::Border)
      index = std::clamp<int64_t>(index, 0, size - 1);
    else if (op.getPadding() == SamplePadding::Reflection)
      index = static_cast<int64_t>(mirrored(static_cast<double>(index), bounds));
    double weight = op.getMode() == SampleMode::Nearest  ? 1
                    : op.getMode() == SampleMode::Linear ? 1 - distance
                                                         : keysKernel(distance);
    taps.push_back({index >= 0 && index < size ? index : -1, weight});
  }
  return taps;
}

/// The weighted sum over the taps of axis `axis` and those after it.
static double sumTaps(ArrayRef<SmallVector<AxisTap, 4>> taps, ArrayRef<int64_t> sizes,
                      const double *image, int64_t offset) {
  if (taps.empty())
    return image[offset];
  double sum = 0;
  for (AxisTap tap : taps.front())
    if (tap.index >= 0)
      sum += tap.weight * sumTaps(taps.drop_front(), sizes.drop_front(), image,
                                  offset * sizes.front() + tap.index);
  return sum;
}

static LogicalResult evaluateGridSample(GridSampleOp op, ArrayRef<Tensor> operands,
                                        MutableArrayRef<Tensor> results) {
  const Shape &shape = operands[0].shape();
  Tensor images = toDouble(operands[0]), grid = toDouble(operands[1]);
  Tensor result(DType::F64, results[0].shape());
  ArrayRef<int64_t> sizes = ArrayRef(shape).drop_front(2);
  int64_t spatial = sizes.size(), channels = shape[1], pixels = productOf(sizes);
  int64_t places = productOf(ArrayRef(grid.shape()).drop_front().drop_back());
  for (int64_t at = 0; at < shape[0] * places; ++at) {
    SmallVector<SmallVector<AxisTap, 4>> taps;
    for (int64_t axis = 0; axis < spatial; ++axis)
      taps.push_back(
          tapsAt(op, grid.data<double>()[at * spatial + spatial - 1 - axis], sizes[axis]));
    int64_t image = at / places, place = at % places;
    for (int64_t channel = image * channels; channel < (image + 1) * channels; ++channel)
      result.data<double>()[channel * places + place] =
          sumTaps(taps, sizes, images.data<double>() + channel * pixels, 0);
  }
  narrow(result, results[0]);
  return success();
}

static LogicalResult evaluateNonZero(NonZeroOp op, ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  const Shape &shape = operands[0].shape();
  int64_t places = results[0].shape()[1], found = 0;
  for (int64_t at = 0; at < operands[0].numElements(); ++at) {
    if (operands[0].asDouble(at) == 0)
      continue;
    if (found == places)
      return op.emitOpError("has more places than the ") << places << " that were decided";
    for (int64_t axis = operands[0].rank(), rest = at; axis-- > 0; rest /= shape[axis])
      results[0].setInt(axis * places + found, rest % shape[axis]);
    ++found;
  }
  if (found != places)
    return op.emitOpError("has ") << found << " places, " << places << " were decided";
  return success();
}

void attachIndexingReference(MLIRContext *context) {
  attachReference<GatherOp, evaluateGather>(context);
  attachReference<GatherElementsOp, evaluateGatherElements>(context);
  attachReference<GatherNDOp, evaluateGatherND>(context);
  attachReference<ScatterElementsOp, evaluateScatterElements>(context);
  attachReference<ScatterNDOp, evaluateScatterND>(context);
  attachReference<NonZeroOp, evaluateNonZero>(context);
  attachReference<PadOp, evaluatePad>(context);
  attachReference<ResampleOp, evaluateResample>(context);
  attachReference<GridSampleOp, evaluateGridSample>(context);
}

} // namespace dlc
