// The configuration of a Keras object: JSON as plain data.
#ifndef DLC_IMPORT_KERAS_CONFIG_H
#define DLC_IMPORT_KERAS_CONFIG_H

#include "dlc/Support/Error.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dlc::keras {

struct ConfigMember;

/// A JSON value. Whole numbers that fit are int64, all others double.
class Config {
public:
  using List = std::vector<Config>;
  /// In the order of the file.
  using Object = std::vector<ConfigMember>;

  Config();
  explicit Config(bool value);
  explicit Config(int64_t value);
  explicit Config(double value);
  explicit Config(std::string value);
  explicit Config(List value);
  explicit Config(Object value);
  Config(const Config &other);
  Config(Config &&other) noexcept;
  Config &operator=(const Config &other);
  Config &operator=(Config &&other) noexcept;
  ~Config();

  /// The value where it is a T, else null.
  template <typename T>
  const T *as() const {
    return std::get_if<T>(&value);
  }
  template <typename T>
  T *as() {
    return std::get_if<T>(&value);
  }
  bool isNull() const { return value.index() == 0; }
  /// A number, whole or not; nullopt for everything else.
  std::optional<double> number() const;
  /// The member `key` of an object; null where it is absent, and for everything but objects.
  const Config *find(std::string_view key) const;
  /// The member `key`, or null where it is absent or JSON's null.
  const Config *findValue(std::string_view key) const;
  /// The text of member `key`; empty where it is no text.
  std::string text(std::string_view key) const;
  /// Sets member `key` of an object.
  void set(std::string_view key, Config member);

  /// `null`, `bool`, `whole number`, `number`, `text`, `list` or `object`.
  std::string_view kindName() const;

private:
  std::variant<std::monostate, bool, int64_t, double, std::string, List, Object> value;
};

struct ConfigMember {
  std::string key;
  Config value;
};

/// The most levels of lists and objects in each other.
inline constexpr unsigned maxConfigDepth = 200;

/// The value that `json` writes down. Fails (BadInput, beginning with `what`) where it is not JSON
/// or deeper than maxConfigDepth.
Expected<Config> parseConfig(std::string_view json, const std::string &what);
/// `config` as JSON on one line. Numbers read back as they were.
std::string configText(const Config &config);

} // namespace dlc::keras

#endif // DLC_IMPORT_KERAS_CONFIG_H
