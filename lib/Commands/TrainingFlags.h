// The options that say what a training step is: those of `compile --train` and of `train`.
#ifndef DLC_LIB_COMMANDS_TRAININGFLAGS_H
#define DLC_LIB_COMMANDS_TRAININGFLAGS_H

#include "Command.h"
#include "dlc/Driver/TrainingDefaults.h"

#include <optional>
#include <string>
#include <vector>

namespace dlc::cli {

/// What the command line says; nothing where it does not.
struct TrainingFlags {
  std::optional<std::string> loss;
  std::vector<std::string> metrics; ///< an empty name says that there are none
  std::optional<std::string> optimizer;
  std::optional<double> learningRate, momentum, beta1, beta2, rho, epsilon, weightDecay;
  bool nesterov = false;
  bool centered = false;
  std::vector<std::string> freeze;

  /// Adds the options; `needed`, where there is one, must be given with each of them.
  void add(CLI::App &verb, CLI::Option *needed = nullptr);
  /// `base` with what was given in its place. An optimizer that is given comes with its own
  /// constants.
  TrainingOptions over(TrainingOptions base) const;
  /// Whether the learning rate is the command line's, or that of an optimizer named there.
  bool choosesLearningRate() const { return learningRate || optimizer; }
  /// What is left for the model's file to say.
  TrainingParts openParts() const { return {!optimizer, !loss, metrics.empty()}; }
};

} // namespace dlc::cli

#endif // DLC_LIB_COMMANDS_TRAININGFLAGS_H
