// The clocks that benchmarks read.
#ifndef DLC_TEST_BENCHMARK_CLOCK_H
#define DLC_TEST_BENCHMARK_CLOCK_H

#include <ctime>

namespace dlc::bench {

inline double secondsOf(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

/// Seconds that this thread has run for.
inline double threadSeconds() { return secondsOf(CLOCK_THREAD_CPUTIME_ID); }

} // namespace dlc::bench

#endif // DLC_TEST_BENCHMARK_CLOCK_H
