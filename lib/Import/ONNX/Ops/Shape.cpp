// Operators that reshape, permute, join and cut.
#include "Families.h"

#include "../Places.h"

#include "../NodeContext.h"
#include "dlc/Support/CheckedArithmetic.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace dlc::onnx {

//===-- Reshape, Flatten, Squeeze, Unsqueeze -----------------------------------------------===//

static std::string dimsText(NodeContext &c, ArrayRef<AffineExpr> dims) {
  return llvm::join(llvm::map_range(dims,
                                    [&](AffineExpr dim) {
                                      return dl::expressionString(
                                          dim, c.graphBuilder().symbols().allNames());
                                    }),
                    "x");
}

/// resolveReshape where sizes of the operand, or asked for, are symbols.
static FailureOr<dl::Dims> resolveSymbolicReshape(NodeContext &c, ArrayRef<AffineExpr> from,
                                                  ArrayRef<AffineExpr> asked, bool allowZero) {
  dl::Dims shape(asked);
  std::optional<size_t> open;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    std::optional<int64_t> size = dl::constantDim(shape[axis]);
    if (size == 0 && !allowZero && axis >= from.size())
      return c.badInput("shape entry " + Twine(axis) + " is 0, but the operand has rank " +
                        Twine(from.size()));
    if (size == 0 && !allowZero)
      shape[axis] = from[axis];
    if (size == -1 && open)
      return c.badInput("shape holds -1 more than once");
    if (size == -1)
      open = axis;
    else if (size && *size < -1)
      return c.badInput("shape holds " + Twine(*size));
  }
  if (open)
    shape[*open] = c.dim(1);
  AffineExpr whole = dl::productOf(from, c.builder().getContext());
  AffineExpr part = dl::productOf(shape, c.builder().getContext());
  AffineExpr left = open ? dl::exactQuotient(whole, part) : AffineExpr();
  // Sizes may have to be equal: lines of text that must end up one pixel high, a mask as long as
  // the past and what is new.
  auto [mine, theirs] = dl::withoutCommonFactors(whole, part);
  SizeSymbols &symbols = c.graphBuilder().symbols();
  bool fits =
      open ? bool(left) : symbols.areEqual(mine, theirs) || symbols.requireEqual(mine, theirs);
  if (!fits)
    return c.unsupported("reshapes " + dimsText(c, from) + " to " + dimsText(c, asked) +
                         ", which fits at certain sizes only: give them with --shape");
  if (open)
    shape[*open] = left;
  return shape;
}

/// 0 copies the operand's size (unless `allowZero`), -1 takes what is left.
static FailureOr<Ints> resolveReshape(NodeContext &c, ArrayRef<int64_t> from,
                                      ArrayRef<int64_t> asked, bool allowZero) {
  Ints shape(asked);
  std::optional<size_t> open;
  int64_t known = 1;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 0 && !allowZero) {
      if (axis >= from.size())
        return c.badInput("shape entry " + Twine(axis) + " is 0, but the operand has rank " +
                          Twine(from.size()));
      shape[axis] = from[axis];
    }
    if (shape[axis] == -1 && open)
      return c.badInput("shape holds -1 more than once");
    if (shape[axis] < -1)
      return c.badInput("shape holds " + Twine(shape[axis]));
    if (shape[axis] == -1) {
      open = axis;
      continue;
    }
    std::optional<int64_t> product = checkedMul(known, shape[axis]);
    if (!product)
      return c.badInput("shape overflows");
    known = *product;
  }
  int64_t elements = ShapedType::getNumElements(from);
  if (open && (known == 0 || elements % known != 0))
    return c.badInput("shape with -1 does not fit " + Twine(elements) + " elements");
  if (open)
    shape[*open] = elements / known;
  else if (known != elements)
    return c.badInput("shape has " + Twine(known) + " elements, the operand " + Twine(elements));
  return shape;
}

static bool areConstant(ArrayRef<AffineExpr> dims) {
  return llvm::all_of(dims, [](AffineExpr dim) { return dl::constantDim(dim).has_value(); });
}

