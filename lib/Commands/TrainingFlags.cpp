// Definitions of the training options.
#include "TrainingFlags.h"

#include "dlc/Autodiff/TrainingKinds.h"

#include <cmath>

using namespace dlc;
using namespace dlc::cli;

static std::string joined(const std::vector<std::string> &names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "" : "|") + name;
  return text;
}

/// A finite number that is at least, or with `above` more than, 0.
static CLI::Validator finite(bool above) {
  return CLI::Validator(
      [above](const std::string &text) -> std::string {
        double value = 0;
        bool parsed = CLI::detail::lexical_cast(text, value) && std::isfinite(value);
        if (parsed && (above ? value > 0 : value >= 0))
          return {};
        return std::string("expected a finite number ") + (above ? "above 0" : "of at least 0") +
               ", found '" + text + "'";
      },
      "");
}

/// A metric, or nothing for a list without any.
static CLI::Validator metricOrNothing() {
  CLI::Validator known = oneOf(autodiff::metricNames(/*withAliases=*/true));
  return CLI::Validator(
      [known](std::string &text) { return text.empty() ? std::string() : known(text); }, "");
}

void TrainingFlags::add(CLI::App &verb, CLI::Option *needed) {
  auto with = [&](CLI::Option *option) {
    option->group("Training");
    if (needed)
      option->needs(needed);
    return option;
  };
  with(verb.add_option("--loss", loss, "What is minimised, of the model's first output"))
      ->check(oneOf(autodiff::lossNames(/*withAliases=*/true)))
      ->type_name(joined(autodiff::lossNames(/*withAliases=*/false)));
  with(verb.add_option("--metrics", metrics,
                       "What is measured as well. A list or repeatable; empty for "
                       "nothing but the loss"))
      ->delimiter(',')
      ->type_size(1)
      ->allow_extra_args(false)
      ->check(metricOrNothing())
      ->type_name(joined(autodiff::metricNames(/*withAliases=*/false)));
  with(verb.add_option("--optimizer", optimizer, "How weights follow their gradients"))
      ->check(oneOf(autodiff::optimizerNames()))
      ->type_name(joined(autodiff::optimizerNames()));
  with(verb.add_option("--learning-rate", learningRate,
                       "0.01 for sgd and 0.001 for the others by default"))
      ->check(finite(/*above=*/true))
      ->type_name("RATE");
  auto share = [&](const char *name, std::optional<double> &value, const char *description) {
    with(verb.add_option(name, value, description))->check(between(0.0, 1.0))->type_name("SHARE");
  };
  share("--momentum", momentum, "sgd, rmsprop: share of the velocity that stays; 0 by default");
  with(verb.add_flag("--nesterov", nesterov, "sgd with momentum: looks ahead"));
  share("--beta-1", beta1, "adam, adamw: decay of the first moment; 0.9 by default");
  share("--beta-2", beta2, "adam, adamw: decay of the second moment; 0.999 by default");
  share("--rho", rho, "rmsprop: decay of the mean square; 0.9 by default");
  with(verb.add_flag("--centered", centered, "rmsprop: divides by the variance"));
  with(verb.add_option("--epsilon", epsilon, "What keeps divisors from 0; 1e-7 by default"))
      ->check(finite(/*above=*/false))
      ->type_name("X");
  with(verb.add_option("--weight-decay", weightDecay,
                       "Share of each weight that a step takes off, times the learning rate; 0.004 "
                       "for adamw and 0 for the others by default"))
      ->check(finite(/*above=*/false))
      ->type_name("SHARE");
  with(verb.add_option("--freeze", freeze, "A weight that stays as it is. Repeatable"))
      ->type_size(1)
      ->allow_extra_args(false)
      ->type_name("NAME");
}

TrainingOptions TrainingFlags::over(TrainingOptions base) const {
  if (optimizer && *optimizer != base.optimizer) {
    TrainingOptions fresh;
    fresh.loss = base.loss;
    fresh.metrics = base.metrics;
    fresh.sampleWeight = base.sampleWeight;
    fresh.freeze = base.freeze;
    fresh.seed = base.seed;
    fresh.optimizer = *optimizer;
    base = fresh;
  }
  base.loss = loss.value_or(base.loss);
  if (!metrics.empty()) {
    base.metrics.clear();
    for (const std::string &metric : metrics)
      if (!metric.empty())
        base.metrics.push_back({metric, metric});
  }
  base.learningRate = learningRate.value_or(base.learningRate);
  base.momentum = momentum.value_or(base.momentum);
  base.nesterov |= nesterov;
  base.beta1 = beta1.value_or(base.beta1);
  base.beta2 = beta2.value_or(base.beta2);
  base.rho = rho.value_or(base.rho);
  base.centered |= centered;
  base.epsilon = epsilon.value_or(base.epsilon);
  base.weightDecay = weightDecay.value_or(base.weightDecay);
  base.freeze.insert(base.freeze.end(), freeze.begin(), freeze.end());
  return base;
}
