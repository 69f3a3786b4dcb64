// A trained model as a `.keras` file: its variables, and those of its optimizer in Keras's order,
// so that Keras goes on where dlc stopped.
#include "Checkpoints.h"
#include "KerasOptimizer.h"

#include "dlc/Import/Keras/ModelWriter.h"

#include <algorithm>

using namespace dlc;

/// The optimizer as Keras's get_config would give it, as far as it concerns its formula.
static keras::Config optimizerConfig(const TrainingOptions &training, double learningRate) {
  keras::Config::Object settings{{"learning_rate", keras::Config(learningRate)},
                                 {"epsilon", keras::Config(training.epsilon)}};
  auto add = [&](const char *key, auto value) { settings.push_back({key, keras::Config(value)}); };
  if (training.weightDecay >= 0)
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

/// Whether `said` is what `trained` is, in every setting that `trained` has.
static bool isSameOptimizer(const keras::NamedConfig &said, const keras::NamedConfig &trained) {
  auto numberOf = [](const keras::Config *setting) -> std::optional<float> {
    if (!setting)
      return std::nullopt;
    if (const bool *flag = setting->as<bool>())
      return *flag;
    return setting->number(); // as float: what Keras makes of it
  };
  return said.name == trained.name &&
         std::ranges::all_of(
             *trained.config.as<keras::Config::Object>(), [&](const keras::ConfigMember &member) {
               return numberOf(said.config.findValue(member.key)) == numberOf(&member.value);
             });
}

/// What the file is to say of optimizer, loss and metrics; nothing where it says so already.
static Expected<std::optional<keras::CompileConfig>>
newCompileConfig(const CheckpointRequest &request, double learningRate) {
  const TrainingOptions &training = request.training;
  Expected<std::optional<keras::CompileConfig>> old = keras::readCompileConfig(request.model);
  if (!old)
    return old;
  auto isSameMetric = [](const keras::MetricConfig &said, const MetricChoice &chosen) {
    return said.name == chosen.kind && said.key == chosen.name;
  };
  keras::NamedConfig optimizer{training.optimizer, optimizerConfig(training, learningRate)};
  if (*old && isSameOptimizer((*old)->optimizer, optimizer) && (*old)->loss.name == training.loss &&
      std::ranges::equal((*old)->metrics, training.metrics, isSameMetric))
    return std::optional<keras::CompileConfig>();
  keras::CompileConfig compile{
      std::move(optimizer), {training.loss, keras::Config(keras::Config::Object())}, {}};
  for (const MetricChoice &metric : training.metrics)
    compile.metrics.push_back({{metric.kind, keras::Config(keras::Config::Object())}, metric.name});
  return std::optional(compile);
}

/// The type in which Keras keeps `variable` of its optimizer.
static DType typeInKeras(const StateValue &variable) {
  if (variable.name == "iteration")
    return DType::I32;
  return variable.name == "learning_rate" ? DType::F32 : variable.tensor.dtype();
}

Status dlc::writeKerasCheckpoint(const CheckpointRequest &request) {
  std::map<std::string, Tensor> variables;
  for (const StateValue &value : request.state)
    if (value.isWeight)
      variables[value.name] = value.tensor;
  double learningRate = 0;
  size_t count = 0;
  for (const StateValue *variable : optimizerVariables(request.training.optimizer, request.state)) {
    variables[optimizerVariablePath(count++)] = variable->tensor.cast(typeInKeras(*variable));
    if (variable->name == "learning_rate")
      learningRate = variable->tensor.asDouble(0);
  }
  Expected<std::optional<keras::CompileConfig>> compile = newCompileConfig(request, learningRate);
  if (!compile)
    return compile.error();
  return keras::writeTrained(request.model, request.path, variables, *compile);
}
