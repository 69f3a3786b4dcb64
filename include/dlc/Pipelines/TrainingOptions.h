// What a compile for training is asked for; no MLIR.
#ifndef DLC_PIPELINES_TRAININGOPTIONS_H
#define DLC_PIPELINES_TRAININGOPTIONS_H

#include <string>
#include <vector>

namespace dlc {

/// What `differentiate` makes of a model that is to be trained. Names are those of the passes'
/// options (dlc/Autodiff/Passes.td).
struct TrainingOptions {
  std::string loss = "categorical_crossentropy";
  std::string optimizer = "sgd";
  double learningRate = 0; ///< 0: the optimizer's usual one
  double momentum = 0;
  bool nesterov = false;
  std::vector<std::string> freeze; ///< names of weights that stay as they are
};

} // namespace dlc

#endif // DLC_PIPELINES_TRAININGOPTIONS_H
