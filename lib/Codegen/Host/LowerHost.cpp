// host-lower-to-llvm: from planned kernel calls to the LLVM dialect module that an artifact is made
// of.
#include "dlc/Codegen/Host/LowerHost.h"

#include "DescriptionEmitter.h"
#include "EntryEmitter.h"
#include "dlc/Codegen/Host/Passes.h"
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Schedule/DeviceSchedule.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace dlc;

namespace dlc::host {

#define GEN_PASS_DEF_LOWERHOST
#include "dlc/Codegen/Host/Passes.h.inc"

namespace {

using KernelsBySymbol = llvm::MapVector<StringRef, dl::KernelOp>;

struct LowerHostPass : impl::LowerHostBase<LowerHostPass> {
  using LowerHostBase::LowerHostBase;
  void runOnOperation() override;
};

} // namespace

/// One kernel a symbol, in the order of the first call.
static FailureOr<KernelsBySymbol> distinctKernels(ModuleOp module) {
  KernelsBySymbol kernels;
  WalkResult result = module.walk([&](dl::KernelOp kernel) -> WalkResult {
    if (!kernel.getSymbol())
      return kernel.emitOpError("has no symbol; run the phase `codegen` first");
    auto [known, isNew] = kernels.insert({*kernel.getSymbol(), kernel});
    dl::KernelOp first = known->second;
    if (!isNew && (first.getOperandTypes() != kernel.getOperandTypes() ||
                   first.getResultTypes() != kernel.getResultTypes())) {
      InFlightDiagnostic diagnostic = kernel.emitOpError("differs in type from another kernel of "
                                                         "symbol ")
                                      << *kernel.getSymbol();
      diagnostic.attachNote(first.getLoc()) << "the other kernel";
      return diagnostic;
    }
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  return kernels;
}

/// Keeps what objects are made from: `module @kernels { func.func @symbol(..) { dl.kernel } ... }`.
static void keepKernels(ModuleOp module, const KernelsBySymbol &kernels) {
  OpBuilder builder(module.getContext());
  builder.setInsertionPointToEnd(module.getBody());
  auto kept = ModuleOp::create(builder, module.getLoc(), kernelsModule);
  for (auto [symbol, kernel] : kernels) {
    builder.setInsertionPointToEnd(kept.getBody());
    auto function = func::FuncOp::create(
        builder, kernel.getLoc(), symbol,
        builder.getFunctionType(kernel.getOperandTypes(), kernel.getResultTypes()));
    builder.setInsertionPointToStart(function.addEntryBlock());
    IRMapping mapping;
    mapping.map(kernel.getInputs(), function.getArguments());
    Operation *copy = builder.clone(*kernel, mapping);
    func::ReturnOp::create(builder, kernel.getLoc(), copy->getResults());
  }
}

/// Keeps names and types of the functions as declarations in `module @functions`.
static void keepFunctions(ModuleOp module, ArrayRef<func::FuncOp> functions,
                          ArrayRef<FunctionCode> code) {
  OpBuilder builder(module.getContext());
  builder.setInsertionPointToEnd(module.getBody());
  auto kept = ModuleOp::create(builder, module.getLoc(), functionsModule);
  for (auto [index, behind] : llvm::enumerate(code)) {
    func::FuncOp function = functions[index];
    function->setAttr("dl.arena_bytes",
                      builder.getI64IntegerAttr(static_cast<int64_t>(behind.arenaBytes)));
    function.getBody().getBlocks().clear();
    function.setPrivate();
    function->moveBefore(kept.getBody(), kept.getBody()->end());
  }
}

void LowerHostPass::runOnOperation() {
  ModuleOp module = getOperation();
  FailureOr<KernelsBySymbol> kernels = distinctKernels(module);
  if (failed(kernels))
    return signalPassFailure();

  ConstantPool constants;
  std::vector<KernelRow> kernelTable;
  SmallVector<FunctionCode> code;
  SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
  FailureOr<StateLayout> state = StateLayout::compute(module);
  if (failed(state))
    return signalPassFailure();
  std::optional<schedule::DeviceFacts> device = schedule::deviceOf(module);
  std::unique_ptr<EntryMemory> memory = device ? makeDeviceMemory(device->kind) : makeHostMemory();
  EntryEmitter emitter(module, constants, *memory);
  SymbolList symbols = SymbolList::of(module);
  for (func::FuncOp function : functions) {
    FailureOr<ArenaPlan> plan = ArenaPlan::compute(function, {inPlace, &*state});
    if (failed(plan))
      return signalPassFailure();
    std::string entry = "entry_" + functionSuffix(describeFunction(function).name);
    OpBuilder builder(function);
    ShapeFunctions shapes = emitShapeFunctions(builder, function, *plan, symbols, entry);
    emitter.emit(function, *plan, shapes.layout, entry, kernelTable);
    uint64_t bytes = plan->isSymbolic() ? 0 : static_cast<uint64_t>(plan->arenaBytes());
    code.push_back({entry, bytes, memory->hostArenaBytes(*plan), std::move(shapes)});
  }

  keepKernels(module, *kernels);
  keepFunctions(module, functions, code);
  constants.attachTo(module);
  ModelDescription model = describeModel(module);
  for (const KernelRow &row : kernelTable)
    model.kernels.push_back(row.description);
  OpBuilder builder(module.getContext());
  builder.setInsertionPoint(module.lookupSymbol<ModuleOp>(kernelsModule));
  std::string costs = emitKernelCosts(builder, module.getLoc(), kernelTable);
  emitModelDescription(builder, module.getLoc(), model, code, costs);
  emitWrappers(builder, module.getLoc(), model);
}

} // namespace dlc::host