static LogicalResult importReshape(NodeContext &c) {
  c.ignoreAttr("consumed_inputs");
  bool allowZero = c.boolAttr("allowzero", false);
  dl::Dims asked;
  if (c.opset() < 5) {
    asked = dl::dimsOf(c.builder().getContext(), c.intsAttr("shape").value_or(Ints()));
  } else {
    FailureOr<dl::Dims> given = c.requireSizes(1);
    if (failed(given))
      return failure();
    asked = *given;
  }
  dl::Dims from = c.dimsOf(c.input(0));
  if (!areConstant(from) || !areConstant(asked)) {
    FailureOr<dl::Dims> dims = resolveSymbolicReshape(c, from, asked, allowZero);
    return failed(dims) ? failure() : c.setOutput(0, c.reshape(c.input(0), *dims));
  }
  Ints sizes;
  for (AffineExpr size : asked)
    sizes.push_back(*dl::constantDim(size));
  FailureOr<Ints> shape = resolveReshape(c, c.shapeOf(c.input(0)), sizes, allowZero);
  if (failed(shape))
    return failure();
  return c.setOutput(0, c.reshape(c.input(0), *shape));
}

static LogicalResult importFlatten(NodeContext &c) {
  dl::Dims shape = c.dimsOf(c.input(0));
  int64_t axis = c.intAttr("axis", 1), rank = shape.size();
  axis += axis < 0 ? rank : 0;
  if (axis < 0 || axis > rank)
    return c.badInput("axis " + Twine(axis) + " is outside rank " + Twine(rank));
  ArrayRef<AffineExpr> all(shape);
  MLIRContext *context = c.builder().getContext();
  dl::Dims matrix{dl::productOf(all.take_front(axis), context),
                  dl::productOf(all.drop_front(axis), context)};
  return c.setOutput(0, c.reshape(c.input(0), matrix));
}

/// The axes of Squeeze and Unsqueeze: an attribute before opset 13, an input since.
static FailureOr<std::optional<Ints>> axesOf(NodeContext &c) {
  if (c.opset() < 13)
    return c.intsAttr("axes");
  if (!c.hasInput(1))
    return std::optional<Ints>();
  FailureOr<Ints> axes = c.requireInts(1);
  if (failed(axes))
    return failure();
  return std::optional<Ints>(*axes);
}

static LogicalResult importSqueeze(NodeContext &c) {
  FailureOr<std::optional<Ints>> given = axesOf(c);
  if (failed(given))
    return failure();
  dl::Dims shape = c.dimsOf(c.input(0)), result;
  FailureOr<Ints> axes = c.normalizeAxes(given->value_or(Ints()), shape.size());
  if (failed(axes))
    return failure();
  for (auto [axis, size] : llvm::enumerate(shape)) {
    bool asked = llvm::is_contained(*axes, static_cast<int64_t>(axis));
    // Without axes, which ones to drop is decided here.
    std::optional<int64_t> fixed = *given ? dl::constantDim(size) : c.sizeOf(c.input(0), axis);
    bool drop = *given ? asked : fixed == 1;
    if (drop && fixed && fixed != 1)
      return c.badInput("axis " + Twine(axis) + " has size " + Twine(*fixed) + ", expected 1");
    if (drop && !fixed)
      c.graphBuilder().symbols().requireEqual(size, c.dim(1));
    if (!drop)
      result.push_back(size);
  }
  return c.setOutput(0, c.reshape(c.input(0), result));
}

static LogicalResult importUnsqueeze(NodeContext &c) {
  FailureOr<std::optional<Ints>> given = axesOf(c);
  if (failed(given))
    return failure();
  if (!*given)
    return c.badInput("axes are missing");
  dl::Dims shape = c.dimsOf(c.input(0)), result;
  size_t rank = shape.size() + (*given)->size();
  FailureOr<Ints> axes = c.normalizeAxes(**given, rank);
  if (failed(axes))
    return failure();
  for (size_t axis = 0, next = 0; axis < rank; ++axis)
    result.push_back(llvm::is_contained(*axes, static_cast<int64_t>(axis)) ? c.dim(1)
                                                                           : shape[next++]);
  return c.setOutput(0, c.reshape(c.input(0), result));
}

//===-- Transpose, Concat, Expand ----------------------------------------------------------===//

