// `dlc verify`.
#include "SharedOptions.h"

#include "dlc/Driver/NumPyFile.h"

#include <algorithm>
#include <filesystem>

using namespace dlc;
using namespace dlc::cli;

namespace {

struct VerifyVerb {
  std::string model;
  std::string against;
  bool gradients = false;
  bool interpret = false;
  RunFlags runFlags;
  Tolerance tolerance;
  InputFlags inputs;
  CompileFlags flags;

  ExitCode run(Session &session) const;
  Status readExpected(const std::vector<InputSpec> &specs, VerifyOptions &options) const;
};

} // namespace

/// `input_<i>.pb` and `output_<i>.pb` of a conformance folder. Outputs are keyed by position
/// (`#0`), since their names in the files need not be the model's.
static Status readFolder(const std::string &folder, const std::vector<InputSpec> &specs,
                         const std::vector<InputSpec> &outputs, VerifyOptions &options) {
  for (const auto *declared : {&specs, &outputs})
    for (const InputSpec &spec : *declared)
      if (spec.kind != onnx::ValueInfo::Kind::Tensor)
        return unsupported(folder + ": '" + spec.name + "' is a sequence or an optional");
  for (size_t index = 0; index != specs.size(); ++index) {
    std::string path = folder + "/input_" + std::to_string(index) + ".pb";
    if (!std::filesystem::exists(path))
      break;
    Expected<onnx::ProtoValue> value = readInputFile(path, specs[index], {});
    if (!value)
      return value.error();
    options.inputs[specs[index].name] = value->tensor.tensor;
  }
  for (size_t index = 0;; ++index) {
    std::string path = folder + "/output_" + std::to_string(index) + ".pb";
    if (!std::filesystem::exists(path))
      return index ? Status() : badInput(folder + ": expected output_0.pb, found none");
    Expected<Tensor> value = readTensorFile(path);
    if (!value)
      return value.error();
    options.expected["#" + std::to_string(index)] = *value;
  }
}

Status VerifyVerb::readExpected(const std::vector<InputSpec> &specs, VerifyOptions &options) const {
  if (std::filesystem::is_directory(against)) {
    Expected<std::vector<InputSpec>> outputs = readModelOutputs(model);
    if (!outputs)
      return outputs.error();
    return readFolder(against, specs, *outputs, options);
  }
  Expected<std::map<std::string, Tensor>> arrays = readNpz(against);
  if (!arrays)
    return arrays.error();
  for (auto &[name, value] : *arrays) {
    bool isInput =
        std::ranges::any_of(specs, [&](const InputSpec &spec) { return spec.name == name; });
    (isInput ? options.inputs : options.expected)[name] = value;
  }
  if (options.expected.empty())
    return badInput(against + ": expected arrays called as the model's outputs, found inputs only");
  return {};
}

static Json toJson(const Comparison &comparison) {
  return {{"name", comparison.name},
          {"type", comparison.type},
          {"largest_difference", comparison.largestDifference},
          {"largest_expected", comparison.largestExpected},
          {"ok", comparison.problem.empty()},
          {"problem", comparison.problem}};
}

static std::string describe(const Comparison &comparison) {
  return comparison.name + ": " + comparison.type + ", largest difference " +
         formatError(comparison.largestDifference) + " of " +
         formatError(comparison.largestExpected);
}

static void print(const VerifyReport &report, Terminal &terminal) {
  for (const Comparison &output : report.outputs)
    terminal.note((output.problem.empty() ? terminal.green("ok     ") : terminal.red("differs")) +
                  "  " + describe(output));
}

ExitCode VerifyVerb::run(Session &session) const {
  if (gradients)
    return session.fail(unsupported("--gradients: this dlc compiles inference only"));
  VerifyOptions options;
  Expected<CompileOptions> compile = flags.options(session);
  if (!compile)
    return session.fail(compile.error());
  options.compile = std::move(*compile);
  options.tolerance = tolerance;
  options.context = runFlags.options();
  options.interpret = interpret;
  if (interpret && against.empty())
    return session.fail(usageError("--interpret: expected --against with what to compare with"));
  Expected<std::vector<InputSpec>> specs = readModelInputs(model, options.compile);
  if (!specs)
    return session.fail(specs.error());
  if (!against.empty()) {
    if (Status status = readExpected(*specs, options); !status)
      return session.fail(status.error());
  } else {
    Expected<std::map<std::string, Tensor>> values =
        inputs.read(*specs, /*fillMissing=*/true, session.terminal);
    if (!values)
      return session.fail(values.error());
    options.inputs = std::move(*values);
    // Nobody said which sizes it is for: the artifact that `dlc compile` makes is what counts.
    options.openSizes = options.compile.shapes.empty() && inputs.files.empty();
  }
  Expected<VerifyReport> report = verifyModel(model, options);
  if (!report)
    return session.fail(report.error());
  auto wrong = std::ranges::find_if(
      report->outputs, [](const Comparison &output) { return !output.problem.empty(); });
  if (session.json) {
    Json outputs = Json::array();
    for (const Comparison &output : report->outputs)
      outputs.push_back(toJson(output));
    Json value{{"ok", wrong == report->outputs.end()}, {"outputs", outputs}};
    if (report->firstWrong)
      value["first_wrong"] = toJson(*report->firstWrong);
    session.printJson(value);
  } else {
    print(*report, session.terminal);
  }
  if (wrong == report->outputs.end())
    return ExitCode::Ok;
  std::string where = report->firstWrong ? "first wrong at node '" + report->firstWrong->name +
                                               "': " + report->firstWrong->problem
                                         : "output '" + wrong->name + "': " + wrong->problem;
  session.terminal.error(model + ": " + where);
  return ExitCode::Mismatch;
}

void cli::addVerifyCommand(CLI::App &app, Session &session) {
  auto verb = std::make_shared<VerifyVerb>();
  CLI::App *command = addVerb(
      app, session, "verify",
      "Compares a compiled model with the reference interpreter, and finds the first node that "
      "differs",
      "dlc verify model.onnx --shape x=1x3x224x224\n"
      "dlc verify model.onnx --dim batch=3 --dim length=17\n"
      "dlc verify model.onnx --against test_data_set_0/\n"
      "dlc verify model.onnx --against expected.npz --rtol 1e-3");
  command->add_option("MODEL", verb->model, "An .onnx or .keras file")->required();
  command
      ->add_option("--against", verb->against,
                   "Expected results instead of the interpreter's: a folder of input_I.pb and "
                   "output_I.pb, or an .npz with arrays called as the model's inputs and outputs")
      ->type_name("DIR|FILE.npz");
  command
      ->add_option("--rtol", verb->tolerance.relative,
                   "Largest difference, relative to the largest magnitude expected")
      ->capture_default_str()
      ->type_name("X");
  command->add_option("--atol", verb->tolerance.absolute, "Difference that is always allowed")
      ->capture_default_str()
      ->type_name("X");
  verb->runFlags.add(*command);
  command->add_flag("--interpret", verb->interpret,
                    "Judges the reference interpreter in place of compiled code");
  command->add_flag("--gradients", verb->gradients, "Compares gradients too (to come)");
  verb->inputs.add(*command);
  verb->flags.add(*command);
  command->callback(
      [verb, &session] { session.action = [verb, &session] { return verb->run(session); }; });
}
