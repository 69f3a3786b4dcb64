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

static void addMetrics(const Config *entry, std::vector<NamedConfig> &metrics, unsigned depth = 0) {
  if (!entry || entry->isNull())
    return;
  if (const auto *items = entry->as<Config::List>()) {
    for (const Config &item : *items)
      addMetrics(&item, metrics, depth + 1);
    return;
  }
  NamedConfig metric = namedConfig(entry);
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

Config keras::toConfig(const CompileConfig &compile) {
  auto text = [](std::string value) { return Config(std::move(value)); };
  Config optimizer(Config::Object{{"module", text("keras.optimizers")},
                                  {"class_name", text(optimizerClass(compile.optimizer.name))},
                                  {"config", compile.optimizer.config},
                                  {"registered_name", Config()}});
  Config::List metrics;
  for (const NamedConfig &metric : compile.metrics)
    metrics.push_back(text(kerasName(metric.name)));
  return Config(Config::Object{{"optimizer", std::move(optimizer)},
                               {"loss", text(kerasName(compile.loss.name))},
                               {"loss_weights", Config()},
                               {"metrics", Config(std::move(metrics))},
                               {"weighted_metrics", Config()},
                               {"run_eagerly", Config(false)},
                               {"steps_per_execution", Config(int64_t(1))},
                               {"jit_compile", Config(false)}});
}
