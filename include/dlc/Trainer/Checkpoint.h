// What is left of a training: the weights, in a file.
#ifndef DLC_TRAINER_CHECKPOINT_H
#define DLC_TRAINER_CHECKPOINT_H

#include "dlc/Pipelines/TrainingOptions.h"
#include "dlc/Trainer/TrainingProgram.h"

namespace dlc {

/// Whether writeCheckpoint can write `path` for `model`, by their extensions. Usage where not.
Status checkCheckpointPath(const std::string &path, const std::string &model);

struct CheckpointRequest {
  std::string path;
  std::string model; ///< the file that was trained
  TrainingOptions training;
  std::vector<StateValue> state;
};

/// Writes a model that was trained, whole or not at all: the model with its new weights in the
/// format that it has (`.onnx`, `.keras`), or `.npz` with every value of the state by name.
Status writeCheckpoint(const CheckpointRequest &request);

} // namespace dlc

#endif // DLC_TRAINER_CHECKPOINT_H
