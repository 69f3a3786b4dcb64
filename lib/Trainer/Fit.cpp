// Epochs of steps.
#include "dlc/Trainer/Fit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

using namespace dlc;

static int64_t stepsFor(int64_t examples, int64_t batchSize) {
  return (examples + batchSize - 1) / batchSize;
}

std::vector<int64_t> dlc::batchSizesFor(int64_t examples, int64_t validated, int64_t batchSize) {
  std::vector<int64_t> sizes;
  for (int64_t count : {examples, validated})
    for (int64_t size : {count >= batchSize ? batchSize : 0, count % batchSize})
      if (size > 0 && std::ranges::find(sizes, size) == sizes.end())
        sizes.push_back(size);
  return sizes;
}

namespace {

/// One fit under way.
class Loop {
public:
  Loop(TrainingProgram &program, const DataSet &data, const FitOptions &options,
       const FitCallbacks &callbacks)
      : program(program), data(data), options(options), callbacks(callbacks) {}

  Expected<History> run() {
    for (int64_t epoch = 1; epoch <= options.epochs && !history.stopped; ++epoch)
      if (Status status = runEpoch(epoch); !status)
        return status.error();
    return std::move(history);
  }

private:
  using Clock = std::chrono::steady_clock;

  Status runEpoch(int64_t epoch) {
    Clock::time_point begin = Clock::now();
    FitProgress progress{
        epoch, options.epochs, 0, stepsFor(data.train.count(), options.batchSize), 0, {}};
    std::vector<int64_t> order = options.shuffle ? shuffledOrder(data.train.count(), options.seed,
                                                                 static_cast<uint64_t>(epoch - 1))
                                                 : inOrder(data.train.count());
    auto report = [&]() -> Status {
      ++progress.step;
      progress.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
      if (callbacks.onStep) {
        Expected<std::vector<NamedNumber>> logs = program.metrics();
        if (!logs)
          return logs.error();
        progress.logs = *logs;
        callbacks.onStep(progress);
      }
      history.stopped = callbacks.shouldStop && callbacks.shouldStop();
      return {};
    };
    if (Status status = runSteps("train_step", data.train, order, epoch, report); !status)
      return status;
    // An epoch that was stopped behind its last step is whole, but for its validation.
    auto isCut = [&] {
      return history.stopped && (progress.step < progress.steps || data.validation);
    };
    if (isCut())
      return {};
    Expected<std::vector<NamedNumber>> logs = program.metrics();
    if (!logs)
      return logs.error();
    if (Status status = validate(*logs); !status || isCut())
      return status;
    for (const auto &[name, value] : *logs)
      append(name, value);
    ++history.epochs;
    progress.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    progress.logs = std::move(*logs);
    if (callbacks.onEpoch)
      callbacks.onEpoch(progress);
    return {};
  }

  /// Adds the metrics of the validation data to `logs`.
  Status validate(std::vector<NamedNumber> &logs) {
    if (!data.validation)
      return {};
    auto report = [&]() -> Status {
      history.stopped = callbacks.shouldStop && callbacks.shouldStop();
      return {};
    };
    if (Status status = runSteps("eval_step", *data.validation, inOrder(data.validation->count()),
                                 /*epoch=*/0, report);
        !status)
      return status;
    Expected<std::vector<NamedNumber>> measured = program.metrics();
    if (!measured)
      return measured.error();
    for (const auto &[name, value] : *measured)
      logs.emplace_back("val_" + name, value);
    return {};
  }

  /// Resets the metrics and runs `function` on all examples in `order`, unless stopped. Warns of
  /// the first loss that is no number where `epoch` is not 0.
  template <typename Report>
  Status runSteps(const std::string &function, const Examples &examples,
                  const std::vector<int64_t> &order, int64_t epoch, const Report &report) {
    if (Status status = program.resetMetrics(); !status)
      return status;
    std::span<const int64_t> left(order);
    for (int64_t step = 1; !left.empty() && !history.stopped; ++step) {
      size_t size = std::min<size_t>(left.size(), static_cast<size_t>(options.batchSize));
      Batch &batch = batchOf(static_cast<int64_t>(size));
      batch.fill(examples, left.first(size));
      left = left.subspan(size);
      Expected<double> loss = program.step(function, batch.inputs());
      if (!loss)
        return loss.error();
      if (epoch != 0)
        checkLoss(*loss, epoch, step);
      if (Status status = report(); !status)
        return status;
    }
    return {};
  }

  void checkLoss(double loss, int64_t epoch, int64_t step) {
    if (std::isfinite(loss) || warned || !callbacks.warning)
      return;
    warned = true;
    callbacks.warning("epoch " + std::to_string(epoch) + ", step " + std::to_string(step) +
                      ": the loss is " + (std::isnan(loss) ? "not a number" : "infinite") +
                      "; look for such values in the data, or lower --learning-rate");
  }

  Batch &batchOf(int64_t size) {
    auto found = batches.find(size);
    if (found == batches.end())
      found = batches.emplace(size, Batch(program.function("train_step"), size)).first;
    return found->second;
  }

  void append(const std::string &name, double value) {
    auto entry = std::ranges::find(history.entries, name,
                                   &std::pair<std::string, std::vector<double>>::first);
    if (entry == history.entries.end())
      entry = history.entries.insert(entry, {name, {}});
    entry->second.push_back(value);
  }

  static std::vector<int64_t> inOrder(int64_t count) {
    std::vector<int64_t> order(static_cast<size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    return order;
  }

  TrainingProgram &program;
  const DataSet &data;
  const FitOptions &options;
  const FitCallbacks &callbacks;
  std::map<int64_t, Batch> batches; ///< by size
  History history;
  bool warned = false;
};

} // namespace

Expected<History> dlc::fit(TrainingProgram &program, const DataSet &data, const FitOptions &options,
                           const FitCallbacks &callbacks) {
  return Loop(program, data, options, callbacks).run();
}
