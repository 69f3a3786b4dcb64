// Pad: elements around a tensor, by numbers or by expressions of open sizes.
#include "Families.h"

#include "../Places.h"

using namespace mlir;

namespace dlc::onnx {

/// Pads of every axis, before and after; `axes` (opset 18) names those that `pads` is about.
struct Pads {
  dl::Dims low, high;

  bool areNumbers(size_t axis) const {
    return dl::constantDim(low[axis]) && dl::constantDim(high[axis]);
  }
  /// Both pads of an axis where they are numbers; 0 where they depend on open sizes.
  std::pair<int64_t, int64_t> numbers(size_t axis) const {
    if (!areNumbers(axis))
      return {0, 0};
    return {*dl::constantDim(low[axis]), *dl::constantDim(high[axis])};
  }
};

static FailureOr<dl::Dims> givenPads(NodeContext &c) {
  if (c.opset() >= 11)
    return c.requireSizes(1);
  Ints ints = c.intsAttr(c.opset() < 2 ? "paddings" : "pads").value_or(Ints());
  return dl::dimsOf(c.builder().getContext(), ints);
}

static FailureOr<Pads> padsOf(NodeContext &c, int64_t rank) {
  FailureOr<dl::Dims> given = givenPads(c);
  if (failed(given))
    return failure();
  Ints axes(llvm::seq<int64_t>(0, rank).begin(), llvm::seq<int64_t>(0, rank).end());
  if (c.hasInput(3)) {
    FailureOr<Ints> values = c.requireInts(3);
    if (failed(values))
      return failure();
    FailureOr<Ints> normal = c.normalizeAxes(*values, rank);
    if (failed(normal))
      return failure();
    axes = *normal;
  }
  if (given->size() != 2 * axes.size())
    return c.badInput("has " + Twine(given->size()) + " pads for " + Twine(axes.size()) + " axes");
  constexpr int64_t largest = int64_t(1) << 40;
  for (AffineExpr pad : *given)
    if (std::optional<int64_t> known = dl::constantDim(pad);
        known && (*known < -largest || *known > largest))
      return c.badInput("pad " + Twine(*known) + " is out of range");
  Pads pads{dl::Dims(rank, c.dim(0)), dl::Dims(rank, c.dim(0))};
  for (auto [index, axis] : llvm::enumerate(axes)) {
    pads.low[axis] = (*given)[index];
    pads.high[axis] = (*given)[axes.size() + index];
  }
  return pads;
}

//===-- Pads that are numbers --------------------------------------------------------------===//

/// Negative pads cut elements off, after the others were added.
static Value cutNegativePads(NodeContext &c, Value value, const Pads &pads) {
  dl::Dims shape = c.dimsOf(value), sizes(shape);
  Ints starts(shape.size(), 0), steps(shape.size(), 1);
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    auto [before, after] = pads.numbers(axis);
    int64_t low = std::max<int64_t>(-before, 0), high = std::max<int64_t>(-after, 0);
    if (low == 0 && high == 0)
      continue;
    starts[axis] = low;
    sizes[axis] = dl::simplified(shape[axis] - low - high);
    std::optional<int64_t> known = dl::constantDim(sizes[axis]);
    if (!known)
      c.graphBuilder().symbols().requireLength(sizes[axis]);
    if (known && *known < 0) {
      (void)c.badInput("negative pads remove more than axis " + Twine(axis) + " holds");
      return {};
    }
    if (known && *known == 0)
      starts[axis] = 0;
  }
  return sizes == shape ? value : c.slice(value, starts, sizes, steps);
}

