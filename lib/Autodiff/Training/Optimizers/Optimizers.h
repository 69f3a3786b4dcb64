// The table of optimizers: one file and one row a kind (docs/HowTo/AddAnOptimizer.md). Private to
// the layer.
#ifndef DLC_LIB_AUTODIFF_TRAINING_OPTIMIZERS_OPTIMIZERS_H
#define DLC_LIB_AUTODIFF_TRAINING_OPTIMIZERS_OPTIMIZERS_H

#include "Training/TrainingFunctions.h"

namespace dlc::autodiff {

/// Constants of the update formulas, under Keras's names. A kind reads those that its formula has.
struct Hyperparameters {
  double learningRate = 0;
  double momentum = 0;
  bool nesterov = false;
  double beta1 = 0;
  double beta2 = 0;
  double rho = 0;
  bool centered = false;
  double epsilon = 0;
  double weightDecay = 0;
};

/// One weight in one step. `value` is the weight less its decay.
struct Update {
  std::string name;
  Term value;
  Term gradient;
};

/// A step under construction.
struct OptimizerStep {
  StateBuilder &state;
  const Hyperparameters &constants;
  Term learningRate; ///< a scalar
  Term iteration;    ///< of this step: 1 in the first; a scalar of the learning rate's type

  /// The optimizer's slot `kind` of a weight, zero at the start.
  Term slot(const Update &update, llvm::StringRef kind) const {
    return state.slot(update.name + "/" + kind.str(), update.value.type(), 0);
  }
  void setSlot(const Update &update, llvm::StringRef kind, Term value) const {
    state.update(update.name + "/" + kind.str(), value);
  }
};

/// One optimizer of Keras 3.
struct OptimizerRule {
  llvm::StringRef name;
  double learningRate; ///< used where none is given
  double weightDecay;  ///< likewise
  /// The weight after the step; reads and writes the optimizer's slots.
  Term (*apply)(const OptimizerStep &step, const Update &update);
};

llvm::ArrayRef<OptimizerRule> optimizerRules();
/// The row of that name, or null.
const OptimizerRule *findOptimizer(llvm::StringRef name);

/// One a file, beside its formula.
Term applySgd(const OptimizerStep &step, const Update &update);
Term applyAdam(const OptimizerStep &step, const Update &update);
Term applyRmsProp(const OptimizerStep &step, const Update &update);

} // namespace dlc::autodiff

#endif // DLC_LIB_AUTODIFF_TRAINING_OPTIMIZERS_OPTIMIZERS_H
