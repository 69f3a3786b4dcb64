// What the gemm and convolution cases share.
#ifndef DLC_TEST_BENCHMARK_CONTRACTIONCASE_H
#define DLC_TEST_BENCHMARK_CONTRACTIONCASE_H

#include "KernelCase.h"
#include "dlc/Schedule/ScheduleParams.h"

namespace dlc::bench {

/// Applies mr, nv, unroll, kc, block, order, tasks, pad.
void overrideGemm(const Overrides &overrides, schedule::GemmParams &params);
std::string describeGemm(const schedule::GemmParams &params);
/// Zeroes the lanes past `columns` in the last panel of packed weights (lane, k, panel[, group]).
void clearPanelTail(HostTensor &packed, int columns);

} // namespace dlc::bench

#endif // DLC_TEST_BENCHMARK_CONTRACTIONCASE_H
