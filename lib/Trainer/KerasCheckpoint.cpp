// A trained model as a `.keras` file: its variables, and those of its optimizer in Keras's order,
// so that Keras goes on where dlc stopped.
#include "Checkpoints.h"

#include "dlc/Import/Keras/ModelWriter.h"

#include <algorithm>

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

/// The optimizer as Keras's get_config would give it, as far as it concerns its formula.
static keras::Config optimizerConfig(const TrainingOptions &training, double learningRate) {
  keras::Config::Object settings{{"learning_rate", keras::Config(learningRate)},
                                 {"epsilon", keras::Config(training.epsilon)}};
  auto add = [&](const char *key, auto value) { settings.push_back({key, keras::Config(value)}); };
  if (training.weightDecay > 0)
    add("weight_decay", training.weightDecay);
  if (training.optimizer == "adam" || training.optimizer == "adamw") {
    add("beta_1", training.beta1);
    add("beta_2", training.beta2);
    return keras::Config(std::move(settings));
  }
  add("momentum", training.momentum);
  if (training.optimizer == "rmsprop") {
    add("rho", training.rho);
    add("centered", training.centered);
    return keras::Config(std::move(settings));
  }
  settings.erase(settings.begin() + 1); // sgd has no epsilon
  add("nesterov", training.nesterov);
  return keras::Config(std::move(settings));
}

/// What the file is to say of optimizer, loss and metrics; nothing where it says so already.
static Expected<std::optional<keras::CompileConfig>>
newCompileConfig(const CheckpointRequest &request, double learningRate) {
  const TrainingOptions &training = request.training;
  Expected<std::optional<keras::CompileConfig>> old = keras::readCompileConfig(request.model);
  if (!old)
    return old;
  auto saysMetrics = [&] {
    return std::ranges::equal((*old)->metrics, training.metrics, {}, &keras::NamedConfig::name);
  };
  if (*old && (*old)->optimizer.name == training.optimizer && (*old)->loss.name == training.loss &&
      saysMetrics())
    return std::optional<keras::CompileConfig>();
  keras::CompileConfig compile{{training.optimizer, optimizerConfig(training, learningRate)},
                               {training.loss, keras::Config(keras::Config::Object())},
                               {}};
  for (const std::string &metric : training.metrics)
    compile.metrics.push_back({metric, keras::Config(keras::Config::Object())});
  return std::optional(compile);
}

Status dlc::writeKerasCheckpoint(const CheckpointRequest &request) {
  std::map<std::string, Tensor> byName, variables;
  std::vector<std::string> weights; // in the order of the model
  for (const StateValue &value : request.state) {
    byName[value.name] = value.tensor;
    if (!value.isWeight)
      continue;
    variables[value.name] = value.tensor;
    weights.push_back(value.name);
  }
  int64_t count = 0;
  auto addOptimizers = [&](const std::string &slot, DType dtype) {
    auto found = byName.find(slot);
    if (found != byName.end())
      variables["optimizer/vars/" + std::to_string(count++)] = found->second.cast(dtype);
  };
  addOptimizers("iteration", DType::I32);
  addOptimizers("learning_rate", DType::F32);
  for (const auto &group : slotOrderOf(request.training.optimizer).groups)
    for (const std::string &weight : weights)
      for (std::string_view kind : group)
        addOptimizers(weight + "/" + std::string(kind), DType::F32);
  auto rate = byName.find("learning_rate");
  Expected<std::optional<keras::CompileConfig>> compile =
      newCompileConfig(request, rate == byName.end() ? 0 : rate->second.asDouble(0));
  if (!compile)
    return compile.error();
  return keras::writeTrained(request.model, request.path, variables, *compile);
}
