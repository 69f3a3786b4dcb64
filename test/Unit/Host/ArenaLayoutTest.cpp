// The packing of the arena: nothing that lives together overlaps, and the packing is tight where it
// can be.
#include "dlc/Codegen/Host/ArenaLayout.h"

#include <gtest/gtest.h>
#include <random>

using namespace dlc::host;

namespace {

constexpr int64_t alignment = 128;

void expectLegal(llvm::ArrayRef<ArenaInterval> intervals, const ArenaLayout &layout) {
  ASSERT_EQ(layout.offsets.size(), intervals.size());
  EXPECT_GE(layout.bytes, layout.lowerBound);
  for (size_t i = 0; i < intervals.size(); ++i) {
    EXPECT_EQ(layout.offsets[i] % alignment, 0);
    EXPECT_LE(layout.offsets[i] + intervals[i].bytes, layout.bytes);
    for (size_t j = 0; j < i; ++j) {
      if (!intervals[i].meets(intervals[j]))
        continue;
      bool apart = layout.offsets[i] + intervals[i].bytes <= layout.offsets[j] ||
                   layout.offsets[j] + intervals[j].bytes <= layout.offsets[i];
      EXPECT_TRUE(apart) << i << " and " << j;
    }
  }
}

} // namespace

TEST(ArenaLayout, NothingNeedsNothing) {
  ArenaLayout layout = layOutArena({}, alignment);
  EXPECT_EQ(layout.bytes, 0);
  EXPECT_EQ(layout.lowerBound, 0);
}

TEST(ArenaLayout, NoBytesTakeNoPlace) {
  llvm::SmallVector<ArenaInterval> intervals = {{0, 0, 5}, {1, 1, 2}, {0, 2, 2}};
  ArenaLayout layout = layOutArena(intervals, alignment);
  EXPECT_EQ(layout.bytes, alignment);
  EXPECT_EQ(layout.offsets[0], 0);
}

TEST(ArenaLayout, AChainNeedsTwo) {
  llvm::SmallVector<ArenaInterval> intervals;
  for (unsigned i = 0; i < 50; ++i)
    intervals.push_back({1000, i, i + 1});
  ArenaLayout layout = layOutArena(intervals, alignment);
  expectLegal(intervals, layout);
  EXPECT_EQ(layout.bytes, 2048);
}

/// Birth order alone leaves a hole here that the large interval does not fit.
TEST(ArenaLayout, LargeComesFirst) {
  llvm::SmallVector<ArenaInterval> intervals = {{128, 0, 1}, {128, 0, 4}, {256, 2, 4}, {128, 1, 1}};
  ArenaLayout layout = layOutArena(intervals, alignment);
  expectLegal(intervals, layout);
  EXPECT_EQ(layout.bytes, layout.lowerBound);
}

TEST(ArenaLayout, RandomIntervalsAreLegalAndNearTheBound) {
  std::mt19937 random(7);
  auto atMost = [&](unsigned n) { return std::uniform_int_distribution<unsigned>(0, n)(random); };
  double excess = 0;
  constexpr int trials = 50;
  for (int trial = 0; trial < trials; ++trial) {
    llvm::SmallVector<ArenaInterval> intervals;
    unsigned count = 1 + atMost(80);
    for (unsigned i = 0; i < count; ++i)
      intervals.push_back({atMost(100000), i, i + atMost(trial % 9)});
    ArenaLayout layout = layOutArena(intervals, alignment);
    expectLegal(intervals, layout);
    excess += static_cast<double>(layout.bytes) / static_cast<double>(layout.lowerBound) - 1;
  }
  EXPECT_LT(excess / trials, 0.03);
}
