// When two results count as equal.
#include "../../../lib/Driver/Comparison.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace dlc;
using namespace dlc::driver;

static Tensor makeTensor(DType dtype, const std::vector<double> &values) {
  Tensor tensor(dtype, {static_cast<int64_t>(values.size())});
  for (size_t i = 0; i != values.size(); ++i)
    tensor.setDouble(static_cast<int64_t>(i), values[i]);
  return tensor;
}

static Comparison compare(const Tensor &actual, const Tensor &expected) {
  return compareTensors("y", actual, expected, {/*relative=*/1e-2, /*absolute=*/0});
}

TEST(Comparison, ErrorsAreRelativeToTheLargestMagnitude) {
  Tensor expected = makeTensor(DType::F32, {100, 0, -1});
  EXPECT_EQ(compare(makeTensor(DType::F32, {100, 0.9, -1}), expected).problem, "");
  Comparison wrong = compare(makeTensor(DType::F32, {100, 1.5, -1}), expected);
  EXPECT_EQ(wrong.problem, "element 1: expected 0, found 1.5 (1 apart allowed)");
  EXPECT_EQ(wrong.largestDifference, 1.5);
  EXPECT_EQ(wrong.largestExpected, 100);
}

TEST(Comparison, NaNAndInfinityMustAgree) {
  Tensor expected = makeTensor(DType::F32, {NAN, INFINITY, 1});
  EXPECT_EQ(compare(expected, expected).problem, "");
  EXPECT_NE(compare(makeTensor(DType::F32, {0, INFINITY, 1}), expected).problem, "");
  EXPECT_NE(compare(makeTensor(DType::F32, {NAN, -INFINITY, 1}), expected).problem, "");
  EXPECT_NE(compare(makeTensor(DType::F32, {NAN, INFINITY, NAN}), expected).problem, "");
}

TEST(Comparison, IntegersAreExact) {
  Tensor expected = makeTensor(DType::I64, {1000, 5});
  EXPECT_EQ(compare(expected, expected).problem, "");
  EXPECT_NE(compare(makeTensor(DType::I64, {1000, 6}), expected).problem, "");
}

TEST(Comparison, TypesAndShapesMustAgree) {
  Tensor expected = makeTensor(DType::F32, {1, 2});
  EXPECT_EQ(compare(makeTensor(DType::F64, {1, 2}), expected).problem,
            "expected float32 2, found float64 2");
  EXPECT_EQ(compare(makeTensor(DType::F32, {1}), expected).problem,
            "expected float32 2, found float32 1");
}
