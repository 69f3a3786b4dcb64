// Random numbers as a function of a key and a counter: what dropout draws, and the shuffles of the
// trainer. Kernels compute the same integers (Codegen/Halide/Emission/Random.cpp).
#ifndef DLC_SUPPORT_COUNTERRANDOM_H
#define DLC_SUPPORT_COUNTERRANDOM_H

#include <cstdint>

namespace dlc {

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014 (the variant
/// of Vigna's splitmix64.c). A bijection.
constexpr uint64_t mixBits64(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// Wellons: "Prospecting for hash functions" (lowbias32): two multiplications, which vector units
/// have. A bijection.
constexpr uint32_t mixBits32(uint32_t x) {
  x = (x ^ (x >> 16)) * 0x7feb352d;
  x = (x ^ (x >> 15)) * 0x846ca68b;
  return x ^ (x >> 16);
}

/// The key of one stream of numbers in one step.
constexpr uint64_t streamKey(uint64_t seed, uint64_t step, uint64_t stream) {
  return mixBits64(mixBits64(mixBits64(seed) ^ step) ^ stream);
}

/// Number `counter` of the stream: 32 bits, evenly distributed. Two rounds with a half of the key
/// before each, as one would leave the streams permutations of each other.
constexpr uint32_t randomBits(uint64_t key, uint32_t counter) {
  return mixBits32(mixBits32(counter + static_cast<uint32_t>(key)) ^
                   static_cast<uint32_t>(key >> 32));
}

/// The smallest number of randomBits that an event of probability 1 - `rate` takes: it happens
/// where randomBits >= threshold. `rate` is in [0, 1).
constexpr uint32_t rateThreshold(double rate) {
  double scaled = rate * 4294967296.0 + 0.5;
  return scaled >= 4294967295.0 ? 4294967295U : static_cast<uint32_t>(scaled);
}

} // namespace dlc

#endif // DLC_SUPPORT_COUNTERRANDOM_H
