// Runs Halide on one kernel and turns whatever it throws into an Error.
#include "dlc/Codegen/Halide/KernelCompiler.h"

#include "dlc/Codegen/Halide/KernelEmitter.h"
#include "dlc/Codegen/Halide/StepEmitter.h"
#include "dlc/Codegen/Halide/Templates/CodegenOptions.h"
#include "dlc/Support/AtomicFile.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/TargetParser/Host.h"

#include <cstdlib>
#include <filesystem>
#include <unistd.h>

using namespace mlir;

namespace dlc::codegen {
namespace {

/// A folder that is gone when the object is.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dlc-kernel-XXXXXX").string();
    if (mkdtemp(pattern.data()))
      folder = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!folder.empty())
      std::filesystem::remove_all(folder, ignored);
  }
  const std::string &path() const { return folder; }

private:
  std::string folder;
};

/// Sums may be reassociated and products fused in contractions; everywhere else NaN, infinities and
/// the order of operations are the model's.
bool needsStrictFloat(dl::KernelOp kernel) {
  FusionClass kind = kernel.getKind();
  return kind != FusionClass::Contraction && kind != FusionClass::Convolution;
}

Halide::Target halideTarget(dl::KernelOp kernel, const KernelTarget &target) {
  Halide::Target result(target.features);
  result.set_feature(Halide::Target::NoRuntime);
  result.set_feature(Halide::Target::NoAsserts);
  result.set_feature(Halide::Target::NoBoundsQuery);
  result.set_feature(Halide::Target::UserContext);
  if (needsStrictFloat(kernel))
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

/// Builds the pipeline with `Emitter` and writes it to `file` by `write`.
template <typename Emitter, typename Write>
void emitTo(dl::KernelOp kernel, const KernelTarget &target, Write write) {
  Emitter emitter(kernel, target.facts);
  emitter.emit();
  write(emitter.pipeline(), emitter.arguments());
}

/// Compiles to the file type that `suffix` names (`o` or `s`) and returns the file.
Expected<std::string> compileTo(dl::KernelOp kernel, const std::string &symbol,
                                const KernelTarget &target, const char *suffix) {
  silenceWarnings();
  TemporaryFolder folder;
  if (folder.path().empty())
    return internalError("cannot make a temporary folder for kernel " + symbol);
  std::string file = folder.path() + "/kernel." + suffix;
  try {
    Halide::Target halide = halideTarget(kernel, target);
    auto write = [&](Halide::Pipeline pipeline, const std::vector<Halide::Argument> &arguments) {
      if (suffix[0] == 'o')
        pipeline.compile_to_object(file, arguments, symbol, halide);
      else
        pipeline.compile_to_assembly(file, arguments, symbol, halide);
    };
    if (isa_and_nonnull<RecurrentOpInterface>(kernel.getAnchor()))
      emitTo<StepEmitter>(kernel, target, write);
    else
      emitTo<KernelEmitter>(kernel, target, write);
  } catch (const Halide::Error &error) {
    return internalError("kernel " + symbol + ": Halide: " + oneLine(error.what()));
  } catch (const std::exception &error) {
    return internalError("kernel " + symbol + ": " + oneLine(error.what()));
  }
  return readFile(file);
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

Expected<std::string> compileKernel(dl::KernelOp kernel, const std::string &symbol,
                                    const KernelTarget &target) {
  return compileTo(kernel, symbol, target, "o");
}

Expected<std::string> kernelAssembly(dl::KernelOp kernel, const std::string &symbol,
                                     const KernelTarget &target) {
  return compileTo(kernel, symbol, target, "s");
}

std::string describeTarget(const KernelTarget &target) {
  const schedule::MachineFacts &facts = target.facts;
  std::string text = "halide " + std::to_string(HALIDE_VERSION_MAJOR) + "." +
                     std::to_string(HALIDE_VERSION_MINOR) + "." +
                     std::to_string(HALIDE_VERSION_PATCH) + " " + target.features;
  for (int64_t fact : {int64_t(facts.vectorBytes), int64_t(facts.vectorRegisters), facts.l1Bytes,
                       facts.l2Bytes, facts.l3Bytes, int64_t(facts.cores)})
    text += " " + std::to_string(fact);
  return text + "\n";
}

} // namespace dlc::codegen
