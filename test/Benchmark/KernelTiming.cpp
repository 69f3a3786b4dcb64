// Alternates the kernel with its bounds: the FMA peak, and the bytes that must move.
#include "KernelTiming.h"
#include "KernelCheck.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>

namespace dlc::bench {
namespace {

double secondsOf(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

struct Free {
  void operator()(void *memory) const { std::free(memory); }
};

/// A tensor's memory, cache-line aligned and whole cache lines long.
struct Buffer {
  explicit Buffer(size_t bytes)
      : bytes((bytes + 127) / 64 * 64), memory(std::aligned_alloc(64, this->bytes)) {
    std::memset(memory.get(), 0, this->bytes);
  }
  size_t bytes;
  std::unique_ptr<void, Free> memory;
};

typedef float Line __attribute__((vector_size(64)));

#if defined(__x86_64__)
__attribute__((target("avx2")))
#endif
float readOnce(const Buffer &buffer) {
  const Line *lines = static_cast<const Line *>(buffer.memory.get());
  Line sums[2] = {};
  const size_t count = buffer.bytes / sizeof(Line);
  for (size_t i = 0; i + 1 < count; i += 2) {
    sums[0] += lines[i];
    sums[1] += lines[i + 1];
  }
  return sums[0][0] + sums[1][0];
}

#if defined(__x86_64__)
__attribute__((target("avx2")))
#endif
void writeOnce(Buffer &buffer) {
  Line *lines = static_cast<Line *>(buffer.memory.get());
  Line value = {};
  for (size_t i = 0; i < buffer.bytes / sizeof(Line); ++i) {
    lines[i] = value;
    asm volatile("" : : : "memory"); // a call of memset might bypass the caches
  }
}

/// The output is the last buffer.
void transferOnce(std::vector<Buffer> &buffers) {
  float sum = 0;
  for (size_t i = 0; i + 1 < buffers.size(); ++i)
    sum += readOnce(buffers[i]);
  asm volatile("" : : "x"(sum));
  writeOnce(buffers.back());
}

} // namespace

Timing timeKernel(const BuiltKernel &kernel, const KernelWorkshop::Loaded &loaded, int threads,
                  const schedule::MachineFacts &facts, int milliseconds) {
  std::vector<Buffer> buffers;
  for (const HostTensor &input : kernel.inputs) {
    buffers.emplace_back(input.size() * sizeof(float));
    std::memcpy(buffers.back().memory.get(), input.data.data(), input.size() * sizeof(float));
  }
  buffers.emplace_back(kernel.output.size() * sizeof(float));
  std::vector<void *> memory;
  for (const Buffer &buffer : buffers)
    memory.push_back(buffer.memory.get());
  CallArguments arguments(kernel, memory);

  const clockid_t clock = threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
  const double start = secondsOf(clock);
  loaded.call(arguments.argv.data());
  const int repeats = std::max(1, int(2e-4 / std::max(1e-7, secondsOf(clock) - start)));
  auto repeated = [&](auto &&call) {
    const double from = secondsOf(clock);
    for (int i = 0; i < repeats; ++i)
      call();
    return (secondsOf(clock) - from) / repeats;
  };
  Timing best;
  for (int round = 0; round < 5 || (secondsOf(clock) - start) * 1e3 < milliseconds; ++round) {
    best.transferSeconds = std::min(best.transferSeconds, repeated([&] { transferOnce(buffers); }));
    best.peakGflops =
        std::max(best.peakGflops, schedule::measureFmaPeakGflops(0, facts.vectorBytes));
    // What the others left in the caches is not what the kernel's second call finds there.
    loaded.call(arguments.argv.data());
    best.seconds = std::min(best.seconds, repeated([&] { loaded.call(arguments.argv.data()); }));
  }
  return best;
}

} // namespace dlc::bench
