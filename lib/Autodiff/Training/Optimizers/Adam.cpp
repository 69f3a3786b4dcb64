// Adam (Keras 3, optimizers/adam.py): epsilon is added to the root of the uncorrected second
// moment, and both corrections are in the step size.
#include "Training/Optimizers/Optimizers.h"

namespace dlc::autodiff {

Term applyAdam(const OptimizerStep &step, const Update &update) {
  double beta1 = step.constants.beta1, beta2 = step.constants.beta2;
  Term rate = step.learningRate, count = step.iteration, g = update.gradient;
  Term alpha =
      rate * sqrt(1.0 - pow(rate.scalar(beta2), count)) / (1.0 - pow(rate.scalar(beta1), count));
  Term m = step.slot(update, "momentum"), v = step.slot(update, "velocity");
  Term newM = m + (g - m) * (1 - beta1), newV = v + (g * g - v) * (1 - beta2);
  step.setSlot(update, "momentum", newM);
  step.setSlot(update, "velocity", newV);
  return update.value - newM * alpha / (sqrt(newV) + step.constants.epsilon);
}

} // namespace dlc::autodiff
