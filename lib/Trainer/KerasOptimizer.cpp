// The order of the variables of Keras's optimizers.
#include "KerasOptimizer.h"

#include <algorithm>
#include <map>

using namespace dlc;

namespace {

/// The slots of an optimizer in the order in which Keras 3 makes them (optimizers/*.py, build):
/// group after group, in a group weight after weight.
struct SlotOrder {
  std::string_view optimizer;
  std::vector<std::vector<std::string_view>> groups;
};

} // namespace

static const SlotOrder &slotOrderOf(std::string_view optimizer) {
  static const std::vector<SlotOrder> orders = {
      {"sgd", {{"momentum"}}},
      {"adam", {{"momentum", "velocity"}}},
      {"adamw", {{"momentum", "velocity"}}},
      {"rmsprop", {{"velocity"}, {"momentum"}, {"average_gradient"}}},
  };
  static const SlotOrder none;
  auto found = std::ranges::find(orders, optimizer, &SlotOrder::optimizer);
  return found == orders.end() ? none : *found;
}

std::vector<const StateValue *> dlc::optimizerVariables(std::string_view optimizer,
                                                        const std::vector<StateValue> &state) {
  std::map<std::string, const StateValue *> byName;
  for (const StateValue &value : state)
    byName[value.name] = &value;
  std::vector<const StateValue *> variables;
  auto add = [&](const std::string &name) {
    auto found = byName.find(name);
    if (found != byName.end())
      variables.push_back(found->second);
  };
  add("iteration");
  add("learning_rate");
  for (const auto &group : slotOrderOf(optimizer).groups)
    for (const StateValue &weight : state) // in the order of the model
      if (weight.isWeight)
        for (std::string_view kind : group)
          add(weight.name + "/" + std::string(kind));
  return variables;
}

std::string dlc::optimizerVariablePath(size_t index) {
  return "optimizer/vars/" + std::to_string(index);
}
