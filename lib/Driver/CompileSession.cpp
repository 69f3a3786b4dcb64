// The phases of one compile, in order.
#include "CompileSession.h"

#include "dlc/Codegen/Host/HostObject.h"
#include "dlc/Codegen/Host/LowerHost.h"
#include "dlc/Codegen/Host/WriteArtifact.h"
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Pipelines/Pipelines.h"
#include "dlc/Schedule/DeviceSchedule.h"
#include "dlc/Support/AtomicFile.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/Support/raw_ostream.h"

#include <filesystem>

using namespace dlc;
using namespace dlc::driver;

/// The `output` that stands for standard output, for text.
static constexpr std::string_view standardOutput = "-";

using Clock = std::chrono::steady_clock;

static double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

CompileSession::CompileSession(std::string path, const CompileOptions &options)
    : path(std::move(path)), options(options) {}

void CompileSession::report(Phase phase, std::string_view item, uint64_t done,
                            uint64_t total) const {
  if (options.progress)
    options.progress({phaseName(phase), item, done, total});
}

//===-- Options ----------------------------------------------------------------------------===//

Status CompileSession::checkOptions() const {
  if (options.precision != NumberFormat::F32)
    return unsupported(path + ": only --precision=f32 is there yet");
  if (options.compileFrom && !path.ends_with(".mlir"))
    return usageError(path + ": --compile-from needs a dump ending in .mlir");
  if (options.compileFrom && options.compileTo && *options.compileTo < *options.compileFrom)
    return usageError(
        path + ": --compile-to=" + std::string(phaseName(*options.compileTo)) +
        " comes before --compile-from=" + std::string(phaseName(*options.compileFrom)));
  if (options.compileFrom == Phase::Link)
    return usageError(path + ": nothing comes after the phase link");
  return {};
}

Phase CompileSession::startingPhase() const { return options.compileFrom.value_or(Phase::Import); }

std::string CompileSession::outputPath(std::string_view extension) const {
  if (!options.output.empty())
    return options.output;
  return std::filesystem::path(path).stem().string() + std::string(extension);
}

/// Without a value for the host.
static std::optional<schedule::DeviceFacts> deviceOf(Target target) {
  switch (target) {
  case Target::CPU:
    return std::nullopt;
  case Target::OpenCL:
    return schedule::deviceFacts(schedule::DeviceKind::OpenCL);
  case Target::CUDA:
    return schedule::deviceFacts(schedule::DeviceKind::CUDA);
  case Target::Vulkan:
    return schedule::deviceFacts(schedule::DeviceKind::Vulkan);
  }
  return std::nullopt;
}

Status CompileSession::placeOnDevice() {
  std::optional<schedule::DeviceFacts> device = deviceOf(options.target);
  // A dump knows what it was scheduled for.
  if (std::optional<schedule::DeviceFacts> known = schedule::deviceOf(*model->module)) {
    if (device && device->kind != known->kind)
      return usageError(path + ": the dump is compiled for " +
                        std::string(schedule::deviceName(known->kind)) + ", not for " +
                        std::string(schedule::deviceName(device->kind)));
    device = known;
  } else if (device && startingPhase() >= Phase::Schedule) {
    return usageError(path + ": the dump is scheduled for the host: --target=" +
                      std::string(schedule::deviceName(device->kind)) +
                      " needs a dump of an earlier phase");
  }
  if (!device)
    return {};
  // An entry in a device's memory has one plan, with constant offsets.
  if (model->main() && !dl::symbolNames(*model->module).empty())
    if (Status known = askForSizes(*model); !known)
      return known;
  // What is left is nothing that a shape could tell.
  if (llvm::SmallBitVector decided = dl::dataSymbols(*model->module); decided.any())
    return unsupported(path + ": data decides the size '" +
                       dl::symbolNames(*model->module)[decided.find_first()] +
                       "': such models are compiled for the target cpu only");
  schedule::setDevice(*model->module, *device);
  target = codegen::onDevice(*target, *device);
  return {};
}

/// The phase that made a dump, as far as its kernels tell: Import where it has none.
static Phase phaseOf(mlir::ModuleOp module) {
  Phase made = Phase::Import;
  module->walk<mlir::WalkOrder::PreOrder>([&](mlir::Operation *op) {
    if (mlir::isa<mlir::LLVM::LLVMFuncOp>(op))
      made = Phase::Host;
    auto kernel = mlir::dyn_cast<dl::KernelOp>(op);
    if (!kernel)
      return mlir::WalkResult::advance();
    made = std::max(made, kernel.getSymbolAttr()     ? Phase::Codegen
                          : kernel.getScheduleAttr() ? Phase::Schedule
                                                     : Phase::Fuse);
    return mlir::WalkResult::skip();
  });
  return made;
}

