// Operators whose elements follow from their places: Range, EyeLike, Trilu.
#include "Families.h"

#include "../Places.h"
#include "llvm/ADT/Sequence.h"

#include <cmath>

using namespace mlir;

namespace dlc::onnx {

/// Whether an input is a constant that no size can be added to: one with a fraction, or beyond
/// whole numbers of floats.
static bool isNoWholeNumber(NodeContext &c, unsigned index) {
  std::optional<Tensor> value = c.graphBuilder().evaluate(c.input(index));
  if (!value || value->numElements() != 1)
    return false;
  double number = value->asDouble(0);
  return !(number == std::rint(number) && std::abs(number) < 9e15);
}

/// A Range of whole numbers one of whose bounds is a size: its places, times delta, from start on.
static LogicalResult importRangeOfSizes(NodeContext &c) {
  if (llvm::any_of(llvm::seq(3u), [&](unsigned index) { return isNoWholeNumber(c, index); }))
    return c.unsupported(
        "start, limit or delta is no whole number where another of them is an open "
        "size, which must be known then: give it with --shape");
  FailureOr<dl::Dims> start = c.requireSizes(0), limit = c.requireSizes(1);
  FailureOr<Ints> delta = c.requireInts(2);
  if (failed(start) || failed(limit) || failed(delta))
    return failure();
  if (start->size() != 1 || limit->size() != 1 || delta->size() != 1)
    return c.badInput("start, limit and delta must be scalars");
  int64_t step = delta->front();
  if (step == 0)
    return c.badInput("delta is 0");
  AffineExpr span = dl::simplified((limit->front() - start->front()) * (step < 0 ? -1 : 1));
  AffineExpr count = dl::simplified(span.ceilDiv(step < 0 ? -step : step));
  c.graphBuilder().symbols().requireLength(count);
  Type element = c.elementOf(c.input(0));
  Value places = placesAlong(c, count, 1, 0, element);
  Value scaled = step == 1 ? places : c.create<dl::MulOp>(places, c.scalar(element, step));
  return c.setOutput(0,
                     start->front() == c.dim(0) ? scaled : c.create<dl::AddOp>(scaled, c.input(0)));
}

static LogicalResult importRange(NodeContext &c) {
  bool known = llvm::all_of(llvm::seq(3u), [&](unsigned index) {
    return c.graphBuilder().evaluate(c.input(index)).has_value();
  });
  if (!known)
    return importRangeOfSizes(c);
  FailureOr<Tensor> start = c.requireConstant(0), limit = c.requireConstant(1);
  FailureOr<Tensor> delta = c.requireConstant(2);
  if (failed(start) || failed(limit) || failed(delta))
    return failure();
  for (const Tensor &value : {*start, *limit, *delta})
    if (value.numElements() != 1)
      return c.badInput("start, limit and delta must be scalars");
  double step = delta->asDouble(0);
  if (step == 0)
    return c.badInput("delta is 0");
  double span = std::ceil((limit->asDouble(0) - start->asDouble(0)) / step);
  constexpr double most = 1e18; // before it is an integer
  if (!(span < most))
    return c.badInput("has too many elements");
  int64_t count = static_cast<int64_t>(std::max(span, 0.0));
  if (failed(c.checkTable(start->dtype(), {count})))
    return failure();
  Tensor result(start->dtype(), {count});
  // A sum kept in the element type, as the standard's loop has it.
  for (int64_t i = 0; i < count; ++i) {
    if (isFloat(result.dtype()))
      result.setDouble(i, start->asDouble(0) + static_cast<double>(i) * step);
    else
      result.setInt(i, start->asInt(0) + i * delta->asInt(0));
  }
  return c.setOutput(0, c.constant(result));
}

/// A diagonal beyond all places is as far as one that sums with them cannot overflow.
static int64_t boundedDiagonal(int64_t k) {
  constexpr int64_t beyondAll = int64_t(1) << 40;
  return std::clamp(k, -beyondAll, beyondAll);
}

static LogicalResult importEyeLike(NodeContext &c) {
  dl::Dims shape = c.dimsOf(c.input(0));
  if (shape.size() != 2)
    return c.badInput("operand has rank " + Twine(shape.size()) + ", expected 2");
  int64_t k = boundedDiagonal(c.intAttr("k", 0));
  Type element =
      c.hasAttr("dtype") ? c.elementTypeOfCode(c.intAttr("dtype", 1)) : c.elementOf(c.input(0));
  return c.setOutput(0, c.cast(triangle(c, shape[0], shape[1], c.dim(k), Side::On), element));
}

/// Keeps elements on one side of a diagonal: where(mask, x, 0).
static LogicalResult importTrilu(NodeContext &c) {
  bool upper = c.boolAttr("upper", true);
  AffineExpr k = c.dim(0);
  if (c.hasInput(1)) {
    FailureOr<dl::Dims> given = c.requireSizes(1);
    if (failed(given))
      return failure();
    if (given->size() != 1)
      return c.badInput("k must be one number");
    std::optional<int64_t> known = dl::constantDim(given->front());
    k = known ? c.dim(boundedDiagonal(*known)) : given->front();
  }
  dl::Dims shape = c.dimsOf(c.input(0));
  if (shape.size() < 2)
    return c.badInput("operand has rank " + Twine(shape.size()) + ", expected 2 or more");
  AffineExpr rows = shape[shape.size() - 2], columns = shape.back();
  if (rows == c.dim(0) || columns == c.dim(0))
    return c.setOutput(0, c.input(0));
  Value mask = triangle(c, rows, columns, k, upper ? Side::From : Side::Through);
  Value zero = c.scalar(c.elementOf(c.input(0)), 0);
  return c.setOutput(0, c.create<dl::WhereOp>(mask, c.input(0), zero));
}

void registerPlaceImporters(OpTable &table) {
  table.add({.opType = "Range",
             .import = importRange,
             .minInputs = 3,
             .maxInputs = 3,
             .limits = "bounds are known at compile time, or sizes"});
  table.add({.opType = "EyeLike", .import = importEyeLike});
  table.add({.opType = "Trilu", .import = importTrilu, .minInputs = 1, .maxInputs = 2});
}

} // namespace dlc::onnx
