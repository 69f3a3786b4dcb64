// Integer arithmetic that says when it overflows. Every size computed from a model file goes
// through these, so that a hostile shape ends in a diagnostic and never in a small allocation.
#ifndef DLC_SUPPORT_CHECKEDARITHMETIC_H
#define DLC_SUPPORT_CHECKEDARITHMETIC_H

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

namespace dlc {

/// `a + b`, or nullopt where it does not fit T.
template <std::integral T>
constexpr std::optional<T> checkedAdd(T a, T b) {
  T result{};
  if (__builtin_add_overflow(a, b, &result))
    return std::nullopt;
  return result;
}

/// `a - b`, or nullopt where it does not fit T.
template <std::integral T>
constexpr std::optional<T> checkedSub(T a, T b) {
  T result{};
  if (__builtin_sub_overflow(a, b, &result))
    return std::nullopt;
  return result;
}

/// `a * b`, or nullopt where it does not fit T.
template <std::integral T>
constexpr std::optional<T> checkedMul(T a, T b) {
  T result{};
  if (__builtin_mul_overflow(a, b, &result))
    return std::nullopt;
  return result;
}

/// `value` as a To, or nullopt where it does not fit.
template <std::integral To, std::integral From>
constexpr std::optional<To> checkedCast(From value) {
  if (!std::in_range<To>(value))
    return std::nullopt;
  return static_cast<To>(value);
}

/// Smallest multiple of `alignment` (a power of two) that is >= `value`, or nullopt on overflow.
template <std::unsigned_integral T>
constexpr std::optional<T> checkedAlign(T value, T alignment) {
  auto padded = checkedAdd<T>(value, alignment - 1);
  if (!padded)
    return std::nullopt;
  return static_cast<T>(*padded & ~(alignment - 1));
}

} // namespace dlc

#endif // DLC_SUPPORT_CHECKEDARITHMETIC_H
