// The compiler as a library: what `dlc`, the tests and the language bindings call. Plain C++
// without MLIR in sight; every failure is an Error of one line.
#ifndef DLC_DRIVER_COMPILER_H
#define DLC_DRIVER_COMPILER_H

#include "dlc/Artifact/Description.h"
#include "dlc/Artifact/Loader.h"
#include "dlc/Driver/TensorFile.h"
#include "dlc/Pipelines/Phases.h"
#include "dlc/Pipelines/TrainingOptions.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Tensor.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dlc {

/// What a compile writes.
enum class Emit { SharedLibrary, StaticLibrary, Object, Executable, MLIR, LLVMIR, Assembly };
enum class Target { CPU, OpenCL, CUDA, Vulkan };
enum class NumberFormat { F32, BF16, INT8 };

/// A step of a long operation, for progress bars. `total` is 0 where it is not known.
struct Progress {
  std::string_view phase; ///< `codegen`
  std::string_view item;  ///< what is being worked on: a node, a kernel
  uint64_t done = 0;
  uint64_t total = 0;
};

/// Called from the thread that called the compiler.
using ProgressCallback = std::function<void(const Progress &)>;
/// One line a call, without a prefix.
using WarningCallback = std::function<void(const std::string &)>;

/// How a model is compiled. The defaults give the fastest code for this machine.
struct CompileOptions {
  /// Path of the artifact; empty: the model's file name with the extension of `emit`, in the
  /// working directory; `-`: standard output, for text. A header is written beside binary
  /// artifacts, with the extension `.h`.
  std::string output;
  Emit emit = Emit::SharedLibrary;
  Target target = Target::CPU;
  /// An LLVM CPU name; empty: this machine's.
  std::string cpu;
  /// Shapes of inputs whose dimensions the model leaves open, or other ones than it declares. The
  /// empty name stands for the only input.
  std::map<std::string, Shape> shapes;
  /// Inputs that become constants of the artifact.
  std::map<std::string, Tensor> constantInputs;
  /// Values that inputs will have in the one run that this compile is for. An input becomes a
  /// constant only where a shape or an attribute depends on it.
  std::map<std::string, Tensor> inputValues;
  NumberFormat precision = NumberFormat::F32;
  /// Compile a training step: functions init, train_step, eval_step and predict over one state.
  std::optional<TrainingOptions> training;
  /// Stop after this phase and write its IR to `output`.
  std::optional<Phase> compileTo;
  /// The model is a dump that a compile stopped after this phase has written.
  std::optional<Phase> compileFrom;
  /// Where each phase's IR is written; empty: nowhere.
  std::string dumpFolder;
  bool useCache = true;
  /// Whether sizes that the model leaves open may stay open. Otherwise they are asked for.
  bool openSizes = false;
  /// Threads that compile kernels; 0: one a core.
  unsigned jobs = 0;
  ProgressCallback progress;
  WarningCallback warning;
};

struct PhaseTime {
  std::string phase;
  double seconds = 0;
};

/// What was written, and what it took.
struct CompileResult {
  std::string artifact;
  std::string header; ///< empty where none was written
  uint64_t artifactBytes = 0;
  /// Of binary artifacts; without functions for text.
  ModelDescription description;
  uint64_t arenaBytes =
      0;                ///< scratch memory of a run, as planned; 0 where it depends on the inputs
  unsigned kernels = 0; ///< calls in the model
  unsigned recipes = 0; ///< distinct kernels
  unsigned cachedRecipes = 0;
  double seconds = 0;
  std::vector<PhaseTime> phases;
};

/// Compiles `model` (`.onnx`, `.keras`, or `.mlir` of any phase). A failure leaves no file.
Expected<CompileResult> compileModel(const std::string &model, const CompileOptions &options);

/// What a caller must supply, in order: the graph's inputs without those that have initializers.
Expected<std::vector<InputSpec>> readModelInputs(const std::string &model,
                                                 const CompileOptions &options);

/// What a model gives, in order, as far as its file declares it.
Expected<std::vector<InputSpec>> readModelOutputs(const std::string &model);

