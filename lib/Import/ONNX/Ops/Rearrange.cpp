// Operators that are reshapes and transposes in another guise.
#include "Families.h"

#include "../NodeContext.h"
#include "dlc/Support/CheckedArithmetic.h"

using namespace mlir;

namespace dlc::onnx {

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
  add("Tile", importTile, 2, 3);
  add("DepthToSpace", importDepthToSpace, 1, 1);
  add("SpaceToDepth", importSpaceToDepth, 1, 1);
  add("CenterCropPad", importCenterCropPad, 2, 2);
}

} // namespace dlc::onnx
