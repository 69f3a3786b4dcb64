// Names from the tables of losses, optimizers and metrics.
#include "dlc/Autodiff/TrainingKinds.h"

#include "Training/Losses.h"
#include "Training/MetricRules.h"
#include "Training/Optimizers/Optimizers.h"

namespace dlc::autodiff {

/// The names of rows, then their aliases.
template <typename Rules>
static std::vector<std::string> namesOf(const Rules &rules, bool withAliases) {
  std::vector<std::string> names;
  for (const auto &rule : rules)
    names.push_back(rule.name.str());
  if (withAliases)
    for (const auto &rule : rules)
      if (!rule.alias.empty())
        names.push_back(rule.alias.str());
  return names;
}

std::vector<std::string> lossNames(bool withAliases) { return namesOf(lossRules(), withAliases); }

std::vector<std::string> optimizerNames() {
  std::vector<std::string> names;
  for (const OptimizerRule &rule : optimizerRules())
    names.push_back(rule.name.str());
  return names;
}

std::vector<std::string> metricNames(bool withAliases) {
  return namesOf(metricRules(), withAliases);
}

} // namespace dlc::autodiff
