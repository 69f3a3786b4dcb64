// Operators whose result is known when the operand's type is: constants, shapes, and Dropout at
// inference.
#include "Families.h"

#include "../NodeContext.h"

using namespace mlir;

namespace dlc::onnx {

template <typename T>
static Tensor vectorOf(DType dtype, ArrayRef<T> values) {
  Tensor tensor(dtype, {static_cast<int64_t>(values.size())});
  for (auto [index, value] : llvm::enumerate(values)) {
    if constexpr (std::is_integral_v<T>)
      tensor.setInt(index, value);
    else
      tensor.setDouble(index, value);
  }
  return tensor;
}

static Tensor scalarOf(int64_t value) {
  Tensor tensor(DType::I64, {});
  tensor.setInt(0, value);
  return tensor;
}

/// One of `value`, `value_int`, `value_ints`, `value_float`, `value_floats`.
static LogicalResult importConstant(NodeContext &c) {
  if (std::optional<Tensor> tensor = c.tensorAttr("value"))
    return c.setOutput(0, c.constant(*tensor));
  if (c.hasAttr("value_int"))
    return c.setOutput(0, c.constant(scalarOf(c.intAttr("value_int", 0))));
  if (c.hasAttr("value_float")) {
    Tensor tensor(DType::F32, {});
    tensor.setDouble(0, c.floatAttr("value_float", 0));
    return c.setOutput(0, c.constant(tensor));
  }
  if (std::optional<Ints> ints = c.intsAttr("value_ints"))
    return c.setOutput(0, c.constant(vectorOf<int64_t>(DType::I64, *ints)));
  if (auto floats = c.floatsAttr("value_floats"))
    return c.setOutput(0, c.constant(vectorOf<double>(DType::F32, *floats)));
  if (c.failed())
    return failure();
  if (failed(c.checkAttributes()))
    return failure();
  return c.badInput("has no value attribute");
}

static LogicalResult importConstantOfShape(NodeContext &c) {
  Tensor value = c.tensorAttr("value").value_or(Tensor(DType::F32, {1}));
  if (c.failed())
    return failure();
  if (value.numElements() != 1)
    return c.badInput("attribute 'value' has " + Twine(value.numElements()) +
                      " elements, expected 1");
  FailureOr<dl::Dims> sizes = c.requireSizes(0);
  if (failed(sizes))
    return failure();
  Shape known;
  for (AffineExpr size : *sizes)
    known.push_back(dl::constantDim(size).value_or(1));
  if (!elementCount(known))
    return c.badInput("shape holds a negative size or overflows");
  return c.setOutput(0, c.expand(c.constant(value.reshaped({})), *sizes));
}

static LogicalResult importShape(NodeContext &c) {
  dl::Dims shape = c.dimsOf(c.input(0));
  int64_t rank = shape.size();
  auto bound = [&](StringRef name, int64_t defaultValue) {
    int64_t value = c.intAttr(name, defaultValue);
    return std::clamp<int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  int64_t start = bound("start", 0), end = bound("end", rank);
  ArrayRef<AffineExpr> part(shape);
  part = part.slice(start, std::max<int64_t>(end - start, 0));
  auto [sizes, symbolic] = dl::sizeAttributes(c.builder().getContext(), part);
  if (symbolic)
    return c.setOutput(0, c.create<dl::SizesOp>(symbolic));
  return c.setOutput(0, c.constant(vectorOf<int64_t>(DType::I64, sizes)));
}

static LogicalResult importSize(NodeContext &c) {
  AffineExpr elements = dl::productOf(c.dimsOf(c.input(0)), c.builder().getContext());
  auto [sizes, symbolic] = dl::sizeAttributes(c.builder().getContext(), {elements});
  if (symbolic)
    return c.setOutput(0, c.reshape(c.create<dl::SizesOp>(symbolic), Ints{}));
  return c.setOutput(0, c.constant(scalarOf(sizes.front())));
}

/// The share of elements that a Dropout drops: an attribute, since opset 12 an input. None where it
/// is computed.
static FailureOr<std::optional<double>> dropoutRatio(NodeContext &c) {
  double given = c.floatAttr("ratio", 0.5f);
  if (!c.hasInput(1))
    return std::optional(given);
  std::optional<Tensor> ratio = c.graphBuilder().evaluate(c.input(1));
  if (!ratio)
    return std::optional<double>();
  if (ratio->numElements() != 1)
    return c.unsupported("ratio has " + Twine(ratio->numElements()) + " elements, expected one");
  return std::optional(ratio->asDouble(0));
}

/// At inference Dropout is the identity and its mask all true; what it is in training stays to be
/// decided. Opset 12 made the mode an input.
static LogicalResult importDropout(NodeContext &c) {
  for (StringRef name : {"seed", "is_test", "consumed_inputs"})
    c.ignoreAttr(name);
  FailureOr<std::optional<double>> ratio = dropoutRatio(c);
  if (failed(ratio))
    return failure();
  if (c.hasInput(2)) {
    FailureOr<Tensor> training = c.requireConstant(2);
    if (failed(training))
      return failure();
    if (training->numElements() == 1 && training->asInt(0) != 0 && *ratio != 0.0)
      return c.unsupported("training_mode = true drops elements at random");
  }
  bool drops = *ratio && **ratio > 0 && **ratio <= 1 && !c.wantsOutput(1);
  Value kept = drops ? c.create<dl::DropoutOp>(c.input(0), Value(), c.f64(**ratio)) : c.input(0);
  if (failed(c.setOutput(0, kept)))
    return failure();
  if (!c.wantsOutput(1))
    return success();
  Type maskElement = c.opset() < 10 ? c.elementOf(c.input(0)) : c.builder().getI1Type();
  return c.setOutput(1, c.expand(c.scalar(maskElement, 1), c.dimsOf(c.input(0))));
}

void registerConstantImporters(OpTable &table) {
  table.add({.opType = "Constant",
             .import = importConstant,
             .minInputs = 0,
             .maxInputs = 0,
             .limits = "no strings, no sparse tensors"});
  table.add({.opType = "ConstantOfShape", .import = importConstantOfShape});
  table.add({.opType = "Shape", .import = importShape});
  table.add({.opType = "Size", .import = importSize});
  table.add({.opType = "Dropout",
             .import = importDropout,
             .minInputs = 1,
             .maxInputs = 3,
             .limits = "training_mode false"});
}

} // namespace dlc::onnx
