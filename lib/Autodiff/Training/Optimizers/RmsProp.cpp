// RMSprop (Keras 3, optimizers/rmsprop.py): epsilon is inside of the root.
#include "Training/Optimizers/Optimizers.h"

namespace dlc::autodiff {

Term applyRmsProp(const OptimizerStep &step, const Update &update) {
  double rho = step.constants.rho, momentum = step.constants.momentum;
  Term g = update.gradient;
  Term square = rho * step.slot(update, "velocity") + (1 - rho) * (g * g);
  step.setSlot(update, "velocity", square);
  Term divisor = square + step.constants.epsilon;
  if (step.constants.centered) {
    Term average = rho * step.slot(update, "average_gradient") + (1 - rho) * g;
    step.setSlot(update, "average_gradient", average);
    divisor = divisor - average * average;
  }
  Term change = step.learningRate * g / sqrt(divisor);
  if (momentum == 0)
    return update.value - change;
  Term moved = momentum * step.slot(update, "momentum") + change;
  step.setSlot(update, "momentum", moved);
  return update.value - moved;
}

} // namespace dlc::autodiff