static LogicalResult importTranspose(NodeContext &c) {
  int64_t rank = c.rankOf(c.input(0));
  Ints reversed;
  for (int64_t axis = rank - 1; axis >= 0; --axis)
    reversed.push_back(axis);
  Ints permutation = c.intsAttr("perm").value_or(reversed);
  return c.setOutput(0, c.transpose(c.input(0), permutation));
}

static LogicalResult importConcat(NodeContext &c) {
  int64_t defaultAxis = 1;
  int64_t given = c.opset() >= 4 ? c.requiredIntAttr("axis") : c.intAttr("axis", defaultAxis);
  FailureOr<int64_t> axis = c.normalizeAxis(given, c.rankOf(c.input(0)));
  if (failed(axis))
    return failure();
  return c.setOutput(
      0, c.create<dl::ConcatOp>(ValueRange(c.allInputs()), static_cast<uint64_t>(*axis)));
}

/// Expand broadcasts both ways: sizes of 1 in the asked-for shape take the operand's.
static LogicalResult importExpand(NodeContext &c) {
  FailureOr<dl::Dims> asked = c.requireSizes(1);
  if (failed(asked))
    return failure();
  dl::Dims from = c.dimsOf(c.input(0)), shape(*asked);
  if (shape.size() < from.size())
    shape.insert(shape.begin(), from.size() - shape.size(), c.dim(1));
  size_t offset = shape.size() - from.size();
  for (size_t axis = 0; axis < from.size(); ++axis)
    if (dl::constantDim(shape[offset + axis]) == 1)
      shape[offset + axis] = from[axis];
  if (llvm::any_of(shape, [](AffineExpr size) { return dl::constantDim(size).value_or(0) < 0; }))
    return c.badInput("shape holds a negative size");
  return c.setOutput(0, c.expand(c.input(0), shape));
}

static LogicalResult importIdentity(NodeContext &c) { return c.setOutput(0, c.input(0)); }

//===-- Slice, Split -----------------------------------------------------------------------===//

/// Starts, ends, axes and steps of a Slice, as they are in the file.
struct SliceBounds {
  dl::Dims starts, ends;
  Ints axes, steps;
};

static FailureOr<SliceBounds> sliceBounds(NodeContext &c) {
  SliceBounds bounds;
  MLIRContext *context = c.builder().getContext();
  if (c.opset() < 10) {
    bounds.starts = dl::dimsOf(context, c.intsAttr("starts").value_or(Ints()));
    bounds.ends = dl::dimsOf(context, c.intsAttr("ends").value_or(Ints()));
    bounds.axes = c.intsAttr("axes").value_or(Ints());
  } else {
    for (auto [index, target] : llvm::enumerate(std::array{&bounds.starts, &bounds.ends})) {
      FailureOr<dl::Dims> values = c.requireSizes(index + 1);
      if (failed(values))
        return failure();
      *target = *values;
    }
    for (auto [index, target] : llvm::enumerate(std::array{&bounds.axes, &bounds.steps})) {
      if (!c.hasInput(index + 3))
        continue;
      FailureOr<Ints> values = c.requireInts(index + 3);
      if (failed(values))
        return failure();
      *target = *values;
    }
  }
  if (bounds.axes.empty())
    bounds.axes.append(llvm::seq<int64_t>(0, bounds.starts.size()).begin(),
                       llvm::seq<int64_t>(0, bounds.starts.size()).end());
  if (bounds.steps.empty())
    bounds.steps.assign(bounds.starts.size(), 1);
  size_t count = bounds.starts.size();
  if (bounds.ends.size() != count || bounds.axes.size() != count || bounds.steps.size() != count)
    return c.badInput("starts, ends, axes and steps differ in length");
  return bounds;
}

/// The standard's rule for one axis: start and end are counted from the end where negative, then
/// clamped; a start is a place of the axis also where steps go backwards, which NumPy has
/// otherwise.
static std::pair<int64_t, int64_t> clampSlice(int64_t start, int64_t end, int64_t step,
                                              int64_t size) {
  if (size == 0)
    return {0, 0};
  start += start < 0 ? size : 0;
  end += end < 0 ? size : 0;
  int64_t high = step > 0 ? size : size - 1;
  start = std::clamp<int64_t>(start, 0, high);
  end = std::clamp<int64_t>(end, step > 0 ? 0 : -1, high);
  int64_t span = step > 0 ? end - start : start - end;
  if (span <= 0)
    return {0, 0};
  uint64_t stride = step > 0 ? static_cast<uint64_t>(step) : -static_cast<uint64_t>(step);
  return {start, static_cast<int64_t>((static_cast<uint64_t>(span) + stride - 1) / stride)};
}

