// The interpreter: a walk over functions and kernel regions that evaluates op by op and forgets
// each value after its last use.
#include "dlc/Reference/Interpreter.h"

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;

namespace dlc {

static bool hasShape(Type type, const Tensor &tensor) {
  return cast<RankedTensorType>(type).getShape() == ArrayRef<int64_t>(tensor.shape());
}

/// `type` with the values of symbols in its sizes, where they have one.
static Type settledType(Type type, ArrayRef<int64_t> symbols) {
  auto tensor = cast<RankedTensorType>(type);
  if (tensor.hasStaticShape() || !dl::hasKnownDims(tensor))
    return type;
  dl::Dims dims = dl::dimsOf(tensor);
  llvm::SmallBitVector decided = dl::symbolsIn(dims);
  for (int symbol : decided.set_bits())
    if (static_cast<size_t>(symbol) >= symbols.size() || symbols[symbol] < 0)
      return type;
  SmallVector<int64_t> shape;
  for (AffineExpr dim : dims)
    shape.push_back(dl::evaluateDim(dim, symbols));
  return RankedTensorType::get(shape, tensor.getElementType());
}

/// The declared result types where the operands have their declared shapes, else those inferred
/// from the operands' actual shapes.
static FailureOr<SmallVector<Type>> resultTypesFor(Operation *op, ArrayRef<Tensor> operands,
                                                   ArrayRef<int64_t> symbols) {
  SmallVector<Type> types(op->getResultTypes());
  bool declared = llvm::all_of(llvm::zip(op->getOperandTypes(), operands), [](auto pair) {
    return hasShape(std::get<0>(pair), std::get<1>(pair));
  });
  if (declared &&
      llvm::all_of(types, [](Type type) { return cast<RankedTensorType>(type).hasStaticShape(); }))
    return types;
  auto inferable = dyn_cast<InferTypeOpInterface>(op);
  if (!inferable)
    return op->emitOpError("has results whose sizes cannot be inferred"), failure();
  // Inference reads types off values: stand-ins with the actual shapes.
  Block standIns;
  for (auto [type, operand] : llvm::zip(op->getOperandTypes(), operands))
    standIns.addArgument(RankedTensorType::get(operand.shape(), getElementTypeOrSelf(type)),
                         op->getLoc());
  types.clear();
  if (failed(inferable.inferReturnTypes(op->getContext(), op->getLoc(), standIns.getArguments(),
                                        op->getAttrDictionary(), op->getPropertiesStorage(),
                                        op->getRegions(), types)))
    return failure();
  for (Type &type : types)
    type = settledType(type, symbols);
  return types;
}

/// Operands with an empty Tensor for each absent optional one, where the op's segments tell.
static SmallVector<Tensor> withAbsentOperands(Operation *op, ArrayRef<Tensor> operands) {
  auto segments = dyn_cast_if_present<DenseI32ArrayAttr>(
      op->getInherentAttr("operandSegmentSizes").value_or(Attribute()));
  if (!segments)
    return SmallVector<Tensor>(operands);
  SmallVector<Tensor> all;
  for (int32_t size : segments.asArrayRef()) {
    if (size == 0)
      all.emplace_back();
    all.append(operands.begin(), operands.begin() + size);
    operands = operands.drop_front(size);
  }
  return all;
}

/// Sizes are the interpreter's to know: no operand holds them.
static LogicalResult evaluateSizes(dl::SizesOp op, ArrayRef<int64_t> symbols, Tensor &result) {
  for (auto [index, dim] : llvm::enumerate(op.getDims().getResults())) {
    llvm::SmallBitVector needed = dl::symbolsIn(dim);
    for (int symbol : needed.set_bits())
      if (static_cast<size_t>(symbol) >= symbols.size() || symbols[symbol] < 0)
        return op.emitOpError("holds a size that is not known");
    result.setInt(static_cast<int64_t>(index), dl::evaluateDim(dim, symbols));
  }
  return success();
}

LogicalResult evaluateOp(Operation *op, ArrayRef<Tensor> operands, Precision precision,
                         SmallVectorImpl<Tensor> &results, ArrayRef<int64_t> symbols) {
  auto reference = dyn_cast<ReferenceOpInterface>(op);
  auto sizes = dyn_cast<dl::SizesOp>(op);
  if (!reference && !sizes)
    return op->emitOpError("has no reference evaluation");
  FailureOr<SmallVector<Type>> types = resultTypesFor(op, operands, symbols);
  if (failed(types))
    return failure();
  results.clear();
  for (Type type : *types) {
    auto tensor = cast<RankedTensorType>(type);
    std::optional<DType> dtype = dl::dtypeOf(tensor.getElementType());
    Shape shape(tensor.getShape().begin(), tensor.getShape().end());
    if (!dtype || !elementCount(shape))
      return op->emitOpError("has a result of type ") << type << ", which cannot be evaluated";
    results.emplace_back(precision == Precision::Wide && isFloat(*dtype) ? DType::F64 : *dtype,
                         shape);
  }
  return sizes ? evaluateSizes(sizes, symbols, results[0])
               : reference.evaluate(withAbsentOperands(op, operands), results);
}

namespace {

/// One run of `interpret`.
class Evaluator {
public:
  explicit Evaluator(const InterpreterOptions &options) : options(options) {}

