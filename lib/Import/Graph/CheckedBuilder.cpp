// Checked construction of dl ops.
#include "CheckedBuilder.h"

#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Support/CheckedArithmetic.h"
#include "mlir/IR/Verifier.h"

#include <limits>

using namespace mlir;

namespace dlc::importer {

bool exceedsTensorLimit(Type type) {
  constexpr int64_t mostBytes = std::numeric_limits<int32_t>::max();
  auto tensor = cast<RankedTensorType>(type);
  std::optional<int64_t> bytes = byteWidth(*dl::dtypeOf(tensor.getElementType()));
  for (int64_t size : tensor.getShape())
    if (bytes && !ShapedType::isDynamic(size))
      bytes = checkedMul(*bytes, size);
  return !bytes || *bytes > mostBytes;
}

CheckedBuilder::CheckedBuilder(MLIRContext &context)
    : ops(&context), current(UnknownLoc::get(&context)) {}

dl::ConstantOp CheckedBuilder::constant(const Tensor &tensor) {
  ElementsAttr value = dl::attributeOf(context(), tensor);
  return dl::ConstantOp::create(ops, current, value.getShapedType(), value);
}

SmallVector<Value> CheckedBuilder::fold(Operation *op) {
  return SmallVector<Value>(op->getResults());
}

Operation *CheckedBuilder::build(OperationState &state, InferFunction infer) {
  size_t expected = state.types.size();
  SmallVector<Type> types;
  if (failed(infer(state, types)) || types.size() != expected)
    return nullptr;
  state.types = std::move(types);
  Operation *op = ops.create(state);
  if (succeeded(op->getName().verifyInvariants(op)))
    return op;
  op->erase();
  return nullptr;
}

SmallVector<Value> CheckedBuilder::finish(OperationState &state, InferFunction infer,
                                          std::string &failure) {
  std::optional<dl::SizePair> differing;
  ScopedDiagnosticHandler handler(context(), [&](Diagnostic &diagnostic) {
    if (failure.empty()) {
      failure = diagnostic.str();
      differing = dl::differingSizes(diagnostic);
    }
    return success();
  });
  do {
    failure.clear();
    differing.reset();
    if (Operation *op = build(state, infer))
      return fold(op);
  } while (differing && equate(*differing, state.operands));
  if (failure.empty())
    failure = "operands do not fit " + state.name.getStringRef().str();
  failure += legend(state.operands);
  return {};
}

} // namespace dlc::importer
