// Chooses schedule parameters from machine facts and static shapes, without measuring: zero tuning
// must be good. Plain C++; the schedule phase calls it, the benchmark checks it.
#ifndef DLC_SCHEDULE_ANALYTICMODEL_H
#define DLC_SCHEDULE_ANALYTICMODEL_H

#include "dlc/Schedule/MachineFacts.h"
#include "dlc/Schedule/ScheduleParams.h"

#include <cstdint>

namespace dlc::schedule {

/// A contraction's extents; a convolution has rows = N*H*W, depth = kh*kw*ci, batch = groups.
struct GemmShape {
  int64_t rows = 1, columns = 1, depth = 1, batch = 1;
  int elementBytes = 4;
  /// Bytes of the left operand that a row adds (a 3x3 stride-1 convolution reads each input pixel
  /// nine times but adds one): 0 means depth * elementBytes.
  int64_t lhsBytesPerRow = 0;
  /// Innermost reduction extent (channels of a convolution); 0: depth.
  int64_t innerDepth = 0;
  /// The left operand is a padded copy made by the kernel.
  bool padded = false;
};

/// Cheapest register tile, loop order, blocks and tasks for `shape`.
GemmParams chooseGemm(const GemmShape &shape, const MachineFacts &facts);

/// The cycles of one core that chooseGemm's model predicts for `params`, all tasks together.
double predictGemmCycles(const GemmShape &shape, const GemmParams &params,
                         const MachineFacts &facts);

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_ANALYTICMODEL_H