/// Everything that keeps a model from being compiled.
struct CheckReport {
  std::vector<Error> issues; ///< in the model's order; each line names file and node
  size_t nodes = 0;
  std::map<std::string, size_t> operators; ///< how often each operator occurs
};
/// Fails only where the model cannot be read at all.
Expected<CheckReport> checkModel(const std::string &model, const CompileOptions &options);

/// A value with the name that the model gives it.
struct NamedTensor {
  std::string name;
  Tensor tensor;
};
/// Evaluates `model` with the reference interpreter, on inputs by name: slow, and right.
Expected<std::vector<NamedTensor>> interpretModel(const std::string &model,
                                                  const std::map<std::string, Tensor> &inputs,
                                                  const CompileOptions &options);

/// One row of `dlc inspect`.
struct LayerReport {
  std::string name;
  std::string kind; ///< the operator, or the kernel's family
  std::string type; ///< of the result: `float32[1,64,112,112]`, `float32[batch,64,height/2,112]`
  uint64_t parameters = 0;
  double flops = 0;
  double bytes = 0; ///< read and written, each tensor once
  /// Not in an artifact whose calls decide the sizes.
  bool isCostKnown = true;
};
/// Scratch memory of one kernel result, in use from kernel `firstKernel` to `lastKernel` (counted
/// from 0, in the order in which they run).
struct BufferReport {
  std::string value; ///< the node that makes it
  uint64_t bytes = 0;
  uint64_t offset = 0;
  unsigned firstKernel = 0;
  unsigned lastKernel = 0;
  /// Where sizes are open, the formulas of these: bytes over the symbols, `behind 2, 5` (the larger
  /// end of these rows), `in the place of 3`, `at 0`. Empty otherwise.
  std::string size;
  std::string place;
};
struct InspectReport {
  std::string name;
  std::vector<TensorDescription> inputs;
  std::vector<TensorDescription> outputs;
  std::vector<std::string> symbols; ///< of symbolic dimensions in inputs and outputs
  /// Values of the model's own symbols, `batch=1, length=128`, that FLOPs, bytes and offsets below
  /// are for; empty where no size is open, and for artifacts.
  std::string likely;
  std::vector<LayerReport> layers;
  uint64_t parameters = 0;
  double flops = 0;
  uint64_t weightBytes = 0;
  uint64_t arenaBytes = 0; ///< peak of the static plan; 0 where it depends on the inputs
  /// Most bytes in use during one kernel, which no plan can go below.
  uint64_t arenaLowerBound = 0;
  /// The plan itself, in the order of first use; empty for artifacts and dumps of the phase `host`.
  std::vector<BufferReport> buffers;
};
/// `model` is an `.onnx` or `.keras` file, a dump of any phase, or an artifact, whose layers are
/// its kernels.
Expected<InspectReport> inspectModel(const std::string &model, const CompileOptions &options);

/// How close two results must be: |actual - expected| <= absolute + relative * largest |expected|.
struct Tolerance {
  double relative = 1e-4;
  double absolute = 1e-6;
};
/// One value that was compared.
struct Comparison {
  std::string name; ///< of the value, or of the node that makes it
  std::string type;
  double largestDifference = 0;
  double largestExpected = 0;
  std::string problem; ///< empty where it is within tolerance; else one line
};
struct VerifyOptions {
  CompileOptions compile;
  /// By input name.
  std::map<std::string, Tensor> inputs;
  /// Expected outputs (`--against`) by name, or by position as `#0`; empty: the reference
  /// interpreter's.
  std::map<std::string, Tensor> expected;
  Tolerance tolerance;
  /// Compiles with the sizes that the model leaves open, and not for those of the inputs.
  bool openSizes = false;
  /// Judges the interpreter in place of compiled code; `expected` must be given.
  bool interpret = false;
  ContextOptions context; ///< where compiled code runs
};
struct VerifyReport {
  std::vector<Comparison> outputs;
  /// The first wrong node in the model's order, where an output is wrong and one was found.
  std::optional<Comparison> firstWrong;
};
/// Compares the compiled model with the reference interpreter, or with what is expected. A mismatch
/// is in the report, not a failure.
Expected<VerifyReport> verifyModel(const std::string &model, const VerifyOptions &options);

} // namespace dlc

#endif // DLC_DRIVER_COMPILER_H