Status CompileSession::checkDump() {
  Phase first = startingPhase(), made = phaseOf(*model->module);
  target->givenSchedules = made >= Phase::Schedule;
  bool wanting = made != Phase::Import && first >= Phase::Schedule && made < first;
  if (wanting || (made == Phase::Host) != (first == Phase::Host))
    return usageError(path + ": a dump of the phase " + std::string(phaseName(made)) +
                      ", expected --compile-from=" + std::string(phaseName(made)) + ", found " +
                      std::string(phaseName(first)));
  // Gradients are of sizes that are known.
  if (options.training && first < Phase::Differentiate && model->main() &&
      !dl::symbolNames(*model->module).empty())
    return askForSizes(*model);
  return {};
}

//===-- Phases -----------------------------------------------------------------------------===//

Status CompileSession::runPasses(Phase phase) {
  mlir::PassManager manager(&model->context);
  manager.enableVerifier(false);
  addPhase(manager, phase, {target->facts.vectorBytes, options.training});
  DiagnosticCollector diagnostics(&model->context, options);
  // What cannot be differentiated is the model's affair, and a schedule of a dump is that of
  // whoever edited it; every other phase takes what it is given.
  ExitCode code = phase == Phase::Differentiate ? ExitCode::Unsupported
                  : target->givenSchedules      ? ExitCode::BadInput
                                                : ExitCode::Internal;
  if (mlir::failed(manager.run(*model->module)))
    return diagnostics.error(path, code, "phase " + std::string(phaseName(phase)) + " failed");
  return {};
}

Status CompileSession::runCodegen() {
  std::optional<FileCache> cache;
  if (options.useCache && !FileCache::defaultFolder().empty())
    cache.emplace(FileCache::defaultFolder());
  KernelCompilation compilation;
  compilation.compile = [this](dl::KernelOp kernel, const std::string &symbol) {
    return codegen::compileKernel(kernel, symbol, *target);
  };
  compilation.environment = codegen::describeTarget(*target) + buildIdentity();
  compilation.cache = cache ? &*cache : nullptr;
  compilation.jobs = options.jobs;
  compilation.progress = [this](std::string_view symbol, size_t done, size_t total) {
    report(Phase::Codegen, symbol, done, total);
  };
  Expected<std::vector<KernelObject>> objects = compileKernels(*model->module, compilation);
  if (!objects)
    return Error{objects.error().code, path + ": " + objects.error().message};
  kernels = std::move(*objects);
  // A module of the phase `host` holds each distinct kernel once, and calls.
  if (startingPhase() == Phase::Host)
    result.kernels = host::kernelCallsOf(*model->module);
  else
    model->module->walk([this](dl::KernelOp) { ++result.kernels; });
  result.recipes = kernels.size();
  for (const KernelObject &kernel : kernels)
    result.cachedRecipes += kernel.fromCache;
  return {};
}

Status CompileSession::runPhase(Phase phase) {
  switch (phase) {
  case Phase::Import:
    return {};
  case Phase::Codegen:
    if (Status status = runPasses(phase); !status)
      return status;
    return runCodegen();
  case Phase::Link:
    return writeArtifact();
  default:
    return runPasses(phase);
  }
}

Status CompileSession::dump(Phase phase) {
  if (options.dumpFolder.empty() || phase == Phase::Link)
    return {};
  std::error_code error;
  std::filesystem::create_directories(options.dumpFolder, error);
  std::string name =
      std::to_string(static_cast<int>(phase) + 1) + "-" + std::string(phaseName(phase)) + ".mlir";
  return writeFileAtomically(options.dumpFolder + "/" + name, printModule(*model->module));
}

//===-- Results ----------------------------------------------------------------------------===//

Status CompileSession::writeTextFile(const std::string &content, std::string_view extension) {
  result.artifact = outputPath(extension);
  result.artifactBytes = content.size();
  if (result.artifact == standardOutput) {
    llvm::outs() << content;
    llvm::outs().flush();
    return {};
  }
  return writeFileAtomically(result.artifact, content);
}

static host::ArtifactKind artifactKind(Emit emit) {
  switch (emit) {
  case Emit::StaticLibrary:
    return host::ArtifactKind::StaticLibrary;
  case Emit::Object:
    return host::ArtifactKind::Object;
  case Emit::Executable:
    return host::ArtifactKind::Executable;
  default:
    return host::ArtifactKind::SharedLibrary;
  }
}

