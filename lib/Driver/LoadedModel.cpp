// From a file to a module.
#include "LoadedModel.h"

#include "dlc/Autodiff/ReverseMode.h"
#include "dlc/Codegen/Halide/KernelCompiler.h"
#include "dlc/Codegen/Host/HostObject.h"
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Import/Keras/ImportKeras.h"
#include "dlc/Import/ONNX/ImportONNX.h"
#include "dlc/Reference/Interpreter.h"
#include "dlc/Schedule/ScheduleShapes.h"
#include "dlc/Support/AtomicFile.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SourceMgr.h"

using namespace dlc;
using namespace dlc::driver;

/// Names in `location`, without the files and lines of a dump.
static std::string locationName(mlir::Location location) {
  if (auto name = mlir::dyn_cast<mlir::NameLoc>(location))
    return name.getName().str();
  if (auto fused = mlir::dyn_cast<mlir::FusedLoc>(location))
    for (mlir::Location each : fused.getLocations())
      if (std::string name = locationName(each); !name.empty())
        return name;
  if (auto call = mlir::dyn_cast<mlir::CallSiteLoc>(location))
    return locationName(call.getCallee());
  return {};
}

static std::string describe(mlir::Diagnostic &diagnostic) {
  std::string where = locationName(diagnostic.getLocation());
  if (where.empty())
    if (auto line = mlir::dyn_cast<mlir::FileLineColLoc>(diagnostic.getLocation()))
      where = "line " + std::to_string(line.getLine());
  std::string text = where.empty() ? diagnostic.str() : where + ": " + diagnostic.str();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

DiagnosticCollector::DiagnosticCollector(mlir::MLIRContext *context, const CompileOptions &options)
    : handler(context, [this, warning = options.warning](mlir::Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error && message.empty())
          message = describe(diagnostic);
        else if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Warning && warning)
          warning(describe(diagnostic));
        return mlir::success();
      }) {}

Error DiagnosticCollector::error(const std::string &file, ExitCode code,
                                 const std::string &fallback) const {
  if (message.empty())
    return internalError(file + ": " + fallback);
  // A module is called by its file, other operations by their nodes.
  bool named = message.compare(0, file.size() + 2, file + ": ") == 0;
  return {code, named ? message : file + ": " + message};
}

LoadedModel::LoadedModel(std::string path) : path(std::move(path)) {
  mlir::DialectRegistry registry;
  registry.insert<dl::DLDialect, mlir::func::FuncDialect>();
  registerReferenceModels(registry);
  autodiff::registerGradientRules(registry);
  schedule::registerScheduleShapes(registry);
  codegen::registerEmissionModels(registry);
  host::registerHostTranslation(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
}

mlir::func::FuncOp LoadedModel::main() const {
  return module ? (*module).lookupSymbol<mlir::func::FuncOp>("main") : mlir::func::FuncOp();
}

static onnx::ImportOptions importOptions(const CompileOptions &options) {
  onnx::ImportOptions result;
  result.shapes.insert(options.shapes.begin(), options.shapes.end());
  result.constantInputs.insert(options.constantInputs.begin(), options.constantInputs.end());
  result.inputValues.insert(options.inputValues.begin(), options.inputValues.end());
  return result;
}

Status driver::askForSizes(LoadedModel &model) {
  std::vector<std::string> symbols = dl::symbolNames(*model.module);
  mlir::func::FuncOp function = model.main();
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes())) {
    auto tensor = mlir::cast<mlir::RankedTensorType>(type);
    dl::Dims dims = dl::dimsOf(tensor);
    auto open = llvm::find_if(dims, [](mlir::AffineExpr dim) { return !dl::constantDim(dim); });
    if (open == dims.end())
      continue;
    std::string name = inputName(function, index);
    std::string shape = llvm::join(llvm::map_range(dims,
                                                   [](mlir::AffineExpr dim) {
                                                     auto size = dl::constantDim(dim);
                                                     return size ? std::to_string(*size) : "N";
                                                   }),
                                   "x");
    return unsupported(model.path + ": input '" + name + "' has no fixed size on axis " +
                       std::to_string(open - dims.begin()) + " ('" +
                       dl::expressionString(*open, symbols) + "'); give its shape with --shape " +
                       name + "=" + shape);
  }
  return {};
}

static Status importONNXFile(LoadedModel &model, const CompileOptions &options) {
  Expected<onnx::Model> file = onnx::readModel(model.path);
  if (!file)
    return file.error();
  auto module = onnx::importONNX(model.context, *file, importOptions(options));
  if (!module)
    return module.error();
  model.module = std::move(*module);
  return {};
}

