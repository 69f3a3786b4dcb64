// Overflow is reported exactly at the edge.
#include "dlc/Support/CheckedArithmetic.h"

#include <gtest/gtest.h>

using namespace dlc;

TEST(CheckedArithmetic, AddAtTheEdge) {
  EXPECT_EQ(checkedAdd<int64_t>(INT64_MAX - 1, 1), INT64_MAX);
  EXPECT_EQ(checkedAdd<int64_t>(INT64_MAX, 1), std::nullopt);
  EXPECT_EQ(checkedSub<int64_t>(INT64_MIN, 1), std::nullopt);
  EXPECT_EQ(checkedSub<uint64_t>(0, 1), std::nullopt);
}

TEST(CheckedArithmetic, MulAtTheEdge) {
  EXPECT_EQ(checkedMul<int64_t>(INT64_MAX, 1), INT64_MAX);
  EXPECT_EQ(checkedMul<int64_t>(int64_t(1) << 32, int64_t(1) << 31), std::nullopt);
  EXPECT_EQ(checkedMul<int64_t>(INT64_MIN, -1), std::nullopt);
}

TEST(CheckedArithmetic, CastsKeepTheValue) {
  EXPECT_EQ((checkedCast<uint32_t>(int64_t(-1))), std::nullopt);
  EXPECT_EQ((checkedCast<int32_t>(uint64_t(1) << 31)), std::nullopt);
  EXPECT_EQ((checkedCast<int8_t>(-128)), int8_t(-128));
}

TEST(CheckedArithmetic, AlignsUp) {
  EXPECT_EQ(checkedAlign<uint64_t>(0, 64), 0u);
  EXPECT_EQ(checkedAlign<uint64_t>(65, 64), 128u);
  EXPECT_EQ(checkedAlign<uint64_t>(UINT64_MAX - 3, 64), std::nullopt);
}
