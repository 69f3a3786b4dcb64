// Tensors: sizes of hostile shapes, sharing, and conversions at the edges of each type.
#include "dlc/Support/Tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

using namespace dlc;

TEST(Tensor, CountsElements) {
  EXPECT_EQ(elementCount({}), 1);
  EXPECT_EQ(elementCount({2, 3, 5}), 30);
  EXPECT_EQ(elementCount({3, -1}), std::nullopt);
  EXPECT_EQ(elementCount({INT64_MAX, 2}), std::nullopt);
  // A zero makes the tensor empty however large the other dims are.
  EXPECT_EQ(elementCount({INT64_MAX, 2, 0}), 0);
  EXPECT_EQ(elementCount({0, -1}), std::nullopt);
}

TEST(Tensor, PrintsShapes) {
  EXPECT_EQ(shapeString({}), "scalar");
  EXPECT_EQ(shapeString({7}), "7");
  EXPECT_EQ(shapeString({2, 3, 224, 224}), "2x3x224x224");
}

TEST(Tensor, NamesRoundTrip) {
  for (int i = 0; i <= static_cast<int>(DType::Bool); ++i) {
    auto dtype = static_cast<DType>(i);
    EXPECT_EQ(dtypeFromName(dtypeName(dtype)), dtype);
  }
  EXPECT_EQ(dtypeFromName("float"), std::nullopt);
}

TEST(Tensor, StartsZeroedAndAligned) {
  Tensor tensor(DType::F32, {3, 5});
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.raw()) % 64, 0u);
  EXPECT_EQ(tensor.numBytes(), 60u);
  for (int64_t i = 0; i < 15; ++i)
    EXPECT_EQ(tensor.asDouble(i), 0.0);
}

TEST(Tensor, EmptyIsNotAbsent) {
  EXPECT_FALSE(Tensor());
  Tensor empty(DType::I64, {0, 4});
  EXPECT_TRUE(empty);
  EXPECT_EQ(empty.numElements(), 0);
}

TEST(Tensor, CopyAndReshapeShareCloneDoesNot) {
  Tensor original(DType::I32, {2, 3});
  Tensor shared = original, reshaped = original.reshaped({3, 2}), deep = original.clone();
  original.setInt(4, 17);
  EXPECT_EQ(shared.asInt(4), 17);
  EXPECT_EQ(reshaped.asInt(4), 17);
  EXPECT_EQ(reshaped.shape(), (Shape{3, 2}));
  EXPECT_EQ(deep.asInt(4), 0);
}

TEST(Tensor, IntegersStayExact) {
  Tensor tensor(DType::I64, {1});
  tensor.setInt(0, INT64_MAX - 1);
  EXPECT_EQ(tensor.asInt(0), INT64_MAX - 1);
  EXPECT_EQ(tensor.cast(DType::U64).asInt(0), INT64_MAX - 1);
  EXPECT_EQ(tensor.cast(DType::I8).asInt(0), -2);
}

TEST(Tensor, DoublesTruncateAndSaturate) {
  Tensor tensor(DType::I8, {1});
  tensor.setDouble(0, -2.9);
  EXPECT_EQ(tensor.asInt(0), -2);
  tensor.setDouble(0, 1e30);
  EXPECT_EQ(tensor.asInt(0), 127);
  tensor.setDouble(0, std::nan(""));
  EXPECT_EQ(tensor.asInt(0), 0);
  Tensor wide(DType::I64, {1});
  wide.setDouble(0, 0x1p63);
  EXPECT_EQ(wide.asInt(0), INT64_MAX);
  wide.setDouble(0, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(wide.asInt(0), INT64_MIN);
}

TEST(Tensor, BoolIsNonZero) {
  Tensor floats(DType::F32, {3});
  floats.setDouble(0, 0.25);
  floats.setDouble(1, std::nan(""));
  Tensor bools = floats.cast(DType::Bool);
  EXPECT_EQ(bools.asInt(0), 1);
  EXPECT_EQ(bools.asInt(1), 1);
  EXPECT_EQ(bools.asInt(2), 0);
  // 256 would be lost if it were narrowed before the comparison.
  Tensor ints(DType::I32, {1});
  ints.setInt(0, 256);
  EXPECT_EQ(ints.cast(DType::Bool).asInt(0), 1);
}

TEST(Tensor, DoubleToHalfRoundsOnce) {
  // Just above a tie of binary16: rounding to binary32 first would land on the tie, then on 1.
  Tensor tensor(DType::F16, {1});
  tensor.setDouble(0, 1 + 0x1p-11 + 0x1p-40);
  EXPECT_EQ(tensor.asDouble(0), 1 + 0x1p-10);
  tensor.setDouble(0, -(1 + 0x1p-11 - 0x1p-40));
  EXPECT_EQ(tensor.asDouble(0), -1);
}
