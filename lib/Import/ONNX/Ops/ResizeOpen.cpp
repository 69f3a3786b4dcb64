// Resize along axes of open sizes: the tables of Resize.cpp, computed from places and sizes, in f64
// as there.
#include "ResizeRule.h"

#include "../Places.h"

#include <algorithm>
#include <cmath>

using namespace mlir;

namespace dlc::onnx {

AffineExpr scaledSize(AffineExpr from, double scale) {
  constexpr int64_t largestDivisor = 64, largest = 1 << 20;
  if (std::optional<int64_t> size = dl::constantDim(from)) {
    double to = std::floor(std::min(static_cast<double>(*size) * scale, 1e15));
    return getAffineConstantExpr(static_cast<int64_t>(to), from.getContext());
  }
  for (int64_t divisor = 1; divisor <= largestDivisor; ++divisor) {
    double whole = scale * static_cast<double>(divisor);
    if (whole >= 1 && whole < largest && whole == std::floor(whole))
      return dl::simplified((from * static_cast<int64_t>(whole)).floorDiv(divisor));
  }
  return {};
}

namespace {

/// The table of one axis under construction; all numbers are f64.
class OpenTable {
public:
  OpenTable(NodeContext &c, const ResizeRule &rule, const OpenAxis &axis)
      : c(c), rule(rule), axis(axis), f64(c.builder().getF64Type()) {
    from = sizeNumber(axis.from);
    to = sizeNumber(axis.to);
    scale = axis.scale ? number(*axis.scale) : c.create<dl::DivOp>(to, from);
  }

  /// `value` with this axis resized.
  Value applyTo(Value value, int64_t index) {
    Value place = sourcePlace();
    Value base = subtract(c.create<dl::CeilOp>(place), number(1)), ratio = subtract(place, base);
    if (rule.mode == ResizeRule::Mode::Nearest)
      return c.create<dl::GatherOp>(value, inside(nearest(place, base, ratio)), uint64_t(index));
    Value next = inside(c.create<dl::AddOp>(base, number(1)));
    Value indices = asColumns(inside(base), next);
    Value weights = asColumns(subtract(number(1), ratio), ratio);
    if (c.failed())
      return {};
    return c.create<dl::ResampleOp>(value, indices, c.cast(weights, c.elementOf(value)),
                                    uint64_t(index));
  }

private:
  Value number(double value) { return c.scalar(f64, value); }
  Value sizeNumber(AffineExpr size) {
    Value value = sizeAsNumber(c, size);
    return c.failed() ? Value() : c.cast(value, f64);
  }
  Value subtract(Value a, Value b) { return c.create<dl::SubOp>(a, b); }

  /// The place in the operand, in elements, of each element of the result; as in Resize.cpp.
  Value sourcePlace() {
    Value x = placesAlong(c, axis.to, 1, 0, f64), zero = number(0), one = number(1);
    if (rule.coordinates == "asymmetric")
      return c.create<dl::DivOp>(x, scale);
    if (rule.coordinates == "align_corners") {
      Value last = subtract(c.create<dl::MulOp>(scale, from), one);
      Value place = c.create<dl::DivOp>(c.create<dl::MulOp>(x, subtract(from, one)), last);
      return c.create<dl::WhereOp>(c.create<dl::GreaterOp>(last, zero), place, zero);
    }
    Value half = number(0.5);
    Value place = subtract(c.create<dl::DivOp>(c.create<dl::AddOp>(x, half), scale), half);
    if (rule.coordinates == "pytorch_half_pixel")
      return c.create<dl::WhereOp>(c.create<dl::GreaterOp>(to, one), place, zero);
    return place;
  }

  /// `base` or the element behind it, which is `ratio` in (0, 1] before `place`.
  Value nearest(Value place, Value base, Value ratio) {
    if (rule.rounding == "ceil")
      return c.create<dl::CeilOp>(place);
    if (rule.rounding == "floor")
      return c.create<dl::FloorOp>(place);
    Value half = number(0.5);
    Value second = rule.rounding == "round_prefer_ceil"
                       ? c.create<dl::GreaterOrEqualOp>(ratio, half)
                       : c.create<dl::GreaterOp>(ratio, half);
    return c.create<dl::WhereOp>(second, c.create<dl::AddOp>(base, number(1)), base);
  }

  /// Within the axis, as i32.
  Value inside(Value index) {
    Value low = c.create<dl::MaxOp>(index, number(0));
    Value clamped = c.create<dl::MinOp>(low, subtract(from, number(1)));
    return c.failed() ? Value() : c.cast(clamped, c.builder().getI32Type());
  }

  Value asColumns(Value first, Value second) {
    dl::Dims column{axis.to, c.dim(1)};
    return c.create<dl::ConcatOp>(ValueRange({c.reshape(first, column), c.reshape(second, column)}),
                                  uint64_t(1));
  }

  NodeContext &c;
  const ResizeRule &rule;
  const OpenAxis &axis;
  Type f64;
  Value from, to, scale;
};

} // namespace

/// What the tables here cannot do; empty where they can.
static StringRef problemWith(const ResizeRule &rule) {
  if (rule.mode == ResizeRule::Mode::Cubic)
    return "cubic";
  if (rule.antialias)
    return "antialias";
  if (rule.excludeOutside)
    return "exclude_outside";
  if (rule.coordinates == "half_pixel" || rule.coordinates == "pytorch_half_pixel" ||
      rule.coordinates == "asymmetric" || rule.coordinates == "align_corners")
    return {};
  return rule.coordinates;
}

LogicalResult resizeOpen(NodeContext &c, const ResizeRule &rule, ArrayRef<OpenAxis> axes) {
  if (StringRef problem = problemWith(rule); !problem.empty())
    return c.unsupported("'" + problem +
                         "' along axes of sizes that are not known; give them with --shape");
  Value value = c.input(0);
  Type element = c.elementOf(value);
  bool rounds = rule.mode != ResizeRule::Mode::Nearest && !isa<FloatType>(element);
  if (rounds)
    value = c.cast(value, c.builder().getF32Type());
  for (auto [index, axis] : llvm::enumerate(axes)) {
    if (axis.from == axis.to && axis.scale.value_or(1) == 1)
      continue;
    c.graphBuilder().symbols().requireLength(axis.to);
    value = OpenTable(c, rule, axis).applyTo(value, static_cast<int64_t>(index));
    if (c.failed())
      return failure();
  }
  return c.setOutput(0, rounds ? c.cast(value, element) : value);
}

} // namespace dlc::onnx
