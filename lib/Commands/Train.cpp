// `dlc train`.
#include "ModelRunner.h"
#include "TrainingFlags.h"

#include "dlc/Support/AtomicFile.h"
#include "dlc/Support/Temporaries.h"
#include "dlc/Trainer/Checkpoint.h"
#include "dlc/Trainer/Fit.h"
#include "dlc/Trainer/Resume.h"

#include <csignal>

using namespace dlc;
using namespace dlc::cli;

namespace {

struct TrainVerb {
  std::string model;
  std::string dataFile;
  std::string validationFile;
  bool randomData = false;
  int64_t randomExampleCount = 320;
  FitOptions fit;
  bool noShuffle = false;
  int threads = 0;
  std::string historyFile;
  std::string output;
  std::string stateFile;
  TrainingFlags training;
  CompileFlags flags;

  ExitCode run(Session &session) const;

private:
  /// What is to be compiled for: the model's input, and all but its shapes.
  struct Plan {
    InputSpec input;
    CompileOptions compile;
  };
  Expected<Plan> plan(Session &session) const;
  Expected<std::optional<DataSet>> readData() const;
  Expected<TrainingProgram> compile(const Plan &plan, const std::vector<int64_t> &sizes) const;
  Status resume(Session &session, TrainingProgram &program, const TrainingOptions &options) const;
  Expected<DataSet> fitData(std::optional<DataSet> read, const TrainingProgram &program,
                            const std::string &loss) const;
  Status write(const History &history, const TrainingProgram &program,
               const TrainingOptions &options) const;
};

/// Ctrl-C asks the loop to stop; a second one ends the program.
class InterruptWatch {
public:
  InterruptWatch() {
    requested = 0;
    struct sigaction action{};
    action.sa_handler = [](int) { requested = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, &previous);
  }
  ~InterruptWatch() { sigaction(SIGINT, &previous, nullptr); }
  InterruptWatch(const InterruptWatch &) = delete;
  InterruptWatch &operator=(const InterruptWatch &) = delete;

  static bool wasRequested() { return requested != 0; }
  /// Ends the program as Ctrl-C would have: who called it sees why (130 in a shell).
  [[noreturn]] static void passOn() {
    std::fflush(nullptr);
    endBySignal(SIGINT);
  }

private:
  static inline volatile std::sig_atomic_t requested = 0;
  struct sigaction previous{};
};

} // namespace

static std::string logText(const std::vector<NamedNumber> &logs) {
  std::string text;
  for (const auto &[name, value] : logs)
    text += (text.empty() ? "" : " - ") + name + ": " + formatNumber(value, 4);
  return text;
}

static std::string epochName(const FitProgress &progress) {
  return "Epoch " + std::to_string(progress.epoch) + "/" + std::to_string(progress.epochs);
}

static std::string timeText(const FitProgress &progress) {
  double perStep =
      1000 * progress.seconds / static_cast<double>(std::max<int64_t>(progress.step, 1));
  return formatNumber(progress.seconds, 1) + "s " + formatNumber(perStep, 1) + "ms/step";
}

static Json toJson(const History &history) {
  Json entries = Json::object();
  for (const auto &[name, values] : history.entries)
    entries[name] = values;
  return entries;
}

static FitCallbacks callbacksFor(Session &session) {
  FitCallbacks callbacks;
  if (session.terminal.showsProgress())
    callbacks.onStep = [&session](const FitProgress &progress) {
      session.terminal.showProgress(
          {epochName(progress), timeText(progress) + " - " + logText(progress.logs),
           static_cast<uint64_t>(progress.step), static_cast<uint64_t>(progress.steps)});
    };
  callbacks.onEpoch = [&session](const FitProgress &progress) {
    session.terminal.note(epochName(progress) + " - " + timeText(progress) + " - " +
                          logText(progress.logs));
  };
  callbacks.warning = session.warning();
  callbacks.shouldStop = InterruptWatch::wasRequested;
  return callbacks;
}

Expected<TrainVerb::Plan> TrainVerb::plan(Session &session) const {
  Expected<CompileOptions> options = flags.options(session);
  if (!options)
    return options.error();
  Expected<TrainingOptions> defaults = trainingDefaults(model, training.openParts());
  if (!defaults)
    return defaults.error();
  options->training = training.over(*defaults);
  if (options->training->loss.empty())
    return usageError("expected --loss: " + model + " does not say what is minimised");
  options->training->seed = static_cast<int64_t>(fit.seed);
  options->training->keepLayouts = true;
  CompileOptions signature = *options;
  signature.openSizes = true; // the batch is none of the model's
  Expected<std::vector<InputSpec>> inputs = readModelInputs(model, signature);
  if (!inputs)
    return inputs.error();
  if (inputs->size() != 1)
    return unsupported(model + ": expected one input to train with, found " +
                       std::to_string(inputs->size()));
  if (inputs->front().shape.empty())
    return badInput(model + ": input '" + inputs->front().name +
                    "': expected a first axis of examples, found a scalar");
  return Plan{inputs->front(), *options};
}

