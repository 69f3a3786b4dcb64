// `dlc bench`.
#include "ModelRunner.h"

#include "dlc/Schedule/MachineFacts.h"

#include <algorithm>
#include <chrono>

using namespace dlc;
using namespace dlc::cli;

namespace {

struct BenchVerb {
  std::string model;
  RunFlags runFlags;
  int64_t batch = 0;
  double seconds = 2;
  bool train = false;
  InputFlags inputs;
  CompileFlags flags;

  ExitCode run(Session &session) const;
  Expected<Artifact> open(Session &session, std::map<std::string, Tensor> &values) const;
};

struct KernelTime {
  KernelDescription kernel;
  double milliseconds = 0; ///< of a run: the median
  double least = 0;        ///< of a run: the minimum, in milliseconds
  double calls = 0;        ///< in a run

  double gflops() const { return perMillisecond(kernel.flops); }
  double gigabytes() const { return perMillisecond(kernel.bytes); }

private:
  double perMillisecond(double amount) const {
    return milliseconds > 0 ? calls * amount / milliseconds / 1e6 : 0;
  }
};

/// What is run: a function of the artifact and its inputs.
struct Call {
  uint32_t function = 0;
  std::vector<Tensor> inputs;
};

struct Measurement {
  std::vector<double> milliseconds; ///< ascending
  std::vector<KernelTime> kernels;  ///< slowest first
  double flops = 0;
  double peakGflops = 0; ///< of all threads
  int threads = 0;

  double quantile(double share) const {
    auto index = static_cast<size_t>(share * static_cast<double>(milliseconds.size() - 1) + 0.5);
    return milliseconds[index];
  }
  double gflops() const { return flops / quantile(0.5) / 1e6; }
};

} // namespace

/// The function that is measured: the training step, or the first.
static Expected<uint32_t> measuredFunction(const ModelDescription &description, bool train) {
  if (!train)
    return 0;
  for (size_t index = 0; index != description.functions.size(); ++index)
    if (description.functions[index].name == "train_step")
      return static_cast<uint32_t>(index);
  return badInput("model '" + description.name +
                  "' has no function train_step; compile it with --train");
}

/// Random values for the inputs of a function with static shapes, in its order.
static Expected<std::vector<Tensor>> randomInputs(const FunctionDescription &function,
                                                  const InputFlags &flags, Terminal &terminal) {
  std::vector<InputSpec> specs;
  for (const TensorDescription &input : function.inputs)
    specs.push_back({input.name, onnx::ValueInfo::Kind::Tensor, input.dtype, input.dims, {}});
  Expected<std::map<std::string, Tensor>> values =
      flags.read(specs, /*fillMissing=*/true, terminal);
  if (!values)
    return values.error();
  std::vector<Tensor> ordered;
  for (const TensorDescription &input : function.inputs)
    ordered.push_back((*values)[input.name]);
  return ordered;
}

/// Compiles or opens the model, with random inputs of the wanted batch size.
Expected<Artifact> BenchVerb::open(Session &session, std::map<std::string, Tensor> &values) const {
  auto readValues = [&](std::vector<InputSpec> specs) -> Status {
    for (InputSpec &spec : specs)
      if (batch > 0 && !spec.shape.empty() && spec.shape[0] < 0)
        spec.shape[0] = batch;
    Expected<std::map<std::string, Tensor>> read =
        inputs.read(specs, /*fillMissing=*/true, session.terminal);
    if (!read)
      return read.error();
    values = std::move(*read);
    return {};
  };
  if (isArtifact(model)) {
    Expected<Artifact> artifact = Artifact::open(model);
    if (!artifact)
      return artifact;
    Expected<CompileOptions> options = flags.options(session);
    if (!options)
      return options.error();
    Expected<std::vector<InputSpec>> specs =
        artifactInputs(artifact->description(), options->shapes);
    if (!specs)
      return specs.error();
    if (Status status = readValues(*specs); !status)
      return status.error();
    return artifact;
  }
  Expected<CompileOptions> options = flags.options(session);
  if (!options)
    return options.error();
  Expected<std::vector<InputSpec>> specs = readModelInputs(model, *options);
  if (!specs)
    return specs.error();
  if (batch > 0)
    for (InputSpec &spec : *specs)
      if (!spec.shape.empty())
        spec.shape[0] = batch;
  if (Status status = readValues(*specs); !status)
    return status.error();
  for (const auto &[name, value] : values)
    options->shapes[name] = value.shape();
  options->shapes.erase("");
  if (train)
    options->training = TrainingOptions();
  else
    options->inputValues = values;
  return compileAndOpen(model, *options);
}

