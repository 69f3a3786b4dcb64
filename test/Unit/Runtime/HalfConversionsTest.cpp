// The compiler-rt conversions of the runtime against every half and against rounding done in
// double.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <random>

extern "C" {
float __extendhfsf2(_Float16 value);
_Float16 __truncsfhf2(float value);
_Float16 __truncdfhf2(double value);
_Float16 __truncsfbf2(float value);
_Float16 __truncdfbf2(double value);
}

namespace {
uint16_t bitsOf(_Float16 value) {
  uint16_t bits;
  memcpy(&bits, &value, sizeof(bits));
  return bits;
}
_Float16 fromBits(uint16_t bits) {
  _Float16 value;
  memcpy(&value, &bits, sizeof(value));
  return value;
}
/// The value of a 16-bit float with `mantissa` bits and the exponent bias `bias`.
double valueOf(uint16_t bits, int mantissa, int bias) {
  int exponent = (bits & 0x7fff) >> mantissa;
  double fraction = bits & ((1 << mantissa) - 1);
  double scale = std::ldexp(1.0, -mantissa);
  double magnitude = exponent == 0 ? std::ldexp(fraction * scale, 1 - bias)
                                   : std::ldexp(1 + fraction * scale, exponent - bias);
  return bits & 0x8000 ? -magnitude : magnitude;
}
/// The finite 16-bit float nearest to `value`, ties to even, by search.
uint16_t nearest(double value, int mantissa, int bias) {
  uint16_t low = 0, high = static_cast<uint16_t>(((2 * bias + 1) << mantissa) - 1);
  double magnitude = std::fabs(value);
  while (high - low > 1) {
    auto middle = static_cast<uint16_t>((low + high) / 2);
    (valueOf(middle, mantissa, bias) <= magnitude ? low : high) = middle;
  }
  double below = magnitude - valueOf(low, mantissa, bias);
  double above = valueOf(high, mantissa, bias) - magnitude;
  bool up = above < below || (above == below && low % 2 == 1);
  return static_cast<uint16_t>((up ? high : low) | (std::signbit(value) ? 0x8000 : 0));
}
} // namespace

TEST(HalfConversionsTest, everyHalfIsExact) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    auto half = static_cast<uint16_t>(bits);
    float value = __extendhfsf2(fromBits(half));
    if ((half & 0x7fff) > 0x7c00) {
      EXPECT_TRUE(std::isnan(value));
      EXPECT_TRUE(std::isnan(__extendhfsf2(__truncsfhf2(value))));
      continue;
    }
    if ((half & 0x7fff) == 0x7c00)
      ASSERT_TRUE(std::isinf(value));
    else
      ASSERT_EQ(value, valueOf(half, 10, 15)) << bits;
    ASSERT_EQ(bitsOf(__truncsfhf2(value)), half) << bits;
    ASSERT_EQ(bitsOf(__truncdfhf2(value)), half) << bits;
  }
}

TEST(HalfConversionsTest, roundsToNearestEven) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200000; ++i) {
    double value = std::ldexp(static_cast<double>(random() % 0x4000000) - 0x2000000,
                              static_cast<int>(random() % 38) - 49);
    if (i % 3 == 0) // a tie, or just beside one
      value = (valueOf(static_cast<uint16_t>(random() % 0x7bff), 10, 15) +
               valueOf(static_cast<uint16_t>(random() % 0x7bff), 10, 15)) /
              2 * (1 + (static_cast<double>(random() % 3) - 1) * 1e-12);
    auto single = static_cast<float>(value);
    if (std::fabs(value) < 65519) {
      ASSERT_EQ(bitsOf(__truncsfhf2(single)), nearest(single, 10, 15)) << single;
      ASSERT_EQ(bitsOf(__truncdfhf2(value)), nearest(value, 10, 15)) << value;
    }
    ASSERT_EQ(bitsOf(__truncsfbf2(single)), nearest(single, 7, 127)) << single;
    ASSERT_EQ(bitsOf(__truncdfbf2(value)), nearest(value, 7, 127)) << value;
  }
  EXPECT_EQ(bitsOf(__truncsfhf2(65520.0f)), 0x7c00);
  EXPECT_EQ(bitsOf(__truncsfhf2(65519.996f)), 0x7bff);
  EXPECT_EQ(bitsOf(__truncsfhf2(-1e30f)), 0xfc00);
}
