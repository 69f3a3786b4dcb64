// Compile-time evaluation of dl ops while they are built.
#include "GraphBuilder.h"

using namespace mlir;

namespace dlc::onnx {

/// Operands and results of an op that is evaluated by the importer have at most this many elements
/// together: shape arithmetic and small tables, not weights, which the phase `optimize` folds.
constexpr int64_t maxFoldedElements = 1 << 16;

GraphBuilder::GraphBuilder(MLIRContext &context, const ImportOptions &options)
    : CheckedBuilder(context), options(options), sizeSymbols(&context) {}

Value GraphBuilder::settled(Value value) {
  auto type = dyn_cast_if_present<RankedTensorType>(value ? value.getType() : Type());
  if (!type || type.hasStaticShape())
    return value;
  dl::Dims dims = dl::dimsOf(type), known = sizeSymbols.settled(dims);
  if (known == dims)
    return value;
  return dl::ReshapeOp::create(ops, current, value, ArrayRef<AffineExpr>(known));
}

bool GraphBuilder::equate(dl::SizePair sizes, MutableArrayRef<Value> operands) {
  if (!sizeSymbols.requireEqual(sizes.first, sizes.second))
    return false;
  for (Value &operand : operands)
    operand = settled(operand);
  return true;
}

std::string GraphBuilder::legend(ValueRange operands) {
  dl::Dims dims;
  for (Value operand : operands)
    llvm::append_range(dims, dl::dimsOf(operand.getType()));
  std::string text;
  llvm::SmallBitVector shown = dl::symbolsIn(dims);
  for (unsigned symbol : shown.set_bits())
    text += (text.empty() ? ", where s" : ", s") + std::to_string(symbol) + " is '" +
            sizeSymbols.allNames()[symbol] + "'";
  return text;
}

static bool hasStaticShapes(Operation *op) {
  auto isStatic = [](Type type) { return cast<RankedTensorType>(type).hasStaticShape(); };
  return llvm::all_of(op->getOperandTypes(), isStatic) &&
         llvm::all_of(op->getResultTypes(), isStatic);
}

/// Elements of tensors of static shapes.
static int64_t elementsOf(ValueRange values) {
  int64_t total = 0;
  for (Value value : values)
    if (value)
      total += cast<RankedTensorType>(value.getType()).getNumElements();
  return total;
}

/// The results of `op` on `operands`, or nullopt where it has no reference evaluation or refuses.
static std::optional<SmallVector<Tensor>> evaluateOp(Operation *op, ArrayRef<Tensor> operands) {
  auto reference = dyn_cast<ReferenceOpInterface>(op);
  if (!reference)
    return std::nullopt;
  ScopedDiagnosticHandler quiet(op->getContext(), [](Diagnostic &) { return success(); });
  SmallVector<Tensor> results;
  for (Type type : op->getResultTypes())
    results.push_back(dl::emptyTensor(cast<RankedTensorType>(type)));
  if (failed(reference.evaluate(operands, results)))
    return std::nullopt;
  return results;
}

SmallVector<Value> GraphBuilder::fold(Operation *op) {
  SmallVector<Value> results(op->getResults());
  if (op->hasTrait<OpTrait::ConstantLike>())
    return results;
  SmallVector<Value> folded;
  bool changed = succeeded(ops.tryFold(op, folded));
  // A fold in place (two transposes joined) leaves the op, simpler, and names no other values.
  bool inPlace = folded.empty() || folded.front().getDefiningOp() == op;
  if (changed && !inPlace) {
    op->erase();
    return folded;
  }
  if (!hasStaticShapes(op) ||
      elementsOf(op->getOperands()) + elementsOf(op->getResults()) > maxFoldedElements)
    return results;
  SmallVector<Tensor> operands;
  for (Value operand : op->getOperands()) {
    std::optional<Tensor> value = dl::constantTensor(operand);
    if (!value)
      return results;
    operands.push_back(*value);
  }
  std::optional<SmallVector<Tensor>> values = evaluateOp(op, operands);
  if (!values)
    return results;
  results.clear();
  for (const Tensor &value : *values)
    results.push_back(constant(value));
  op->erase();
  return results;
}

void GraphBuilder::addInput(BlockArgument value, StringRef name) {
  inputNames[value.getArgNumber()] = name.str();
  auto found = options.inputValues.find(name);
  if (found != options.inputValues.end())
    known[value.getArgNumber()] = found->second;
}

/// The ops that `value` is computed from, each after its operands.
static SmallVector<Operation *> backwardSlice(Value value) {
  SmallVector<Operation *> order, stack;
  DenseMap<Operation *, bool> visited;
  if (Operation *op = value.getDefiningOp())
    stack.push_back(op);
  while (!stack.empty()) {
    Operation *op = stack.back();
    bool &opened = visited[op];
    if (opened) {
      stack.pop_back();
      if (!llvm::is_contained(order, op))
        order.push_back(op);
      continue;
    }
    opened = true;
    for (Value operand : op->getOperands())
      if (Operation *producer = operand.getDefiningOp(); producer && !visited.lookup(producer))
        stack.push_back(producer);
  }
  return order;
}

std::optional<Tensor> GraphBuilder::evaluate(Value value) {
  if (std::optional<Tensor> direct = dl::constantTensor(value))
    return direct;
  SmallVector<Operation *> slice = backwardSlice(value);
  auto lookUp = [&](Value operand) -> std::optional<Tensor> {
    if (auto argument = dyn_cast<BlockArgument>(operand)) {
      auto found = known.find(argument.getArgNumber());
      if (found == known.end())
        return std::nullopt;
      frozen.insert(argument.getArgNumber());
      return found->second;
    }
    if (auto found = evaluated.find(operand); found != evaluated.end())
      return found->second;
    return dl::constantTensor(operand);
  };
  for (Operation *op : slice) {
    if (op->hasTrait<OpTrait::ConstantLike>() || evaluated.contains(op->getResult(0)))
      continue;
    if (!hasStaticShapes(op) ||
        elementsOf(op->getOperands()) + elementsOf(op->getResults()) > maxFoldedElements)
      return std::nullopt;
    SmallVector<Tensor> operands;
    for (Value operand : op->getOperands()) {
      std::optional<Tensor> tensor = lookUp(operand);
      if (!tensor)
        return std::nullopt;
      operands.push_back(*tensor);
    }
    std::optional<SmallVector<Tensor>> results = evaluateOp(op, operands);
    if (!results)
      return std::nullopt;
    for (auto [result, tensor] : llvm::zip_equal(op->getResults(), *results))
      evaluated[result] = tensor;
  }
  return lookUp(value);
}

std::string GraphBuilder::undecidedInput(Value value) {
  auto nameOf = [&](Value candidate) -> std::string {
    auto argument = dyn_cast<BlockArgument>(candidate);
    if (!argument || known.contains(argument.getArgNumber()))
      return {};
    return inputNames[argument.getArgNumber()];
  };
  std::string name = nameOf(value);
  if (!name.empty())
    return name;
  for (Operation *op : backwardSlice(value))
    for (Value operand : op->getOperands())
      if (name = nameOf(operand); !name.empty())
        return name;
  return {};
}

} // namespace dlc::onnx
