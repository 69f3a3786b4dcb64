// Offsets for memory whose lifetimes are known: the packing problem behind the arena plan, free of
// IR so that it can be tested and improved alone.
#ifndef DLC_CODEGEN_HOST_ARENALAYOUT_H
#define DLC_CODEGEN_HOST_ARENALAYOUT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace dlc::host {

/// Memory that is in use from step `first` to step `last`, both included.
struct ArenaInterval {
  int64_t bytes = 0;
  unsigned first = 0;
  unsigned last = 0;

  /// Whether there is a step at which both are in use.
  bool meets(const ArenaInterval &other) const {
    return first <= other.last && other.first <= last;
  }
};

/// Where each interval lies.
struct ArenaLayout {
  llvm::SmallVector<int64_t> offsets; ///< one an interval, multiples of the alignment
  int64_t bytes = 0;                  ///< the end of the last interval
  int64_t lowerBound = 0;             ///< most bytes in use at one step: no layout is smaller
};

/// Gives every interval an offset such that no two that meet overlap. Sizes are rounded up to
/// `alignment`; an interval of no bytes lies at 0. Greedy by size with best fit (Pisarchyk and Lee,
/// "Efficient Memory Management for Deep Neural Net Inference", 2020), tried in several orders and
/// then improved by placing first what had come to lie on top. Deterministic.
ArenaLayout layOutArena(llvm::ArrayRef<ArenaInterval> intervals, int64_t alignment);

} // namespace dlc::host

#endif // DLC_CODEGEN_HOST_ARENALAYOUT_H
