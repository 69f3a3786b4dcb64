// Signal processing: Fourier transforms as products with constant matrices, windows and filter
// banks as constants.
#include "Families.h"

#include "../NodeContext.h"

#include <cmath>
#include <numbers>

using namespace mlir;

namespace dlc::onnx {

//===-- Fourier transforms -----------------------------------------------------------------===//

namespace {

/// A discrete Fourier transform of real or complex numbers.
struct Transform {
  int64_t given = 0;  ///< numbers that there are
  int64_t length = 0; ///< of the transform: fewer are padded with zeros, more are cut off
  bool complex = false;
  bool inverse = false;
  bool oneSided = false;

  /// Numbers in the result, and whether they are complex.
  int64_t results() const { return oneSided && !inverse ? length / 2 + 1 : length; }
  bool complexResult() const { return !(oneSided && inverse); }
  /// Numbers that are read.
  int64_t used() const { return std::min(given, oneSided && inverse ? length / 2 + 1 : length); }
};

} // namespace

/// The transform as a matrix (given * parts, results * parts), parts 1 or 2.
static FailureOr<Tensor> transformMatrix(NodeContext &c, const Transform &transform) {
  int64_t in = transform.complex ? 2 : 1, out = transform.complexResult() ? 2 : 1;
  int64_t columns = transform.results() * out;
  if (failed(c.checkTable(DType::F64, {transform.given * in, columns})))
    return failure();
  Tensor matrix(DType::F64, {transform.given * in, columns});
  auto length = static_cast<double>(transform.length);
  for (int64_t n = 0; n < transform.used(); ++n) {
    // The other half of a one-sided spectrum is the conjugate of this one.
    bool mirrored = transform.oneSided && transform.inverse && n != 0 && 2 * n != transform.length;
    double scale = (transform.inverse ? 1 / length : 1) * (mirrored ? 2 : 1);
    for (int64_t k = 0; k < transform.results(); ++k) {
      // The product is reduced first: exact, where the angle's multiple would lose digits.
      double angle = 2 * std::numbers::pi * static_cast<double>(n * k % transform.length) / length;
      double real = scale * std::cos(angle);
      double imaginary = scale * std::sin(angle) * (transform.inverse ? 1 : -1);
      matrix.setDouble((n * in) * columns + k * out, real);
      if (out == 2)
        matrix.setDouble((n * in) * columns + k * out + 1, imaginary);
      if (in == 2) {
        matrix.setDouble((n * in + 1) * columns + k * out, -imaginary);
        if (out == 2)
          matrix.setDouble((n * in + 1) * columns + k * out + 1, real);
      }
    }
  }
  return matrix;
}

/// `value` (..., n, ..., parts) transformed along `axis`.
static Value applyTransform(NodeContext &c, Value value, int64_t axis, Transform transform) {
  constexpr int64_t maxLength = 4096;
  if (c.failed())
    return {};
  Ints shape = c.shapeOf(value);
  int64_t rank = shape.size();
  transform.given = shape[axis];
  transform.complex = shape.back() == 2;
  if (transform.length < 1 || transform.length > maxLength || transform.given > maxLength) {
    (void)c.unsupported("a transform of length " + Twine(transform.length) + "; expected 1 to " +
                        Twine(maxLength));
    return {};
  }
  Ints toEnd, back(rank);
  for (int64_t i = 0; i + 1 < rank; ++i)
    if (i != axis)
      toEnd.push_back(i);
  toEnd.append({axis, rank - 1});
  for (auto [place, source] : llvm::enumerate(toEnd))
    back[source] = place;
  value = c.transpose(value, toEnd);
  if (c.failed())
    return {};
  Ints moved = c.shapeOf(value);
  int64_t rows = 1;
  for (int64_t size : ArrayRef(moved).drop_back(2))
    rows *= size;
  // In f64: what cancels out in exact arithmetic is to be nothing beside the largest number.
  Type element = c.elementOf(value);
  value = c.cast(value, c.builder().getF64Type());
  value = c.reshape(value, {rows, transform.given * shape.back()});
  FailureOr<Tensor> matrix = transformMatrix(c, transform);
  if (failed(matrix))
    return {};
  value = c.create<dl::MatmulOp>(value, c.constant(*matrix));
  if (c.failed())
    return {};
  value = c.cast(value, element);
  moved[rank - 2] = transform.results();
  moved[rank - 1] = transform.complexResult() ? 2 : 1;
  return c.transpose(c.reshape(value, moved), back);
}

/// Fails unless `value` is (..., 1 or 2).
static LogicalResult checkSignal(NodeContext &c, Value value, int64_t leastRank) {
  Ints shape = c.shapeOf(value);
  if (static_cast<int64_t>(shape.size()) < leastRank || shape.back() < 1 || shape.back() > 2)
    return c.badInput("expects a signal whose last axis holds real or real and imaginary parts");
  return success();
}

static LogicalResult importDFT(NodeContext &c) {
  Transform transform;
  transform.inverse = c.boolAttr("inverse", false);
  transform.oneSided = c.boolAttr("onesided", false);
  int64_t axis = c.opset() < 20 ? c.intAttr("axis", 1) : -2;
  if (failed(checkSignal(c, c.input(0), 2)))
    return failure();
  if (c.hasInput(2)) {
    FailureOr<Ints> given = c.requireInts(2);
    if (failed(given) || given->size() != 1)
      return failed(given) ? failure() : c.badInput("expects one axis");
    axis = given->front();
  }
  Ints shape = c.shapeOf(c.input(0));
  int64_t rank = shape.size();
  FailureOr<int64_t> normal = c.normalizeAxis(axis, rank);
  if (failed(normal))
    return failure();
  if (*normal == rank - 1)
    return c.badInput("axis " + Twine(axis) + " holds the parts of the numbers");
  transform.length = shape[*normal];
  if (transform.inverse && transform.oneSided)
    transform.length = 2 * (transform.length - 1);
  if (c.hasInput(1)) {
    FailureOr<Ints> given = c.requireInts(1);
    if (failed(given) || given->size() != 1)
      return failed(given) ? failure() : c.badInput("expects one length");
    transform.length = given->front();
  }
  return c.setOutput(0, applyTransform(c, c.input(0), *normal, transform));
}

/// One number of an input that decides shapes.
static FailureOr<int64_t> requireInt(NodeContext &c, unsigned index) {
  FailureOr<Ints> values = c.requireInts(index);
  if (failed(values))
    return failure();
  if (values->size() != 1)
    return c.badInput("input " + Twine(index) + " holds " + Twine(values->size()) +
                      " numbers, expected 1");
  return values->front();
}

/// Frames that start `frame_step` apart, each weighted with the window, then transformed.
static LogicalResult importSTFT(NodeContext &c) {
  FailureOr<int64_t> step = requireInt(c, 1);
  if (failed(step) || failed(checkSignal(c, c.input(0), 3)))
    return failure();
  Ints shape = c.shapeOf(c.input(0));
  int64_t length = c.hasInput(2) ? c.typeOf(c.input(2)).getNumElements() : shape[1];
  if (c.hasInput(3)) {
    FailureOr<int64_t> given = requireInt(c, 3);
    if (failed(given))
      return failure();
    length = *given;
  }
  if (shape.size() != 3 || *step < 1 || length < 1 || length > shape[1])
    return c.badInput("expects a signal (batch, length, parts), a positive step, and frames no "
                      "longer than the signal");
  int64_t frames = 1 + (shape[1] - length) / *step;
  if (failed(c.checkTable(DType::I64, {frames, length})))
    return failure();
  Tensor places(DType::I64, {frames, length});
  for (int64_t i = 0; i < frames * length; ++i)
    places.setInt(i, i / length * *step + i % length);
  Value cut = c.create<dl::GatherOp>(c.input(0), c.constant(places), uint64_t(1));
  if (c.hasInput(2)) {
    if (c.typeOf(c.input(2)).getNumElements() != length)
      return c.badInput("window and frames differ in length");
    cut = c.create<dl::MulOp>(cut, c.reshape(c.input(2), {length, 1}));
  }
  Transform transform;
  transform.length = length;
  transform.oneSided = c.boolAttr("onesided", true);
  return c.setOutput(0, applyTransform(c, cut, /*axis=*/2, transform));
}

//===-- Windows and filter banks -----------------------------------------------------------===//

/// a0 - a1 * cos(2 pi n / N) + a2 * cos(4 pi n / N), each given in units of 1e-15.
template <int64_t a0, int64_t a1, int64_t a2>
static LogicalResult importWindow(NodeContext &c) {
  FailureOr<int64_t> size = requireInt(c, 0);
  Type element = c.elementTypeOfCode(c.intAttr("output_datatype", 1));
  bool periodic = c.boolAttr("periodic", true);
  if (failed(size) || c.failed())
    return failure();
  if (*size < 0)
    return c.badInput("a window of " + Twine(*size) + " places");
  if (failed(c.checkTable(*dl::dtypeOf(element), {*size})))
    return failure();
  Tensor window(*dl::dtypeOf(element), {*size});
  auto period = static_cast<double>(periodic ? *size : std::max<int64_t>(*size - 1, 1));
  for (int64_t n = 0; n < *size; ++n) {
    double angle = 2 * std::numbers::pi * static_cast<double>(n) / period;
    window.setDouble(n,
                     1e-15 * (static_cast<double>(a0) - static_cast<double>(a1) * std::cos(angle) +
                              static_cast<double>(a2) * std::cos(2 * angle)));
  }
  return c.setOutput(0, c.constant(window));
}

/// The places, in bins of a spectrum, of `count` edges that are equally far apart in mel.
static std::vector<int64_t> melEdges(int64_t count, int64_t length, double rate, double lowest,
                                     double highest) {
  auto toMel = [](double hertz) { return 2595 * std::log10(1 + hertz / 700); };
  double first = toMel(lowest), step = (toMel(highest) - first) / static_cast<double>(count);
  std::vector<int64_t> edges;
  for (int64_t i = 0; i < count; ++i) {
    double mel = first + step * static_cast<double>(i);
    double hertz = 700 * (std::pow(10, mel / 2595) - 1);
    edges.push_back(
        static_cast<int64_t>(std::floor(static_cast<double>(length + 1) * hertz / rate)));
  }
  return edges;
}

/// One triangle a column: rising from an edge to the next one, falling to the one after it.
static LogicalResult importMelWeightMatrix(NodeContext &c) {
  FailureOr<int64_t> bands = requireInt(c, 0), length = requireInt(c, 1), rate = requireInt(c, 2);
  FailureOr<Tensor> lowest = c.requireConstant(3), highest = c.requireConstant(4);
  Type element = c.elementTypeOfCode(c.intAttr("output_datatype", 1));
  if (failed(bands) || failed(length) || failed(rate) || failed(lowest) || failed(highest) ||
      c.failed())
    return failure();
  if (*bands < 1 || *length < 1 || *rate < 1 || lowest->numElements() != 1 ||
      highest->numElements() != 1)
    return c.badInput("expects positive numbers of bands, samples and hertz");
  int64_t bins = *length / 2 + 1;
  if (failed(c.checkTable(*dl::dtypeOf(element), {bins, *bands})))
    return failure();
  std::vector<int64_t> edges = melEdges(*bands + 2, *length, static_cast<double>(*rate),
                                        lowest->asDouble(0), highest->asDouble(0));
  for (int64_t edge : edges)
    if (edge < 0 || edge >= bins)
      return c.badInput("a band ends at bin " + Twine(edge) + " of " + Twine(bins));
  Tensor matrix(*dl::dtypeOf(element), {bins, *bands});
  for (int64_t band = 0; band < *bands; ++band) {
    int64_t left = edges[band], top = edges[band + 1], right = edges[band + 2];
    matrix.setDouble(top * *bands + band, 1);
    for (int64_t bin = left; bin < top; ++bin)
      matrix.setDouble(bin * *bands + band,
                       static_cast<double>(bin - left) / static_cast<double>(top - left));
    for (int64_t bin = top; bin < right; ++bin)
      matrix.setDouble(bin * *bands + band,
                       static_cast<double>(right - bin) / static_cast<double>(right - top));
  }
  return c.setOutput(0, c.constant(matrix));
}

void registerSignalImporters(OpTable &table) {
  table.add({.opType = "DFT",
             .import = importDFT,
             .minInputs = 1,
             .maxInputs = 3,
             .limits = "up to 4096 numbers, as a product with a matrix"});
  table.add({.opType = "STFT",
             .import = importSTFT,
             .minInputs = 2,
             .maxInputs = 4,
             .limits = "frames of up to 4096 numbers, as a product with a matrix"});
  constexpr int64_t unit = 1'000'000'000'000'000;
  table.add({.opType = "HannWindow", .import = importWindow<unit / 2, unit / 2, 0>});
  table.add({.opType = "HammingWindow",
             .import = importWindow<unit / 46 * 25, unit - unit / 46 * 25, 0>});
  table.add({.opType = "BlackmanWindow",
             .import = importWindow<unit / 100 * 42, unit / 2, unit / 100 * 8>});
  table.add({.opType = "MelWeightMatrix",
             .import = importMelWeightMatrix,
             .minInputs = 5,
             .maxInputs = 5});
}

} // namespace dlc::onnx