static Expected<double> timeRun(Context &context, const Call &call, std::vector<Tensor> &outputs) {
  auto begin = std::chrono::steady_clock::now();
  if (Status status = context.run(call.inputs, outputs, call.function); !status)
    return status.error();
  std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
  return time.count();
}

/// Profiled runs, apart from the timed ones, which they would slow down. Each is read by itself: on
/// a busy machine the mean of a kernel says more about its neighbours.
static Expected<std::vector<KernelTime>> profileKernels(Context &context, const Call &call,
                                                        std::vector<Tensor> &outputs, size_t runs) {
  context.enableProfile(true);
  std::vector<KernelProfile> profile;
  std::vector<std::vector<double>> milliseconds; // by kernel, by run
  for (size_t run = 0; run != runs; ++run) {
    context.resetProfile();
    if (Status status = context.run(call.inputs, outputs, call.function); !status)
      return status.error();
    profile = context.profile();
    milliseconds.resize(profile.size());
    for (size_t i = 0; i != profile.size(); ++i)
      milliseconds[i].push_back(static_cast<double>(profile[i].nanoseconds) / 1e6);
  }
  context.enableProfile(false);
  std::vector<KernelTime> times;
  for (size_t i = 0; i != profile.size(); ++i) {
    if (profile[i].calls == 0)
      continue; // of another function
    std::ranges::sort(milliseconds[i]);
    times.push_back({profile[i].kernel, milliseconds[i][runs / 2], milliseconds[i].front(),
                     static_cast<double>(profile[i].calls)});
  }
  std::ranges::sort(times, std::greater<>(), &KernelTime::milliseconds);
  return times;
}

static Expected<Measurement> measure(Context &context, const Call &call, double seconds,
                                     Session &session) {
  using Clock = std::chrono::steady_clock;
  std::vector<Tensor> outputs;
  Measurement result;
  // Warm: caches, page tables, worker threads.
  for (int run = 0; run != 3; ++run)
    if (Expected<double> time = timeRun(context, call, outputs); !time)
      return time.error();
  constexpr size_t fewestRuns = 5;
  auto begin = Clock::now();
  for (;;) {
    double elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
    if (elapsed > seconds && result.milliseconds.size() >= fewestRuns)
      break;
    session.terminal.showProgress({"bench", "",
                                   static_cast<uint64_t>(std::min(elapsed, seconds) * 1000),
                                   static_cast<uint64_t>(seconds * 1000)});
    Expected<double> time = timeRun(context, call, outputs);
    if (!time)
      return time.error();
    result.milliseconds.push_back(*time);
  }
  session.terminal.clearProgress();
  std::ranges::sort(result.milliseconds);
  Expected<std::vector<KernelTime>> kernels = profileKernels(
      context, call, outputs, std::clamp<size_t>(result.milliseconds.size() / 2, 5, 50));
  if (!kernels)
    return kernels.error();
  result.kernels = std::move(*kernels);
  for (const KernelTime &time : result.kernels)
    result.flops += time.calls * time.kernel.flops;
  return result;
}

static Json toJson(const Measurement &result) {
  Json kernels = Json::array();
  for (const KernelTime &time : result.kernels)
    kernels.push_back({{"name", time.kernel.name},
                       {"kind", time.kernel.kind},
                       {"ms", time.milliseconds},
                       {"min_ms", time.least},
                       {"gflops", time.gflops()},
                       {"gbytes_per_s", time.gigabytes()}});
  return {{"min_ms", result.milliseconds.front()},
          {"median_ms", result.quantile(0.5)},
          {"p99_ms", result.quantile(0.99)},
          {"runs", result.milliseconds.size()},
          {"gflops", result.gflops()},
          {"peak_gflops", result.peakGflops},
          {"threads", result.threads},
          {"kernels", kernels}};
}

