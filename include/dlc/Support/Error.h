// Errors that reach the user: one line and an exit code. Independent of MLIR; MLIR diagnostics are
// turned into these by the Driver.
#ifndef DLC_SUPPORT_ERROR_H
#define DLC_SUPPORT_ERROR_H

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace dlc {

/// What the process exits with (docs/CLI.md); the order is a contract.
enum class ExitCode : int {
  Ok = 0,
  BadInput = 1,    ///< the model or the data is malformed
  Usage = 2,       ///< the command line is wrong
  Unsupported = 3, ///< valid, but outside what dlc compiles
  Mismatch = 4,    ///< an accuracy comparison failed
  Internal = 70,   ///< a defect of dlc
};

/// One failure. `message` is one line: what (file, node, attribute), expected, found, what to do.
struct Error {
  ExitCode code = ExitCode::Internal;
  std::string message;
};

inline Error badInput(std::string message) { return {ExitCode::BadInput, std::move(message)}; }
inline Error usageError(std::string message) { return {ExitCode::Usage, std::move(message)}; }
inline Error unsupported(std::string message) {
  return {ExitCode::Unsupported, std::move(message)};
}
inline Error internalError(std::string message) { return {ExitCode::Internal, std::move(message)}; }

/// A value or an Error.
template <typename T>
class [[nodiscard]] Expected {
public:
  Expected(T value) : state(std::in_place_index<0>, std::move(value)) {}
  Expected(Error error) : state(std::in_place_index<1>, std::move(error)) {}
  explicit operator bool() const { return state.index() == 0; }
  T &operator*() { return std::get<0>(state); }
  const T &operator*() const { return std::get<0>(state); }
  T *operator->() { return &std::get<0>(state); }
  const T *operator->() const { return &std::get<0>(state); }
  Error &error() { return std::get<1>(state); }
  const Error &error() const { return std::get<1>(state); }

private:
  std::variant<T, Error> state;
};

/// Success or an Error.
class [[nodiscard]] Status {
public:
  Status() = default;
  Status(Error error) : failure(std::move(error)) {}
  explicit operator bool() const { return !failure.has_value(); }
  const Error &error() const { return *failure; }

private:
  std::optional<Error> failure;
};

} // namespace dlc

#endif // DLC_SUPPORT_ERROR_H
