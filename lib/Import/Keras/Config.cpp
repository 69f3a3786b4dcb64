// JSON to plain data, by a parser that does not recurse.
#include "dlc/Import/Keras/Config.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

using namespace dlc;
using namespace dlc::keras;

// Here, where a member of an object is a whole type.
Config::Config() = default;
Config::Config(bool value) : value(value) {}
Config::Config(int64_t value) : value(value) {}
Config::Config(double value) : value(value) {}
Config::Config(std::string value) : value(std::move(value)) {}
Config::Config(List value) : value(std::move(value)) {}
Config::Config(Object value) : value(std::move(value)) {}
Config::Config(const Config &other) = default;
Config::Config(Config &&other) noexcept = default;
Config &Config::operator=(const Config &other) = default;
Config &Config::operator=(Config &&other) noexcept = default;
Config::~Config() = default;

//===-- Access -----------------------------------------------------------------------------===//

std::optional<double> Config::number() const {
  if (const auto *whole = as<int64_t>())
    return static_cast<double>(*whole);
  if (const auto *real = as<double>())
    return *real;
  return std::nullopt;
}

const Config *Config::find(std::string_view key) const {
  const auto *object = as<Object>();
  if (!object)
    return nullptr;
  auto found = std::ranges::find(*object, key, &ConfigMember::key);
  return found == object->end() ? nullptr : &found->value;
}

const Config *Config::findValue(std::string_view key) const {
  const Config *member = find(key);
  return member && !member->isNull() ? member : nullptr;
}

std::string Config::text(std::string_view key) const {
  const Config *member = find(key);
  const auto *string = member ? member->as<std::string>() : nullptr;
  return string ? *string : std::string();
}

void Config::set(std::string_view key, Config member) {
  auto &object = std::get<Object>(value);
  auto found = std::ranges::find(object, key, &ConfigMember::key);
  if (found == object.end())
    object.push_back({std::string(key), std::move(member)});
  else
    found->value = std::move(member);
}

std::string_view Config::kindName() const {
  static constexpr std::string_view names[] = {"null", "bool", "whole number", "number",
                                               "text", "list", "object"};
  return names[value.index()];
}

//===-- Reading ----------------------------------------------------------------------------===//

namespace {

/// Receives the events of nlohmann's parser, which keeps no call stack of its own.
class ConfigBuilder {
public:
  using Number = nlohmann::json;

  bool null() { return add(Config()); }
  bool boolean(bool value) { return add(Config(value)); }
  bool number_integer(int64_t value) { return add(Config(value)); }
  bool number_unsigned(uint64_t value) {
    if (std::in_range<int64_t>(value))
      return add(Config(static_cast<int64_t>(value)));
    return add(Config(static_cast<double>(value)));
  }
  bool number_float(double value, const std::string &) { return add(Config(value)); }
  bool string(std::string &value) { return add(Config(std::move(value))); }
  bool binary(nlohmann::json::binary_t &) { return false; }
  bool start_object(size_t) { return open(Config(Config::Object())); }
  bool start_array(size_t) { return open(Config(Config::List())); }
  bool key(std::string &name) {
    keys.back() = std::move(name);
    return true;
  }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool parse_error(size_t position, const std::string &, const nlohmann::json::exception &) {
    problem = "not JSON at byte " + std::to_string(position);
    return false;
  }

  Config root;
  std::string problem;

private:
  bool add(Config value) {
    place(std::move(value));
    return true;
  }
  Config *place(Config value) {
    if (stack.empty()) {
      root = std::move(value);
      return &root;
    }
    if (auto *list = stack.back()->as<Config::List>())
      return &list->emplace_back(std::move(value));
    auto *object = stack.back()->as<Config::Object>();
    return &object->emplace_back(ConfigMember{std::move(keys.back()), std::move(value)}).value;
  }
  bool open(Config empty) {
    if (stack.size() == maxConfigDepth) {
      problem = "more than " + std::to_string(maxConfigDepth) + " levels of lists and objects";
      return false;
    }
    // The stack holds the innermost containers only, whose addresses stay until they are closed.
    stack.push_back(place(std::move(empty)));
    keys.emplace_back();
    return true;
  }
  bool close() {
    stack.pop_back();
    keys.pop_back();
    return true;
  }

  std::vector<Config *> stack;
  std::vector<std::string> keys;
};

} // namespace

Expected<Config> keras::parseConfig(std::string_view json, const std::string &what) {
  ConfigBuilder builder;
  if (nlohmann::json::sax_parse(json.begin(), json.end(), &builder))
    return std::move(builder.root);
  return badInput(what + ": expected JSON, found " + builder.problem);
}

//===-- Writing ----------------------------------------------------------------------------===//

static nlohmann::ordered_json toJson(const Config &config) {
  if (const auto *flag = config.as<bool>())
    return *flag;
  if (const auto *whole = config.as<int64_t>())
    return *whole;
  if (const auto *real = config.as<double>())
    return *real;
  if (const auto *text = config.as<std::string>())
    return *text;
  if (const auto *list = config.as<Config::List>()) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const Config &each : *list)
      json.push_back(toJson(each));
    return json;
  }
  if (const auto *object = config.as<Config::Object>()) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const ConfigMember &member : *object)
      json[member.key] = toJson(member.value);
    return json;
  }
  return nullptr;
}

std::string keras::configText(const Config &config) {
  return toJson(config).dump(/*indent=*/-1, ' ', /*ensure_ascii=*/true,
                             nlohmann::json::error_handler_t::replace);
}