static void print(const Measurement &result, Terminal &terminal) {
  double total = 0;
  for (const KernelTime &time : result.kernels)
    total += time.milliseconds;
  double threads = result.threads;
  TextTable table({"kernel", "kind", "ms", "% of run", "GFLOP/s", "% of peak", "GB/s"});
  table.alignLeft(1);
  for (const KernelTime &time : result.kernels)
    table.add(
        {time.kernel.name, time.kernel.kind, formatNumber(time.milliseconds, 3),
         formatNumber(total > 0 ? 100 * time.milliseconds / total : 0, 1),
         formatNumber(time.gflops(), 1),
         result.peakGflops == 0 ? "-" : formatNumber(100 * time.gflops() / result.peakGflops, 1),
         formatNumber(time.gigabytes(), 1)});
  if (!result.kernels.empty()) {
    terminal.print(table.text());
    terminal.print("");
  }
  terminal.print("min " + formatNumber(result.milliseconds.front(), 3) + " ms, median " +
                 formatNumber(result.quantile(0.5), 3) + " ms, p99 " +
                 formatNumber(result.quantile(0.99), 3) + " ms over " +
                 formatCount(result.milliseconds.size(), "run") + ", " +
                 formatCount(static_cast<uint64_t>(threads), "thread"));
  std::string share = result.peakGflops == 0
                          ? ""
                          : ", " + formatNumber(100 * result.gflops() / result.peakGflops, 1) +
                                " % of the measured peak of " + formatNumber(result.peakGflops, 1);
  terminal.print(formatFlops(result.flops) + " a run: " + formatNumber(result.gflops(), 1) +
                 " GFLOP/s" + share);
}

ExitCode BenchVerb::run(Session &session) const {
  std::map<std::string, Tensor> values;
  Expected<Artifact> artifact = open(session, values);
  if (!artifact)
    return session.fail(artifact.error());
  const ModelDescription &description = artifact->description();
  Expected<uint32_t> function = measuredFunction(description, train);
  if (!function)
    return session.fail(function.error());
  Expected<std::vector<Tensor>> ordered =
      train ? randomInputs(description.functions[*function], inputs, session.terminal)
            : orderInputs(description, values);
  if (!ordered)
    return session.fail(badInput(model + ": " + ordered.error().message));
  ContextOptions where = runFlags.options();
  int used = where.threads > 0 ? where.threads : schedule::hostMachineFacts().cores;
  where.threads = used;
  Expected<Context> context = artifact->createContext(where);
  if (!context)
    return session.fail(context.error());
  // State starts as the model has it.
  std::vector<Tensor> none;
  for (size_t index = 0; train && index != description.functions.size(); ++index)
    if (description.functions[index].name == "init")
      if (Status status = context->run({}, none, static_cast<uint32_t>(index)); !status)
        return session.fail(status.error());
  Expected<Measurement> result = measure(*context, {*function, *ordered}, seconds, session);
  if (!result)
    return session.fail(result.error());
  result->threads = used;
  int cores = std::min(used, schedule::hostMachineFacts().cores);
  // What the host can do says nothing of a device.
  if (flags.target == "cpu")
    result->peakGflops = schedule::measureFmaPeakGflops() * cores;
  if (session.json)
    session.printJson(toJson(*result));
  else
    print(*result, session.terminal);
  return ExitCode::Ok;
}

void cli::addBenchCommand(CLI::App &app, Session &session) {
  auto verb = std::make_shared<BenchVerb>();
  CLI::App *command =
      addVerb(app, session, "bench",
              "Measures a model: times, GFLOP/s, share of the peak, a table of kernels",
              "dlc bench model.so --threads 2\n"
              "dlc bench model.onnx --batch 16 --json\n"
              "dlc bench trainer.so --train --threads 1\n"
              "dlc bench model.onnx --shape x=1x3x48x320 --seconds 10");
  command
      ->add_option("MODEL", verb->model,
                   "An .onnx or .keras file, or a shared library made by dlc compile")
      ->required();
  verb->runFlags.add(*command);
  command->add_option("--batch", verb->batch, "First dimension of every input")
      ->check(between(1, 1 << 20))
      ->type_name("N");
  command->add_option("--seconds", verb->seconds, "How long to measure")
      ->capture_default_str()
      ->check(between(0.0, 3600.0))
      ->type_name("S");
  command->add_flag(
      "--train", verb->train,
      "Measures the training step: of an artifact compiled with --train, or of a model "
      "with the default loss and optimizer");
  verb->inputs.add(*command);
  verb->flags.add(*command);
  command->callback(
      [verb, &session] { session.action = [verb, &session] { return verb->run(session); }; });
}
