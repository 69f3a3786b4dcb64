// Gathers, scatters and what is made of them.
#include "Families.h"

#include "../Places.h"

using namespace mlir;

namespace dlc::onnx {

/// Indices in a type that dl takes: i32 and i64 stay, other integers (rare) widen. What is no
/// integer is left to the op's verifier.
static Value indices(NodeContext &c, Value value) {
  Type element = c.elementOf(value);
  const bool stays = element.isSignlessInteger(32) || element.isSignlessInteger(64);
  if (stays || !isa<IntegerType>(element) || element.isInteger(1))
    return value;
  return c.cast(value, c.builder().getI64Type());
}

static LogicalResult importGather(NodeContext &c) {
  FailureOr<int64_t> axis = c.normalizeAxis(c.intAttr("axis", 0), c.rankOf(c.input(0)));
  if (failed(axis))
    return failure();
  return c.setOutput(
      0, c.create<dl::GatherOp>(c.input(0), indices(c, c.input(1)), static_cast<uint64_t>(*axis)));
}

static LogicalResult importGatherElements(NodeContext &c) {
  FailureOr<int64_t> axis = c.normalizeAxis(c.intAttr("axis", 0), c.rankOf(c.input(0)));
  if (failed(axis))
    return failure();
  return c.setOutput(0, c.create<dl::GatherElementsOp>(c.input(0), indices(c, c.input(1)),
                                                       static_cast<uint64_t>(*axis)));
}

static LogicalResult importGatherND(NodeContext &c) {
  int64_t batch = c.intAttr("batch_dims", 0);
  if (batch < 0 || batch > c.rankOf(c.input(0)))
    return c.badInput("attribute 'batch_dims' is " + Twine(batch) + " for an operand of rank " +
                      Twine(c.rankOf(c.input(0))));
  return c.setOutput(0, c.create<dl::GatherNDOp>(c.input(0), indices(c, c.input(1)),
                                                 static_cast<uint64_t>(batch)));
}

//===-- Scatter ----------------------------------------------------------------------------===//

static FailureOr<dl::ScatterKindAttr> scatterKind(NodeContext &c) {
  std::string reduction = c.stringAttr("reduction", "none");
  std::optional<dl::ScatterKind> kind =
      reduction == "none" ? dl::ScatterKind::Set : dl::symbolizeScatterKind(reduction);
  if (!kind)
    return c.badInput("attribute 'reduction' is '" + reduction +
                      "', expected none, add, mul, max or min");
  return dl::ScatterKindAttr::get(c.builder().getContext(), *kind);
}

static LogicalResult importScatterElements(NodeContext &c) {
  FailureOr<dl::ScatterKindAttr> kind = scatterKind(c);
  FailureOr<int64_t> axis = c.normalizeAxis(c.intAttr("axis", 0), c.rankOf(c.input(0)));
  if (failed(kind) || failed(axis))
    return failure();
  return c.setOutput(0, c.create<dl::ScatterElementsOp>(c.input(0), indices(c, c.input(1)),
                                                        c.input(2), c.i64(*axis), *kind));
}

static LogicalResult importScatterND(NodeContext &c) {
  FailureOr<dl::ScatterKindAttr> kind = scatterKind(c);
  if (failed(kind))
    return failure();
  return c.setOutput(
      0, c.create<dl::ScatterNDOp>(c.input(0), indices(c, c.input(1)), c.input(2), *kind));
}

//===-- OneHot, Compress, NonZero ----------------------------------------------------------===//

/// where(index == 0..depth-1 along a new axis, on, off); negative indices count from the end.
static LogicalResult importOneHot(NodeContext &c) {
  FailureOr<Tensor> depthValue = c.requireConstant(1);
  if (failed(depthValue))
    return failure();
  if (depthValue->numElements() != 1 || depthValue->asInt(0) < 1)
    return c.badInput("depth must be one positive number");
  // The classes are counted out in a constant.
  constexpr int64_t maxDepth = 1 << 22;
  if (depthValue->asInt(0) > maxDepth)
    return c.unsupported("a depth of " + Twine(depthValue->asInt(0)) +
                         " is larger than the limit of " + Twine(maxDepth));
  int64_t depth = depthValue->asInt(0), rank = c.rankOf(c.input(0)) + 1;
  FailureOr<int64_t> axis = c.normalizeAxis(c.intAttr("axis", -1), rank);
  if (failed(axis))
    return failure();
  if (c.shapeOf(c.input(2)) != Ints{2})
    return c.badInput("values must be the two numbers for off and on");
  Type i64 = c.builder().getI64Type();
  Value index = c.cast(c.input(0), i64);
  Value wrapped = c.create<dl::AddOp>(index, c.scalar(i64, depth));
  index = c.create<dl::WhereOp>(c.create<dl::LessOp>(index, c.scalar(i64, 0)), wrapped, index);
  dl::Dims shape = c.dimsOf(c.input(0));
  shape.insert(shape.begin() + *axis, c.dim(1));
  Value hit = c.create<dl::EqualOp>(c.reshape(index, shape),
                                    placesAlong(c, c.dim(depth), rank, *axis, i64));
  Value off = c.reshape(c.sliceAxis(c.input(2), 0, 0, 1), Ints());
  Value on = c.reshape(c.sliceAxis(c.input(2), 0, 1, 1), Ints());
  return c.setOutput(0, c.create<dl::WhereOp>(hit, on, off));
}

static Tensor indexTensor(ArrayRef<int64_t> values) {
  Tensor tensor(DType::I64, {static_cast<int64_t>(values.size())});
  std::copy(values.begin(), values.end(), tensor.data<int64_t>());
  return tensor;
}

/// The places of the elements of `operand` that are not zero, (rank, places). How many there are
/// decides the size: they are counted first.
static Value placesIn(NodeContext &c, Value operand) {
  Type i64 = c.builder().getI64Type();
  Value chosen = operand;
  if (!c.elementOf(operand).isInteger(1))
    chosen = c.create<dl::NotOp>(c.create<dl::EqualOp>(operand, c.scalar(c.elementOf(operand), 0)));
  Value count = c.create<dl::ReduceOp>(
      c.cast(chosen, i64), dl::ReduceKindAttr::get(c.builder().getContext(), dl::ReduceKind::Sum),
      c.i64s(llvm::to_vector(llvm::seq<int64_t>(0, c.rankOf(operand)))), c.flag(false));
  if (!count)
    return {};
  AffineExpr elements = dl::productOf(c.dimsOf(operand), c.builder().getContext());
  auto [decided, symbol] = c.decideSize(count, elements);
  return c.create<dl::NonZeroOp>(operand, decided, c.i64(symbol));
}

/// The slices of `operand` along `axis` where the list `condition` is true, as far as it reaches.
static LogicalResult importCompress(NodeContext &c) {
  Value operand = c.input(0);
  bool flat = !c.hasAttr("axis");
  if (flat)
    operand =
        c.reshape(operand, ArrayRef{dl::productOf(c.dimsOf(operand), c.builder().getContext())});
  FailureOr<int64_t> axis = c.normalizeAxis(flat ? 0 : c.intAttr("axis", 0), c.rankOf(operand));
  if (failed(axis))
    return failure();
  if (c.rankOf(c.input(1)) != 1)
    return c.badInput("condition has rank " + Twine(c.rankOf(c.input(1))) + ", expected a list");
  int64_t size = c.sizeOf(operand, *axis), length = c.sizeOf(c.input(1), 0);
  if (c.failed())
    return failure();
  if (length > size)
    return c.badInput("condition has " + Twine(length) + " elements for an axis of " + Twine(size));
  Value places;
  if (std::optional<Tensor> condition = c.constantInput(1)) {
    Ints chosen;
    for (int64_t i = 0; i < length; ++i)
      if (condition->asInt(i))
        chosen.push_back(i);
    places = c.constant(indexTensor(chosen));
  } else if ((places = placesIn(c, c.input(1)))) {
    places = c.reshape(places, ArrayRef{c.dimsOf(places)[1]});
  }
  return c.setOutput(0, c.create<dl::GatherOp>(operand, places, static_cast<uint64_t>(*axis)));
}

/// Whether all elements of `operand` are one number that is not zero.
static bool isFilledWithNonZero(Value operand) {
  auto expand = operand.getDefiningOp<dl::ExpandOp>();
  std::optional<double> value = expand ? dl::splatValue(expand.getOperand()) : std::nullopt;
  return value.value_or(0) != 0;
}

static LogicalResult importNonZero(NodeContext &c) {
  std::optional<Tensor> value = c.constantInput(0);
  // How exporters spelled a range before there was an operator for it.
  if (!value && c.rankOf(c.input(0)) == 1 && isFilledWithNonZero(c.input(0))) {
    AffineExpr size = c.dimsOf(c.input(0)).front();
    return c.setOutput(0, placesAlong(c, size, 2, 1, c.builder().getI64Type()));
  }
  if (!value && c.rankOf(c.input(0)) == 0)
    return c.unsupported("the places in a scalar are known at run time only");
  if (!value)
    return c.setOutput(0, placesIn(c, c.input(0)));
  Ints places;
  for (int64_t i = 0; i < value->numElements(); ++i)
    if (value->asDouble(i) != 0)
      places.push_back(i);
  int64_t rank = value->rank(), count = places.size();
  Tensor result(DType::I64, {rank, count});
  for (int64_t k = 0; k < count; ++k)
    for (int64_t axis = rank, rest = places[k]; axis-- > 0; rest /= value->shape()[axis])
      result.data<int64_t>()[axis * count + k] = rest % value->shape()[axis];
  return c.setOutput(0, c.constant(result));
}

//===-- ReverseSequence --------------------------------------------------------------------===//

/// Along the time axis, element t of a sequence of length n is taken from n - 1 - t where t < n.
static LogicalResult importReverseSequence(NodeContext &c) {
  int64_t time = c.intAttr("time_axis", 0), batch = c.intAttr("batch_axis", 1);
  dl::Dims shape = c.dimsOf(c.input(0));
  int64_t rank = shape.size();
  if (rank < 2 || time + batch != 1 || time * batch != 0)
    return c.badInput("expects time_axis and batch_axis to be 0 and 1");
  dl::Dims lengthShape(2, c.dim(1));
  lengthShape[batch] = shape[batch];
  Type i64 = c.builder().getI64Type();
  Value lengths = c.reshape(c.cast(c.input(1), i64), lengthShape);
  Value t = placesAlong(c, shape[time], 2, time, i64);
  Value mirrored = c.create<dl::SubOp>(c.create<dl::SubOp>(lengths, c.scalar(i64, 1)), t);
  Value source = c.create<dl::WhereOp>(c.create<dl::LessOp>(t, lengths), mirrored, t);
  dl::Dims spread(shape);
  std::fill(spread.begin() + 2, spread.end(), c.dim(1));
  Value places = c.expand(c.reshape(source, spread), shape);
  return c.setOutput(
      0, c.create<dl::GatherElementsOp>(c.input(0), places, static_cast<uint64_t>(time)));
}

/// The inverse of MaxPool: values are written at the places that `indices` name in an output of the
/// size that the attributes give, the rest is 0; a larger `output_shape` adds zeros at the end of
/// each axis.
static LogicalResult importMaxUnpool(NodeContext &c) {
  Ints input = c.shapeOf(c.input(0)), output(input);
  if (input.size() < 3)
    return c.badInput("input has rank " + Twine(input.size()) + ", expected (N, C, spatial...)");
  size_t spatial = input.size() - 2;
  Ints kernel = c.intsAttr("kernel_shape", spatial, 1), strides = c.intsAttr("strides", spatial, 1);
  Ints pads = c.intsAttr("pads", 2 * spatial, 0);
  for (size_t i = 0; i < spatial; ++i)
    output[2 + i] = (input[2 + i] - 1) * strides[i] - pads[i] - pads[spatial + i] + kernel[i];
  Ints from(output);
  if (c.hasInput(2)) {
    FailureOr<Ints> given = c.requireInts(2);
    if (failed(given))
      return failure();
    output = *given;
  }
  auto elements = [](ArrayRef<int64_t> shape) {
    return elementCount(Shape(shape.begin(), shape.end()));
  };
  if (!elements(output) || !elements(from) || output.size() != input.size())
    return c.badInput("output shape is impossible");
  Type element = c.elementOf(c.input(0));
  int64_t count = c.typeOf(c.input(0)).getNumElements();
  Value zeros = c.expand(c.scalar(element, 0), {*elements(from)});
  Value filled = c.create<dl::ScatterElementsOp>(
      zeros, c.reshape(c.input(1), {count}), c.reshape(c.input(0), {count}), c.i64(0),
      dl::ScatterKindAttr::get(c.builder().getContext(), dl::ScatterKind::Set));
  Ints low(output.size(), 0), high;
  for (auto [size, whole] : llvm::zip(from, output))
    high.push_back(whole - size);
  Value result = c.reshape(filled, from);
  if (output == from)
    return c.setOutput(0, result);
  dl::PadModeAttr mode = dl::PadModeAttr::get(c.builder().getContext(), dl::PadMode::Constant);
  return c.setOutput(0, c.create<dl::PadOp>(result, Value(), c.i64s(low), c.i64s(high), mode));
}

/// A cache along `axis` with the update written from each sequence's own place on.
static LogicalResult importTensorScatter(NodeContext &c) {
  std::string mode = c.stringAttr("mode", "linear");
  dl::Dims cache = c.dimsOf(c.input(0)), update = c.dimsOf(c.input(1));
  int64_t rank = cache.size();
  FailureOr<int64_t> axis = c.normalizeAxis(c.intAttr("axis", -2), rank);
  if (failed(axis))
    return failure();
  if (mode != "linear" && mode != "circular")
    return c.badInput("attribute 'mode' is '" + mode + "', expected linear or circular");
  if (*axis == 0 || static_cast<int64_t>(update.size()) != rank)
    return c.badInput("expects cache and update of one rank, and an axis other than the batch");
  Type i64 = c.builder().getI64Type();
  Value places = placesAlong(c, update[*axis], rank, *axis, i64);
  if (c.hasInput(2)) {
    dl::Dims spread(rank, c.dim(1));
    spread[0] = cache[0];
    if (c.dimsOf(c.input(2)) != dl::Dims{cache[0]})
      return c.badInput("expects one write index a sequence");
    places = c.create<dl::AddOp>(places, c.reshape(c.cast(c.input(2), i64), spread));
  }
  if (mode == "circular")
    places = c.create<dl::ModOp>(places, sizeAsNumber(c, cache[*axis]), c.flag(false));
  return c.setOutput(0,
                     c.create<dl::ScatterElementsOp>(
                         c.input(0), c.expand(places, update), c.input(1), c.i64(*axis),
                         dl::ScatterKindAttr::get(c.builder().getContext(), dl::ScatterKind::Set)));
}

static LogicalResult importGridSample(NodeContext &c) {
  std::string mode = c.stringAttr("mode", "linear");
  std::string padding = c.stringAttr("padding_mode", "zeros");
  if (mode == "bilinear" || mode == "bicubic") // before opset 20
    mode = mode.substr(2);
  std::optional<dl::SampleMode> modeKind = dl::symbolizeSampleMode(mode);
  std::optional<dl::SamplePadding> paddingKind = dl::symbolizeSamplePadding(padding);
  if (!modeKind)
    return c.badInput("attribute 'mode' is '" + mode + "', expected linear, nearest or cubic");
  if (!paddingKind)
    return c.badInput("attribute 'padding_mode' is '" + padding +
                      "', expected zeros, border or reflection");
  MLIRContext *context = c.builder().getContext();
  return c.setOutput(0, c.create<dl::GridSampleOp>(
                            c.input(0), c.input(1), dl::SampleModeAttr::get(context, *modeKind),
                            dl::SamplePaddingAttr::get(context, *paddingKind),
                            c.flag(c.boolAttr("align_corners", false))));
}

/// The places of an image of some size, moved by a matrix for each image of the batch.
static LogicalResult importAffineGrid(NodeContext &c) {
  FailureOr<Ints> size = c.requireInts(1);
  if (failed(size))
    return failure();
  bool align = c.boolAttr("align_corners", false);
  Ints theta = c.shapeOf(c.input(0)), image;
  if (size->size() > 2)
    image.assign(size->begin() + 2, size->end());
  int64_t spatial = image.size(), places = 1;
  if (spatial < 1 || spatial > 3 || theta != Ints{(*size)[0], spatial, spatial + 1})
    return c.badInput("expects matrices (batch, k, k + 1) for a size (batch, channels, k axes)");
  const DType dtype = *dl::dtypeOf(c.elementOf(c.input(0)));
  Ints table = image;
  table.push_back(spatial + 1);
  if (llvm::any_of(image, [](int64_t extent) { return extent < 1; }))
    return c.unsupported("a grid without places");
  if (failed(c.checkTable(dtype, table)))
    return failure();
  for (int64_t extent : image)
    places *= extent;
  // A row a place: its coordinates, last axis first, then 1.
  Tensor rows(dtype, {places, spatial + 1});
  for (int64_t place = 0; place < places; ++place) {
    int64_t rest = place;
    for (int64_t i = 0; i < spatial; ++i) {
      int64_t extent = image[spatial - 1 - i], at = rest % extent;
      rest /= extent;
      double last = static_cast<double>(extent - (align ? 1 : 0));
      double begin = align ? -1 : -1 + 1 / last;
      double step = last == 0 ? 0 : 2 / last;
      rows.setDouble(place * (spatial + 1) + i, begin + step * static_cast<double>(at));
    }
    rows.setDouble(place * (spatial + 1) + spatial, 1);
  }
  Value grid = c.create<dl::MatmulOp>(c.constant(rows), c.input(0), c.flag(false), c.flag(true),
                                      c.i64(0), c.i64(0));
  Ints shape{(*size)[0]};
  llvm::append_range(shape, image);
  shape.push_back(spatial);
  return c.setOutput(0, c.reshape(grid, shape));
}

void registerIndexingImporters(OpTable &table) {
  auto add = [&](StringRef name, ImportFunction import, unsigned least, unsigned most,
                 StringRef limits = {}) {
    table.add({.opType = name,
               .import = import,
               .minInputs = least,
               .maxInputs = most,
               .limits = limits});
  };
  add("Gather", importGather, 2, 2);
  add("GatherElements", importGatherElements, 2, 2);
  add("GatherND", importGatherND, 2, 2);
  add("Scatter", importScatterElements, 3, 3);
  add("ScatterElements", importScatterElements, 3, 3);
  add("ScatterND", importScatterND, 3, 3);
  add("OneHot", importOneHot, 3, 3);
  add("Compress", importCompress, 2, 2);
  add("NonZero", importNonZero, 1, 1, "a scalar is known at compile time");
  add("ReverseSequence", importReverseSequence, 2, 2);
  add("MaxUnpool", importMaxUnpool, 2, 3);
  add("TensorScatter", importTensorScatter, 2, 3);
  add("GridSample", importGridSample, 2, 2, "1 to 3 spatial axes");
  add("AffineGrid", importAffineGrid, 2, 2, "the size is known at compile time");
}

} // namespace dlc::onnx
