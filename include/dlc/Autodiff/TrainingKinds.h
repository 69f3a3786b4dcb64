// The losses, optimizers and metrics that the training passes know, by name; no MLIR.
#ifndef DLC_AUTODIFF_TRAININGKINDS_H
#define DLC_AUTODIFF_TRAININGKINDS_H

#include <string>
#include <vector>

namespace dlc::autodiff {

/// Every name that autodiff-loss, autodiff-optimizer and autodiff-metrics take. `withAliases` adds
/// Keras's other names for the same.
std::vector<std::string> lossNames(bool withAliases);
std::vector<std::string> optimizerNames();
std::vector<std::string> metricNames(bool withAliases);

} // namespace dlc::autodiff

#endif // DLC_AUTODIFF_TRAININGKINDS_H
