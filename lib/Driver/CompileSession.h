// One compile: a model, its options, and the state between phases.
#ifndef DLC_LIB_DRIVER_COMPILESESSION_H
#define DLC_LIB_DRIVER_COMPILESESSION_H

#include "LoadedModel.h"

#include "dlc/Codegen/Halide/KernelCompiler.h"
#include "dlc/Driver/Compiler.h"
#include "dlc/Pipelines/CompileKernels.h"

#include <chrono>

namespace dlc::driver {

/// Runs the phases from `compileFrom` (or import) to `compileTo` (or link) and writes what they
/// make.
class CompileSession {
public:
  CompileSession(std::string path, const CompileOptions &options);

  Expected<CompileResult> run();

private:
  Status checkOptions() const;
  /// The phase whose IR the loaded model already is.
  Phase startingPhase() const;
  /// Whether the loaded model is what the first phase works on.
  Status checkDump();
  /// Makes the device of the options, or of the dump, the target of the module and of kernels.
  Status placeOnDevice();
  Status runPhase(Phase phase);
  Status runPasses(Phase phase);
  Status runCodegen();
  /// Text for --compile-to and --emit=mlir|llvm|asm.
  Expected<std::string> assembly();
  Expected<std::string> text(Phase last);
  Status writeArtifact();
  Status checkOutput(bool textOnly) const;
  Status writeTextFile(const std::string &content, std::string_view extension);
  Status dump(Phase phase);
  /// The output path, with `extension` where the user gave none.
  std::string outputPath(std::string_view extension) const;
  void report(Phase phase, std::string_view item, uint64_t done, uint64_t total) const;

  std::string path;
  const CompileOptions &options;
  std::unique_ptr<LoadedModel> model;
  std::optional<codegen::KernelTarget> target;
  std::vector<KernelObject> kernels;
  CompileResult result;
};

} // namespace dlc::driver

#endif // DLC_LIB_DRIVER_COMPILESESSION_H
