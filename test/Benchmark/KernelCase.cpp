// Data and bounds shared by the benchmark's cases.
#include "KernelCase.h"

using namespace Halide;

namespace dlc::bench {

HostTensor::HostTensor(std::vector<int> dims) : extents(std::move(dims)) {
  size_t count = 1;
  for (int e : extents) {
    strides.push_back(int(count));
    count *= size_t(e);
  }
  data.assign(extents.empty() ? 0 : count, 0.f);
}

void HostTensor::fill(int seed) {
  uint32_t state = uint32_t(seed) * 2654435761u + 12345u;
  for (float &v : data) {
    state = state * 1664525u + 1013904223u;
    v = float(int(state >> 16) % 2001 - 1000) * 1e-3f;
  }
}

ImageParam denseInput(const std::string &name, const std::vector<int> &extents) {
  ImageParam param(Float(32), int(extents.size()), name);
  int stride = 1;
  for (size_t i = 0; i < extents.size(); ++i) {
    param.dim(int(i)).set_bounds(0, extents[i]).set_stride(stride);
    stride *= extents[i];
  }
  return param;
}

void fixOutput(Func output, const std::vector<int> &extents) {
  int stride = 1;
  for (size_t i = 0; i < extents.size(); ++i) {
    output.output_buffer().dim(int(i)).set_bounds(0, extents[i]).set_stride(stride);
    stride *= extents[i];
  }
}

void override(const Overrides &overrides, const char *key, int &value) {
  auto it = overrides.find(key);
  if (it != overrides.end())
    value = it->second;
}

BuiltKernel finishDense(Func out, const std::vector<ImageParam> &params, std::vector<int> extents,
                        size_t inputs) {
  BuiltKernel kernel;
  fixOutput(out, extents);
  kernel.pipeline = Pipeline(out);
  kernel.strictFloat = true;
  kernel.params = params;
  for (size_t i = 0; i < inputs; ++i)
    kernel.inputs.emplace_back(extents).fill(int(i) + 1);
  kernel.output = HostTensor(extents);
  kernel.bytes = 4.0 * double(kernel.output.size()) * double(inputs + 1);
  return kernel;
}

} // namespace dlc::bench
