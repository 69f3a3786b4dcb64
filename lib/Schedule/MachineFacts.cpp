// Reads the host's vector level, caches and cores, and measures its FMA peak and read bandwidth:
// the denominators of every "% of peak" that dlc prints.
#include "dlc/Schedule/MachineFacts.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sched.h>
#include <string>
#include <vector>
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace dlc::schedule {

static double threadSeconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

/// Size of the data or unified cache of `level` of CPU 0, or `fallback`.
static int64_t cacheBytes(int level, int64_t fallback) {
  for (int index = 0; index < 8; ++index) {
    std::string dir = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
    std::ifstream levelFile(dir + "level"), typeFile(dir + "type"), sizeFile(dir + "size");
    int foundLevel = 0;
    std::string type, size;
    if (!(levelFile >> foundLevel) || !(typeFile >> type) || !(sizeFile >> size))
      continue;
    if (foundLevel != level || type == "Instruction")
      continue;
    int64_t value = std::strtoll(size.c_str(), nullptr, 10);
    if (size.back() == 'K')
      value <<= 10;
    if (size.back() == 'M')
      value <<= 20;
    if (value > 0)
      return value;
  }
  return fallback;
}

MachineFacts avx2Facts(MachineFacts base) {
  base.vectorBytes = 32;
  base.vectorRegisters = 16;
  return base;
}

MachineFacts avx512Facts(MachineFacts base) {
  base.vectorBytes = 64;
  base.vectorRegisters = 32;
  return base;
}

#if defined(__x86_64__)
// Twelve independent chains cover a latency of 4-5 cycles at two FMAs a cycle; the empty asm keeps
// each accumulator in its register and the loop from being folded.
__attribute__((target("avx2,fma"))) static double fmaLoopAvx2(int64_t iterations) {
  __m256 acc[12], scale = _mm256_set1_ps(0.99f), offset = _mm256_set1_ps(0.01f);
  for (auto &a : acc)
    a = offset;
  asm volatile("" : "+x"(scale), "+x"(offset));
  double start = threadSeconds();
  for (int64_t i = 0; i < iterations; ++i)
#pragma clang loop unroll(full)
    for (int j = 0; j < 12; ++j) {
      acc[j] = _mm256_fmadd_ps(acc[j], scale, offset);
      asm volatile("" : "+x"(acc[j]));
    }
  return double(iterations) * 12 * 8 * 2 / (threadSeconds() - start);
}

__attribute__((target("avx512f"))) static double fmaLoopAvx512(int64_t iterations) {
  __m512 acc[24], scale = _mm512_set1_ps(0.99f), offset = _mm512_set1_ps(0.01f);
  for (auto &a : acc)
    a = offset;
  asm volatile("" : "+v"(scale), "+v"(offset));
  double start = threadSeconds();
  for (int64_t i = 0; i < iterations; ++i)
#pragma clang loop unroll(full)
    for (int j = 0; j < 24; ++j) {
      acc[j] = _mm512_fmadd_ps(acc[j], scale, offset);
      asm volatile("" : "+v"(acc[j]));
    }
  return double(iterations) * 24 * 16 * 2 / (threadSeconds() - start);
}

/// The width of the FMA units where the processor tells it, 0 elsewhere: AMD's do (CPUID
/// Fn8000_001A_EAX, FP256 and FP512; AMD64 Architecture Programmer's Manual, volume 3).
static int identifyUnitBytes() {
  constexpr unsigned leaf = 0x8000001A, fp256 = 1 << 2, fp512 = 1 << 3;
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (!__get_cpuid(leaf, &eax, &ebx, &ecx, &edx))
    return 0;
  return eax & fp512 ? 64 : eax & fp256 ? 32 : 0;
}

/// The width of the FMA units of a machine with 512-bit vectors: half of these where they are no
/// faster than 256-bit ones. Other schedules would make another artifact of the same model, so it
/// is asked until no more rounds change the best times.
static int measureUnitBytes() {
  // Short enough that some meet no interruption, in a moment that no one notices.
  constexpr int64_t iterations = 4000;
  constexpr int enough = 20, most = 1000;
  double narrow = 0, wide = 0;
  for (int round = 0, settled = 0; round < most && settled < enough; ++round, ++settled) {
    const double before = narrow + wide;
    narrow = std::max(narrow, fmaLoopAvx2(iterations));
    wide = std::max(wide, fmaLoopAvx512(iterations));
    if (narrow + wide > 1.01 * before)
      settled = 0;
  }
  return wide < 1.5 * narrow ? 32 : 64;
}
#endif

MachineFacts hostMachineFacts() {
  MachineFacts facts;
  facts.l1Bytes = cacheBytes(1, facts.l1Bytes);
  facts.l2Bytes = cacheBytes(2, facts.l2Bytes);
  facts.l3Bytes = cacheBytes(3, facts.l3Bytes);
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    facts.cores = std::max(1, CPU_COUNT(&set));
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) {
    static const int identified = identifyUnitBytes();
    static const int unitBytes = identified ? identified : measureUnitBytes();
    facts.unitBytes = unitBytes;
    return avx512Facts(facts);
  }
  if (__builtin_cpu_supports("avx2"))
    return avx2Facts(facts);
  facts.vectorBytes = 16;
#endif
  return facts;
}

static double fmaLoopScalar(int64_t iterations) {
  float acc[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  double start = threadSeconds();
  for (int64_t i = 0; i < iterations; ++i)
    for (float &a : acc) {
      a = a * 0.99f + 0.01f;
      asm volatile("" : "+m"(a));
    }
  return double(iterations) * 8 * 2 / (threadSeconds() - start);
}

double measureFmaPeakGflops(int milliseconds, int vectorBytes) {
  auto loop = fmaLoopScalar;
#if defined(__x86_64__)
  if (vectorBytes >= 64 && __builtin_cpu_supports("avx512f"))
    loop = fmaLoopAvx512;
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    loop = fmaLoopAvx2;
#endif
  const int64_t chunk = 50000; // about 0.1 to 0.2 ms: short enough to miss most preemptions
  double best = 0, start = threadSeconds();
  do
    best = std::max(best, loop(chunk));
  while ((threadSeconds() - start) * 1e3 < milliseconds);
  return best * 1e-9;
}

double measureReadBandwidthGBs(int64_t bytes, int milliseconds) {
  std::vector<uint64_t> data(size_t(std::max<int64_t>(bytes, 4096)) / 8, 1);
  double best = 0, start = threadSeconds();
  do {
    double t0 = threadSeconds();
    uint64_t sum = 0;
    for (uint64_t v : data)
      sum += v;
    asm volatile("" : : "r"(sum));
    best = std::max(best, double(data.size()) * 8 / (threadSeconds() - t0));
  } while ((threadSeconds() - start) * 1e3 < milliseconds);
  return best * 1e-9;
}

} // namespace dlc::schedule
