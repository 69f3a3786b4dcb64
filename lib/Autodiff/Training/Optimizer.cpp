// autodiff-optimizer: gradients become updates.
#include "dlc/Autodiff/Passes.h"

#include "Training/Optimizers/Optimizers.h"

using namespace mlir;

namespace dlc::autodiff {

#define GEN_PASS_DEF_AUTODIFFOPTIMIZER
#include "dlc/Autodiff/Passes.h.inc"

namespace {

/// Takes the gradients off the results of `function`: (slot, gradient) in order.
SmallVector<std::pair<std::string, Value>> takeGradients(func::FuncOp function) {
  SmallVector<std::pair<std::string, Value>> taken;
  Operation *terminator = function.getBody().front().getTerminator();
  for (unsigned index = function.getNumResults(); index-- > 0;) {
    auto slot = function.getResultAttrOfType<StringAttr>(index, gradientAttribute);
    if (!slot)
      continue;
    taken.emplace_back(slot.str(), terminator->getOperand(index));
    terminator->eraseOperand(index);
    (void)function.eraseResult(index);
  }
  std::reverse(taken.begin(), taken.end());
  return taken;
}

struct OptimizerPass : impl::AutodiffOptimizerBase<OptimizerPass> {
  using AutodiffOptimizerBase::AutodiffOptimizerBase;

  void runOnOperation() override {
    const OptimizerRule *rule = findOptimizer(kind);
    if (!rule) {
      getOperation().emitError("knows no optimizer '") << kind << "': expected one of " << names();
      return signalPassFailure();
    }
    func::FuncOp step = requireFunction(getOperation(), "train_step", "autodiff-backward");
    if (!step)
      return signalPassFailure();
    SmallVector<std::pair<std::string, Value>> gradients = takeGradients(step);
    if (gradients.empty()) {
      step.emitError("has no gradients; run autodiff-backward first");
      return signalPassFailure();
    }
    update(step, *rule, gradients);
  }

private:
  static std::string names() {
    std::string text;
    for (const OptimizerRule &rule : optimizerRules())
      text += (text.empty() ? "" : ", ") + rule.name.str();
    return text;
  }

  Hyperparameters constants(const OptimizerRule &rule) const {
    Hyperparameters result;
    result.learningRate = learningRate > 0 ? learningRate : rule.learningRate;
    result.momentum = momentum;
    result.nesterov = nesterov;
    result.beta1 = beta1;
    result.beta2 = beta2;
    result.rho = rho;
    result.centered = centered;
    result.epsilon = epsilon;
    result.weightDecay = weightDecay >= 0 ? weightDecay : rule.weightDecay;
    return result;
  }

  void update(func::FuncOp function, const OptimizerRule &rule,
              ArrayRef<std::pair<std::string, Value>> gradients) const {
    StateBuilder state(function);
    Hyperparameters chosen = constants(rule);
    auto scalar = cast<RankedTensorType>(returnedValue(function, 0).getType());
    Term rate = state.slot("learning_rate", scalar, chosen.learningRate);
    Term iteration = state.slot("iteration", scalar, 0) + 1.0;
    state.update("iteration", iteration);
    OptimizerStep step{state, chosen, rate, iteration};
    for (const auto &[slot, gradient] : gradients) {
      Term value = state.term(dl::slotArgument(function, slot));
      // Keras decays before the update, whatever the optimizer (base_optimizer.py).
      if (chosen.weightDecay != 0)
        value = value - value * (rate * chosen.weightDecay);
      state.update(slot, rule.apply(step, {slot, value, state.term(gradient)}));
    }
  }
};

} // namespace
} // namespace dlc::autodiff
