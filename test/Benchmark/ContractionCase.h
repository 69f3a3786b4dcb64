// What the gemm and convolution cases share.
#ifndef DLC_TEST_BENCHMARK_CONTRACTIONCASE_H
#define DLC_TEST_BENCHMARK_CONTRACTIONCASE_H

#include "KernelCase.h"
#include "dlc/Schedule/ScheduleParams.h"

namespace dlc::bench {

/// Applies mr, nv, unroll, kc, block, order, tasks, pad, prefetch, steps.
void overrideGemm(const Overrides &overrides, schedule::GemmParams &params);
std::string describeGemm(const schedule::GemmParams &params);

/// Weights as the templates read them, of `groups` with `columns` each.
class PackedWeights {
public:
  PackedWeights(const schedule::GemmParams &params, const schedule::MachineFacts &facts,
                int columns, int depth, int groups = 1);

  /// (lane, step, panel, group); with steps side by side, those of a vector are one step.
  std::vector<int> extents() const;
  /// As the templates ask for it.
  Halide::Expr read(Halide::ImageParam weights, Halide::Expr lane, Halide::Expr k,
                    Halide::Expr panel, Halide::Expr group) const;
  /// Where a weight is in the tensor.
  size_t at(int k, int column, int group = 0) const;
  /// Random weights, zero past the columns.
  HostTensor fill(int seed) const;

private:
  int columns, depth, groups, panels, width;
  int steps = 1, whole = 0; ///< side by side, behind so many columns
};

} // namespace dlc::bench

#endif // DLC_TEST_BENCHMARK_CONTRACTIONCASE_H
