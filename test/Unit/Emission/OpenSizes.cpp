// Ops are cloned one by one, and their results inferred again.
#include "OpenSizes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dlc::test {

static Type resizedType(Type type, const Resize &resize) {
  auto tensor = cast<RankedTensorType>(type);
  dl::Dims dims;
  for (int64_t size : tensor.getShape())
    dims.push_back(resize(size));
  return dl::tensorOf(dims, tensor.getElementType());
}

/// Clones the ops of `from` but the terminator.
static LogicalResult cloneInferred(OpBuilder &builder, Block &from, IRMapping &mapping) {
  for (Operation &op : from.without_terminator()) {
    Operation *clone = builder.clone(op, mapping);
    auto inferable = dyn_cast<InferTypeOpInterface>(clone);
    if (!inferable)
      continue;
    SmallVector<Type> types;
    if (failed(inferable.inferReturnTypes(
            clone->getContext(), clone->getLoc(), clone->getOperands(), clone->getAttrDictionary(),
            clone->getPropertiesStorage(), clone->getRegions(), types)))
      return failure();
    for (auto [result, type] : llvm::zip(clone->getResults(), types))
      result.setType(type);
  }
  return success();
}

OwningOpRef<ModuleOp> resized(func::FuncOp function, const Resize &resize) {
  ScopedDiagnosticHandler quiet(function.getContext(), [](Diagnostic &) { return success(); });
  auto kernel = *function.getBody().getOps<dl::KernelOp>().begin();
  OpBuilder builder(function.getContext());
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder, function.getLoc());
  SmallVector<Type> operands;
  for (Type type : function.getArgumentTypes())
    operands.push_back(resizedType(type, resize));
  builder.setInsertionPointToEnd(module->getBody());
  auto made = func::FuncOp::create(builder, function.getLoc(), function.getName(),
                                   builder.getFunctionType(operands, {}));
  Block *body = made.addEntryBlock();
  builder.setInsertionPointToEnd(body);

  // The region first: what it yields are the results of the kernel.
  Region region;
  Block *inside = &region.emplaceBlock();
  IRMapping mapping;
  for (auto [argument, type] : llvm::zip(kernel.getBodyBlock()->getArguments(), operands))
    mapping.map(argument, inside->addArgument(type, argument.getLoc()));
  OpBuilder inner(function.getContext());
  inner.setInsertionPointToEnd(inside);
  if (failed(cloneInferred(inner, *kernel.getBodyBlock(), mapping)))
    return {};
  inner.clone(*kernel.getBodyBlock()->getTerminator(), mapping);

  OperationState state(kernel.getLoc(), dl::KernelOp::getOperationName());
  state.addOperands(body->getArguments());
  state.addAttributes(kernel->getAttrs());
  state.addTypes(inside->getTerminator()->getOperandTypes());
  state.addRegion()->takeBody(region);
  Operation *result = builder.create(state);
  func::ReturnOp::create(builder, function.getLoc(), result->getResults());
  made.setType(builder.getFunctionType(operands, result->getResultTypes()));
  if (failed(verify(*module)))
    return {};
  return module;
}

std::vector<int64_t> sizesOfOperands(func::FuncOp function) {
  llvm::SetVector<int64_t> sizes;
  for (Type type : function.getArgumentTypes())
    for (int64_t size : cast<RankedTensorType>(type).getShape())
      if (size > 1)
        sizes.insert(size);
  return {sizes.begin(), sizes.end()};
}

std::vector<int64_t> sizesAround(int64_t original) {
  return {original, 1, 2, original + 1, 7, 8, 17};
}

} // namespace dlc::test
