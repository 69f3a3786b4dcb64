// Operators that are reshapes and transposes in another guise, and pads.
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
  dl::Dims shape = c.dimsOf(value), sizes(shape);
  Ints starts(shape.size(), 0), steps(shape.size(), 1);
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    int64_t low = std::max<int64_t>(-pads.low[axis], 0),
            high = std::max<int64_t>(-pads.high[axis], 0);
    if (low == 0 && high == 0)
      continue;
    starts[axis] = low;
    sizes[axis] = dl::simplified(shape[axis] - low - high);
    std::optional<int64_t> known = dl::constantDim(sizes[axis]);
    if (!known)
      c.graphBuilder().symbols().require(sizes[axis] - 1);
    if (known && *known < 0) {
      (void)c.badInput("negative pads remove more than axis " + Twine(axis) + " holds");
      return {};
    }
    if (known && *known == 0)
      starts[axis] = 0;
  }
  return sizes == shape ? value : c.slice(value, starts, sizes, steps);
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

/// How often each axis is repeated.
static FailureOr<dl::Dims> repeatsOf(NodeContext &c, int64_t rank) {
  if (c.opset() >= 6)
    return c.requireSizes(1);
  FailureOr<Ints> tiles = c.requireInts(1), axis = c.requireInts(2);
  if (failed(tiles) || failed(axis) || tiles->size() != 1 || axis->size() != 1)
    return c.badInput("expects one tile count and one axis");
  FailureOr<int64_t> normal = c.normalizeAxis(axis->front(), rank);
  if (failed(normal))
    return failure();
  dl::Dims repeats(rank, c.dim(1));
  repeats[*normal] = c.dim(tiles->front());
  return repeats;
}

/// `size` times `repeat`; null where the product is negative or overflows.
static AffineExpr repeated(AffineExpr size, AffineExpr repeat) {
  std::optional<int64_t> from = dl::constantDim(size), times = dl::constantDim(repeat);
  if (times && *times < 0)
    return {};
  if (!from || !times)
    return dl::productOf({size, repeat}, size.getContext());
  std::optional<int64_t> product = checkedMul<int64_t>(*from, *times);
  return product ? getAffineConstantExpr(*product, size.getContext()) : AffineExpr();
}

/// (a, b) -> (1, a, 1, b) -> (ra, a, rb, b) -> (ra a, rb b).
static LogicalResult importTile(NodeContext &c) {
  dl::Dims shape = c.dimsOf(c.input(0));
  FailureOr<dl::Dims> repeats = repeatsOf(c, shape.size());
  if (failed(repeats))
    return failure();
  if (repeats->size() != shape.size())
    return c.badInput("has " + Twine(repeats->size()) + " repeats for rank " + Twine(shape.size()));
  dl::Dims split, spread, joined;
  Shape known;
  for (auto [size, repeat] : llvm::zip(shape, *repeats)) {
    AffineExpr product = repeated(size, repeat);
    if (!product)
      return c.badInput("repeats are negative or too large");
    if (repeat != c.dim(1)) {
      split.push_back(c.dim(1));
      spread.push_back(repeat);
    }
    split.push_back(size);
    spread.push_back(size);
    joined.push_back(product);
    known.push_back(dl::constantDim(product).value_or(1));
  }
  if (!elementCount(known))
    return c.badInput("repeats are negative or too large");
  return c.setOutput(0, c.reshape(c.expand(c.reshape(c.input(0), split), spread), joined));
}

/// The attribute `blocksize`, of an operand (N, C, H, W).
static FailureOr<int64_t> blockOf(NodeContext &c) {
  int64_t block = c.requiredIntAttr("blocksize");
  if (c.failed())
    return failure();
  if (c.rankOf(c.input(0)) != 4 || block < 1)
    return c.badInput("expects an operand (N, C, H, W) and a positive blocksize");
  return block;
}

static LogicalResult importDepthToSpace(NodeContext &c) {
  FailureOr<int64_t> block = blockOf(c);
  if (failed(block))
    return failure();
  int64_t b = *block, channels = c.sizeOf(c.input(0), 1);
  dl::Dims from = c.dimsOf(c.input(0));
  std::string mode = c.stringAttr("mode", "DCR");
  if (channels % (b * b) != 0 || (mode != "DCR" && mode != "CRD"))
    return c.badInput("expects channels divisible by blocksize squared, and mode DCR or CRD");
  AffineExpr n = from[0], h = from[2], w = from[3], side = c.dim(b),
             depth = c.dim(channels / (b * b));
  bool blocksFirst = mode == "DCR";
  dl::Dims split =
      blocksFirst ? dl::Dims{n, side, side, depth, h, w} : dl::Dims{n, depth, side, side, h, w};
  Ints permutation = blocksFirst ? Ints{0, 3, 4, 1, 5, 2} : Ints{0, 1, 4, 2, 5, 3};
  Value moved = c.transpose(c.reshape(c.input(0), split), permutation);
  return c.setOutput(0, c.reshape(moved, dl::Dims{n, depth, h * b, w * b}));
}

static LogicalResult importSpaceToDepth(NodeContext &c) {
  FailureOr<int64_t> block = blockOf(c);
  if (failed(block))
    return failure();
  int64_t b = *block, channels = c.sizeOf(c.input(0), 1);
  dl::Dims from = c.dimsOf(c.input(0));
  std::string mode = c.stringAttr("mode", "DCR");
  AffineExpr side = c.dim(b), n = from[0], rows = dl::exactQuotient(from[2], side),
             columns = dl::exactQuotient(from[3], side);
  for (int64_t axis : {2, 3})
    if (!(axis == 2 ? rows : columns) && c.sizeOf(c.input(0), axis) % b != 0)
      return c.badInput("expects a height and width divisible by blocksize");
  if (c.failed())
    return failure();
  Value split = c.reshape(c.input(0), dl::Dims{n, c.dim(channels), rows, side, columns, side});
  Value moved = c.transpose(split, mode == "CRD" ? Ints{0, 1, 3, 5, 2, 4} : Ints{0, 3, 5, 1, 2, 4});
  return c.setOutput(0, c.reshape(moved, dl::Dims{n, c.dim(channels * b * b), rows, columns}));
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
  add("CenterCropPad", importCenterCropPad, 2, 2);
}

} // namespace dlc::onnx
