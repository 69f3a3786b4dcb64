// Compiles and runs one conformance test through the library that `dlc` is made of.
#include "RunCase.h"

#include "dlc/Artifact/Loader.h"
#include "dlc/Driver/Compiler.h"
#include "dlc/Support/AtomicFile.h"

#include <cmath>
#include <map>
#include <optional>

using namespace dlc;
using namespace dlc::conformance;
using onnx::ProtoValue;
using onnx::ValueInfo;

namespace {

/// The tolerances of the onnx package's own runner.
constexpr double relativeTolerance = 1e-3;
constexpr double absoluteTolerance = 1e-7;

/// Tests whose expected values are further than that from the exact ones.
struct Exception {
  std::string_view test;
  double absoluteTolerance;
};
/// An inverse transform of a real signal: parts that are 0 were stored as 2e-7, the rounding noise
/// of the transform in float32 that made them.
constexpr Exception exceptions[] = {{"test_dft_inverse", 5e-7}, {"test_dft_inverse_opset19", 5e-7}};

double toleranceOf(const Case &test) {
  for (const Exception &exception : exceptions)
    if (exception.test == test.name)
      return exception.absoluteTolerance;
  return absoluteTolerance;
}

Outcome failure(const Error &error) {
  return {error.code == ExitCode::Unsupported ? Verdict::Unsupported : Verdict::Failed,
          error.message};
}

Outcome wrong(std::string reason) { return {Verdict::Wrong, std::move(reason)}; }

bool close(double actual, double expected, double absolute) {
  if (std::isnan(expected) || std::isnan(actual))
    return std::isnan(expected) && std::isnan(actual);
  if (std::isinf(expected) || std::isinf(actual))
    return expected == actual;
  return std::fabs(actual - expected) <= absolute + relativeTolerance * std::fabs(expected);
}

/// What is wrong with `actual`, or nullopt. Integers must be equal.
std::optional<std::string> difference(const Tensor &actual, const Tensor &expected,
                                      double absolute) {
  if (actual.dtype() != expected.dtype() || actual.shape() != expected.shape())
    return "expected " + std::string(dtypeName(expected.dtype())) + " " +
           shapeString(expected.shape()) + ", found " + std::string(dtypeName(actual.dtype())) +
           " " + shapeString(actual.shape());
  bool exact = !isFloat(expected.dtype());
  for (int64_t i = 0; i < expected.numElements(); ++i) {
    bool equal = exact ? actual.asInt(i) == expected.asInt(i)
                       : close(actual.asDouble(i), expected.asDouble(i), absolute);
    if (!equal)
      return "element " + std::to_string(i) + ": expected " + std::to_string(expected.asDouble(i)) +
             ", found " + std::to_string(actual.asDouble(i));
  }
  return std::nullopt;
}

/// 0 to 1 in row-major order: what the onnx package feeds its light models.
Tensor ramp(const Shape &shape) {
  Tensor tensor(DType::F32, shape);
  for (int64_t i = 0; i < tensor.numElements(); ++i)
    tensor.setDouble(i, static_cast<double>(i) / static_cast<double>(tensor.numElements()));
  return tensor;
}

Expected<ProtoValue> readProtoFile(const std::string &path, ValueInfo::Kind kind) {
  Expected<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.error();
  return onnx::readProtoValue(file->bytes(), kind, path);
}

bool exists(const std::string &path) { return static_cast<bool>(MappedFile::open(path)); }

/// Compiles and runs one data set of a test.
class DataSetRun {
public:
  DataSetRun(const Case &test, std::string artifact) : test(test), artifact(std::move(artifact)) {
    options.output = this->artifact;
    options.jobs = 1;
  }

  /// `folder` is empty for a light model.
  Outcome run(const std::string &folder) {
    if (std::optional<Outcome> failed = readInputs(folder))
      return *failed;
    if (Expected<CompileResult> compiled = compileModel(test.model, options); !compiled)
      return failure(compiled.error());
    std::vector<Tensor> outputs;
    if (std::optional<Outcome> failed = runArtifact(outputs))
      return *failed;
    return compare(folder, outputs);
  }

private:
  std::optional<Outcome> readInputs(const std::string &folder) {
    Expected<std::vector<InputSpec>> specs = readModelInputs(test.model, options);
    if (!specs)
      return failure(specs.error());
    for (size_t index = 0; index < specs->size(); ++index) {
      const InputSpec &spec = (*specs)[index];
      if (folder.empty()) {
        options.inputValues[spec.name] = ramp(spec.shape);
        continue;
      }
      std::string path = folder + "/input_" + std::to_string(index) + ".pb";
      Expected<ProtoValue> value = readProtoFile(path, spec.kind);
      if (!value)
        return failure(value.error());
      if (value->kind != ValueInfo::Kind::Tensor)
        return Outcome{Verdict::Unsupported, "an input that is a sequence or an optional"};
      if (!value->tensor.isSupported())
        return Outcome{Verdict::Unsupported, "an input of " + value->tensor.unsupported};
      options.inputValues[spec.name] = value->tensor.tensor;
      options.shapes[spec.name] = value->tensor.tensor.shape();
    }
    return std::nullopt;
  }

  std::optional<Outcome> runArtifact(std::vector<Tensor> &outputs) {
    Expected<Artifact> library = Artifact::open(artifact);
    if (!library)
      return failure(library.error());
    Expected<Context> context = library->createContext({/*threads=*/1, /*profile=*/false});
    if (!context)
      return failure(context.error());
    // An input whose value was compiled in is no longer one of the artifact's.
    std::vector<Tensor> inputs;
    for (const TensorDescription &input : library->description().functions.front().inputs) {
      auto found = options.inputValues.find(input.name);
      if (found == options.inputValues.end())
        return Outcome{Verdict::Failed, "the artifact asks for an input '" + input.name + "'"};
      inputs.push_back(found->second);
    }
    if (Status status = context->run(inputs, outputs); !status)
      return failure(status.error());
    return std::nullopt;
  }

  Outcome compare(const std::string &folder, const std::vector<Tensor> &outputs) {
    size_t index = 0;
    for (const Tensor &output : outputs) {
      std::string path = folder.empty() ? test.expectedOutput
                                        : folder + "/output_" + std::to_string(index) + ".pb";
      Expected<ProtoValue> expected = readProtoFile(path, ValueInfo::Kind::Tensor);
      if (!expected)
        return failure(expected.error());
      if (std::optional<std::string> problem =
              difference(output, expected->tensor.tensor, toleranceOf(test)))
        return wrong("output " + std::to_string(index) + ": " + *problem);
      ++index;
    }
    if (!folder.empty() && exists(folder + "/output_" + std::to_string(index) + ".pb"))
      return wrong("expected more than " + std::to_string(index) + " outputs");
    return {};
  }

  const Case &test;
  std::string artifact;
  CompileOptions options;
};

} // namespace

Outcome dlc::conformance::runCase(const Case &test, const std::string &scratch) {
  std::vector<std::string> folders = test.dataFolders;
  if (folders.empty())
    folders.emplace_back();
  for (size_t i = 0; i < folders.size(); ++i) {
    std::string artifact = scratch + "/model" + std::to_string(i) + ".so";
    Outcome outcome = DataSetRun(test, artifact).run(folders[i]);
    if (outcome.verdict != Verdict::Pass)
      return outcome;
  }
  return {};
}
