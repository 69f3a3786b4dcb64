// Stochastic gradient descent with momentum (Keras 3, optimizers/sgd.py): the learning rate is
// inside of the velocity.
#include "Training/Optimizers/Optimizers.h"

namespace dlc::autodiff {

Term applySgd(const OptimizerStep &step, const Update &update) {
  double momentum = step.constants.momentum;
  Term change = step.learningRate * update.gradient;
  if (momentum == 0)
    return update.value - change;
  Term moved = momentum * step.slot(update, "momentum") - change;
  step.setSlot(update, "momentum", moved);
  return step.constants.nesterov ? update.value + momentum * moved - change : update.value + moved;
}

} // namespace dlc::autodiff
