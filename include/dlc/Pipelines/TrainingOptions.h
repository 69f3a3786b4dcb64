// What a compile for training is asked for; no MLIR.
#ifndef DLC_PIPELINES_TRAININGOPTIONS_H
#define DLC_PIPELINES_TRAININGOPTIONS_H

#include <cstdint>
#include <string>
#include <vector>

namespace dlc {

/// A metric: its kind, and the name under which its values are reported.
struct MetricChoice {
  std::string kind;
  std::string name;

  friend bool operator==(const MetricChoice &, const MetricChoice &) = default;
};

/// What `differentiate` makes of a model that is to be trained. Names and meanings are those of the
/// passes' options (dlc/Autodiff/Passes.td).
struct TrainingOptions {
  std::string loss = "categorical_crossentropy";
  bool sampleWeight = false; ///< train_step and eval_step take a weight for each example
  std::vector<MetricChoice> metrics;
  bool splitStep = false; ///< grad_step and apply_step as well

  std::string optimizer = "sgd";
  double learningRate = 0; ///< 0: the optimizer's usual one
  double momentum = 0;
  bool nesterov = false;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double rho = 0.9;
  bool centered = false;
  double epsilon = 1e-7;
  double weightDecay = -1; ///< negative: the optimizer's usual one

  std::vector<std::string> freeze; ///< names of weights that stay as they are
  int64_t seed = 0;                ///< of dropouts
  /// Weights lie in the state as in the model's file, for who writes them back; otherwise as
  /// kernels read them.
  bool keepLayouts = false;
};

} // namespace dlc

#endif // DLC_PIPELINES_TRAININGOPTIONS_H
