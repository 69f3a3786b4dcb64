// Guarded memory and the comparison.
#include "KernelCheck.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace dlc::bench {

namespace {
/// Memory that ends (or begins, for the second half of checks) at an unmapped page.
class GuardedBuffer {
public:
  GuardedBuffer(size_t bytes, bool guardEnd) {
    const size_t page = size_t(sysconf(_SC_PAGESIZE));
    size = (bytes + page - 1) / page * page + 2 * page;
    base = static_cast<char *>(
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(base, page, PROT_NONE);
    mprotect(base + size - page, page, PROT_NONE);
    data = guardEnd ? base + size - page - bytes : base + page;
  }
  GuardedBuffer(const GuardedBuffer &) = delete;
  GuardedBuffer(GuardedBuffer &&other) : base(other.base), data(other.data), size(other.size) {
    other.base = nullptr;
  }
  ~GuardedBuffer() {
    if (base)
      munmap(base, size);
  }
  char *base, *data;
  size_t size;
};
} // namespace

double checkKernel(const BuiltKernel &kernel, const KernelWorkshop::Loaded &loaded) {
  HostTensor expected = kernel.output;
  kernel.reference(kernel.inputs, expected);
  double magnitude = 1e-30, error = 0;
  for (float v : expected.data)
    magnitude = std::max(magnitude, double(std::abs(v)));
  for (bool guardEnd : {true, false}) {
    std::vector<GuardedBuffer> guarded;
    std::vector<void *> memory;
    for (const HostTensor &input : kernel.inputs) {
      guarded.emplace_back(input.size() * 4, guardEnd);
      std::memcpy(guarded.back().data, input.data.data(), input.size() * 4);
    }
    guarded.emplace_back(expected.size() * 4, guardEnd);
    float *output = reinterpret_cast<float *>(guarded.back().data);
    std::fill_n(output, expected.size(), NAN);
    for (GuardedBuffer &buffer : guarded)
      memory.push_back(buffer.data);
    CallArguments arguments(kernel, memory);
    loaded.call(arguments.argv.data());
    for (size_t i = 0; i < expected.size(); ++i) {
      double difference = std::abs(double(output[i]) - expected.data[i]);
      error = std::max(error, std::isnan(difference) ? INFINITY : difference);
    }
  }
  return error / magnitude;
}

} // namespace dlc::bench
