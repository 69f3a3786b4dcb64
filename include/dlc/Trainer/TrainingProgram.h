// The compiled functions of a training step over one state, for batches of several sizes.
#ifndef DLC_TRAINER_TRAININGPROGRAM_H
#define DLC_TRAINER_TRAININGPROGRAM_H

#include "dlc/Artifact/Loader.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dlc {

/// A number under its name: a metric.
using NamedNumber = std::pair<std::string, double>;

/// A value of the state: a weight, a moment, the learning rate.
struct StateValue {
  std::string name;
  Tensor tensor;
  bool isWeight = false; ///< a value of the model, and not of its training
};

/// One artifact a batch size, and the state that they share.
class TrainingProgram {
public:
  /// Compiles the model for a batch size, with training.
  using Compile = std::function<Expected<Artifact>(int64_t batchSize)>;

  /// Compiles for each of `batchSizes` (at least one) and fills the state with `init`. Functions
  /// run on `threads` threads, 0 for every core.
  static Expected<TrainingProgram> create(const Compile &compile,
                                          std::span<const int64_t> batchSizes, int threads);

  /// A function as it is for the first batch size.
  const FunctionDescription &function(const std::string &name) const;

  /// Runs `train_step` or `eval_step` on a batch of a size that was compiled for; the loss.
  Expected<double> step(const std::string &name, const std::vector<Tensor> &inputs);
  Status resetMetrics();
  /// Means since the last reset: `loss`, then the metrics.
  Expected<std::vector<NamedNumber>> metrics();

  /// Copies of the state's values.
  std::vector<StateValue> stateValues() const;
  /// Writes values, of the types and shapes that stateValues has by these names, into the state.
  void setStateValues(const std::vector<StateValue> &values);

private:
  /// A context of the artifact for one batch size.
  struct Steps {
    Context context;
    std::map<std::string, uint32_t> functions;
    std::vector<Tensor> outputs; ///< kept, so that a step allocates nothing
  };
  struct FreeState {
    void operator()(std::byte *bytes) const;
  };

  Status call(Steps &steps, const std::string &name, const std::vector<Tensor> &inputs);
  Steps &first() { return steps.begin()->second; }

  std::unique_ptr<std::byte, FreeState> state; ///< outlives the contexts
  std::map<int64_t, Steps> steps;              ///< by batch size
};

} // namespace dlc

#endif // DLC_TRAINER_TRAININGPROGRAM_H
