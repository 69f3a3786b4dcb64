// Descriptions from IR: see LowerHost.h.
#include "dlc/Codegen/Host/LowerHost.h"

#include "ShapeFunctions.h"
#include "dlc/Codegen/Host/ConstantPool.h"
#include "dlc/Codegen/Host/StateLayout.h"
#include "dlc/Dialect/DL/IR/ModelState.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::host;

static std::string nameFrom(DictionaryAttr attributes, StringRef fallback, size_t index) {
  if (auto name = attributes ? attributes.getAs<StringAttr>("dl.name") : StringAttr())
    return name.str();
  return (fallback + Twine(index)).str();
}

static TensorDescription describeTensor(Type type, std::string name, const SymbolList &symbols) {
  auto tensor = cast<RankedTensorType>(type);
  Shape dims;
  for (AffineExpr dim : dl::dimsOf(tensor))
    dims.push_back(symbols.encode(dim));
  return {std::move(name), *dl::dtypeOf(tensor.getElementType()), std::move(dims)};
}

FunctionDescription dlc::host::describeFunction(func::FuncOp function) {
  FunctionDescription description;
  auto module = function->getParentOfType<ModuleOp>();
  if (auto outer = module->getParentOfType<ModuleOp>())
    module = outer;
  SymbolList symbols = SymbolList::of(module);
  description.name = function.getName() == "main" ? "run" : function.getName().str();
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
    if (!dl::argumentSlot(function, index))
      description.inputs.push_back(
          describeTensor(type, nameFrom(function.getArgAttrDict(index), "input", index), symbols));
  for (auto [index, type] : llvm::enumerate(function.getResultTypes()))
    if (!dl::resultSlot(function, index))
      description.outputs.push_back(describeTensor(
          type, nameFrom(function.getResultAttrDict(index), "output", index), symbols));
  return description;
}

std::string dlc::host::modelName(ModuleOp module) {
  if (auto name = module->getAttrOfType<StringAttr>("dl.model"))
    return name.str();
  return module.getName().value_or("model").str();
}

std::vector<std::string> dlc::host::sizeNames(ModuleOp module) {
  return SymbolList::of(module).names;
}

/// Whether `predict` reads the slot: then it is a value of the model, and not of its training.
static bool isOfModel(ModuleOp functions, StringRef slot) {
  auto predict = functions.lookupSymbol<func::FuncOp>("predict");
  return predict && llvm::any_of(llvm::seq(predict.getNumArguments()), [&](unsigned index) {
           return dl::argumentSlot(predict, index) == slot;
         });
}

ModelDescription dlc::host::describeModel(ModuleOp module) {
  ModelDescription model;
  model.name = modelName(module);
  model.version = DLC_VERSION;
  if (auto functions = module.lookupSymbol<ModuleOp>(functionsModule)) {
    for (auto [index, function] : llvm::enumerate(functions.getOps<func::FuncOp>())) {
      model.functions.push_back(describeFunction(function));
      model.functions.back().arenaBytes = arenaBytesOf(module, index);
    }
    if (FailureOr<StateLayout> state = StateLayout::compute(functions); succeeded(state)) {
      model.stateBytes = state->bytes();
      for (const StateLayout::Slot &slot : state->slots())
        model.slots.push_back({describeTensor(slot.type, slot.name, SymbolList()),
                               static_cast<uint64_t>(slot.offset),
                               isOfModel(functions, slot.name)});
    }
  }
  model.symbols = sizeNames(module);
  model.constantBytes = constantBytesOf(module);
  return model;
}

unsigned dlc::host::kernelCallsOf(ModuleOp module) {
  auto kernels = module.lookupSymbol<ModuleOp>(kernelsModule);
  unsigned calls = 0;
  module.walk([&](LLVM::CallOp call) {
    std::optional<StringRef> callee = call.getCallee();
    calls += kernels && callee && kernels.lookupSymbol(*callee);
  });
  return calls;
}

uint64_t dlc::host::arenaBytesOf(ModuleOp module, unsigned index) {
  auto functions = module.lookupSymbol<ModuleOp>(functionsModule);
  if (!functions)
    return 0;
  auto all = functions.getOps<func::FuncOp>();
  if (index >= static_cast<unsigned>(llvm::range_size(all)))
    return 0;
  auto bytes = (*std::next(all.begin(), index))->getAttrOfType<IntegerAttr>("dl.arena_bytes");
  return bytes ? static_cast<uint64_t>(bytes.getInt()) : 0;
}
