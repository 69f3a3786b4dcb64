// Going on with a training that went before.
#ifndef DLC_TRAINER_RESUME_H
#define DLC_TRAINER_RESUME_H

#include "dlc/Pipelines/TrainingOptions.h"
#include "dlc/Trainer/TrainingProgram.h"

namespace dlc {

/// What is to go on.
struct ResumeRequest {
  std::string model; ///< the file that is trained
  TrainingOptions training;
  /// Whether the learning rate is to be that of `training`, whatever the file says.
  bool keepLearningRate = false;
  std::vector<StateValue> state; ///< as `init` has filled it
};

/// What takes the place of values of the state.
struct EarlierTraining {
  std::vector<StateValue> values;
  std::string note; ///< one line, where a training went before that cannot go on; else empty
};

/// Where the training that left `request.model` stopped: of a `.keras` file the variables of its
/// optimizer, as Keras's load_model takes them. Nothing for a file that has none, and nothing but a
/// note where its optimizer is not the one that is trained with. BadInput for a damaged file.
Expected<EarlierTraining> readEarlierTraining(const ResumeRequest &request);

/// The values of the `.npz` file that writeCheckpoint made of a state like `state`, but for sums
/// of metrics. BadInput where one is missing, or of another type or shape.
Expected<std::vector<StateValue>> readState(const std::string &path,
                                            const std::vector<StateValue> &state);

} // namespace dlc

#endif // DLC_TRAINER_RESUME_H
