// The training loop: epochs of steps, validation after each, and what is reported on the way.
#ifndef DLC_TRAINER_FIT_H
#define DLC_TRAINER_FIT_H

#include "dlc/Trainer/DataSet.h"
#include "dlc/Trainer/TrainingProgram.h"

#include <functional>

namespace dlc {

struct FitOptions {
  int64_t epochs = 1;
  int64_t batchSize = 32;
  bool shuffle = true; ///< a new order of the examples each epoch
  uint64_t seed = 0;   ///< of those orders
};

/// Where a fit is: after a step, or after an epoch with its validation.
struct FitProgress {
  int64_t epoch = 0; ///< counted from 1
  int64_t epochs = 0;
  int64_t step = 0; ///< done in this epoch
  int64_t steps = 0;
  double seconds = 0; ///< since the epoch began
  std::vector<NamedNumber> logs;
};

/// What a fit tells, and asks, on the way. Members may be empty.
struct FitCallbacks {
  std::function<void(const FitProgress &)> onStep;
  std::function<void(const FitProgress &)> onEpoch;
  std::function<void(const std::string &)> warning;
  std::function<bool()> shouldStop; ///< asked after each step
};

/// Keras's History.history: a name, and its value after each epoch.
struct History {
  std::vector<std::pair<std::string, std::vector<double>>> entries;
  int64_t epochs = 0;   ///< that were finished
  bool stopped = false; ///< by shouldStop
};

/// The sizes of batches that a fit on so many examples, and a validation on `validated` (0 for
/// none), will need, without repetition: full ones, and what is left over.
std::vector<int64_t> batchSizesFor(int64_t examples, int64_t validated, int64_t batchSize);

/// Trains as Keras's fit does: metrics are means over the epoch of predictions from before each
/// update, those of validation (`val_` before the name) are of the weights after the epoch. The
/// last batch of an epoch may be smaller. `data` is as fitToStep gives it.
Expected<History> fit(TrainingProgram &program, const DataSet &data, const FitOptions &options,
                      const FitCallbacks &callbacks);

} // namespace dlc

#endif // DLC_TRAINER_FIT_H
