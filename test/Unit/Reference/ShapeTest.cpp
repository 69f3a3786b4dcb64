// Ops that move elements.
#include "Evaluate.h"

using namespace dlc;
using namespace dlc::test;

TEST(Shape, TransposePermutesAxes) {
  Tensor x = pattern(DType::I16, {3, 5, 7});
  Tensor y = evaluate("dl.transpose %0 {permutation = array<i64: 2, 0, 1>}", {x},
                      {"tensor<7x3x5xi16>"})[0];
  for (int64_t i = 0; i < 3; ++i)
    for (int64_t j = 0; j < 5; ++j)
      for (int64_t k = 0; k < 7; ++k)
        EXPECT_EQ(y.asInt((k * 3 + i) * 5 + j), x.asInt((i * 5 + j) * 7 + k));
}

TEST(Shape, SliceStepsBackwards) {
  Tensor x = f32({2, 5}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  expectValues(evaluate("dl.slice %0 {starts = array<i64: 1, 4>, sizes = array<i64: 2, 2>, steps = "
                        "array<i64: -1, -3>}",
                        {x}, {"tensor<2x2xf32>"})[0],
               {9, 6, 4, 1});
  expectValues(evaluate("dl.slice %0 {starts = array<i64: 0, 5>, sizes = array<i64: 2, 0>, steps = "
                        "array<i64: 1, 1>}",
                        {x}, {"tensor<2x0xf32>"})[0],
               {});
}

TEST(Shape, ConcatJoinsAlongAnAxis) {
  Tensor a = f32({2, 1, 2}, {1, 2, 3, 4}), b = f32({2, 2, 2}, {5, 6, 7, 8, 9, 10, 11, 12});
  expectValues(evaluate("dl.concat %0, %1 {axis = 1 : i64}", {a, b}, {"tensor<2x3x2xf32>"})[0],
               {1, 2, 5, 6, 7, 8, 3, 4, 9, 10, 11, 12});
}

TEST(Shape, ExpandAndReshape) {
  Tensor x = f32({2, 1}, {1, 2});
  expectValues(
      evaluate("dl.expand %0 {shape = array<i64: 2, 2, 3>}", {x}, {"tensor<2x2x3xf32>"})[0],
      {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2});
  Tensor y = evaluate("dl.reshape %0 {shape = array<i64: 1, 2, 1>}", {x}, {"tensor<1x2x1xf32>"})[0];
  EXPECT_EQ(y.shape(), Shape({1, 2, 1}));
  expectValues(y, {1, 2});
}
