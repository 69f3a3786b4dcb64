// autodiff-optimizer: gradients become updates.
#include "dlc/Autodiff/Passes.h"

#include "Training/Optimizers/Optimizers.h"

using namespace mlir;

namespace dlc::autodiff {

#define GEN_PASS_DEF_AUTODIFFOPTIMIZER
#include "dlc/Autodiff/Passes.h.inc"

namespace {

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
    SmallVector<SlotGradient> gradients = takeGradientResults(step);
    if (gradients.empty()) {
      step.emitError("has no gradients; run autodiff-backward first");
      return signalPassFailure();
    }
    update(step, *rule, gradients);
    if (auto apply = getOperation().lookupSymbol<func::FuncOp>("apply_step"))
      update(apply, *rule, takeGradientResults(apply));
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
              ArrayRef<SlotGradient> gradients) const {
    StateBuilder state(function);
    Hyperparameters chosen = constants(rule);
    auto scalar =
        RankedTensorType::get({}, getElementTypeOrSelf(gradients.front().value.getType()));
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
