// Content hashes over LLVM's BLAKE3, the one part of LLVM that Support uses.
#include "dlc/Support/Hash.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/BLAKE3.h"

using namespace dlc;

struct Hasher::State {
  llvm::BLAKE3 blake;
};

std::string Hash128::hex() const {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

Hasher::Hasher() : state(std::make_unique<State>()) {}
Hasher::~Hasher() = default;

Hasher &Hasher::addBytes(std::span<const std::byte> data) {
  state->blake.update(
      llvm::ArrayRef<uint8_t>(reinterpret_cast<const uint8_t *>(data.data()), data.size()));
  return *this;
}

Hasher &Hasher::addBytes(std::string_view data) { return addBytes(std::as_bytes(std::span(data))); }

Hasher &Hasher::addField(std::string_view data) { return addInt(data.size()).addBytes(data); }

Hasher &Hasher::addInt(uint64_t value) {
  std::array<std::byte, 8> littleEndian;
  for (std::byte &byte : littleEndian) {
    byte = static_cast<std::byte>(value);
    value >>= 8;
  }
  return addBytes(littleEndian);
}

Hash128 Hasher::finish() { return {state->blake.result<16>()}; }

Hash128 dlc::hashBytes(std::string_view data) { return Hasher().addBytes(data).finish(); }

Hash128 dlc::hashBytes(std::span<const std::byte> data) { return Hasher().addBytes(data).finish(); }