  /// Runs a block whose arguments have the values `arguments`; `results` gets the terminator's
  /// operands.
  LogicalResult run(Block &block, ArrayRef<Tensor> arguments, SmallVectorImpl<Tensor> &results);

  /// Gives symbol `index` of the module its value.
  void setSymbol(unsigned index, int64_t value) {
    if (symbols.size() <= index)
      symbols.resize(index + 1, -1);
    symbols[index] = value;
  }

  /// `tensor` as the interpreter holds it.
  Tensor held(const Tensor &tensor) const {
    return options.precision == Precision::Wide && isFloat(tensor.dtype()) ? tensor.cast(DType::F64)
                                                                           : tensor;
  }

private:
  using Values = DenseMap<Value, Tensor>;

  LogicalResult evaluate(Operation *op, ArrayRef<Tensor> operands,
                         SmallVectorImpl<Tensor> &results);
  LogicalResult call(func::CallOp op, ArrayRef<Tensor> operands, SmallVectorImpl<Tensor> &results);

  const InterpreterOptions &options;
  SmallVector<int64_t> symbols; ///< -1 where there is no value
  unsigned depth = 0;
};

} // namespace

LogicalResult Evaluator::call(func::CallOp op, ArrayRef<Tensor> operands,
                              SmallVectorImpl<Tensor> &results) {
  constexpr unsigned maxDepth = 64;
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(op, op.getCalleeAttr());
  if (!callee || callee.isExternal())
    return op.emitOpError("calls a function without a body");
  if (depth == maxDepth)
    return op.emitOpError("is nested deeper than ") << maxDepth << " calls";
  ++depth;
  llvm::scope_exit leave([&] { --depth; });
  return run(callee.getBody().front(), operands, results);
}

LogicalResult Evaluator::evaluate(Operation *op, ArrayRef<Tensor> operands,
                                  SmallVectorImpl<Tensor> &results) {
  if (auto kernel = dyn_cast<dl::KernelOp>(op))
    return run(*kernel.getBodyBlock(), operands, results);
  if (auto callOp = dyn_cast<func::CallOp>(op))
    return call(callOp, operands, results);
  if (auto decision = dyn_cast<dl::DecideSizeOp>(op))
    setSymbol(static_cast<unsigned>(decision.getSymbol()), operands.front().asInt(0));
  return evaluateOp(op, operands, options.precision, results, symbols);
}

/// For each op of the block, the values (block arguments and results of the block's ops) it uses
/// last.
static DenseMap<Operation *, SmallVector<Value>> lastUses(Block &block) {
  DenseMap<Operation *, SmallVector<Value>> last;
  llvm::SmallPtrSet<void *, 32> seen;
  for (Operation &op : llvm::reverse(block)) {
    for (Value operand : op.getOperands())
      if (seen.insert(operand.getAsOpaquePointer()).second)
        last[&op].push_back(operand);
    for (Value result : op.getResults())
      if (result.use_empty())
        last[&op].push_back(result);
  }
  return last;
}

LogicalResult Evaluator::run(Block &block, ArrayRef<Tensor> arguments,
                             SmallVectorImpl<Tensor> &results) {
  Values values;
  for (auto [argument, tensor] : llvm::zip_equal(block.getArguments(), arguments))
    values[argument] = tensor;
  DenseMap<Operation *, SmallVector<Value>> dying = lastUses(block);
  for (Operation &op : block) {
    SmallVector<Tensor> operands, opResults;
    for (Value operand : op.getOperands())
      operands.push_back(values.lookup(operand));
    if (op.hasTrait<OpTrait::IsTerminator>()) {
      results.assign(operands.begin(), operands.end());
      return success();
    }
    if (failed(evaluate(&op, operands, opResults)))
      return failure();
    if (options.observer)
      options.observer(&op, opResults);
    for (auto [result, tensor] : llvm::zip_equal(op.getResults(), opResults))
      values[result] = tensor;
    if (auto it = dying.find(&op); it != dying.end())
      for (Value value : it->second)
        values.erase(value);
  }
  return block.getParentOp()->emitOpError("has a block without a terminator");
}

/// Checks one input against the function's argument type.
static Status checkInput(func::FuncOp function, unsigned index, const Tensor &input) {
  auto where = "function '" + function.getSymName().str() + "', input " + std::to_string(index);
  auto type = dyn_cast<RankedTensorType>(function.getArgumentTypes()[index]);
  std::optional<DType> dtype = type ? dl::dtypeOf(type.getElementType()) : std::nullopt;
  if (!dtype)
    return unsupported(where + ": the declared type is not a tensor that can be evaluated");
  if (!input || input.dtype() != *dtype)
    return badInput(where + ": expected elements of type " + std::string(dtypeName(*dtype)) +
                    ", found " + (input ? std::string(dtypeName(input.dtype())) : "no tensor"));
  bool fits = input.rank() == type.getRank();
  for (int64_t axis = 0; fits && axis < type.getRank(); ++axis)
    fits = type.isDynamicDim(axis) || type.getDimSize(axis) == input.shape()[axis];
  if (!fits) {
    std::string declared;
    llvm::raw_string_ostream(declared) << type;
    return badInput(where + ": expected " + declared + ", found shape " +
                    shapeString(input.shape()));
  }
  return {};
}

Expected<std::vector<Tensor>> interpret(func::FuncOp function, ArrayRef<Tensor> inputs,
                                        const InterpreterOptions &options) {
  std::string name = function.getSymName().str();
  if (function.isExternal() || !function.getBody().hasOneBlock())
    return unsupported("function '" + name + "': expected a body of one block");
  if (inputs.size() != function.getNumArguments())
    return badInput("function '" + name + "': expected " +
                    std::to_string(function.getNumArguments()) + " inputs, found " +
                    std::to_string(inputs.size()));
  Evaluator evaluator(options);
  SmallVector<Tensor> arguments, results;
  for (auto [index, input] : llvm::enumerate(inputs)) {
    if (Status status = checkInput(function, index, input); !status)
      return status.error();
    arguments.push_back(evaluator.held(input));
    for (auto [dim, size] :
         llvm::zip(dl::dimsOf(function.getArgumentTypes()[index]), input.shape()))
      if (auto symbol = dyn_cast<AffineSymbolExpr>(dim))
        evaluator.setSymbol(symbol.getPosition(), size);
  }
  std::string message;
  ScopedDiagnosticHandler handler(function.getContext(), [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() != DiagnosticSeverity::Error || !message.empty())
      return failure();
    llvm::raw_string_ostream(message) << diagnostic.getLocation() << ": " << diagnostic;
    return success();
  });
  if (failed(evaluator.run(function.getBody().front(), arguments, results)))
    return StringRef(message).contains("has no reference evaluation") ? unsupported(message)
                                                                      : badInput(message);
  return std::vector<Tensor>(results.begin(), results.end());
}

} // namespace dlc
