// Operators that are reshapes and transposes in another guise, pads, and tables that shapes decide.
#include "Families.h"

#include "../NodeContext.h"
#include "dlc/Support/CheckedArithmetic.h"

using namespace mlir;

namespace dlc::onnx {

//===-- Pad --------------------------------------------------------------------------------===//

/// Pads of every axis, before and after; `axes` (opset 18) names those that `pads` is about.
struct Pads {
  Ints low, high;
};

static FailureOr<Pads> padsOf(NodeContext &c, int64_t rank) {
  Ints given;
  if (c.opset() < 11) {
    given = c.intsAttr(c.opset() < 2 ? "paddings" : "pads").value_or(Ints());
  } else {
    FailureOr<Ints> values = c.requireInts(1);
    if (failed(values))
      return failure();
    given = *values;
  }
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
  if (given.size() != 2 * axes.size())
    return c.badInput("has " + Twine(given.size()) + " pads for " + Twine(axes.size()) + " axes");
  constexpr int64_t largest = int64_t(1) << 40;
  for (int64_t pad : given)
    if (pad < -largest || pad > largest)
      return c.badInput("pad " + Twine(pad) + " is out of range");
  Pads pads{Ints(rank, 0), Ints(rank, 0)};
  for (auto [index, axis] : llvm::enumerate(axes)) {
    pads.low[axis] = given[index];
    pads.high[axis] = given[axes.size() + index];
  }
  return pads;
}

/// Negative pads cut elements off, after the others were added.
static Value cutNegativePads(NodeContext &c, Value value, const Pads &pads) {
  Ints shape = c.shapeOf(value), starts(shape.size(), 0), sizes(shape), steps(shape.size(), 1);
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    int64_t low = std::max<int64_t>(-pads.low[axis], 0),
            high = std::max<int64_t>(-pads.high[axis], 0);
    starts[axis] = low;
    sizes[axis] = shape[axis] - low - high;
    if (sizes[axis] < 0) {
      (void)c.badInput("negative pads remove more than axis " + Twine(axis) + " holds");
      return {};
    }
    if (sizes[axis] == 0)
      starts[axis] = 0;
  }
  return sizes == shape ? value
                        : c.create<dl::SliceOp>(value, c.i64s(starts), c.i64s(sizes), c.i64s(steps),
                                                AffineMapAttr());
}

static LogicalResult importPad(NodeContext &c) {
  std::string name = c.stringAttr("mode", "constant");
  std::optional<dl::PadMode> mode = dl::symbolizePadMode(name);
  if (!mode)
    return c.badInput("attribute 'mode' is '" + name +
                      "', expected constant, reflect, edge or wrap");
  FailureOr<Pads> pads = padsOf(c, c.rankOf(c.input(0)));
  if (failed(pads))
    return failure();
  Value fill;
  if (c.opset() < 11) {
    double number = c.floatAttr("value", 0);
    fill = number == 0 ? Value() : c.scalar(c.elementOf(c.input(0)), number);
  } else if (c.hasInput(2)) {
    if (c.typeOf(c.input(2)).getNumElements() != 1)
      return c.badInput("constant_value must be one element");
    fill = c.reshape(c.input(2), Ints());
  }
  Ints low, high;
  for (auto [before, after] : llvm::zip(pads->low, pads->high)) {
    low.push_back(std::max<int64_t>(before, 0));
    high.push_back(std::max<int64_t>(after, 0));
  }
  // Reflections and the like are of the operand as it is left, so there negative pads go first.
  Value operand = c.input(0);
  if (*mode != dl::PadMode::Constant)
    operand = cutNegativePads(c, operand, *pads);
  Value padded = operand;
  if (llvm::any_of(low, [](int64_t pad) { return pad > 0; }) ||
      llvm::any_of(high, [](int64_t pad) { return pad > 0; }))
    padded =
        c.create<dl::PadOp>(operand, *mode == dl::PadMode::Constant ? fill : Value(), c.i64s(low),
                            c.i64s(high), dl::PadModeAttr::get(c.builder().getContext(), *mode));
  if (c.failed())
    return failure();
  if (*mode == dl::PadMode::Constant)
    padded = cutNegativePads(c, padded, *pads);
  return c.setOutput(0, padded);
}

//===-- Tile, DepthToSpace, SpaceToDepth ---------------------------------------------------===//

