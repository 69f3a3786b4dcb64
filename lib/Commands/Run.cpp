// `dlc run`.
#include "ModelRunner.h"

#include <cmath>
#include <filesystem>
#include <set>

using namespace dlc;
using namespace dlc::cli;

namespace {

struct RunVerb {
  std::string model;
  std::string outputFolder;
  std::string format = "npy";
  RunFlags runFlags;
  bool interpret = false;
  InputFlags inputs;
  CompileFlags flags;

  ExitCode run(Session &session) const;
  Expected<std::vector<NamedTensor>> runArtifact(Session &session) const;
  Expected<std::vector<NamedTensor>> runModel(Session &session) const;
  Expected<std::vector<std::string>> write(const std::vector<NamedTensor> &outputs) const;
};

/// A glance at an output's values.
struct Statistics {
  double smallest = INFINITY;
  double largest = -INFINITY;
  double mean = 0;
  int64_t largestIndex = 0;
};

} // namespace

static Statistics measure(const Tensor &tensor) {
  Statistics result;
  int64_t count = tensor.numElements();
  for (int64_t i = 0; i != count; ++i) {
    double value = tensor.asDouble(i);
    result.smallest = std::min(result.smallest, value);
    if (value > result.largest) {
      result.largest = value;
      result.largestIndex = i;
    }
    result.mean += value / static_cast<double>(count);
  }
  return result;
}

/// Opens and runs an artifact on the inputs that were given.
Expected<std::vector<NamedTensor>> RunVerb::runArtifact(Session &session) const {
  Expected<Artifact> artifact = Artifact::open(model);
  if (!artifact)
    return artifact.error();
  Expected<CompileOptions> options = flags.options(session);
  if (!options)
    return options.error();
  Expected<std::vector<InputSpec>> specs = artifactInputs(artifact->description(), options->shapes);
  if (!specs)
    return specs.error();
  Expected<std::map<std::string, Tensor>> values =
      inputs.read(*specs, /*fillMissing=*/false, session.terminal);
  if (!values)
    return values.error();
  return runOnce(*artifact, *values, runFlags.options(), model);
}

/// Compiles (or interprets) a model for exactly the inputs that were given, and runs it.
Expected<std::vector<NamedTensor>> RunVerb::runModel(Session &session) const {
  Expected<CompileOptions> options = flags.options(session);
  if (!options)
    return options.error();
  Expected<std::vector<InputSpec>> specs = readModelInputs(model, *options);
  if (!specs)
    return specs.error();
  Expected<std::map<std::string, Tensor>> values =
      inputs.read(*specs, /*fillMissing=*/false, session.terminal);
  if (!values)
    return values.error();
  for (const auto &[name, value] : *values)
    options->shapes[name] = value.shape();
  options->shapes.erase("");
  options->inputValues = *values;
  if (interpret)
    return interpretModel(model, *values, *options);
  Expected<Artifact> artifact = compileAndOpen(model, *options);
  if (!artifact)
    return artifact.error();
  return runOnce(*artifact, *values, runFlags.options(), model);
}

/// Writes the outputs and gives their paths; empty without --output.
Expected<std::vector<std::string>> RunVerb::write(const std::vector<NamedTensor> &outputs) const {
  std::vector<std::string> paths;
  if (outputFolder.empty())
    return paths;
  std::error_code error;
  std::filesystem::create_directories(outputFolder, error);
  if (error)
    return badInput(outputFolder + ": cannot create the folder: " + error.message());
  TensorFormat kind = format == "pb" ? TensorFormat::Pb : TensorFormat::Npy;
  std::set<std::string> names;
  for (size_t index = 0; index != outputs.size(); ++index) {
    std::string name = outputFileName(outputs[index].name, index, kind);
    if (!names.insert(name).second)
      return badInput(outputFolder + ": two outputs would be written to " + name +
                      "; use --output-format=pb");
    std::string path = (std::filesystem::path(outputFolder) / name).string();
    onnx::ProtoValue value;
    value.name = outputs[index].name;
    value.tensor.shape = outputs[index].tensor.shape();
    value.tensor.tensor = outputs[index].tensor;
    if (Status status = writeOutputFile(path, value, kind); !status)
      return status.error();
    paths.push_back(path);
  }
  return paths;
}

static Json toJson(const NamedTensor &output, const std::string &path) {
  const Tensor &tensor = output.tensor;
  Json entry{
      {"name", output.name}, {"dtype", dtypeName(tensor.dtype())}, {"shape", tensor.shape()}};
  if (tensor.numElements() != 0) {
    Statistics statistics = measure(tensor);
    entry.update({{"min", statistics.smallest},
                  {"max", statistics.largest},
                  {"mean", statistics.mean},
                  {"argmax", statistics.largestIndex}});
  }
  if (!path.empty())
    entry["file"] = path;
  return entry;
}

static std::string describe(const NamedTensor &output, const std::string &path) {
  const Tensor &tensor = output.tensor;
  std::string line = output.name + ": " + std::string(dtypeName(tensor.dtype())) + " " +
                     shapeString(tensor.shape());
  if (tensor.numElements() != 0) {
    Statistics statistics = measure(tensor);
    line += ", min " + formatNumber(statistics.smallest, 6) + ", mean " +
            formatNumber(statistics.mean, 6) + ", max " + formatNumber(statistics.largest, 6) +
            " at " + std::to_string(statistics.largestIndex);
  }
  return path.empty() ? line : line + " -> " + path;
}

ExitCode RunVerb::run(Session &session) const {
  Expected<std::vector<NamedTensor>> outputs =
      isArtifact(model) ? runArtifact(session) : runModel(session);
  if (!outputs)
    return session.fail(outputs.error());
  Expected<std::vector<std::string>> paths = write(*outputs);
  if (!paths)
    return session.fail(paths.error());
  Json report = Json::array();
  for (size_t index = 0; index != outputs->size(); ++index) {
    std::string path = paths->empty() ? "" : (*paths)[index];
    if (session.json)
      report.push_back(toJson((*outputs)[index], path));
    else
      session.terminal.note(describe((*outputs)[index], path));
  }
  if (session.json)
    session.printJson({{"outputs", report}});
  return ExitCode::Ok;
}

void cli::addRunCommand(CLI::App &app, Session &session) {
  auto verb = std::make_shared<RunVerb>();
  CLI::App *command = addVerb(
      app, session, "run", "Runs a model or an artifact once and shows or writes its outputs",
      "dlc run model.so --input x=picture.png --image=imagenet --output out/\n"
      "dlc run model.onnx --random-inputs --shape x=1x3x224x224\n"
      "dlc run model.so --random-inputs --dim batch=4\n"
      "dlc run model.onnx --input input_0.pb --output out/ --output-format=pb");
  command
      ->add_option("MODEL", verb->model,
                   "An .onnx or .keras file, or a shared library made by dlc compile")
      ->required();
  command
      ->add_option("-o,--output", verb->outputFolder,
                   "Writes each output into a folder: NAME.npy, or output_I.pb")
      ->type_name("DIR");
  command->add_option("--output-format", verb->format, "Format of the outputs' files")
      ->capture_default_str()
      ->check(oneOf({"npy", "pb"}))
      ->type_name("npy|pb");
  verb->runFlags.add(*command);
  command->add_flag("--interpret", verb->interpret,
                    "Evaluates with the reference interpreter instead of compiled code: slow, for "
                    "comparison");
  verb->inputs.add(*command);
  verb->flags.add(*command);
  command->callback(
      [verb, &session] { session.action = [verb, &session] { return verb->run(session); }; });
}
