// From `model.compile` in Keras to training options.
#include "dlc/Driver/TrainingDefaults.h"

#include "dlc/Autodiff/TrainingKinds.h"
#include "dlc/Import/Keras/Model.h"

#include <algorithm>

using namespace dlc;

namespace {

/// A setting that is taken at one value only, as a number: false is 0, null is absent.
struct Expectation {
  std::string_view setting;
  double value = 0;
};

} // namespace

/// The first of `expected` that `part` has otherwise; empty where none.
static std::string firstOther(const keras::NamedConfig &part,
                              std::initializer_list<Expectation> expected) {
  for (const Expectation &each : expected) {
    const keras::Config *setting = part.config.findValue(each.setting);
    const bool *flag = setting ? setting->as<bool>() : nullptr;
    std::optional<double> number = flag      ? std::optional<double>(*flag)
                                   : setting ? setting->number()
                                             : each.value;
    if (number != each.value)
      return std::string(each.setting);
  }
  return {};
}

/// Refuses a name that is not one of `known`.
static Status checkKnown(const char *part, const std::string &name,
                         const std::vector<std::string> &known, const std::string &advice) {
  if (std::ranges::find(known, name) != known.end())
    return {};
  std::string names;
  for (const std::string &each : known)
    names += (names.empty() ? "" : ", ") + each;
  return unsupported("the " + std::string(part) + " '" + name + "' is not supported: " + advice +
                     " (" + names + ")");
}

static Status takeOptimizer(const keras::NamedConfig &optimizer, TrainingOptions &options) {
  if (Status known = checkKnown("optimizer", optimizer.name, autodiff::optimizerNames(),
                                "choose one with --optimizer");
      !known)
    return known;
  std::string other = firstOther(optimizer, {{"clipnorm"},
                                             {"global_clipnorm"},
                                             {"clipvalue"},
                                             {"use_ema"},
                                             {"loss_scale_factor"},
                                             {"gradient_accumulation_steps"},
                                             {"amsgrad"}});
  const keras::Config *rate = optimizer.config.findValue("learning_rate");
  if (rate && !rate->number())
    other = "learning_rate";
  if (!other.empty())
    return unsupported("the optimizer's setting '" + other +
                       "' is not supported: choose one with --optimizer");
  options.optimizer = optimizer.name;
  options.learningRate = optimizer.number("learning_rate", options.learningRate);
  options.momentum = optimizer.number("momentum", options.momentum);
  options.nesterov = optimizer.flag("nesterov", options.nesterov);
  options.beta1 = optimizer.number("beta_1", options.beta1);
  options.beta2 = optimizer.number("beta_2", options.beta2);
  options.rho = optimizer.number("rho", options.rho);
  options.centered = optimizer.flag("centered", options.centered);
  options.epsilon = optimizer.number("epsilon", options.epsilon);
  options.weightDecay = optimizer.number("weight_decay", options.weightDecay);
  return {};
}

static Status takeLoss(const keras::NamedConfig &loss, TrainingOptions &options) {
  if (Status known =
          checkKnown("loss", loss.name, autodiff::lossNames(true), "choose one with --loss");
      !known)
    return known;
  std::string other = firstOther(
      loss,
      {{"from_logits"}, {"label_smoothing"}, {"axis", -1}, {"ignore_class", -1}, {"delta", 1}});
  std::string reduction = loss.config.text("reduction");
  if (!reduction.empty() && reduction != "sum_over_batch_size" && reduction != "mean")
    other = "reduction";
  if (!other.empty())
    return unsupported("the loss's setting '" + other +
                       "' is not supported: choose one with --loss");
  options.loss = loss.name;
  return {};
}

/// Takes metrics by their names, and refuses those that their settings make others.
static Status takeMetrics(const std::vector<keras::MetricConfig> &metrics,
                          TrainingOptions &options) {
  for (const keras::MetricConfig &metric : metrics) {
    if (Status known = checkKnown("metric", metric.name, autodiff::metricNames(true),
                                  "choose metrics with --metrics");
        !known)
      return known;
    std::string other = firstOther(metric, {{"threshold", 0.5}, {"from_logits"}, {"axis", -1}});
    if (!other.empty())
      return unsupported("the setting '" + other + "' of the metric '" + metric.name +
                         "' is not supported: choose metrics with --metrics");
    options.metrics.push_back({metric.name, metric.key});
  }
  return {};
}

Expected<TrainingOptions> dlc::trainingDefaults(const std::string &model,
                                                const TrainingParts &parts) {
  TrainingOptions options;
  options.loss.clear();
  if (!model.ends_with(".keras"))
    return options;
  Expected<std::optional<keras::CompileConfig>> compile = keras::readCompileConfig(model);
  if (!compile)
    return compile.error();
  if (!*compile)
    return options;
  const keras::CompileConfig &said = **compile;
  Status status;
  if (parts.optimizer && !said.optimizer.name.empty())
    status = takeOptimizer(said.optimizer, options);
  if (status && parts.loss && !said.loss.name.empty())
    status = takeLoss(said.loss, options);
  if (status && parts.loss && said.weighsLosses)
    status = unsupported("loss_weights of compile() is not supported: choose a loss with --loss");
  if (status && parts.metrics)
    status = takeMetrics(said.metrics, options);
  if (!status)
    return Error{status.error().code, model + ": " + status.error().message};
  return options;
}
