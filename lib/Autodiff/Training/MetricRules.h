// The table of metrics: one function and one row a kind. Private to the layer.
#ifndef DLC_LIB_AUTODIFF_TRAINING_METRICRULES_H
#define DLC_LIB_AUTODIFF_TRAINING_METRICRULES_H

#include "dlc/Autodiff/Term.h"

namespace dlc::autodiff {

/// One metric of Keras: a mean over all that was seen since the last reset.
struct MetricRule {
  llvm::StringRef name;
  llvm::StringRef alias; ///< Keras's other name; empty where it has none
  /// Whether a target of this type can be compared with such a prediction.
  bool (*fits)(mlir::RankedTensorType prediction, mlir::RankedTensorType target);
  /// What the mean is taken of, any number of elements, floats or bool.
  Term (*values)(Term prediction, Term target);
  /// Whether the root of the mean is the metric.
  bool root;
};

llvm::ArrayRef<MetricRule> metricRules();
/// The row of that name or alias, or null.
const MetricRule *findMetric(llvm::StringRef name);

} // namespace dlc::autodiff

#endif // DLC_LIB_AUTODIFF_TRAINING_METRICRULES_H
