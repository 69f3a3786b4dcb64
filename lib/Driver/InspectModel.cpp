// `inspectModel`: the model's layers, from the IR of whichever phase it is given in, and the memory
// that a run of it takes.
#include "LoadedModel.h"

#include "dlc/Artifact/Loader.h"
#include "dlc/Codegen/Halide/KernelCompiler.h"
#include "dlc/Codegen/Host/ArenaPlan.h"
#include "dlc/Codegen/Host/LowerHost.h"
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Pipelines/Pipelines.h"

using namespace dlc;
using namespace dlc::driver;

/// Elements of a constant operand that count as parameters: not scalars, shapes or axes.
static uint64_t parameterCount(mlir::Value value) {
  auto constant = value.getDefiningOp<dl::ConstantOp>();
  auto type = mlir::dyn_cast<mlir::RankedTensorType>(value.getType());
  if (!constant || !type || type.getRank() == 0 ||
      !mlir::isa<mlir::FloatType>(type.getElementType()))
    return 0;
  return static_cast<uint64_t>(type.getNumElements());
}

static uint64_t byteSize(mlir::RankedTensorType type) {
  std::optional<DType> dtype = dl::dtypeOf(type.getElementType());
  return dtype ? static_cast<uint64_t>(type.getNumElements()) * byteWidth(*dtype) : 0;
}

static std::string kindOf(mlir::Operation *op) {
  if (auto kernel = mlir::dyn_cast<dl::KernelOp>(op)) {
    mlir::Operation *anchor = kernel.getAnchor();
    return anchor ? "kernel " + anchor->getName().stripDialect().str() : "kernel";
  }
  return op->getName().stripDialect().str();
}

/// `estimates`: likely values of the symbols, which its costs are given for.
static LayerReport describeLayer(mlir::Operation *op, llvm::ArrayRef<std::string> symbols,
                                 llvm::ArrayRef<int64_t> estimates) {
  LayerReport layer;
  layer.name = nodeName(op);
  layer.kind = kindOf(op);
  if (op->getNumResults() != 0)
    layer.type = typeText(op->getResult(0).getType(), symbols);
  for (mlir::Value operand : op->getOperands())
    layer.parameters += parameterCount(operand);
  layer.flops = static_cast<double>(dl::evaluateDim(dl::flopsOf(op), estimates));
  layer.bytes = static_cast<double>(dl::evaluateDim(dl::touchedBytes(op), estimates));
  return layer;
}

static void addLayers(mlir::func::FuncOp function, InspectReport &report) {
  auto module = function->getParentOfType<mlir::ModuleOp>();
  std::vector<std::string> symbols = dl::symbolNames(module);
  llvm::SmallVector<int64_t> estimates = dl::symbolEstimates(module);
  for (mlir::Operation &op : function.getOps()) {
    if (auto constant = mlir::dyn_cast<dl::ConstantOp>(op)) {
      // Each constant once, however many layers share it.
      report.parameters += parameterCount(constant.getResult());
      report.weightBytes += byteSize(mlir::cast<mlir::RankedTensorType>(constant.getType()));
      continue;
    }
    if (op.hasTrait<mlir::OpTrait::IsTerminator>())
      continue;
    report.layers.push_back(describeLayer(&op, symbols, estimates));
    report.flops += report.layers.back().flops;
  }
}

/// Whether every input and output is a tensor of numbers, which a dump may not have.
static bool hasTensorSignature(mlir::func::FuncOp function) {
  auto isTensor = [](mlir::Type type) {
    auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
    return tensor && dl::dtypeOf(tensor.getElementType());
  };
  return llvm::all_of(function.getArgumentTypes(), isTensor) &&
         llvm::all_of(function.getResultTypes(), isTensor);
}

static void describeSignature(FunctionDescription function, InspectReport &report) {
  report.inputs = std::move(function.inputs);
  report.outputs = std::move(function.outputs);
  report.arenaBytes = function.arenaBytes;
}

//===-- The arena plan ---------------------------------------------------------------------===//

/// Brings an imported model to where its kernels and their order are known.
static Status formKernels(LoadedModel &model, const CompileOptions &options) {
  Expected<codegen::KernelTarget> target = codegen::kernelTarget(options.cpu);
  if (!target)
    return target.error();
  mlir::PassManager manager(&model.context);
  manager.enableVerifier(false);
  for (Phase phase : {Phase::Optimize, Phase::Fuse, Phase::Schedule})
    addPhase(manager, phase, {target->facts.vectorBytes, {}});
  DiagnosticCollector diagnostics(&model.context, options);
  if (mlir::failed(manager.run(*model.module)))
    return diagnostics.error(model.path, ExitCode::Internal, "its kernels cannot be formed");
  return {};
}