/// Places along one axis: from `start` on, `step` apart.
struct Places {
  AffineExpr start;
  int64_t step;
  AffineExpr count;
};

/// The same where the size, the start or the end is a symbol. What the clamping would decide
/// becomes a bound on the symbols; a number that no axis of `element` reaches, as exporters write
/// it for an end that is left out (INT32_MAX, INT64_MIN, 10^9), is that end.
static FailureOr<Places> symbolicSlice(NodeContext &c, AffineExpr start, AffineExpr end,
                                       int64_t step, AffineExpr size, Type element) {
  auto isBeyondAll = [&](int64_t place) {
    constexpr int64_t farthest = std::numeric_limits<int32_t>::max();
    int64_t far = place < -farthest ? farthest : std::abs(place);
    return importer::exceedsTensorLimit(RankedTensorType::get({far}, element));
  };
  SizeSymbols &symbols = c.graphBuilder().symbols();
  // Counted from the end where it is negative at all calls; else no call may make it negative, as
  // nothing counts from either end.
  auto placeOf = [&](AffineExpr expr, AffineExpr low, AffineExpr high) {
    std::optional<int64_t> known = dl::constantDim(expr);
    if (known && isBeyondAll(*known))
      return *known < 0 ? low : high;
    if (symbols.isAtLeast(-expr, 1))
      return dl::simplified(size + expr);
    symbols.require(expr);
    return expr;
  };
  AffineExpr zero = c.dim(0), behind = step > 0 ? size : size - 1;
  AffineExpr first = placeOf(start, zero, behind),
             last = placeOf(end, step > 0 ? zero : zero - 1, behind);
  // A fixed number of elements of an axis that may be shorter would not have this many.
  symbols.require(first);
  if (step < 0)
    symbols.require(dl::simplified(size - 1 - first));
  symbols.require(dl::simplified(step > 0 ? size - last : last + 1));
  AffineExpr span = dl::simplified(step > 0 ? last - first : first - last);
  AffineExpr count = dl::simplified(span.ceilDiv(step < 0 ? -step : step));
  symbols.requireLength(count);
  return Places{first, step, count};
}

/// Elements of `value` at such places of an axis.
static Value gatherPlaces(NodeContext &c, Value value, int64_t axis, const Places &places) {
  Type i64 = c.builder().getI64Type();
  Value all = placesAlong(c, places.count, 1, 0, i64);
  if (places.step != 1)
    all = c.create<dl::MulOp>(all, c.scalar(i64, static_cast<double>(places.step)));
  all = c.create<dl::AddOp>(all, sizeAsNumber(c, places.start));
  return c.create<dl::GatherOp>(value, all, static_cast<uint64_t>(axis));
}

static LogicalResult importSlice(NodeContext &c) {
  FailureOr<SliceBounds> bounds = sliceBounds(c);
  if (failed(bounds))
    return failure();
  dl::Dims sizes = c.dimsOf(c.input(0));
  int64_t rank = sizes.size();
  FailureOr<Ints> axes = c.normalizeAxes(bounds->axes, rank);
  if (failed(axes))
    return failure();
  Ints starts(rank, 0), steps(rank, 1);
  SmallVector<std::pair<int64_t, Places>> gathered;
  for (auto [index, axis] : llvm::enumerate(*axes)) {
    int64_t step = bounds->steps[index];
    if (step == 0)
      return c.badInput("step of axis " + Twine(axis) + " is 0");
    std::optional<int64_t> whole = dl::constantDim(sizes[axis]),
                           from = dl::constantDim(bounds->starts[index]),
                           to = dl::constantDim(bounds->ends[index]);
    if (!whole || !from || !to) {
      FailureOr<Places> places = symbolicSlice(c, bounds->starts[index], bounds->ends[index], step,
                                               sizes[axis], c.elementOf(c.input(0)));
      if (failed(places))
        return failure();
      std::optional<int64_t> start = dl::constantDim(places->start);
      if (start && step == 1)
        std::tie(starts[axis], sizes[axis]) = std::pair(*start, places->count);
      else
        gathered.emplace_back(axis, *places);
      continue;
    }
    auto [start, size] = clampSlice(*from, *to, step, *whole);
    starts[axis] = start;
    sizes[axis] = c.dim(size);
    // A single element needs no step, which may be as large as int64 here.
    steps[axis] = size <= 1 ? 1 : step;
  }
  Value result = c.slice(c.input(0), starts, sizes, steps);
  for (const auto &[axis, places] : gathered)
    result = gatherPlaces(c, result, axis, places);
  return c.setOutput(0, result);
}