/// What is positive of the pads that are numbers, on all axes at once.
static Value padByNumbers(NodeContext &c, Value value, Value fill, const Pads &pads,
                          dl::PadMode mode) {
  Ints low, high;
  for (size_t axis = 0; axis < pads.low.size(); ++axis) {
    auto [before, after] = pads.numbers(axis);
    low.push_back(std::max<int64_t>(before, 0));
    high.push_back(std::max<int64_t>(after, 0));
  }
  auto isZero = [](int64_t pad) { return pad == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return value;
  return c.create<dl::PadOp>(value, fill, c.i64s(low), c.i64s(high),
                             dl::PadModeAttr::get(c.builder().getContext(), mode));
}

//===-- Pads that are expressions ----------------------------------------------------------===//

namespace {
/// One axis padded by elements that are gathered from it: the result's places are known, and each
/// comes from a place of the operand that follows from the mode.
class OpenPad {
public:
  OpenPad(NodeContext &c, Value value, int64_t axis, const Pads &pads)
      : c(c), value(value), axis(axis), size(c.dimsOf(value)[axis]), low(pads.low[axis]),
        high(pads.high[axis]), padded(dl::withoutRemainders(size + low + high)) {}

  /// A call whose sizes cut off more than the axis, or make pads negative that mirror or repeat
  /// elements, is refused.
  void requireBounds(dl::PadMode mode) {
    SizeSymbols &symbols = c.graphBuilder().symbols();
    symbols.requireLength(padded);
    if (mode == dl::PadMode::Constant)
      return;
    symbols.require(dl::simplified(low));
    symbols.require(dl::simplified(high));
  }

  Value result(dl::PadMode mode, Value fill) {
    Value place = c.create<dl::SubOp>(placesAlong(c, padded, 1, 0, i64()), sizeAsNumber(c, low));
    Value source = sourcePlaces(place, mode);
    Value gathered = c.create<dl::GatherOp>(value, source, static_cast<uint64_t>(axis));
    if (mode != dl::PadMode::Constant || c.failed())
      return gathered;
    dl::Dims along(c.rankOf(value), c.dim(1));
    along[axis] = padded;
    Value inside = c.reshape(c.create<dl::EqualOp>(source, place), along);
    return c.create<dl::WhereOp>(inside, gathered, fill ? fill : c.scalar(c.elementOf(value), 0));
  }

private:
  Type i64() { return c.builder().getI64Type(); }
  Value number(double value) { return c.scalar(i64(), value); }

  /// The operand's place that each place of the result comes from; `place` counts from the
  /// operand's first element.
  Value sourcePlaces(Value place, dl::PadMode mode) {
    Value count = sizeAsNumber(c, size), last = c.create<dl::SubOp>(count, number(1));
    if (mode == dl::PadMode::Wrap)
      return c.create<dl::ModOp>(place, count);
    if (mode == dl::PadMode::Reflect) {
      // There and back again, without the ends a second time; one element is its own mirror.
      Value twice = c.create<dl::MaxOp>(c.create<dl::AddOp>(last, last), number(1));
      Value there = c.create<dl::ModOp>(place, twice);
      return c.create<dl::MinOp>(there, c.create<dl::SubOp>(twice, there));
    }
    return c.create<dl::MinOp>(c.create<dl::MaxOp>(place, number(0)), last);
  }

  NodeContext &c;
  Value value;
  int64_t axis;
  AffineExpr size, low, high, padded;
};
} // namespace

static Value padByExpressions(NodeContext &c, Value value, Value fill, const Pads &pads,
                              dl::PadMode mode) {
  for (size_t axis = 0; axis < pads.low.size() && !c.failed(); ++axis) {
    if (pads.areNumbers(axis))
      continue;
    OpenPad pad(c, value, static_cast<int64_t>(axis), pads);
    pad.requireBounds(mode);
    value = pad.result(mode, fill);
  }
  return value;
}

//===-- The operator -----------------------------------------------------------------------===//

static FailureOr<Value> fillOf(NodeContext &c) {
  if (c.opset() < 11) {
    double number = c.floatAttr("value", 0);
    return number == 0 ? Value() : c.scalar(c.elementOf(c.input(0)), number);
  }
  if (!c.hasInput(2))
    return Value();
  if (c.typeOf(c.input(2)).getNumElements() != 1)
    return c.badInput("constant_value must be one element");
  return c.reshape(c.input(2), Ints());
}

static LogicalResult importPad(NodeContext &c) {
  std::string name = c.stringAttr("mode", "constant");
  std::optional<dl::PadMode> mode = dl::symbolizePadMode(name);
  if (!mode)
    return c.badInput("attribute 'mode' is '" + name +
                      "', expected constant, reflect, edge or wrap");
  FailureOr<Pads> pads = padsOf(c, c.rankOf(c.input(0)));
  FailureOr<Value> fill = fillOf(c);
  if (failed(pads) || failed(fill))
    return failure();
  bool isConstant = *mode == dl::PadMode::Constant;
  if (!isConstant)
    fill = Value();
  // Reflections and the like are of the operand as it is left, so there negative pads go first.
  Value value = isConstant ? c.input(0) : cutNegativePads(c, c.input(0), *pads);
  if (c.failed())
    return failure();
  value = padByNumbers(c, value, *fill, *pads, *mode);
  if (c.failed())
    return failure();
  if (isConstant)
    value = cutNegativePads(c, value, *pads);
  if (c.failed())
    return failure();
  return c.setOutput(0, padByExpressions(c, value, *fill, *pads, *mode));
}

void registerPadImporters(OpTable &table) {
  table.add({.opType = "Pad", .import = importPad, .minInputs = 1, .maxInputs = 4});
}

} // namespace dlc::onnx
