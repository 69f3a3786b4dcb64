// How long a kernel takes, and the bounds that its time is compared with.
#ifndef DLC_TEST_BENCHMARK_KERNELTIMING_H
#define DLC_TEST_BENCHMARK_KERNELTIMING_H

#include "CompiledKernel.h"

namespace dlc::bench {

/// The best of many rounds. The bounds are measured between the kernel's own rounds, so that all
/// meet the same clock and the same neighbours. On one thread it is thread time, in which
/// other processes do not count, else wall time.
struct Timing {
  double seconds = 1e30; ///< of one call
  double peakGflops = 0; ///< FMA peak of one core at the kernel's vector width
  /// Of reading each input and writing the output once, in the kernel's own buffers, on one core
  /// with no arithmetic: what caches and memory allow.
  double transferSeconds = 1e30;
  /// Of the exponentials of a softmax alone, and of all that it does with each element, on one
  /// core; 0 of other kernels.
  double exponentialSeconds = 0, elementSeconds = 0;
};

struct CompiledCase {
  BuiltKernel kernel;
  KernelWorkshop::Loaded loaded;
};

/// What binds a softmax: the kernels of buildExponential and buildSoftmaxElements.
struct SoftmaxBounds {
  CompiledCase exponential, elements;
};

/// Calls the kernel for at least `milliseconds` and five rounds. `softmax`: where it is one.
Timing timeKernel(const CompiledCase &compiled, const SoftmaxBounds *softmax, int threads,
                  const schedule::MachineFacts &facts, int milliseconds);

} // namespace dlc::bench

#endif // DLC_TEST_BENCHMARK_KERNELTIMING_H