/// `batch=1, length=128`.
static std::string likelyValues(mlir::ModuleOp module) {
  std::string text;
  for (auto [name, value] : llvm::zip(dl::symbolNames(module), dl::symbolEstimates(module)))
    text += (text.empty() ? "" : ", ") + name + "=" + std::to_string(value);
  return text;
}

/// The node that makes `value`; `node#1` for the second result of a kernel.
static std::string bufferName(mlir::Value value) {
  std::string name = nodeName(value.getDefiningOp());
  if (value.getDefiningOp()->getNumResults() > 1)
    name += "#" + std::to_string(mlir::cast<mlir::OpResult>(value).getResultNumber());
  return name;
}

/// Plans the memory of a run; changes the module to one of the phase `schedule` on the way.
static Status planMemory(LoadedModel &model, const CompileOptions &options, InspectReport &report) {
  if (model.main().getOps<dl::KernelOp>().empty())
    if (Status status = formKernels(model, options); !status)
      return status;
  DiagnosticCollector diagnostics(&model.context, options);
  mlir::FailureOr<host::ArenaPlan> plan = host::ArenaPlan::compute(model.main());
  if (mlir::failed(plan))
    return diagnostics.error(model.path, ExitCode::Internal, "its memory cannot be planned");
  report.arenaBytes = static_cast<uint64_t>(plan->arenaBytes());
  report.arenaLowerBound = static_cast<uint64_t>(plan->lowerBound());
  std::vector<std::string> symbols = dl::symbolNames(*model.module);
  for (const host::ArenaEntry &entry : plan->arenaEntries()) {
    report.buffers.push_back({bufferName(entry.root),
                              static_cast<uint64_t>(entry.bytes),
                              static_cast<uint64_t>(entry.offset),
                              entry.firstUse,
                              entry.lastUse,
                              {},
                              {}});
    if (plan->isSymbolic()) {
      report.buffers.back().size = dl::expressionString(entry.size, symbols);
      report.buffers.back().place = entry.placeString();
    }
  }
  return {};
}

//===-- What there is to inspect -----------------------------------------------------------===//

/// A dump of the phase `host` keeps its functions' types and its distinct kernels.
static InspectReport inspectHost(mlir::ModuleOp module) {
  InspectReport report;
  ModelDescription description = host::describeModel(module);
  report.name = description.name;
  report.symbols = description.symbols;
  report.weightBytes = description.constantBytes;
  if (!description.functions.empty())
    describeSignature(description.functions.front(), report);
  if (auto kernels = module.lookupSymbol<mlir::ModuleOp>(host::kernelsModule))
    for (auto function : kernels.getOps<mlir::func::FuncOp>())
      addLayers(function, report);
  return report;
}

static Expected<InspectReport> inspectArtifact(const std::string &path) {
  Expected<Artifact> artifact = Artifact::open(path);
  if (!artifact)
    return artifact.error();
  const ModelDescription &description = artifact->description();
  InspectReport report;
  report.name = description.name;
  report.symbols = description.symbols;
  report.weightBytes = description.constantBytes;
  if (!description.functions.empty())
    describeSignature(description.functions.front(), report);
  for (const KernelDescription &kernel : description.kernels) {
    report.layers.push_back(
        {kernel.name, kernel.kind, "", 0, kernel.flops, kernel.bytes, kernel.isCostKnown()});
    report.flops += kernel.flops;
  }
  return report;
}

Expected<InspectReport> dlc::inspectModel(const std::string &path, const CompileOptions &given) {
  if (isArtifact(path))
    return inspectArtifact(path);
  CompileOptions options = given;
  options.openSizes = true;
  Expected<std::unique_ptr<LoadedModel>> model = loadModel(path, options);
  if (!model)
    return model.error();
  mlir::ModuleOp module = *(*model)->module;
  if (module.lookupSymbol<mlir::ModuleOp>(host::functionsModule))
    return inspectHost(module);
  mlir::func::FuncOp function = (*model)->main();
  if (!function || function.isExternal())
    return badInput(path + ": expected a function 'main', found none");
  if (!hasTensorSignature(function))
    return badInput(path + ": expected 'main' to map tensors of numbers to such tensors");
  InspectReport report;
  report.name = host::modelName(module);
  report.symbols = host::sizeNames(module);
  report.likely = likelyValues(module);
  describeSignature(host::describeFunction(function), report);
  addLayers(function, report);
  if (Status status = planMemory(**model, options, report); !status)
    return status.error();
  return report;
}
