// The table of losses: one function and one row a kind. Private to the layer.
#ifndef DLC_LIB_AUTODIFF_TRAINING_LOSSES_H
#define DLC_LIB_AUTODIFF_TRAINING_LOSSES_H

#include "dlc/Autodiff/Term.h"

namespace dlc::autodiff {

/// One loss of Keras (losses/losses.py): what its target looks like, and its value for each
/// example, before weights and the mean over the batch.
struct LossRule {
  llvm::StringRef name;
  llvm::StringRef alias; ///< Keras's other name; empty where it has none
  mlir::RankedTensorType (*targetType)(mlir::RankedTensorType prediction);
  /// The shape of the result is that of the prediction without its last axis.
  Term (*build)(Term prediction, Term target);
};

llvm::ArrayRef<LossRule> lossRules();
/// The row of that name or alias, or null.
const LossRule *findLoss(llvm::StringRef name);

} // namespace dlc::autodiff

#endif // DLC_LIB_AUTODIFF_TRAINING_LOSSES_H
