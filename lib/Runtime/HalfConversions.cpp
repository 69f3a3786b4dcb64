// The compiler-rt calls that LLVM emits for half and bfloat16 where the CPU has no instruction for
// them. libc does not have them, and libgcc is not there to be linked.
#include <stdint.h>
#include <string.h>

static float floatFromBits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof(value));
  return value;
}

static uint32_t bitsOf(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  return bits;
}

static float halfToFloat(uint16_t half) {
  uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  uint32_t rest = half & 0x7fff;
  if (rest >= 0x7c00) // infinity, or NaN with its payload
    return floatFromBits(sign | 0x7f800000 | (rest & 0x3ff) << 13);
  // Scaling by 2^112 moves the exponent's bias, and normalises what is denormal in half.
  float magnitude = floatFromBits(rest << 13) * floatFromBits(0x77800000);
  return floatFromBits(sign | bitsOf(magnitude));
}

/// Adds half a unit of the last kept place, ties to even, and drops `dropped` bits.
static uint32_t roundShift(uint32_t bits, int dropped) {
  uint32_t half = (1u << (dropped - 1)) - 1 + (bits >> dropped & 1);
  return (bits + half) >> dropped;
}

static uint16_t floatToHalf(float value) {
  uint32_t bits = bitsOf(value);
  uint16_t sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  uint32_t rest = bits & 0x7fffffff;
  if (rest > 0x7f800000)
    return static_cast<uint16_t>(sign | 0x7e00 | (rest >> 13 & 0x3ff));
  if (rest >= 0x477ff000) // rounds to 65536 or more
    return static_cast<uint16_t>(sign | 0x7c00);
  if (rest >= 0x38800000) // normal in half
    return static_cast<uint16_t>(sign | roundShift(rest - 0x38000000, 13));
  if (rest < 0x33000000) // rounds to zero
    return sign;
  uint32_t mantissa = (rest & 0x7fffff) | 0x800000;
  return static_cast<uint16_t>(sign | roundShift(mantissa, 126 - static_cast<int>(rest >> 23)));
}

static uint16_t floatToBfloat16(float value) {
  uint32_t bits = bitsOf(value);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>(roundShift(bits, 16));
}

/// Double to float so that a second rounding gives the right result: inexact results get an odd
/// last bit.
static float toFloatOdd(double value) {
  float nearest = static_cast<float>(value);
  double back = static_cast<double>(nearest);
  uint32_t bits = bitsOf(nearest);
  if (back == value || value != value || (bits & 0x7f800000) == 0x7f800000)
    return nearest;
  double magnitude = value < 0 ? -value : value;
  double nearestMagnitude = value < 0 ? -back : back;
  if (nearestMagnitude > magnitude)
    --bits; // toward zero first
  return floatFromBits(bits | 1);
}

/// The results travel in an SSE register, as _Float16 and __bf16 do.
static _Float16 asHalf(uint16_t bits) {
  _Float16 value;
  memcpy(&value, &bits, sizeof(value));
  return value;
}

extern "C" {
#pragma GCC visibility push(hidden)
float __extendhfsf2(_Float16 value);
double __extendhfdf2(_Float16 value);
_Float16 __truncsfhf2(float value);
_Float16 __truncdfhf2(double value);
_Float16 __truncsfbf2(float value);
_Float16 __truncdfbf2(double value);

float __extendhfsf2(_Float16 value) {
  uint16_t bits;
  memcpy(&bits, &value, sizeof(bits));
  return halfToFloat(bits);
}
double __extendhfdf2(_Float16 value) { return static_cast<double>(__extendhfsf2(value)); }
_Float16 __truncsfhf2(float value) { return asHalf(floatToHalf(value)); }
_Float16 __truncdfhf2(double value) { return asHalf(floatToHalf(toFloatOdd(value))); }
_Float16 __truncsfbf2(float value) { return asHalf(floatToBfloat16(value)); }
_Float16 __truncdfbf2(double value) { return asHalf(floatToBfloat16(toFloatOdd(value))); }
#pragma GCC visibility pop
}