/// (a, b) -> (1, a, 1, b) -> (ra, a, rb, b) -> (ra a, rb b).
static LogicalResult importTile(NodeContext &c) {
  Ints shape = c.shapeOf(c.input(0)), repeats;
  if (c.opset() < 6) {
    FailureOr<Ints> tiles = c.requireInts(1), axis = c.requireInts(2);
    if (failed(tiles) || failed(axis) || tiles->size() != 1 || axis->size() != 1)
      return c.badInput("expects one tile count and one axis");
    FailureOr<int64_t> normal = c.normalizeAxis(axis->front(), shape.size());
    if (failed(normal))
      return failure();
    repeats.assign(shape.size(), 1);
    repeats[*normal] = tiles->front();
  } else {
    FailureOr<Ints> given = c.requireInts(1);
    if (failed(given))
      return failure();
    repeats = *given;
  }
  if (repeats.size() != shape.size())
    return c.badInput("has " + Twine(repeats.size()) + " repeats for rank " + Twine(shape.size()));
  Ints split, spread, joined;
  for (auto [size, repeat] : llvm::zip(shape, repeats)) {
    std::optional<int64_t> product = checkedMul<int64_t>(size, repeat);
    if (repeat < 0 || !product)
      return c.badInput("repeats are negative or too large");
    if (repeat != 1) {
      split.push_back(1);
      spread.push_back(repeat);
    }
    split.push_back(size);
    spread.push_back(size);
    joined.push_back(*product);
  }
  if (!elementCount(Shape(joined.begin(), joined.end())))
    return c.badInput("repeats are negative or too large");
  return c.setOutput(0, c.reshape(c.expand(c.reshape(c.input(0), split), spread), joined));
}

/// The block size and the sizes N, C, H, W of an image operand.
static FailureOr<std::array<int64_t, 5>> blockOf(NodeContext &c) {
  int64_t block = c.requiredIntAttr("blocksize");
  Ints shape = c.shapeOf(c.input(0));
  if (c.failed())
    return failure();
  if (shape.size() != 4 || block < 1)
    return c.badInput("expects an operand (N, C, H, W) and a positive blocksize");
  return std::array<int64_t, 5>{block, shape[0], shape[1], shape[2], shape[3]};
}

static LogicalResult importDepthToSpace(NodeContext &c) {
  auto sizes = blockOf(c);
  if (failed(sizes))
    return failure();
  auto [b, n, channels, h, w] = *sizes;
  std::string mode = c.stringAttr("mode", "DCR");
  if (channels % (b * b) != 0 || (mode != "DCR" && mode != "CRD"))
    return c.badInput("expects channels divisible by blocksize squared, and mode DCR or CRD");
  int64_t depth = channels / (b * b);
  bool blocksFirst = mode == "DCR";
  Ints split = blocksFirst ? Ints{n, b, b, depth, h, w} : Ints{n, depth, b, b, h, w};
  Ints permutation = blocksFirst ? Ints{0, 3, 4, 1, 5, 2} : Ints{0, 1, 4, 2, 5, 3};
  Value moved = c.transpose(c.reshape(c.input(0), split), permutation);
  return c.setOutput(0, c.reshape(moved, {n, depth, h * b, w * b}));
}

static LogicalResult importSpaceToDepth(NodeContext &c) {
  auto sizes = blockOf(c);
  if (failed(sizes))
    return failure();
  auto [b, n, channels, h, w] = *sizes;
  std::string mode = c.stringAttr("mode", "DCR");
  if (h % b != 0 || w % b != 0)
    return c.badInput("expects a height and width divisible by blocksize");
  Value split = c.reshape(c.input(0), {n, channels, h / b, b, w / b, b});
  Value moved = c.transpose(split, mode == "CRD" ? Ints{0, 1, 3, 5, 2, 4} : Ints{0, 3, 5, 1, 2, 4});
  return c.setOutput(0, c.reshape(moved, {n, channels * b * b, h / b, w / b}));
}

//===-- Range, EyeLike, Trilu --------------------------------------------------------------===//

