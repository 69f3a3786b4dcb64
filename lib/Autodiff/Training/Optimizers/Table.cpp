// The rows: name, learning rate, weight decay, formula.
#include "Training/Optimizers/Optimizers.h"

using namespace mlir;

namespace dlc::autodiff {

static const OptimizerRule knownOptimizers[] = {
    {"sgd", 0.01, 0, applySgd},
    {"adam", 0.001, 0, applyAdam},
    {"adamw", 0.001, 0.004, applyAdam}, // decay apart from the moments, which it always is here
    {"rmsprop", 0.001, 0, applyRmsProp},
};

ArrayRef<OptimizerRule> optimizerRules() { return knownOptimizers; }

const OptimizerRule *findOptimizer(StringRef name) {
  const auto *rule = llvm::find_if(knownOptimizers,
                                   [&](const OptimizerRule &known) { return known.name == name; });
  return rule == std::end(knownOptimizers) ? nullptr : rule;
}

} // namespace dlc::autodiff
