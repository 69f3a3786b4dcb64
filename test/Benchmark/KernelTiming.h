// How long a kernel takes, and the two bounds that its time is compared with.
#ifndef DLC_TEST_BENCHMARK_KERNELTIMING_H
#define DLC_TEST_BENCHMARK_KERNELTIMING_H

#include "CompiledKernel.h"

namespace dlc::bench {

/// The best of many rounds. The bounds are measured between the kernel's own rounds, so that all
/// three meet the same clock and the same neighbours. On one thread it is thread time, in which
/// other processes do not count, else wall time.
struct Timing {
  double seconds = 1e30; ///< of one call
  double peakGflops = 0; ///< FMA peak of one core at the kernel's vector width
  /// Of reading each input and writing the output once, in the kernel's own buffers, on one core
  /// with no arithmetic: what caches and memory allow.
  double transferSeconds = 1e30;
};

/// Calls `loaded` for at least `milliseconds` and five rounds.
Timing timeKernel(const BuiltKernel &kernel, const KernelWorkshop::Loaded &loaded, int threads,
                  const schedule::MachineFacts &facts, int milliseconds);

} // namespace dlc::bench

#endif // DLC_TEST_BENCHMARK_KERNELTIMING_H
