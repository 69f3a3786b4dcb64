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

SmallVector<Value> CheckedBuilder::finish(OperationState &state, InferFunction infer,
                                          std::string &failure) {
  ScopedDiagnosticHandler handler(context(), [&](Diagnostic &diagnostic) {
    if (failure.empty())
      failure = diagnostic.str();
    return success();
  });
  size_t expected = state.types.size();
  state.types.clear();
  bool inferred = succeeded(infer(state, state.types));
  if (!inferred && alignSizes(state)) {
    failure.clear();
    state.types.clear();
    inferred = succeeded(infer(state, state.types));
  }
  if (!inferred || state.types.size() != expected) {
    if (failure.empty())
      failure = "operands do not fit " + state.name.getStringRef().str();
    return {};
  }
  Operation *op = ops.create(state);
  if (failed(op->getName().verifyInvariants(op))) {
    if (failure.empty())
      failure = "operands do not fit " + state.name.getStringRef().str();
    op->erase();
    return {};
  }
  return fold(op);
}

} // namespace dlc::importer
