// Alternates the kernel with its bounds: the FMA peak, the bytes that must move, what it does with
// each element.
#include "KernelTiming.h"
#include "Clock.h"
#include "KernelCheck.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sys/mman.h>

namespace dlc::bench {
namespace {

struct Free {
  void operator()(void *memory) const { std::free(memory); }
};

/// Memory in huge pages where the machine has them, as an artifact's own is. In small pages, which
/// fall where they like, a kernel's time is that of its misses in the TLB, and another in each
/// process.
class HugeBlock {
public:
  explicit HugeBlock(size_t bytes)
      : capacity((bytes + hugePage - 1) / hugePage * hugePage),
        memory(std::aligned_alloc(hugePage, capacity)) {
    madvise(memory.get(), capacity, MADV_HUGEPAGE); // advice: a refusal changes nothing
    std::memset(memory.get(), 0, capacity);
  }
  uint8_t *at(size_t offset) { return static_cast<uint8_t *>(memory.get()) + offset; }

private:
  static constexpr size_t hugePage = size_t(2) << 20;
  size_t capacity;
  std::unique_ptr<void, Free> memory;
};

/// A tensor's memory, cache-line aligned and whole cache lines long.
struct Buffer {
  static size_t bytesOf(const HostTensor &tensor) {
    return (tensor.size() * sizeof(float) + 127) / 64 * 64;
  }
  size_t bytes;
  uint8_t *memory;
};

typedef float Line __attribute__((vector_size(64)));

#if defined(__x86_64__)
__attribute__((target("avx2")))
#endif
float readOnce(const Buffer &buffer) {
  const Line *lines = reinterpret_cast<const Line *>(buffer.memory);
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
void writeOnce(const Buffer &buffer) {
  Line *lines = reinterpret_cast<Line *>(buffer.memory);
  Line value = {};
  for (size_t i = 0; i < buffer.bytes / sizeof(Line); ++i) {
    lines[i] = value;
    asm volatile("" : : : "memory"); // a call of memset might bypass the caches
  }
}

/// The output is the last buffer.
void transferOnce(const std::vector<Buffer> &buffers) {
  float sum = 0;
  for (size_t i = 0; i + 1 < buffers.size(); ++i)
    sum += readOnce(buffers[i]);
  asm volatile("" : : "x"(sum));
  writeOnce(buffers.back());
}

/// A kernel with memory of its own.
class KernelCall {
public:
  explicit KernelCall(const CompiledCase &compiled)
      : block(bytesOf(compiled.kernel)), buffers(buffersIn(block, compiled.kernel)),
        arguments(compiled.kernel, memoryOf(buffers)), function(compiled.loaded.call) {}
  void operator()() { function(arguments.argv.data()); }
  const std::vector<Buffer> &tensors() const { return buffers; }

private:
  static size_t bytesOf(const BuiltKernel &kernel) {
    size_t bytes = Buffer::bytesOf(kernel.output);
    for (const HostTensor &input : kernel.inputs)
      bytes += Buffer::bytesOf(input);
    return bytes;
  }
  static std::vector<Buffer> buffersIn(HugeBlock &block, const BuiltKernel &kernel) {
    std::vector<Buffer> made;
    size_t offset = 0;
    auto add = [&](const HostTensor &tensor) {
      made.push_back({Buffer::bytesOf(tensor), block.at(offset)});
      offset += made.back().bytes;
    };
    for (const HostTensor &input : kernel.inputs) {
      add(input);
      std::memcpy(made.back().memory, input.data.data(), input.size() * sizeof(float));
    }
    add(kernel.output);
    return made;
  }
  static std::vector<void *> memoryOf(const std::vector<Buffer> &buffers) {
    std::vector<void *> memory;
    for (const Buffer &buffer : buffers)
      memory.push_back(buffer.memory);
    return memory;
  }

  HugeBlock block;
  std::vector<Buffer> buffers;
  CallArguments arguments;
  int (*function)(void **);
};

/// A kernel in L1 whose elements are counted.
class ElementCall {
public:
  explicit ElementCall(const CompiledCase &compiled)
      : call(compiled), elements(double(compiled.kernel.output.size())) {}
  void operator()() { call(); }
  double count() const { return elements; }

private:
  KernelCall call;
  double elements;
};

/// Takes rounds of a kernel.
class Stopwatch {
public:
  Stopwatch(const CompiledCase &compiled, const std::vector<CompiledCase> &elements, int threads,
            int vectorBytes)
      : clock(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC), vectorBytes(vectorBytes),
        call(compiled), bounded(compiled.kernel.elementBounds) {
    for (const CompiledCase &element : elements)
      elementCalls.push_back(std::make_unique<ElementCall>(element));
    const double once = repeated(1, call);
    repeats = std::max(1, int(roundSeconds / std::max(1e-7, once)));
  }
  double now() const { return secondsOf(clock); }

  /// The bounds, in a round without the kernel.
  Round bounds() {
    Round round;
    round.transferSeconds = repeated(repeats, [&] { transferOnce(call.tensors()); });
    for (size_t i = 0; i < elementCalls.size(); ++i)
      round.elementSeconds.push_back(secondsOfElement(*elementCalls[i]) * bounded[i].elements);
    round.peakGflops = schedule::measureFmaPeakGflops(0, vectorBytes);
    return round;
  }
  /// The kernel behind bounds: what they left in the caches is not what its second call finds.
  double kernelSeconds() {
    call();
    return repeated(repeats, call);
  }

private:
  static constexpr double roundSeconds = 2e-4;

  template <typename Call>
  double repeated(int count, Call &&repeat) {
    const double from = now();
    for (int i = 0; i < count; ++i)
      repeat();
    return (now() - from) / count;
  }
  double secondsOfElement(ElementCall &elements) {
    elements();
    return repeated(50, elements) / elements.count();
  }

  clockid_t clock;
  int vectorBytes, repeats = 1;
  KernelCall call;
  const std::vector<ElementBound> &bounded;
  std::vector<std::unique_ptr<ElementCall>> elementCalls;
};

/// The mean of the bounds before and behind a call of `seconds`.
Round roundBetween(const Round &before, double seconds, const Round &behind) {
  Round round;
  round.seconds = seconds;
  for (double Round::*bound : {&Round::peakGflops, &Round::transferSeconds})
    round.*bound = (before.*bound + behind.*bound) / 2;
  for (size_t i = 0; i < before.elementSeconds.size(); ++i)
    round.elementSeconds.push_back((before.elementSeconds[i] + behind.elementSeconds[i]) / 2);
  return round;
}

} // namespace

double Timing::leastSeconds() const {
  return std::ranges::min(rounds, {}, &Round::seconds).seconds;
}

double Timing::medianShare(const std::function<double(const Round &)> &share) const {
  std::vector<double> shares;
  for (const Round &round : rounds)
    shares.push_back(share(round));
  auto middle = shares.begin() + ptrdiff_t(shares.size() / 2);
  std::ranges::nth_element(shares, middle);
  return *middle;
}

Timing timeKernel(const CompiledCase &compiled, const std::vector<CompiledCase> &elements,
                  int threads, const schedule::MachineFacts &facts, int milliseconds) {
  constexpr size_t fewestRounds = 5;
  Stopwatch watch(compiled, elements, threads, facts.vectorBytes);
  Timing timing;
  const double start = watch.now();
  Round before = watch.bounds();
  while (timing.rounds.size() < fewestRounds || (watch.now() - start) * 1e3 < milliseconds) {
    const double seconds = watch.kernelSeconds();
    Round behind = watch.bounds();
    timing.rounds.push_back(roundBetween(before, seconds, behind));
    before = behind;
  }
  return timing;
}

} // namespace dlc::bench
