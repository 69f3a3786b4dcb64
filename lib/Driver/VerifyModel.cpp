// `verifyModel`: compiled code against the interpreter, or against given results.
#include "Comparison.h"
#include "FirstWrongNode.h"

#include "dlc/Artifact/Loader.h"
#include "dlc/Support/Temporaries.h"

#include <algorithm>

using namespace dlc;
using namespace dlc::driver;

/// Compiles `path` into a temporary library and runs it once.
static Expected<std::vector<NamedTensor>> runCompiled(const std::string &path,
                                                      const std::map<std::string, Tensor> &inputs,
                                                      const CompileOptions &options,
                                                      const ContextOptions &where) {
  Expected<TemporaryFolder> folder = TemporaryFolder::create("verify");
  if (!folder)
    return folder.error();
  CompileOptions compile = options;
  compile.output = *folder / "model.so";
  compile.emit = Emit::SharedLibrary;
  Expected<CompileResult> compiled = compileModel(path, compile);
  Expected<Artifact> artifact =
      compiled ? Artifact::open(compiled->artifact) : Expected<Artifact>(compiled.error());
  if (!artifact)
    return artifact.error();
  const FunctionDescription &function = artifact->description().functions.front();
  std::vector<Tensor> arguments, outputs;
  for (const TensorDescription &input : function.inputs) {
    auto found = inputs.find(input.name);
    if (found == inputs.end())
      return badInput(path + ": input '" + input.name + "' has no value");
    arguments.push_back(found->second);
  }
  Expected<Context> context = artifact->createContext(where);
  if (!context)
    return context.error();
  if (Status status = context->run(arguments, outputs); !status)
    return status.error();
  std::vector<NamedTensor> named;
  for (size_t index = 0; index != outputs.size(); ++index)
    named.push_back({function.outputs[index].name, outputs[index]});
  return named;
}

/// What output `index` called `name` must be, or null where nothing is expected of it.
static const Tensor *findExpected(const std::map<std::string, Tensor> &expected,
                                  const std::string &name, size_t index) {
  auto found = expected.find(name);
  if (found == expected.end())
    found = expected.find("#" + std::to_string(index));
  return found == expected.end() ? nullptr : &found->second;
}

/// The outputs that are expected: the caller's, or the interpreter's.
static Expected<std::map<std::string, Tensor>> expectedOutputs(const std::string &path,
                                                               const VerifyOptions &options) {
  if (!options.expected.empty())
    return options.expected;
  Expected<std::vector<NamedTensor>> reference =
      interpretModel(path, options.inputs, options.compile);
  if (!reference)
    return reference.error();
  std::map<std::string, Tensor> expected;
  for (const NamedTensor &output : *reference)
    expected[output.name] = output.tensor;
  return expected;
}

/// The first wrong node, where the search finds one; what keeps it from searching is only a
/// warning.
static std::optional<Comparison> searchFirstWrong(const std::string &path,
                                                  const VerifyOptions &options) {
  auto run = [&](const std::string &cut, const std::map<std::string, Tensor> &inputs) {
    CompileOptions compile = options.compile;
    compile.compileFrom = Phase::Import;
    compile.shapes.clear();
    compile.inputValues.clear();
    compile.constantInputs.clear();
    compile.dumpFolder.clear();
    return runCompiled(cut, inputs, compile, options.context);
  };
  Expected<std::optional<Comparison>> found = findFirstWrongNode(path, options, run);
  if (found)
    return *found;
  if (options.compile.warning)
    options.compile.warning("the first wrong node was not found: " + found.error().message);
  return std::nullopt;
}

Expected<VerifyReport> dlc::verifyModel(const std::string &path, const VerifyOptions &given) {
  VerifyOptions options = given;
  // The inputs are known, so the model is compiled for their shapes.
  for (const auto &[name, value] : options.inputs)
    options.compile.shapes[name] = value.shape();
  options.compile.shapes.erase("");
  options.compile.inputValues = options.inputs;
  Expected<std::map<std::string, Tensor>> expected = expectedOutputs(path, options);
  if (!expected)
    return expected.error();
  CompileOptions compile = given.openSizes ? given.compile : options.compile;
  compile.openSizes = given.openSizes;
  Expected<std::vector<NamedTensor>> actual =
      options.interpret ? interpretModel(path, options.inputs, options.compile)
                        : runCompiled(path, options.inputs, compile, options.context);
  if (!actual)
    return actual.error();
  VerifyReport report;
  for (size_t index = 0; index != actual->size(); ++index) {
    const NamedTensor &output = (*actual)[index];
    if (const Tensor *want = findExpected(*expected, output.name, index))
      report.outputs.push_back(
          compareTensors(output.name, output.tensor, *want, options.tolerance));
  }
  if (report.outputs.size() != expected->size())
    return badInput(path + ": expected " + std::to_string(expected->size()) +
                    " outputs, of which the model has " + std::to_string(report.outputs.size()));
  bool wrong = std::ranges::any_of(
      report.outputs, [](const Comparison &output) { return !output.problem.empty(); });
  if (wrong && !options.interpret)
    report.firstWrong = searchFirstWrong(path, options);
  return report;
}