/// Nothing where the data is to be random.
Expected<std::optional<DataSet>> TrainVerb::readData() const {
  if (randomData)
    return std::optional<DataSet>();
  Expected<DataSet> data = readDataSet(dataFile);
  if (!data)
    return data.error();
  if (!validationFile.empty()) {
    Expected<Examples> validation = readValidationData(validationFile);
    if (!validation)
      return validation.error();
    data->validation = *validation;
  }
  return std::optional(*data);
}

/// Sizes that the model leaves open are those of the data.
static Status takeOpenSizes(InputSpec &input, std::optional<DataSet> &data) {
  if (data)
    adjustInputRank(data->train, input.shape);
  for (size_t axis = 1; axis < input.shape.size(); ++axis) {
    if (input.shape[axis] >= 0)
      continue;
    if (!data)
      return usageError("input '" + input.name +
                        "' has open dimensions; give its shape with --shape " + input.name +
                        "=AxBxC");
    if (data->train.x.shape().size() == input.shape.size())
      input.shape[axis] = data->train.x.shape()[axis];
  }
  return data ? checkInput(data->train, input.name, input.shape) : Status();
}

Expected<TrainingProgram> TrainVerb::compile(const Plan &plan,
                                             const std::vector<int64_t> &sizes) const {
  auto compileFor = [&](int64_t batchSize) {
    CompileOptions options = plan.compile;
    options.shapes = {{plan.input.name, plan.input.shape}};
    options.shapes[plan.input.name].front() = batchSize;
    return compileAndOpen(model, options);
  };
  return TrainingProgram::create(compileFor, sizes, threads);
}

/// Takes the state from where an earlier training left it.
Status TrainVerb::resume(Session &session, TrainingProgram &program,
                         const TrainingOptions &options) const {
  std::vector<StateValue> fresh = program.stateValues();
  if (!stateFile.empty()) {
    Expected<std::vector<StateValue>> values = readState(stateFile, fresh);
    if (!values)
      return values.error();
    if (training.choosesLearningRate())
      std::erase_if(*values, [](const StateValue &value) { return value.name == "learning_rate"; });
    program.setStateValues(*values);
    return {};
  }
  Expected<EarlierTraining> earlier =
      readEarlierTraining({model, options, training.choosesLearningRate(), std::move(fresh)});
  if (!earlier)
    return earlier.error();
  if (!earlier->note.empty())
    session.terminal.remark(earlier->note);
  program.setStateValues(earlier->values);
  return {};
}

Expected<DataSet> TrainVerb::fitData(std::optional<DataSet> read, const TrainingProgram &program,
                                     const std::string &loss) const {
  const FunctionDescription &step = program.function("train_step");
  if (!read)
    read = DataSet{randomExamples(step, loss, randomExampleCount, fit.seed), std::nullopt};
  for (Examples *examples : {&read->train, read->validation ? &*read->validation : nullptr}) {
    if (!examples)
      continue;
    Expected<Examples> fitting = fitToStep(*examples, step);
    if (!fitting)
      return fitting.error();
    *examples = *fitting;
  }
  return *read;
}

Status TrainVerb::write(const History &history, const TrainingProgram &program,
                        const TrainingOptions &options) const {
  // The weights first, and whatever happens to them: each took the whole training to make.
  Status saved;
  if (!output.empty())
    saved = writeCheckpoint({output, model, options, program.stateValues()});
  Status written;
  if (!historyFile.empty())
    written = writeFileAtomically(historyFile, toJson(history).dump(2) + "\n");
  return saved ? written : saved;
}

