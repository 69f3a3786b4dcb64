// Runs a compiled kernel on guarded memory and compares it with its reference.
#ifndef DLC_TEST_BENCHMARK_KERNELCHECK_H
#define DLC_TEST_BENCHMARK_KERNELCHECK_H

#include "CompiledKernel.h"

namespace dlc::bench {

/// The argument buffers of one call over given memory.
class CallArguments {
public:
  CallArguments(const BuiltKernel &kernel, const std::vector<void *> &memory) {
    for (size_t i = 0; i <= kernel.inputs.size(); ++i) {
      const HostTensor &tensor = i < kernel.inputs.size() ? kernel.inputs[i] : kernel.output;
      auto dims = std::vector<halide_dimension_t>();
      for (size_t d = 0; d < tensor.extents.size(); ++d)
        dims.push_back({0, tensor.extents[d], tensor.strides[d], 0});
      dimensions.push_back(std::move(dims));
      halide_buffer_t buffer{};
      buffer.host = static_cast<uint8_t *>(memory[i]);
      buffer.type = halide_type_of<float>();
      buffer.dimensions = int(tensor.extents.size());
      buffers.push_back(buffer);
    }
    argv.push_back(&userContext);
    for (size_t i = 0; i < buffers.size(); ++i) {
      buffers[i].dim = dimensions[i].data();
      argv.push_back(&buffers[i]);
    }
  }
  std::vector<void *> argv;

private:
  static inline void *userContext = nullptr; ///< artifacts' kernels are given one
  std::vector<std::vector<halide_dimension_t>> dimensions;
  std::vector<halide_buffer_t> buffers;
};

/// Largest error relative to the output's largest magnitude, over two runs: every buffer ends, then
/// begins, at an unmapped page, and the output is full of NaN before; or, with `inPlace`, it is the
/// first input.
double checkKernel(const BuiltKernel &kernel, const KernelWorkshop::Loaded &loaded,
                   bool inPlace = false);

} // namespace dlc::bench

#endif // DLC_TEST_BENCHMARK_KERNELCHECK_H
