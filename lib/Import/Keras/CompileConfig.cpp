// What `model.compile` was told, by dlc's names.
#include "ModelFile.h"

#include "llvm/ADT/StringExtras.h"

using namespace dlc;
using namespace dlc::keras;

double NamedConfig::number(std::string_view key, double defaultValue) const {
  const Config *setting = config.find(key);
  return setting ? setting->number().value_or(defaultValue) : defaultValue;
}

bool NamedConfig::flag(std::string_view key, bool defaultValue) const {
  const Config *setting = config.find(key);
  const bool *value = setting ? setting->as<bool>() : nullptr;
  return value ? *value : defaultValue;
}

namespace {

/// A thing that has several names in Keras.
struct Spelling {
  llvm::StringRef keras; ///< in snake case
  llvm::StringRef ours;
};

} // namespace

static constexpr Spelling spellings[] = {
    {"mean_squared_error", "mse"},
    {"mean_absolute_error", "mae"},
    {"root_mean_squared_error", "rmse"},
    {"acc", "accuracy"},
    {"adam_w", "adamw"},
    {"rm_sprop", "rmsprop"},
};

static std::string ourName(std::string_view keras) {
  std::string snake = snakeCase(keras);
  for (const Spelling &spelling : spellings)
    if (spelling.keras == snake)
      return spelling.ours.str();
  return snake;
}

static std::string kerasName(std::string_view ours) {
  for (const Spelling &spelling : spellings)
    if (spelling.ours == llvm::StringRef(ours) && ours != "accuracy")
      return spelling.keras.str();
  return std::string(ours);
}

/// `MeanSquaredError` for `mean_squared_error`.
static std::string className(std::string_view snake) {
  std::string name;
  for (llvm::StringRef word : llvm::split(llvm::StringRef(snake), '_'))
    if (!word.empty())
      name += llvm::toUpper(word.front()) + word.drop_front().str();
  return name;
}

/// A name, or an object of a class; anything else has no name.
static NamedConfig namedConfig(const Config *entry) {
  if (!entry)
    return {};
  if (const auto *name = entry->as<std::string>())
    return {ourName(*name), Config(Config::Object())};
  std::string name = entry->text("class_name");
  const Config *settings = entry->find("config");
  // A function: its name is the configuration.
  if (name == "function")
    if (const auto *function = settings ? settings->as<std::string>() : nullptr)
      return {ourName(*function), Config(Config::Object())};
  bool hasSettings = settings && settings->as<Config::Object>();
  return {ourName(name), hasSettings ? *settings : Config(Config::Object())};
}

/// What Keras calls a metric (trainers/compile_utils.py, get_metric): text as it was written, a
/// function or an object by its name.
static std::string metricKey(const Config &entry) {
  if (const auto *text = entry.as<std::string>())
    return *text;
  const Config *settings = entry.find("config");
  if (const auto *function = settings ? settings->as<std::string>() : nullptr)
    return *function;
  std::string name = settings ? settings->text("name") : std::string();
  return name.empty() ? snakeCase(entry.text("class_name")) : name;
}

static void addMetrics(const Config *entry, std::vector<MetricConfig> &metrics) {
  if (!entry || entry->isNull())
    return;
  if (const auto *items = entry->as<Config::List>()) {
    for (const Config &item : *items)
      addMetrics(&item, metrics);
    return;
  }
  MetricConfig metric{namedConfig(entry), metricKey(*entry)};
  // As an object it counts what is equal; as text Keras chooses by shapes.
  if (entry->text("class_name") == "Accuracy")
    metric.name = "Accuracy";
  if (!metric.name.empty())
    metrics.push_back(std::move(metric));
}

std::optional<CompileConfig> keras::compileConfigOf(const Config &model) {
  const Config *entry = model.findValue("compile_config");
  const auto *settings = entry ? entry->as<Config::Object>() : nullptr;
  if (!settings || settings->empty())
    return std::nullopt;
  CompileConfig compile{
      namedConfig(entry->findValue("optimizer")), namedConfig(entry->findValue("loss")), {}};
  const Config *weights = entry->findValue("loss_weights");
  compile.weighsLosses = weights && !weights->isNull();
  for (const char *key : {"metrics", "weighted_metrics"})
    addMetrics(entry->findValue(key), compile.metrics);
  return compile;
}

/// `Adam` for `adam`: Keras's optimizers are their names with capitals, or all capitals.
static std::string optimizerClass(const std::string &name) {
  static constexpr std::pair<llvm::StringRef, llvm::StringRef> classes[] = {
      {"sgd", "SGD"}, {"rmsprop", "RMSprop"}, {"adamw", "AdamW"}};
  for (auto [ours, keras] : classes)
    if (ours == name)
      return keras.str();
  std::string capital = name;
  if (!capital.empty())
    capital[0] = llvm::toUpper(capital[0]);
  return capital;
}

static Config text(std::string value) { return Config(std::move(value)); }

/// By its name where that is the key as well, else as an object.
static Config metricEntry(const MetricConfig &metric) {
  std::string name = kerasName(metric.name);
  if (metric.key == name || metric.name == "accuracy")
    return text(metric.key);
  return Config(Config::Object{{"module", text("keras.metrics")},
                               {"class_name", text(className(name))},
                               {"config", Config(Config::Object{{"name", text(metric.key)}})},
                               {"registered_name", Config()}});
}

Config keras::toConfig(const CompileConfig &compile) {
  Config optimizer(Config::Object{{"module", text("keras.optimizers")},
                                  {"class_name", text(optimizerClass(compile.optimizer.name))},
                                  {"config", compile.optimizer.config},
                                  {"registered_name", Config()}});
  Config::List metrics;
  for (const MetricConfig &metric : compile.metrics)
    metrics.push_back(metricEntry(metric));
  return Config(Config::Object{{"optimizer", std::move(optimizer)},
                               {"loss", text(kerasName(compile.loss.name))},
                               {"loss_weights", Config()},
                               {"metrics", Config(std::move(metrics))},
                               {"weighted_metrics", Config()},
                               {"run_eagerly", Config(false)},
                               {"steps_per_execution", Config(int64_t(1))},
                               {"jit_compile", Config(false)}});
}
