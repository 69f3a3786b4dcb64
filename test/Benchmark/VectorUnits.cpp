// Times FMAs alone and with maxima beside them.
#include "VectorUnits.h"
#include "Clock.h"

#include <algorithm>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dlc::bench {

#if defined(__x86_64__)
// Together with a factor they fit 16 registers.
static constexpr int products = 10, extrema = 4, iterations = 4000;

// The empty asm keeps each operation in its loop and each value in a register.
template <int beside>
__attribute__((target("avx2,fma"))) static double secondsAvx2() {
  __m256 sums[products], largest[extrema], scale = _mm256_set1_ps(0.99f);
  std::fill_n(sums, products, scale);
  std::fill_n(largest, extrema, scale);
  asm volatile("" : "+x"(scale));
  const double start = threadSeconds();
  for (int i = 0; i < iterations; ++i) {
#pragma clang loop unroll(full)
    for (int j = 0; j < products; ++j) {
      sums[j] = _mm256_fmadd_ps(sums[j], scale, scale);
      asm volatile("" : "+x"(sums[j]));
    }
#pragma clang loop unroll(full)
    for (int j = 0; j < beside; ++j) {
      largest[j] = _mm256_max_ps(largest[j], scale);
      asm volatile("" : "+x"(largest[j]));
    }
  }
  return threadSeconds() - start;
}

template <int beside>
__attribute__((target("avx512f"))) static double secondsAvx512() {
  __m512 sums[products], largest[extrema], scale = _mm512_set1_ps(0.99f);
  std::fill_n(sums, products, scale);
  std::fill_n(largest, extrema, scale);
  asm volatile("" : "+v"(scale));
  const double start = threadSeconds();
  for (int i = 0; i < iterations; ++i) {
#pragma clang loop unroll(full)
    for (int j = 0; j < products; ++j) {
      sums[j] = _mm512_fmadd_ps(sums[j], scale, scale);
      asm volatile("" : "+v"(sums[j]));
    }
#pragma clang loop unroll(full)
    for (int j = 0; j < beside; ++j) {
      largest[j] = _mm512_max_ps(largest[j], scale);
      asm volatile("" : "+v"(largest[j]));
    }
  }
  return threadSeconds() - start;
}

static double costBeside(double (*alone)(), double (*withExtrema)()) {
  double least = 1e9, leastWith = 1e9;
  for (int run = 0; run < 20; ++run) {
    least = std::min(least, alone());
    leastWith = std::min(leastWith, withExtrema());
  }
  return std::clamp((leastWith / least - 1) * products / extrema, 0.0, 1.0);
}
#endif

double extremumCost([[maybe_unused]] int vectorBytes) {
#if defined(__x86_64__)
  if (vectorBytes >= 64 && __builtin_cpu_supports("avx512f"))
    return costBeside(secondsAvx512<0>, secondsAvx512<extrema>);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return costBeside(secondsAvx2<0>, secondsAvx2<extrema>);
#endif
  return 1;
}

} // namespace dlc::bench
