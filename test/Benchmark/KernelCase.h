// One kernel of the benchmark: how to build its pipeline, its data and its reference.
#ifndef DLC_TEST_BENCHMARK_KERNELCASE_H
#define DLC_TEST_BENCHMARK_KERNELCASE_H

#include "dlc/Schedule/MachineFacts.h"

#include <Halide.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace dlc::bench {

/// An f32 tensor, Halide order (innermost extent first); dense unless `strides` is changed.
struct HostTensor {
  std::vector<int> extents, strides;
  std::vector<float> data;
  explicit HostTensor(std::vector<int> dims = {});
  size_t size() const { return data.size(); }
  /// Deterministic small values of both signs.
  void fill(int seed);
};

/// An ImageParam with fixed dense bounds.
Halide::ImageParam denseInput(const std::string &name, const std::vector<int> &extents);
/// Fixes an output's bounds and dense strides.
void fixOutput(Halide::Func output, const std::vector<int> &extents);

struct BuiltKernel;

/// What binds a kernel beside its bytes: the time of what it does with each element, measured as a
/// kernel that does nothing else in L1, where no element waits for others.
struct ElementBound {
  const char *column; ///< of the table
  std::function<BuiltKernel(const schedule::MachineFacts &)> build;
  double elements; ///< of the bounded kernel
};

/// A scheduled pipeline with its data.
struct BuiltKernel {
  Halide::Pipeline pipeline;
  std::vector<Halide::ImageParam> params;
  std::vector<HostTensor> inputs; ///< one a param
  HostTensor output;
  double flops = 0; ///< 0: bound by memory
  /// Minima and maxima beside them, an element each: on many machines the units that multiply and
  /// add do them too, one in the time of a fused multiply-add.
  double extrema = 0;
  std::vector<ElementBound> elementBounds;
  /// Compiled as what the compiler builds outside of contractions: floats are the model's.
  bool strictFloat = false;
  double bytes = 0;     ///< inputs and outputs, each once
  std::string schedule; ///< chosen parameters, for the table
  /// Writes the expected output.
  std::function<void(const std::vector<HostTensor> &inputs, HostTensor &expected)> reference;
  double tolerance = 2e-4; ///< relative to the output's largest magnitude
};

/// `out` over `extents`, computed of as many inputs of the same extents with strict floats; without
/// a reference.
BuiltKernel finishDense(Halide::Func out, const std::vector<Halide::ImageParam> &params,
                        std::vector<int> extents, size_t inputs);

/// Overrides of schedule parameters from the command line (`--set mr=6`).
using Overrides = std::map<std::string, int>;
void override(const Overrides &overrides, const char *key, int &value);

struct KernelCase {
  std::string family, name;
  std::function<BuiltKernel(const schedule::MachineFacts &, const Overrides &)> build;
};

/// C = relu(A * B + bias) + residual with packed B.
struct GemmSize {
  int rows, columns, depth;
};
BuiltKernel buildWeightGemm(const GemmSize &size, const schedule::MachineFacts &facts,
                            const Overrides &overrides);

/// Attention products over interleaved heads: transposed, 0.125 * Q * K^T; else 0.125 * P * V.
struct AttentionSize {
  int rows, columns, depth, heads;
  bool transposed;
};
BuiltKernel buildAttention(const AttentionSize &size, const schedule::MachineFacts &facts,
                           const Overrides &overrides);

/// relu(conv + bias + residual).
struct ConvSize {
  int height, width, ci, co, kernel, stride, pad, groups, dilation = 1, batch = 1;
};
BuiltKernel buildConv(const ConvSize &size, const schedule::MachineFacts &facts,
                      const Overrides &overrides);

/// relu6(depthwise + bias), or max pooling.
struct WindowSize {
  int height, width, channels, kernel, stride, pad;
  bool pool;
};
BuiltKernel buildWindow(const WindowSize &size, const schedule::MachineFacts &facts,
                        const Overrides &overrides);

/// Elements in L1 without their rows: e^x alone; what a softmax does with each: a maximum, a
/// difference, an exponential, a sum and a product; what the layer norm of a sum does: that sum, an
/// addition for the mean, a difference, its square, an addition, a product; what a scan along the
/// innermost axis does with a vector: it folds the lanes up to each, and adds what comes before.
BuiltKernel buildExponential(const schedule::MachineFacts &facts);
BuiltKernel buildSoftmaxElements(const schedule::MachineFacts &facts);
BuiltKernel buildLayerNormElements(const schedule::MachineFacts &facts);
BuiltKernel buildScanElements(const schedule::MachineFacts &facts);

BuiltKernel buildSoftmax(int columns, int rows, const schedule::MachineFacts &facts,
                         const Overrides &overrides);
/// Layer norm of a sum of two tensors.
BuiltKernel buildLayerNorm(int columns, int rows, const schedule::MachineFacts &facts,
                           const Overrides &overrides);
/// NHWC from NCHW, batch 1.
BuiltKernel buildChannelsLast(int channels, int height, int width,
                              const schedule::MachineFacts &facts, const Overrides &overrides);
/// Running sums along `length` elements, `inner` behind each and `outer` before them.
struct ScanSize {
  int inner, length, outer;
  bool exclusive = false, reverse = false;
};
BuiltKernel buildScan(const ScanSize &size, const schedule::MachineFacts &facts,
                      const Overrides &overrides);
/// relu(a + b).
BuiltKernel buildAddRelu(int columns, int rows, const schedule::MachineFacts &facts);

/// The tables of the benchmark.
void addGemmCases(std::vector<KernelCase> &cases);
void addConvCases(std::vector<KernelCase> &cases);
void addDepthwiseCases(std::vector<KernelCase> &cases);
void addRowCases(std::vector<KernelCase> &cases);

} // namespace dlc::bench

#endif // DLC_TEST_BENCHMARK_KERNELCASE_H