Expected<keras::ImportOptions> driver::kerasOptions(const std::string &path,
                                                    const CompileOptions &options) {
  if (!options.constantInputs.empty())
    return usageError("--constant " + options.constantInputs.begin()->first + ": " + path +
                      " is a Keras model, whose inputs cannot become constants");
  keras::ImportOptions result;
  result.shapes.insert(options.shapes.begin(), options.shapes.end());
  return result;
}

static Status importKerasFile(LoadedModel &model, const CompileOptions &options) {
  Expected<keras::ImportOptions> import = kerasOptions(model.path, options);
  if (!import)
    return import.error();
  Expected<keras::Model> file = keras::readModel(model.path);
  if (!file)
    return file.error();
  if (options.training)
    if (Status status = keras::checkTraining(*file); !status)
      return status;
  auto module = keras::importKeras(model.context, *file, *import);
  if (!module)
    return module.error();
  model.module = std::move(*module);
  return {};
}

static Status parseFile(LoadedModel &model, const CompileOptions &options) {
  Expected<MappedFile> file = MappedFile::open(model.path);
  if (!file)
    return file.error();
  DiagnosticCollector diagnostics(&model.context, options);
  llvm::SourceMgr sources;
  std::string_view text = file->text();
  sources.AddNewSourceBuffer(
      llvm::MemoryBuffer::getMemBufferCopy({text.data(), text.size()}, model.path), llvm::SMLoc());
  mlir::ParserConfig config(&model.context);
  model.module = mlir::parseSourceFile<mlir::ModuleOp>(sources, config);
  if (!model.module)
    return diagnostics.error(model.path, ExitCode::BadInput, "cannot be parsed");
  return {};
}

/// A name without a known extension; that the file is not there comes first.
static Status refuseName(const std::string &path) {
  if (Expected<MappedFile> file = MappedFile::open(path); !file)
    return file.error();
  return usageError(path +
                    ": expected a model ending in .onnx, .keras or .mlir, or an artifact of dlc");
}

Expected<std::unique_ptr<LoadedModel>> driver::loadModel(const std::string &path,
                                                         const CompileOptions &options) {
  auto model = std::make_unique<LoadedModel>(path);
  Status status = path.ends_with(".onnx")    ? importONNXFile(*model, options)
                  : path.ends_with(".keras") ? importKerasFile(*model, options)
                  : path.ends_with(".mlir")  ? parseFile(*model, options)
                                             : refuseName(path);
  if (!status)
    return status.error();
  // A dump has the sizes that it has: shapes are of models.
  if (!options.openSizes && !path.ends_with(".mlir") && model->main() &&
      !dl::symbolNames(*model->module).empty())
    if (Status known = askForSizes(*model); !known)
      return known.error();
  return model;
}

std::string driver::printModule(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  mlir::OpPrintingFlags flags;
  flags.enableDebugInfo(/*enable=*/true, /*prettyForm=*/false);
  module->print(stream, flags);
  text += '\n';
  return text;
}

static std::string nameOr(mlir::Attribute attribute, const char *kind, unsigned index) {
  if (auto name = mlir::dyn_cast_if_present<mlir::StringAttr>(attribute))
    return name.str();
  return kind + std::to_string(index);
}

std::string driver::inputName(mlir::func::FuncOp function, unsigned index) {
  return nameOr(function.getArgAttr(index, "dl.name"), "input", index);
}

std::string driver::outputName(mlir::func::FuncOp function, unsigned index) {
  return nameOr(function.getResultAttr(index, "dl.name"), "output", index);
}

std::string driver::nodeName(mlir::Operation *op) {
  std::string name = locationName(op->getLoc());
  return name.empty() ? op->getName().getStringRef().str() : name;
}

std::string driver::typeText(mlir::Type type, llvm::ArrayRef<std::string> symbols) {
  auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
  std::optional<DType> dtype = tensor ? dl::dtypeOf(tensor.getElementType()) : std::nullopt;
  if (!dtype) {
    std::string text;
    llvm::raw_string_ostream(text) << type;
    return text;
  }
  std::string text = std::string(dtypeName(*dtype)) + "[";
  for (auto [axis, dim] : llvm::enumerate(dl::dimsOf(tensor)))
    text += (axis ? "," : "") + dl::expressionString(dim, symbols);
  return text + "]";
}