/// Sizes of the parts: given, or equal with a smaller last one (opset 18; before, they had to be
/// equal).
static FailureOr<Ints> splitSizes(NodeContext &c, int64_t size) {
  int64_t parts = c.intAttr("num_outputs", c.numOutputs());
  std::optional<Ints> given = c.opset() < 13 ? c.intsAttr("split") : std::nullopt;
  if (c.hasInput(1)) {
    FailureOr<Ints> values = c.requireInts(1);
    if (failed(values))
      return failure();
    given = *values;
  }
  if (given) {
    int64_t total = 0;
    for (int64_t part : *given)
      if (part < 0 || (total += part) > size)
        return c.badInput("split sizes do not add up to " + Twine(size));
    if (total != size)
      return c.badInput("split sizes do not add up to " + Twine(size));
    if (given->size() != c.numOutputs())
      return c.badInput("has " + Twine(c.numOutputs()) + " outputs for " + Twine(given->size()) +
                        " split sizes");
    return *given;
  }
  if (parts < 1 || parts != static_cast<int64_t>(c.numOutputs()))
    return c.badInput("attribute 'num_outputs' is " + Twine(parts) + " for " +
                      Twine(c.numOutputs()) + " outputs");
  int64_t part = (size + parts - 1) / parts, left = size;
  if (c.opset() < 18 && size % parts != 0)
    return c.badInput("size " + Twine(size) + " does not split into " + Twine(parts) +
                      " equal parts");
  Ints sizes;
  for (int64_t i = 0; i < parts; ++i) {
    sizes.push_back(std::min(part, left));
    left -= sizes.back();
  }
  return sizes;
}

static LogicalResult importSplit(NodeContext &c) {
  FailureOr<int64_t> axis = c.normalizeAxis(c.intAttr("axis", 0), c.rankOf(c.input(0)));
  if (failed(axis))
    return failure();
  FailureOr<Ints> sizes = splitSizes(c, c.sizeOf(c.input(0), *axis));
  if (failed(sizes))
    return failure();
  int64_t start = 0;
  for (auto [index, size] : llvm::enumerate(*sizes)) {
    // A part of no elements starts nowhere; 0 is always inside.
    if (failed(c.setOutput(index, c.sliceAxis(c.input(0), *axis, size == 0 ? 0 : start, size))))
      return failure();
    start += size;
  }
  return success();
}

void registerShapeImporters(OpTable &table) {
  table.add({.opType = "Reshape", .import = importReshape, .minInputs = 1, .maxInputs = 2});
  table.add({.opType = "Flatten", .import = importFlatten});
  table.add({.opType = "Squeeze", .import = importSqueeze, .minInputs = 1, .maxInputs = 2});
  table.add({.opType = "Unsqueeze", .import = importUnsqueeze, .minInputs = 1, .maxInputs = 2});
  table.add({.opType = "Transpose", .import = importTranspose});
  table.add({.opType = "Concat", .import = importConcat, .minInputs = 1, .maxInputs = anyNumber});
  table.add({.opType = "Expand", .import = importExpand, .minInputs = 2, .maxInputs = 2});
  table.add({.opType = "Identity", .import = importIdentity});
  table.add({.opType = "Slice", .import = importSlice, .minInputs = 1, .maxInputs = 5});
  table.add({.opType = "Split", .import = importSplit, .minInputs = 1, .maxInputs = 2});
}

} // namespace dlc::onnx
