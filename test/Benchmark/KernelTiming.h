// How long a kernel takes, and the bounds that its time is compared with.
#ifndef DLC_TEST_BENCHMARK_KERNELTIMING_H
#define DLC_TEST_BENCHMARK_KERNELTIMING_H

#include "CompiledKernel.h"

namespace dlc::bench {

/// A round of the kernel, with its bounds measured right before and right behind it: the mean of
/// the two, which meet the clock and the neighbours that the kernel meets.
struct Round {
  double seconds = 0;    ///< of one call
  double peakGflops = 0; ///< FMA peak of one core at the kernel's vector width
  /// Of reading each input and writing the output once, in the kernel's own buffers, on one core
  /// with no arithmetic: what caches and memory allow.
  double transferSeconds = 0;
  std::vector<double> elementSeconds; ///< of each of the kernel's element bounds, on one core
};

/// Rounds of a kernel. On one thread their time is thread time, in which other processes do not
/// count, else wall time.
struct Timing {
  std::vector<Round> rounds;
  double leastSeconds() const;
  /// The median of what `share` gives of each round: a round whose clock changed between the kernel
  /// and its bounds says too much or too little, the middle of many does not.
  double medianShare(const std::function<double(const Round &)> &share) const;
};

struct CompiledCase {
  BuiltKernel kernel;
  KernelWorkshop::Loaded loaded;
};

/// Takes rounds for at least `milliseconds`, and five of them. `elements`: its element bounds.
Timing timeKernel(const CompiledCase &compiled, const std::vector<CompiledCase> &elements,
                  int threads, const schedule::MachineFacts &facts, int milliseconds);

} // namespace dlc::bench

#endif // DLC_TEST_BENCHMARK_KERNELTIMING_H
