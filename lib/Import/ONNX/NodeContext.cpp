// Inputs, attributes and failures of one node.
#include "NodeContext.h"

#include "dlc/Support/CheckedArithmetic.h"
#include "llvm/ADT/STLExtras.h"

#include <limits>

using namespace mlir;

namespace dlc::onnx {

std::string nodePrefix(StringRef file, const Node &node) {
  return (file + ": node " + node.name + " (" + node.opType + "): ").str();
}

NodeContext::NodeContext(GraphBuilder &graph, const Node &node, StringRef file,
                         ArrayRef<Value> inputs)
    : ImportContext(graph), graph(graph), theNode(node), file(file), inputs(inputs),
      outputs(node.outputs.size()) {}

//===-- Inputs -----------------------------------------------------------------------------===//

int64_t NodeContext::sizeOf(Value value, int64_t axis) {
  int64_t size = typeOf(value).getDimSize(axis);
  if (!ShapedType::isDynamic(size))
    return size;
  std::string text = dl::expressionString(dimsOf(value)[axis], graph.symbols().allNames());
  (void)unsupported("an operand has size " + text + " on axis " + Twine(axis) +
                    ", which must be known for this operator: give it with --shape");
  return 1;
}

Ints NodeContext::shapeOf(Value value) {
  Ints shape;
  for (int64_t axis = 0; value && axis < rankOf(value); ++axis)
    shape.push_back(sizeOf(value, axis));
  return shape;
}

std::optional<Tensor> NodeContext::constantInput(unsigned index) {
  return dl::constantTensor(input(index));
}

FailureOr<Tensor> NodeContext::requireConstant(unsigned index) {
  if (!hasInput(index))
    return badInput("input " + Twine(index) + " is missing");
  if (std::optional<Tensor> value = graph.evaluate(input(index)))
    return *value;
  std::string name = graph.undecidedInput(input(index));
  if (name.empty())
    return unsupported(
        "input '" + theNode.inputs[index] +
        "' decides shapes but depends on computed data; expected a compile-time constant");
  return unsupported("input '" + name +
                     "' decides shapes: give its value at compile time with --constant " + name +
                     "=FILE");
}

FailureOr<dl::Dims> NodeContext::requireSizes(unsigned index) {
  if (hasInput(index) && !graph.evaluate(input(index)))
    if (std::optional<dl::Dims> sizes = evaluateSizes(input(index), graph.symbols()))
      return *sizes;
  FailureOr<Ints> ints = requireInts(index);
  if (llvm::failed(ints))
    return llvm::failure();
  return dl::dimsOf(builder().getContext(), *ints);
}

FailureOr<Ints> NodeContext::requireInts(unsigned index) {
  if (hasInput(index) && !graph.evaluate(input(index)))
    if (std::optional<dl::Dims> sizes = evaluateSizes(input(index), graph.symbols())) {
      Ints ints;
      for (AffineExpr size : *sizes) {
        if (!dl::constantDim(size))
          return unsupported("input '" + theNode.inputs[index] + "' holds " +
                             dl::expressionString(size, graph.symbols().allNames()) +
                             ", which must be known for this operator: give it with --shape");
        ints.push_back(*dl::constantDim(size));
      }
      return ints;
    }
  FailureOr<Tensor> value = requireConstant(index);
  if (llvm::failed(value))
    return llvm::failure();
  Ints ints;
  for (int64_t i = 0; i < value->numElements(); ++i)
    ints.push_back(value->asInt(i));
  return ints;
}

NodeContext::DecidedSize NodeContext::decideSize(Value count, AffineExpr bound) {
  std::string name = theNode.outputs.empty() ? theNode.name : theNode.outputs.front();
  int64_t estimate = std::max<int64_t>(1, graph.symbols().estimateOf(bound) / 2);
  AffineExpr symbol = graph.symbols().dataSymbol(name + ".count", estimate);
  auto number = static_cast<int64_t>(cast<AffineSymbolExpr>(symbol).getPosition());
  auto symbols = static_cast<unsigned>(graph.symbols().allNames().size());
  Value decided = create<dl::DecideSizeOp>(count, i64(number),
                                           AffineMapAttr::get(AffineMap::get(0, symbols, bound)));
  return {decided, number};
}

//===-- Attributes -------------------------------------------------------------------------===//

template <typename T>
const T *NodeContext::find(StringRef name, StringRef expected) {
  seen.insert(name);
  const Attribute *attribute = theNode.findAttribute(name);
  if (!attribute)
    return nullptr;
  const T *value = attribute->as<T>();
  if (!value)
    (void)badInput("attribute '" + name + "' is " + StringRef(attribute->kindName()) +
                   ", expected " + expected);
  return value;
}

bool NodeContext::hasAttr(StringRef name) {
  seen.insert(name);
  return theNode.findAttribute(name) != nullptr;
}

int64_t NodeContext::intAttr(StringRef name, int64_t defaultValue) {
  const int64_t *value = find<int64_t>(name, "int");
  return value ? *value : defaultValue;
}

bool NodeContext::boolAttr(StringRef name, bool defaultValue) {
  const int64_t value = intAttr(name, defaultValue);
  if (value != 0 && value != 1)
    (void)badInput("attribute '" + name + "' is " + Twine(value) + ", expected 0 or 1");
  return value == 1;
}

double NodeContext::floatAttr(StringRef name, double defaultValue) {
  const float *value = find<float>(name, "float");
  return value ? *value : defaultValue;
}

std::string NodeContext::stringAttr(StringRef name, StringRef defaultValue) {
  const std::string *value = find<std::string>(name, "string");
  return value ? *value : defaultValue.str();
}

std::optional<Ints> NodeContext::intsAttr(StringRef name) {
  const auto *value = find<std::vector<int64_t>>(name, "ints");
  if (!value)
    return std::nullopt;
  return Ints(value->begin(), value->end());
}

std::optional<SmallVector<double>> NodeContext::floatsAttr(StringRef name) {
  const auto *value = find<std::vector<float>>(name, "floats");
  if (!value)
    return std::nullopt;
  return SmallVector<double>(value->begin(), value->end());
}

std::optional<SmallVector<std::string>> NodeContext::stringsAttr(StringRef name) {
  const auto *value = find<std::vector<std::string>>(name, "strings");
  if (!value)
    return std::nullopt;
  return SmallVector<std::string>(value->begin(), value->end());
}

LogicalResult NodeContext::checkTable(DType dtype, ArrayRef<int64_t> shape) {
  constexpr int64_t mostBytes = int64_t(64) << 20;
  std::optional<int64_t> bytes = byteWidth(dtype);
  for (int64_t size : shape)
    bytes = bytes ? checkedMul(*bytes, size) : bytes;
  if (bytes && *bytes <= mostBytes)
    return success();
  return unsupported("a table of shape " + shapeString(shape) +
                     " worked out at compile time, which may take 64 MiB");
}

int64_t NodeContext::requiredIntAttr(StringRef name) {
  if (!hasAttr(name))
    (void)badInput("attribute '" + name + "' is missing");
  return intAttr(name, 0);
}

std::optional<Tensor> NodeContext::tensorAttr(StringRef name) {
  const auto *value = find<TensorValue>(name, "tensor");
  if (!value)
    return std::nullopt;
  if (!value->isSupported()) {
    (void)unsupported("attribute '" + name + "' holds " + value->unsupported +
                      ", which dlc does not compile");
    return std::nullopt;
  }
  return value->tensor;
}

const Graph *NodeContext::requiredGraphAttr(StringRef name) {
  const auto *value = find<std::shared_ptr<const Graph>>(name, "graph");
  if (!value)
    (void)badInput("attribute '" + name + "' is missing");
  return value ? value->get() : nullptr;
}

Ints NodeContext::intsAttr(StringRef name, size_t count, int64_t defaultValue) {
  std::optional<Ints> value = intsAttr(name);
  if (value && value->size() != count)
    (void)badInput("attribute '" + name + "' has " + Twine(value->size()) + " entries, expected " +
                   Twine(count));
  return value && value->size() == count ? *value : Ints(count, defaultValue);
}

Type NodeContext::elementTypeOfCode(int64_t code) {
  // TensorProto.DataType of onnx.proto.
  static constexpr std::pair<int, DType> codes[] = {
      {1, DType::F32},  {2, DType::U8},   {3, DType::I8},   {4, DType::U16},  {5, DType::I16},
      {6, DType::I32},  {7, DType::I64},  {9, DType::Bool}, {10, DType::F16}, {11, DType::F64},
      {12, DType::U32}, {13, DType::U64}, {16, DType::BF16}};
  for (auto [number, dtype] : codes)
    if (number == code)
      return dl::elementType(graph.context(), dtype);
  (void)unsupported("element type code " + Twine(code) +
                    " of onnx.proto is not one that dlc compiles");
  return builder().getF32Type();
}

LogicalResult NodeContext::checkAttributes() {
  for (const Attribute &attribute : theNode.attributes)
    if (!seen.contains(attribute.name))
      return unsupported("attribute '" + attribute.name + "' is not known for this operator");
  return success();
}

//===-- Building ---------------------------------------------------------------------------===//

Value NodeContext::cast(Value value, Type element) {
  if (failed() || elementOf(value) == element)
    return value;
  return create<dl::CastOp>(value, TypeAttr::get(element));
}

SmallVector<Value> NodeContext::importBody(const Graph &body, ArrayRef<Value> bodyInputs) {
  if (failed())
    return {};
  if (body.inputs.size() != bodyInputs.size()) {
    (void)badInput("its graph '" + body.name + "' has " + Twine(body.inputs.size()) +
                   " inputs, expected " + Twine(bodyInputs.size()));
    return {};
  }
  Location here = graph.location();
  FailureOr<SmallVector<Value>> results = graph.importBody()(body, bodyInputs);
  graph.setLocation(here);
  if (llvm::succeeded(results))
    return *results;
  bodyFailed = true;
  (void)badInput("its graph '" + body.name + "' cannot be converted");
  return {};
}

//===-- Outputs and failure ----------------------------------------------------------------===//

bool NodeContext::wantsOutput(unsigned index) const {
  return index < outputs.size() && !theNode.outputs[index].empty();
}

LogicalResult NodeContext::setOutput(unsigned index, Value value) {
  if (!value || failed())
    return failed() ? llvm::failure() : badInput("output " + Twine(index) + " was not computed");
  if (auto type = dyn_cast<RankedTensorType>(value.getType())) {
    if (importer::exceedsTensorLimit(type))
      return unsupported("its result of shape " +
                         shapeString(Shape(type.getShape().begin(), type.getShape().end())) +
                         importer::tensorLimitText);
  }
  if (index < outputs.size())
    outputs[index] = value;
  return success();
}

FailureOr<int64_t> NodeContext::normalizeAxis(int64_t axis, int64_t rank) {
  int64_t normal = axis < 0 ? axis + rank : axis;
  if (normal < 0 || normal >= rank)
    return badInput("axis " + Twine(axis) + " is outside rank " + Twine(rank));
  return normal;
}

FailureOr<Ints> NodeContext::normalizeAxes(ArrayRef<int64_t> axes, int64_t rank) {
  Ints normal;
  for (int64_t axis : axes) {
    FailureOr<int64_t> one = normalizeAxis(axis, rank);
    if (llvm::failed(one))
      return llvm::failure();
    if (llvm::is_contained(normal, *one))
      return badInput("axis " + Twine(axis) + " is given twice");
    normal.push_back(*one);
  }
  return normal;
}

std::string NodeContext::place() const { return nodePrefix(file, theNode); }

LogicalResult NodeContext::badInput(const Twine &message) {
  fail(ExitCode::BadInput, message);
  return llvm::failure();
}
LogicalResult NodeContext::unsupported(const Twine &message) {
  fail(ExitCode::Unsupported, message);
  return llvm::failure();
}

} // namespace dlc::onnx
