// Runs Halide on one kernel and turns whatever it throws into an Error.
#include "dlc/Codegen/Halide/KernelCompiler.h"

#include "DeviceLanguage.h"
#include "dlc/Codegen/Halide/KernelEmitter.h"
#include "dlc/Codegen/Halide/StepEmitter.h"
#include "dlc/Codegen/Halide/Templates/CodegenOptions.h"
#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Support/AtomicFile.h"
#include "dlc/Support/Temporaries.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;

namespace dlc::codegen {

bool sumsProducts(dl::KernelOp kernel) {
  Operation *anchor = kernel.getAnchor();
  return anchor && cast<FusibleOpInterface>(anchor).sumsProducts();
}

namespace {

/// Whether a value in `kernel` has elements of a float type of `bits`.
bool usesFloat(dl::KernelOp kernel, unsigned bits) {
  auto isSuch = [bits](Type type) {
    Type element = getElementTypeOrSelf(type);
    return isa<FloatType>(element) && element.getIntOrFloatBitWidth() == bits;
  };
  bool found = llvm::any_of(kernel.getBodyBlock()->getArgumentTypes(), isSuch);
  kernel.walk([&](Operation *op) { found |= llvm::any_of(op->getResultTypes(), isSuch); });
  return found;
}

Halide::Target halideTarget(dl::KernelOp kernel, const KernelTarget &target) {
  Halide::Target result(target.features);
  result.set_feature(Halide::Target::NoRuntime);
  result.set_feature(Halide::Target::NoAsserts);
  result.set_feature(Halide::Target::NoBoundsQuery);
  result.set_feature(Halide::Target::UserContext);
  if (target.facts.device)
    addElementTypes(result, target.facts.device->kind, usesFloat(kernel, 64),
                    usesFloat(kernel, 16));
  // On the host operation by operation, see templates::makeStrict. A device's compiler joins the
  // products and the sums of a contraction all the same.
  if (target.facts.device)
    result.set_feature(Halide::Target::StrictFloat);
  return result;
}

/// Halide writes its warnings to stderr otherwise; errors still arrive as exceptions.
class QuietReporter : public Halide::CompileTimeErrorReporter {
public:
  void warning(const char *) override {}
  void error(const char *message) override { throw Halide::CompileError(message); }
};

void silenceWarnings() {
  static QuietReporter reporter;
  static bool installed = (Halide::set_custom_compile_time_error_reporter(&reporter), true);
  (void)installed;
}

/// A message of Halide's, which spreads over lines, in one.
std::string oneLine(const char *message) {
  std::string text;
  for (llvm::StringRef rest = message; !rest.empty();) {
    auto [line, after] = rest.split('\n');
    line = line.trim();
    if (!line.empty())
      text += (text.empty() ? "" : " ") + line.str();
    rest = after;
  }
  return text;
}

/// The model's node that `kernel` stands for; its symbol where it has no name.
std::string nameOf(dl::KernelOp kernel) {
  Operation *op = kernel.getAnchor();
  if (!op)
    op = kernel.getBodyBlock()->getTerminator()->getPrevNode();
  std::string name;
  if (op)
    op->getLoc()->walk([&](Location part) {
      auto named = dyn_cast<NameLoc>(part);
      if (!named)
        return WalkResult::advance();
      name = named.getName().str();
      return WalkResult::interrupt();
    });
  return name.empty() ? kernel.getSymbol().value_or("kernel").str() : name;
}

/// Builds the pipeline with `Emitter` and writes it to `file` by `write`.
template <typename Emitter, typename Write>
void emitTo(dl::KernelOp kernel, const KernelTarget &target, Write write) {
  Emitter emitter(kernel, target.facts);
  emitter.emit();
  write(emitter.pipeline(), emitter.arguments());
}

/// Compiles to a file of `type` and returns it.
Expected<std::string> compileTo(dl::KernelOp kernel, const std::string &symbol,
                                const KernelTarget &target, Halide::OutputFileType type) {
  const bool isStep = isa_and_nonnull<RecurrentOpInterface>(kernel.getAnchor());
  silenceWarnings();
  Expected<TemporaryFolder> folder = TemporaryFolder::create("kernel");
  if (!folder)
    return folder.error();
  std::string file = *folder / "kernel";
  try {
    Halide::Target halide = halideTarget(kernel, target);
    auto write = [&](Halide::Pipeline pipeline, const std::vector<Halide::Argument> &arguments) {
      if (!target.facts.device)
        halide = templates::makeStrict(pipeline, halide, sumsProducts(kernel));
      if (target.facts.device)
        for (auto &pass : deviceLoweringPasses(target.facts.device->kind))
          pipeline.add_custom_lowering_pass(pass.release()); // Halide owns it
      pipeline.compile_to({{type, file}}, arguments, symbol, halide);
    };
    if (isStep)
      emitTo<StepEmitter>(kernel, target, write);
    else
      emitTo<KernelEmitter>(kernel, target, write);
  } catch (const UnsupportedOnDevice &error) {
    return unsupported(nameOf(kernel) + ": " + error.what());
  } catch (const Halide::CompileError &error) {
    return Error{target.givenSchedules ? ExitCode::BadInput : ExitCode::Internal,
                 "kernel " + symbol + ": Halide: " + oneLine(error.what())};
  } catch (const Halide::Error &error) {
    return internalError("kernel " + symbol + ": Halide: " + oneLine(error.what()));
  } catch (const std::exception &error) {
    return internalError("kernel " + symbol + ": " + oneLine(error.what()));
  }
  Expected<std::string> content = readFile(file);
  // A stage that the schedule left without threads would run on the host, behind everyone's back.
  if (content && target.facts.device && content->find("halide_copy_to_host") != std::string::npos)
    return internalError("kernel " + symbol + " computes on the host: a stage has no threads");
  return content;
}

/// Halide's feature list for the vector level of an x86 CPU.
std::string featuresOf(bool avx512) {
  std::string features = "x86-64-linux-avx-avx2-f16c-fma-sse41";
  return avx512 ? features + "-avx512-avx512_skylake" : features;
}

} // namespace

Expected<KernelTarget> kernelTarget(const std::string &cpu) {
  templates::configureHalideCodegen(); // before the threads that compile
  schedule::MachineFacts host = schedule::hostMachineFacts();
  if (cpu.empty() || cpu == "native")
    return KernelTarget{featuresOf(host.vectorBytes >= 64), host};
  int level =
      llvm::StringSwitch<int>(cpu)
          .Cases({"x86-64-v3", "haswell", "broadwell", "skylake", "znver1", "znver2", "znver3"}, 2)
          .Cases({"x86-64-v4", "skylake-avx512", "cascadelake", "icelake-server", "icelake-client",
                  "sapphirerapids", "znver4", "znver5"},
                 3)
          .Default(0);
  if (level == 0)
    return usageError("--cpu=" + cpu +
                      ": expected native, x86-64-v3, x86-64-v4 or an LLVM CPU name with "
                      "AVX2 such as haswell, skylake-avx512, znver3, znver4");
  return KernelTarget{featuresOf(level == 3),
                      level == 3 ? schedule::avx512Facts(host) : schedule::avx2Facts(host)};
}

KernelTarget onDevice(KernelTarget host, const schedule::DeviceFacts &device) {
  host.features += deviceFeatures(device.kind);
  host.facts.device = device;
  return host;
}

Expected<std::string> compileKernel(dl::KernelOp kernel, const std::string &symbol,
                                    const KernelTarget &target) {
  return compileTo(kernel, symbol, target, Halide::OutputFileType::object);
}

Expected<std::string> kernelAssembly(dl::KernelOp kernel, const std::string &symbol,
                                     const KernelTarget &target) {
  return compileTo(kernel, symbol, target,
                   target.facts.device ? deviceListing(target.facts.device->kind)
                                       : Halide::OutputFileType::assembly);
}

std::string describeTarget(const KernelTarget &target) {
  const schedule::MachineFacts &facts = target.facts;
  std::string text = "halide " + std::to_string(HALIDE_VERSION_MAJOR) + "." +
                     std::to_string(HALIDE_VERSION_MINOR) + "." +
                     std::to_string(HALIDE_VERSION_PATCH) + " " + target.features;
  for (int64_t fact :
       {int64_t(facts.vectorBytes), int64_t(facts.vectorRegisters), int64_t(facts.unitBytes),
        facts.l1Bytes, facts.l2Bytes, facts.l3Bytes, int64_t(facts.cores)})
    text += " " + std::to_string(fact);
  if (facts.device)
    for (int64_t fact : {int64_t(facts.device->maxThreads), facts.device->sharedBytes,
                         int64_t(facts.device->subgroup), int64_t(facts.device->registers)})
      text += " " + std::to_string(fact);
  return text + "\n";
}

} // namespace dlc::codegen