static LogicalResult importRange(NodeContext &c) {
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
  if (!(span < 1e9))
    return c.badInput("has too many elements");
  int64_t count = static_cast<int64_t>(std::max(span, 0.0));
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

static LogicalResult importEyeLike(NodeContext &c) {
  Ints shape = c.shapeOf(c.input(0));
  if (shape.size() != 2)
    return c.badInput("operand has rank " + Twine(shape.size()) + ", expected 2");
  int64_t k = c.intAttr("k", 0);
  Type element =
      c.hasAttr("dtype") ? c.elementTypeOfCode(c.intAttr("dtype", 1)) : c.elementOf(c.input(0));
  Tensor result(*dl::dtypeOf(element), {shape[0], shape[1]});
  for (int64_t row = 0; row < shape[0]; ++row)
    if (int64_t column = row + k; column >= 0 && column < shape[1])
      result.setInt(row * shape[1] + column, 1);
  return c.setOutput(0, c.constant(result));
}

/// Keeps elements on one side of a diagonal: where(mask, x, 0) with a constant mask.
static LogicalResult importTrilu(NodeContext &c) {
  bool upper = c.boolAttr("upper", true);
  int64_t k = 0;
  if (c.hasInput(1)) {
    FailureOr<Ints> given = c.requireInts(1);
    if (failed(given))
      return failure();
    if (given->size() != 1)
      return c.badInput("k must be one number");
    k = given->front();
  }
  Ints shape = c.shapeOf(c.input(0));
  if (shape.size() < 2)
    return c.badInput("operand has rank " + Twine(shape.size()) + ", expected 2 or more");
  int64_t rows = shape[shape.size() - 2], columns = shape.back();
  k = std::clamp(k, -rows - columns, rows + columns);
  Tensor mask(DType::Bool, {rows, columns});
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      mask.setInt(row * columns + column, upper ? column >= row + k : column <= row + k);
  if (mask.numElements() == 0)
    return c.setOutput(0, c.input(0));
  Value zero = c.scalar(c.elementOf(c.input(0)), 0);
  return c.setOutput(0, c.create<dl::WhereOp>(c.constant(mask), c.input(0), zero));
}

//===-- CenterCropPad ----------------------------------------------------------------------===//

/// Each axis is padded with zeros, or cut, at both ends; an odd one at the end.
static LogicalResult importCenterCropPad(NodeContext &c) {
  FailureOr<Ints> target = c.requireInts(1);
  if (failed(target))
    return failure();
  Ints shape = c.shapeOf(c.input(0));
  int64_t rank = shape.size();
  Ints all(llvm::seq<int64_t>(0, rank).begin(), llvm::seq<int64_t>(0, rank).end());
  FailureOr<Ints> axes = c.normalizeAxes(c.intsAttr("axes").value_or(all), rank);
  if (failed(axes))
    return failure();
  if (axes->size() != target->size())
    return c.badInput("shape has " + Twine(target->size()) + " entries for " + Twine(axes->size()) +
                      " axes");
  Ints starts(rank, 0), sizes(shape), low(rank, 0), high(rank, 0);
  for (auto [axis, size] : llvm::zip(*axes, *target)) {
    if (size < 0)
      return c.badInput("shape holds a negative size");
    int64_t more = size - shape[axis];
    if (more >= 0) {
      low[axis] = more / 2;
      high[axis] = more - more / 2;
    } else {
      starts[axis] = -more / 2;
      sizes[axis] = size;
    }
  }
  Value cut = c.create<dl::SliceOp>(c.input(0), c.i64s(starts), c.i64s(sizes),
                                    c.i64s(Ints(rank, 1)), AffineMapAttr());
  return c.setOutput(0, c.create<dl::PadOp>(
                            cut, Value(), c.i64s(low), c.i64s(high),
                            dl::PadModeAttr::get(c.builder().getContext(), dl::PadMode::Constant)));
}

void registerRearrangeImporters(OpTable &table) {
  auto add = [&](StringRef name, ImportFunction import, unsigned least, unsigned most,
                 StringRef limits = {}) {
    table.add({.opType = name,
               .import = import,
               .minInputs = least,
               .maxInputs = most,
               .limits = limits});
  };
  add("Pad", importPad, 1, 4);
  add("Tile", importTile, 2, 3);
  add("DepthToSpace", importDepthToSpace, 1, 1);
  add("SpaceToDepth", importSpaceToDepth, 1, 1);
  add("Range", importRange, 3, 3, "bounds are known at compile time");
  add("EyeLike", importEyeLike, 1, 1);
  add("Trilu", importTrilu, 1, 2);
  add("CenterCropPad", importCenterCropPad, 2, 2);
}

} // namespace dlc::onnx
