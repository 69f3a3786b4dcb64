// Guarded memory and the comparison.
#include "KernelCheck.h"
#include "GuardedMemory.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace dlc::bench {

double checkKernel(const BuiltKernel &kernel, const KernelWorkshop::Loaded &loaded, bool inPlace) {
  HostTensor expected = kernel.output;
  kernel.reference(kernel.inputs, expected);
  double magnitude = 1e-30, error = 0;
  for (float v : expected.data)
    magnitude = std::max(magnitude, double(std::abs(v)));
  for (bool guardEnd : {true, false}) {
    std::vector<GuardedMemory> guarded;
    std::vector<void *> memory;
    for (const HostTensor &input : kernel.inputs) {
      guarded.emplace_back(input.size() * 4, guardEnd);
      std::memcpy(guarded.back().data(), input.data.data(), input.size() * 4);
    }
    if (!inPlace) {
      guarded.emplace_back(expected.size() * 4, guardEnd);
      std::fill_n(reinterpret_cast<float *>(guarded.back().data()), expected.size(), NAN);
    }
    for (GuardedMemory &buffer : guarded)
      memory.push_back(buffer.data());
    if (inPlace)
      memory.push_back(memory.front());
    const float *output = static_cast<const float *>(memory.back());
    CallArguments arguments(kernel, memory);
    loaded.call(arguments.argv.data());
    for (size_t i = 0; i < expected.size(); ++i) {
      if (std::isnan(expected.data[i]) && std::isnan(output[i]))
        continue;
      double difference = std::abs(double(output[i]) - expected.data[i]);
      error = std::max(error, std::isnan(difference) ? INFINITY : difference);
    }
  }
  return error / magnitude;
}

} // namespace dlc::bench
