// The sizes that a fit compiles for.
#include "dlc/Trainer/Fit.h"

#include <gtest/gtest.h>

using namespace dlc;
using Sizes = std::vector<int64_t>;

TEST(BatchSizes, AreFullOnesAndRests) {
  EXPECT_EQ(batchSizesFor(64, 0, 32), Sizes{32});
  EXPECT_EQ(batchSizesFor(65, 0, 32), (Sizes{32, 1}));
  EXPECT_EQ(batchSizesFor(5, 0, 32), Sizes{5});
  EXPECT_EQ(batchSizesFor(65, 33, 32), (Sizes{32, 1}));
  EXPECT_EQ(batchSizesFor(65, 10, 32), (Sizes{32, 1, 10}));
  EXPECT_EQ(batchSizesFor(5, 64, 32), (Sizes{5, 32}));
}
