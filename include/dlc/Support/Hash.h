// Content hashes for cache keys: the kernel cache and the tuning database trust that equal hashes
// mean equal content, also for models they did not make. BLAKE3, cut to 128 bits.
#ifndef DLC_SUPPORT_HASH_H
#define DLC_SUPPORT_HASH_H

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace dlc {

/// 128 bits of content hash. The same on every machine.
struct Hash128 {
  std::array<uint8_t, 16> bytes{};

  /// 32 lower-case hexadecimal digits.
  std::string hex() const;
  auto operator<=>(const Hash128 &) const = default;
};

/// Hashes a sequence of fields. `addField` frames each field with its length, so that ("ab", "c")
/// and
/// ("a", "bc") differ; `addBytes` does not, for content that arrives in pieces.
class Hasher {
public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher &) = delete;
  Hasher &operator=(const Hasher &) = delete;

  Hasher &addBytes(std::span<const std::byte> data);
  Hasher &addBytes(std::string_view data);
  Hasher &addField(std::string_view data);
  /// Little-endian, on every machine.
  Hasher &addInt(uint64_t value);
  /// The hash of what was added so far; more may be added after it.
  Hash128 finish();

private:
  struct State;
  std::unique_ptr<State> state;
};

Hash128 hashBytes(std::string_view data);
Hash128 hashBytes(std::span<const std::byte> data);

} // namespace dlc

#endif // DLC_SUPPORT_HASH_H