ExitCode TrainVerb::run(Session &session) const {
  if (dataFile.empty() == !randomData)
    return session.fail(usageError(randomData
                                       ? "expected --data FILE.npz or --random-data, not both"
                                       : "expected --data FILE.npz or --random-data"));
  // What cannot be written is said before the training rather than after it.
  for (const std::string &file : {output, historyFile})
    if (!file.empty())
      if (Expected<AtomicFile> probe = AtomicFile::create(file); !probe)
        return session.fail(probe.error());
  if (!output.empty())
    if (Status status = checkCheckpointPath(output, model); !status)
      return session.fail(status.error());
  Expected<Plan> planned = plan(session);
  if (!planned)
    return session.fail(planned.error());
  Expected<std::optional<DataSet>> read = readData();
  if (!read)
    return session.fail(read.error());
  if (Status status = takeOpenSizes(planned->input, *read); !status)
    return session.fail(status.error());
  TrainingOptions &options = *planned->compile.training;
  int64_t examples = randomExampleCount, validated = 0;
  if (const DataSet *data = *read ? &**read : nullptr) {
    examples = data->train.count();
    validated = data->validation ? data->validation->count() : 0;
    options.sampleWeight = data->train.weights || (data->validation && data->validation->weights);
  }
  Expected<TrainingProgram> program =
      compile(*planned, batchSizesFor(examples, validated, fit.batchSize));
  if (!program)
    return session.fail(program.error());
  if (Status status = resume(session, *program, options); !status)
    return session.fail(status.error());
  Expected<DataSet> data = fitData(std::move(*read), *program, options.loss);
  if (!data)
    return session.fail(data.error());
  FitOptions fitOptions = fit;
  fitOptions.shuffle = !noShuffle;
  InterruptWatch watch;
  Expected<History> history = dlc::fit(*program, *data, fitOptions, callbacksFor(session));
  session.terminal.clearProgress();
  if (!history)
    return session.fail(history.error());
  if (Status status = write(*history, *program, options); !status)
    return session.fail(status.error());
  if (session.json)
    session.printJson({{"epochs", history->epochs},
                       {"interrupted", history->stopped},
                       {"history", toJson(*history)},
                       {"checkpoint", output}});
  if (history->stopped)
    InterruptWatch::passOn();
  return ExitCode::Ok;
}

void cli::addTrainCommand(CLI::App &app, Session &session) {
  auto verb = std::make_shared<TrainVerb>();
  CLI::App *command = addVerb(
      app, session, "train", "Trains a model on data, as Keras's fit does",
      "dlc train net.keras --data mnist.npz --epochs 5 --history h.json -o trained.keras\n"
      "dlc train net.onnx --data mnist.npz --loss sparse_categorical_crossentropy --epochs 5 "
      "-o trained.onnx\n"
      "dlc train net.onnx --data d.npz --loss mse --optimizer adam --metrics mae --history h.json\n"
      "dlc train net.onnx --random-data --loss mse --epochs 2");
  command
      ->add_option("MODEL", verb->model,
                   "An .onnx or .keras file, or an .mlir dump of the phase import")
      ->required();
  command
      ->add_option("--data", verb->dataFile,
                   "Arrays x and y (and sample_weight), or x_train, y_train, x_test and y_test")
      ->type_name("FILE.npz");
  command
      ->add_option("--validation-data", verb->validationFile,
                   "Arrays x and y that are measured after each epoch")
      ->type_name("FILE.npz");
  command->add_flag("--random-data", verb->randomData,
                    "Trains on random numbers of the right shape");
  command->add_option("--random-examples", verb->randomExampleCount, "How many, with --random-data")
      ->capture_default_str()
      ->check(between<int64_t>(1, 1 << 24))
      ->type_name("N");
  command->add_option("--epochs", verb->fit.epochs, "How often the data is gone through")
      ->capture_default_str()
      ->check(between<int64_t>(1, 1 << 30))
      ->type_name("N");
  command
      ->add_option("--batch-size", verb->fit.batchSize,
                   "Examples in a step; the last may have fewer")
      ->capture_default_str()
      ->check(between<int64_t>(1, 1 << 20))
      ->type_name("N");
  command->add_flag("--no-shuffle", verb->noShuffle, "Keeps the examples in the order of the file");
  command
      ->add_option("--seed", verb->fit.seed,
                   "Of the order of examples, of dropouts and of random data")
      ->capture_default_str()
      ->type_name("N");
  command
      ->add_option("--history", verb->historyFile, "Writes loss and metrics of each epoch as JSON")
      ->type_name("FILE.json");
  command
      ->add_option("-o,--output", verb->output,
                   "Writes the trained model, also when stopped by Ctrl-C; .npz writes the state")
      ->type_name("FILE");
  command
      ->add_option("--state", verb->stateFile,
                   "Goes on from the state that -o FILE.npz has left, weights and all")
      ->type_name("FILE.npz");
  command
      ->add_option("--threads", verb->threads, "Threads that share the work; every core by default")
      ->check(between(0, 4096))
      ->type_name("N");
  verb->training.add(*command);
  verb->flags.add(*command);
  command->callback(
      [verb, &session] { session.action = [verb, &session] { return verb->run(session); }; });
}
