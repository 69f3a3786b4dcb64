// Packs intervals into an arena: see ArenaLayout.h.
#include "dlc/Codegen/Host/ArenaLayout.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <functional>
#include <map>

using namespace dlc::host;
using llvm::ArrayRef;
using llvm::SmallVector;

namespace {

/// Intervals in the order in which they are placed.
using Order = SmallVector<unsigned>;

struct Packing {
  SmallVector<int64_t> offsets;
  int64_t bytes = 0;
};

} // namespace

/// The smallest gap between `taken` (offset, end) that holds `bytes`, else the end of all of them.
static int64_t bestFit(SmallVector<std::pair<int64_t, int64_t>> &taken, int64_t bytes) {
  llvm::sort(taken);
  int64_t best = -1;
  int64_t bestSlack = 0;
  int64_t end = 0;
  for (auto [from, to] : taken) {
    int64_t slack = from - end - bytes;
    if (slack >= 0 && (best < 0 || slack < bestSlack)) {
      best = end;
      bestSlack = slack;
    }
    end = std::max(end, to);
  }
  return best >= 0 ? best : end;
}

static Packing pack(ArrayRef<ArenaInterval> intervals, const Order &order) {
  Packing packing;
  packing.offsets.assign(intervals.size(), 0);
  SmallVector<unsigned> placed;
  for (unsigned index : order) {
    const ArenaInterval &interval = intervals[index];
    SmallVector<std::pair<int64_t, int64_t>> taken;
    for (unsigned other : placed)
      if (interval.meets(intervals[other]))
        taken.emplace_back(packing.offsets[other], packing.offsets[other] + intervals[other].bytes);
    packing.offsets[index] = bestFit(taken, interval.bytes);
    packing.bytes = std::max(packing.bytes, packing.offsets[index] + interval.bytes);
    placed.push_back(index);
  }
  return packing;
}

static int64_t mostInUse(ArrayRef<ArenaInterval> intervals) {
  std::map<unsigned, int64_t> changes;
  for (const ArenaInterval &interval : intervals) {
    changes[interval.first] += interval.bytes;
    changes[interval.last + 1] -= interval.bytes;
  }
  int64_t inUse = 0;
  int64_t most = 0;
  for (auto [step, change] : changes)
    most = std::max(most, inUse += change);
  return most;
}

/// Orders worth trying: by size, by size times lifetime, by lifetime, by birth.
static SmallVector<Order> startingOrders(ArrayRef<ArenaInterval> intervals) {
  Order all;
  for (unsigned i = 0; i < intervals.size(); ++i)
    if (intervals[i].bytes > 0)
      all.push_back(i);
  auto length = [&](unsigned i) { return int64_t(intervals[i].last) - intervals[i].first + 1; };
  auto sorted = [&](auto key) {
    Order order = all;
    llvm::sort(order, [&](unsigned a, unsigned b) {
      return std::pair(-key(a), a) < std::pair(-key(b), b);
    });
    return order;
  };
  return {sorted([&](unsigned i) { return intervals[i].bytes; }),
          sorted([&](unsigned i) { return double(intervals[i].bytes) * double(length(i)); }),
          sorted(length), all};
}

ArenaLayout dlc::host::layOutArena(ArrayRef<ArenaInterval> exact, int64_t alignment) {
  SmallVector<ArenaInterval> intervals(exact);
  for (ArenaInterval &interval : intervals)
    interval.bytes = static_cast<int64_t>(llvm::alignTo(interval.bytes, alignment));
  int64_t lowerBound = mostInUse(intervals);

  Packing best;
  Order bestOrder;
  auto consider = [&](const Order &order) {
    Packing packing = pack(intervals, order);
    if (bestOrder.empty() || packing.bytes < best.bytes) {
      best = std::move(packing);
      bestOrder = order;
    }
  };
  for (const Order &order : startingOrders(intervals))
    if (bestOrder.empty() || best.bytes > lowerBound)
      consider(order);

  // What lies on top sets the size: let it choose its place before the others.
  constexpr int maxRounds = 64;
  Order order = bestOrder;
  Packing packing = best;
  for (int round = 0; round < maxRounds && best.bytes > lowerBound; ++round) {
    Order reordered;
    auto isOnTop = [&](unsigned i) {
      return packing.offsets[i] + intervals[i].bytes == packing.bytes;
    };
    llvm::copy_if(order, std::back_inserter(reordered), isOnTop);
    llvm::copy_if(order, std::back_inserter(reordered), std::not_fn(isOnTop));
    order = std::move(reordered);
    packing = pack(intervals, order);
    if (packing.bytes < best.bytes)
      best = packing;
  }
  if (best.offsets.empty())
    best.offsets.assign(intervals.size(), 0);
  return {std::move(best.offsets), best.bytes, lowerBound};
}