static std::string_view extensionOf(Emit emit) {
  switch (emit) {
  case Emit::SharedLibrary:
    return ".so";
  case Emit::StaticLibrary:
    return ".a";
  case Emit::Object:
    return ".o";
  case Emit::Executable:
    return "";
  case Emit::MLIR:
    return ".mlir";
  case Emit::LLVMIR:
    return ".ll";
  case Emit::Assembly:
    return ".s";
  }
  return "";
}

/// The assembly of the host code, then of each kernel: for people, not for an assembler.
Expected<std::string> CompileSession::assembly() {
  Expected<std::string> text = host::emitHostAssembly(*model->module);
  if (!text)
    return text;
  std::optional<Error> failure;
  model->module->walk([&](dl::KernelOp kernel) {
    std::string symbol = kernel.getSymbol().value_or("").str();
    Expected<std::string> code = codegen::kernelAssembly(kernel, symbol, *target);
    if (!code) {
      failure = code.error();
      return mlir::WalkResult::interrupt();
    }
    *text += "\n# " + symbol + "\n" + *code;
    return mlir::WalkResult::advance();
  });
  if (failure)
    return *failure;
  return text;
}

Expected<std::string> CompileSession::text(Phase last) {
  if (last >= Phase::Host && options.emit == Emit::LLVMIR)
    return host::emitHostLLVM(*model->module);
  if (last >= Phase::Host && options.emit == Emit::Assembly)
    return assembly();
  return printModule(*model->module);
}

Status CompileSession::writeArtifact() {
  std::vector<std::string_view> objects;
  for (const KernelObject &kernel : kernels)
    objects.push_back(kernel.object);
  result.artifact = outputPath(extensionOf(options.emit));
  auto written =
      host::writeArtifact(*model->module, objects, artifactKind(options.emit), result.artifact);
  if (!written)
    return written.error();
  result.header = written->header;
  result.artifactBytes = written->bytes;
  result.description = host::describeModel(*model->module);
  result.arenaBytes = host::arenaBytesOf(*model->module);
  return {};
}

/// Whether the output can be made at all: said before the work rather than after it.
Status CompileSession::checkOutput(bool textOnly) const {
  if (options.output == standardOutput)
    return textOnly ? Status()
                    : usageError(path + ": -o - is for text: --emit=mlir|llvm|asm, or "
                                        "--compile-to=PHASE");
  Expected<AtomicFile> probe =
      AtomicFile::create(outputPath(textOnly ? ".mlir" : extensionOf(options.emit)));
  return probe ? Status() : probe.error();
}

Expected<CompileResult> CompileSession::run() {
  Clock::time_point begin = Clock::now();
  if (Status status = checkOptions(); !status)
    return status.error();
  bool textOnly = options.compileTo || options.emit == Emit::MLIR || options.emit == Emit::LLVMIR ||
                  options.emit == Emit::Assembly;
  Phase last = options.compileTo.value_or(textOnly ? Phase::Host : Phase::Link);
  if (last == Phase::Link && textOnly && options.compileTo)
    textOnly = false;
  if (Status status = checkOutput(textOnly); !status)
    return status.error();
  Expected<codegen::KernelTarget> kernelTarget = codegen::kernelTarget(options.cpu);
  if (!kernelTarget)
    return kernelTarget.error();
  target = *kernelTarget;
  Expected<std::unique_ptr<LoadedModel>> loaded = loadModel(path, options);
  if (!loaded)
    return loaded.error();
  model = std::move(*loaded);
  if (Status status = checkDump(); !status)
    return status.error();
  if (Status status = placeOnDevice(); !status)
    return status.error();
  Phase first = startingPhase();
  result.phases.push_back({std::string(phaseName(first)), secondsSince(begin)});
  if (Status status = dump(first); !status)
    return status.error();

  // A dump of the phases codegen and host has symbols; their objects are made again, through the
  // cache.
  if (first >= Phase::Codegen)
    if (Status status = runCodegen(); !status)
      return status.error();
  for (int index = static_cast<int>(first) + 1; index <= static_cast<int>(last); ++index) {
    Phase phase = static_cast<Phase>(index);
    Clock::time_point start = Clock::now();
    report(phase, "", index, static_cast<int>(last));
    if (Status status = runPhase(phase); !status)
      return status.error();
    result.phases.push_back({std::string(phaseName(phase)), secondsSince(start)});
    if (Status status = dump(phase); !status)
      return status.error();
  }
  if (textOnly) {
    Expected<std::string> content = text(last);
    if (!content)
      return content.error();
    std::string_view extension = options.compileTo ? ".mlir" : extensionOf(options.emit);
    if (Status status = writeTextFile(*content, extension); !status)
      return status.error();
  }
  result.seconds = secondsSince(begin);
  return std::move(result);
}
