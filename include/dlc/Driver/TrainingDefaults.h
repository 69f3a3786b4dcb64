// What a model's file says of its training.
#ifndef DLC_DRIVER_TRAININGDEFAULTS_H
#define DLC_DRIVER_TRAININGDEFAULTS_H

#include "dlc/Pipelines/TrainingOptions.h"
#include "dlc/Support/Error.h"

#include <string>

namespace dlc {

/// Which parts of a model's training are asked for; what the user has chosen is not.
struct TrainingParts {
  bool optimizer = true;
  bool loss = true;
  bool metrics = true;
};

/// The training that `model` was compiled for in Keras, in the parts that are asked for; the usual
/// options for models that say nothing, and no loss. Fails with Unsupported where a part has a
/// setting that dlc does not train with.
Expected<TrainingOptions> trainingDefaults(const std::string &model, const TrainingParts &parts);

} // namespace dlc

#endif // DLC_DRIVER_TRAININGDEFAULTS_H
