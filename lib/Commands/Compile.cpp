// `dlc compile`.
#include "SharedOptions.h"
#include "TrainingFlags.h"

using namespace dlc;
using namespace dlc::cli;

namespace {

struct CompileVerb {
  std::string model;
  std::string output;
  std::string emit = "so";
  std::string compileTo;
  std::string compileFrom;
  bool train = false;
  bool sampleWeight = false;
  bool splitStep = false;
  int64_t seed = 0;
  TrainingFlags training;
  CompileFlags flags;

  ExitCode run(Session &session) const;
};

} // namespace

static Json toJson(const CompileResult &result) {
  Json phases = Json::object();
  for (const PhaseTime &phase : result.phases)
    phases[phase.phase] = phase.seconds;
  return {{"artifact", result.artifact},
          {"header", result.header},
          {"bytes", result.artifactBytes},
          {"arena_bytes", result.arenaBytes},
          {"constant_bytes", result.description.constantBytes},
          {"kernels", result.kernels},
          {"recipes", result.recipes},
          {"cached_recipes", result.cachedRecipes},
          {"seconds", result.seconds},
          {"phase_seconds", phases}};
}

static std::string summary(const CompileResult &result) {
  std::string text =
      result.artifact + ": " + formatBytes(static_cast<double>(result.artifactBytes));
  if (result.kernels != 0)
    text += ", " + formatCount(result.kernels, "kernel") + " (" + std::to_string(result.recipes) +
            " distinct, " + std::to_string(result.cachedRecipes) + " cached)";
  return text + ", " + formatNumber(result.seconds, 2) + " s";
}

static Emit findEmit(const std::string &name) {
  static const std::map<std::string, Emit> kinds{
      {"so", Emit::SharedLibrary}, {"a", Emit::StaticLibrary}, {"obj", Emit::Object},
      {"exe", Emit::Executable},   {"mlir", Emit::MLIR},       {"llvm", Emit::LLVMIR},
      {"asm", Emit::Assembly}};
  return kinds.at(name);
}

/// What a dump has already decided cannot be asked for again.
static Status checkDumpFlags(const std::string &model, bool train, const CompileOptions &options) {
  if (!model.ends_with(".mlir"))
    return {};
  const char *given = !options.shapes.empty()           ? "--shape"
                      : !options.constantInputs.empty() ? "--constant"
                                                        : nullptr;
  if (given)
    return usageError(std::string(given) + ": " + model +
                      " is a dump, which has its sizes and constants; give it when the dump is "
                      "made");
  if (train && options.compileFrom && *options.compileFrom >= Phase::Differentiate)
    return usageError("--train: " + model + " is a dump of the phase " +
                      std::string(phaseName(*options.compileFrom)) +
                      ", behind differentiate; give it when the dump is made");
  return {};
}

ExitCode CompileVerb::run(Session &session) const {
  Expected<CompileOptions> options = flags.options(session);
  if (!options)
    return session.fail(options.error());
  if (!compileTo.empty())
    options->compileTo = findPhase(compileTo);
  if (!compileFrom.empty())
    options->compileFrom = findPhase(compileFrom);
  if (Status status = checkDumpFlags(model, train, *options); !status)
    return session.fail(status.error());
  options->output = output;
  options->emit = findEmit(emit);
  options->openSizes = true;
  if (train) {
    Expected<TrainingOptions> defaults = trainingDefaults(model, training.openParts());
    if (!defaults)
      return session.fail(defaults.error());
    options->training = training.over(*defaults);
    if (options->training->loss.empty())
      options->training->loss = TrainingOptions().loss;
    options->training->sampleWeight = sampleWeight;
    options->training->splitStep = splitStep;
    options->training->seed = seed;
  }
  if (options->compileTo && options->compileFrom && *options->compileTo < *options->compileFrom)
    return session.fail(
        usageError("--compile-to " + compileTo + " comes before --compile-from " + compileFrom));
  Expected<CompileResult> result = compileModel(model, *options);
  if (!result)
    return session.fail(result.error());
  if (session.json)
    session.printJson(toJson(*result));
  else if (output != "-")
    session.terminal.note(summary(*result));
  return ExitCode::Ok;
}

static void addTrainingOptions(CLI::App &command, CompileVerb &verb) {
  CLI::Option *train =
      command
          .add_flag("--train", verb.train,
                    "Compiles a training step: functions init, train_step, eval_step, predict, "
                    "metrics and reset_metrics over one state")
          ->group("Training");
  verb.training.add(command, train);
  command
      .add_flag("--sample-weight", verb.sampleWeight,
                "train_step and eval_step take a weight for each example")
      ->group("Training")
      ->needs(train);
  command
      .add_flag("--split-step", verb.splitStep,
                "Functions grad_step and apply_step as well: several batches an update")
      ->group("Training")
      ->needs(train);
  command.add_option("--seed", verb.seed, "Seed of dropouts")
      ->capture_default_str()
      ->group("Training")
      ->type_name("N")
      ->needs(train);
}

void cli::addCompileCommand(CLI::App &app, Session &session) {
  auto verb = std::make_shared<CompileVerb>();
  CLI::App *command =
      addVerb(app, session, "compile", "Compiles a model into a native library with a C header",
              "dlc compile model.onnx -o model.so --shape x=1x3x224x224\n"
              "dlc compile model.onnx --emit=a --cpu=x86-64-v3 -o model.a\n"
              "dlc compile model.onnx --train --loss=mse --optimizer=adam -o trainer.so\n"
              "dlc compile model.keras --train --shape 32x224x224x3 -o trainer.so\n"
              "dlc compile model.onnx --compile-to=fuse -o fused.mlir\n"
              "dlc compile fused.mlir --compile-from=fuse -o model.so");
  std::vector<std::string> phaseNames;
  std::string phaseList;
  for (const PhaseInfo &phase : phases()) {
    phaseNames.emplace_back(phase.name);
    phaseList += (phaseList.empty() ? "" : "|") + phaseNames.back();
  }
  command->add_option("MODEL", verb->model, "An .onnx or .keras file, or an .mlir dump of a phase")
      ->required();
  command
      ->add_option("-o,--output", verb->output,
                   "The artifact; by default the model's name in this folder; - prints text")
      ->type_name("FILE");
  command
      ->add_option("--emit", verb->emit,
                   "shared library, static library, object, executable, or text")
      ->capture_default_str()
      ->check(oneOf({"so", "a", "obj", "exe", "mlir", "llvm", "asm"}))
      ->type_name("so|a|obj|exe|mlir|llvm|asm");
  command->add_option("--compile-to", verb->compileTo, "Stops after a phase and writes its IR")
      ->check(oneOf(phaseNames))
      ->type_name(phaseList);
  command
      ->add_option("--compile-from", verb->compileFrom,
                   "MODEL is the dump of a phase: goes on after it")
      ->check(oneOf(phaseNames))
      ->type_name(phaseList);
  addTrainingOptions(*command, *verb);
  verb->flags.add(*command);
  command->callback(
      [verb, &session] { session.action = [verb, &session] { return verb->run(session); }; });
}
