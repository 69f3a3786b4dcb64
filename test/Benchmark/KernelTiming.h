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
  /// Of the kernel's exponentials alone, on one core; 0 without any.
  double exponentialSeconds = 0;
};

struct CompiledCase {
  BuiltKernel kernel;
  KernelWorkshop::Loaded loaded;
};

/// Calls the kernel for at least `milliseconds` and five rounds. `exponential`: buildExponential's,
/// where the kernel has exponentials.
Timing timeKernel(const CompiledCase &compiled, const CompiledCase *exponential, int threads,
                  const schedule::MachineFacts &facts, int milliseconds);

} // namespace dlc::bench

#endif // DLC_TEST_BENCHMARK_KERNELTIMING_H
