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
  int threads = 0;
  InputFlags inputs;
  CompileFlags flags;

  ExitCode run(Session &session) const;
  Expected<std::vector<Tensor>> execute(Session &session, ModelDescription &description) const;
  Expected<std::vector<std::string>> write(const std::vector<TensorDescription> &outputs,
                                           const std::vector<Tensor> &values) const;
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

static std::string describe(const std::string &name, const Tensor &tensor) {
  return name + ": " + std::string(dtypeName(tensor.dtype())) + " " + shapeString(tensor.shape());
}

/// Compiles or opens, and runs once.
Expected<std::vector<Tensor>> RunVerb::execute(Session &session,
                                               ModelDescription &description) const {
  Expected<CompileOptions> options = flags.options(session);
  if (!options)
    return options.error();
  std::map<std::string, Tensor> values;
  Expected<Artifact> artifact = [&]() -> Expected<Artifact> {
    bool compiled = isArtifact(model);
    Expected<Artifact> opened =
        compiled ? Artifact::open(model) : Expected<Artifact>(internalError(""));
    if (compiled && !opened)
      return opened.error();
    Expected<std::vector<InputSpec>> specs = compiled
                                                 ? Expected(artifactInputs(opened->description()))
                                                 : readModelInputs(model, *options);
    if (!specs)
      return specs.error();
    Expected<std::map<std::string, Tensor>> read = inputs.read(*specs, /*fillMissing=*/false);
    if (!read)
      return read.error();
    values = std::move(*read);
    if (compiled)
      return opened;
    // The values are known, so the model is compiled for exactly their shapes.
    for (const auto &[name, value] : values)
      options->shapes[name] = value.shape();
    options->shapes.erase("");
    options->inputValues = values;
    return compileAndOpen(model, *options);
  }();
  if (!artifact)
    return artifact.error();
  description = artifact->description();
  Expected<std::vector<Tensor>> ordered = orderInputs(description, values);
  if (!ordered)
    return badInput(model + ": " + ordered.error().message);
  Expected<Context> context = artifact->createContext({.threads = threads});
  if (!context)
    return context.error();
  std::vector<Tensor> outputs;
  if (Status status = context->run(*ordered, outputs); !status)
    return status.error();
  return outputs;
}

/// Writes the outputs and gives their paths; empty without --output.
Expected<std::vector<std::string>> RunVerb::write(const std::vector<TensorDescription> &outputs,
                                                  const std::vector<Tensor> &values) const {
  std::vector<std::string> paths;
  if (outputFolder.empty())
    return paths;
  std::error_code error;
  std::filesystem::create_directories(outputFolder, error);
  if (error)
    return badInput(outputFolder + ": cannot create the folder: " + error.message());
  TensorFormat kind = format == "pb" ? TensorFormat::Pb : TensorFormat::Npy;
  std::set<std::string> names;
  for (size_t index = 0; index != values.size(); ++index) {
    std::string name = outputFileName(outputs[index].name, index, kind);
    if (!names.insert(name).second)
      return badInput(outputFolder + ": two outputs would be written to " + name +
                      "; use --output-format=pb");
    std::string path = (std::filesystem::path(outputFolder) / name).string();
    onnx::ProtoValue value;
    value.name = outputs[index].name;
    value.tensor.shape = values[index].shape();
    value.tensor.tensor = values[index];
    if (Status status = writeOutputFile(path, value, kind); !status)
      return status.error();
    paths.push_back(path);
  }
  return paths;
}

ExitCode RunVerb::run(Session &session) const {
  ModelDescription description;
  Expected<std::vector<Tensor>> values = execute(session, description);
  if (!values)
    return session.fail(values.error());
  const std::vector<TensorDescription> &outputs = description.functions.front().outputs;
  Expected<std::vector<std::string>> paths = write(outputs, *values);
  if (!paths)
    return session.fail(paths.error());
  Json report = Json::array();
  for (size_t index = 0; index != values->size(); ++index) {
    const Tensor &value = (*values)[index];
    Statistics statistics = measure(value);
    if (session.json) {
      Json entry{{"name", outputs[index].name},
                 {"dtype", dtypeName(value.dtype())},
                 {"shape", value.shape()}};
      if (value.numElements() != 0)
        entry.update({{"min", statistics.smallest},
                      {"max", statistics.largest},
                      {"mean", statistics.mean},
                      {"argmax", statistics.largestIndex}});
      if (!paths->empty())
        entry["file"] = (*paths)[index];
      report.push_back(entry);
      continue;
    }
    std::string line = describe(outputs[index].name, value);
    if (value.numElements() != 0)
      line += ", min " + formatNumber(statistics.smallest, 6) + ", mean " +
              formatNumber(statistics.mean, 6) + ", max " + formatNumber(statistics.largest, 6) +
              " at " + std::to_string(statistics.largestIndex);
    if (!paths->empty())
      line += " -> " + (*paths)[index];
    session.terminal.note(line);
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
      "dlc run model.onnx --input input_0.pb --output out/ --output-format=pb");
  command
      ->add_option("MODEL", verb->model, "An .onnx file, or a shared library made by dlc compile")
      ->required();
  command
      ->add_option("-o,--output", verb->outputFolder,
                   "Writes each output into a folder: NAME.npy, or output_I.pb")
      ->type_name("DIR");
  command->add_option("--output-format", verb->format, "Format of the outputs' files")
      ->capture_default_str()
      ->check(oneOf({"npy", "pb"}))
      ->type_name("npy|pb");
  command
      ->add_option("--threads", verb->threads, "Threads that share the work; every core by default")
      ->check(between(0, 4096))
      ->type_name("N");
  verb->inputs.add(*command);
  verb->flags.add(*command);
  command->callback(
      [verb, &session] { session.action = [verb, &session] { return verb->run(session); }; });
}
