// Normalisations: what defines each (sums to one, zero mean, unit variance), and agreement of the
// layouts.
#include "Evaluate.h"

using namespace dlc;
using namespace dlc::test;

TEST(Normalization, SoftmaxSumsToOneAlongItsAxis) {
  Tensor x = pattern(DType::F64, {3, 5, 7});
  Tensor y = evaluate("dl.softmax %0 {axis = 1 : i64}", {x}, {typeText(x)})[0];
  Tensor z = evaluate("dl.log_softmax %0 {axis = 1 : i64}", {x}, {typeText(x)})[0];
  for (int64_t i = 0; i < 3; ++i)
    for (int64_t k = 0; k < 7; ++k) {
      double sum = 0;
      for (int64_t j = 0; j < 5; ++j) {
        int64_t at = (i * 5 + j) * 7 + k;
        sum += y.asDouble(at);
        EXPECT_NEAR(std::log(y.asDouble(at)), z.asDouble(at), 1e-12);
        EXPECT_NEAR(z.asDouble(at) - z.asDouble(i * 35 + k),
                    x.asDouble(at) - x.asDouble(i * 35 + k), 1e-12);
      }
      EXPECT_NEAR(sum, 1, 1e-12);
    }
}

TEST(Normalization, SoftmaxSurvivesLargeElements) {
  Tensor x = f32({3}, {10000, 10000, -10000});
  expectValues(evaluate("dl.softmax %0 {axis = 0 : i64}", {x}, {typeText(x)})[0], {0.5, 0.5, 0});
  expectValues(evaluate("dl.log_softmax %0 {axis = 0 : i64}", {x}, {typeText(x)})[0],
               {-std::log(2.0), -std::log(2.0), -20000 - std::log(2.0)});
}

TEST(Normalization, LpNormalizeOfZeroIsZero) {
  Tensor x = f32({2, 2}, {3, -4, 0, 0});
  expectValues(evaluate("dl.lp_normalize %0 {axis = 1 : i64}", {x}, {typeText(x)})[0],
               {0.6, -0.8, 0, 0});
  expectValues(evaluate("dl.lp_normalize %0 {axis = 1 : i64, p = 1 : i64}", {x}, {typeText(x)})[0],
               {3.0 / 7, -4.0 / 7, 0, 0});
}

TEST(Normalization, LayerNormCentresTrailingAxes) {
  Tensor x = f32({2, 2, 2}, {1, 2, 3, 6, -1, -1, 1, 1}), scale = f32({2, 1}, {1, 2}),
         bias = f32({}, {10});
  Tensor y = evaluate("dl.layer_norm %0, %1, %2 {axis = 1 : i64, epsilon = 0.0}", {x, scale, bias},
                      {typeText(x)})[0];
  double s = std::sqrt(3.5);
  expectValues(y, {10 - 2 / s, 10 - 1 / s, 10, 10 + 6 / s, 9, 9, 12, 12});
  Tensor rms =
      evaluate("dl.rms_norm %0, %1 {axis = 2 : i64, epsilon = 1.0}", {x, scale}, {typeText(x)})[0];
  expectValues(rms,
               {1 / std::sqrt(3.5), 2 / std::sqrt(3.5), 6 / std::sqrt(23.5), 12 / std::sqrt(23.5),
                -std::sqrt(0.5), -std::sqrt(0.5), 2 * std::sqrt(0.5), 2 * std::sqrt(0.5)});
}

/// (N, C, S) to (N, S, C).
static Tensor channelsLast(const Tensor &x) {
  Shape shape{x.shape()[0], x.shape()[2], x.shape()[1]};
  return evaluate("dl.transpose %0 {permutation = array<i64: 0, 2, 1>}", {x},
                  {typeText(Tensor(x.dtype(), shape))})[0];
}

/// Evaluates `op` (attributes without braces) in both layouts, checks that they agree, and gives
/// the result.
static Tensor inBothLayouts(const std::string &op, const std::string &attributes,
                            std::vector<Tensor> operands) {
  Tensor first =
      evaluate("dl." + op + " {" + attributes + "}", operands, {typeText(operands[0])})[0];
  operands[0] = channelsLast(operands[0]);
  Tensor last = evaluate("dl." + op + " {" + attributes + ", layout = #dl.layout<channels_last>}",
                         operands, {typeText(operands[0])})[0];
  SCOPED_TRACE(op);
  expectValues(channelsLast(first), values(last));
  return first;
}

TEST(Normalization, BatchNormUsesItsStatistics) {
  Tensor x = f32({1, 2, 3}, {1, 2, 3, 4, 5, 6});
  Tensor y = inBothLayouts(
      "batch_norm %0, %1, %2, %3, %4", "epsilon = 0.25",
      {x, f32({2}, {2, 3}), f32({2}, {1, -1}), f32({2}, {2, 4}), f32({2}, {0.75, 3.75})});
  expectValues(y, {-1, 1, 3, -1, 0.5, 2});
}

TEST(Normalization, InstanceNormIsGroupNormOfOneChannel) {
  Tensor x = pattern(DType::F32, {2, 6, 7}), scale = pattern(DType::F32, {6}, 2),
         bias = pattern(DType::F32, {6}, 3);
  Tensor instance = inBothLayouts("instance_norm %0, %1, %2", "epsilon = 0.001", {x, scale, bias});
  Tensor groups =
      inBothLayouts("group_norm %0, %1, %2", "groups = 6 : i64, epsilon = 0.001", {x, scale, bias});
  EXPECT_EQ(values(instance), values(groups));
}

TEST(Normalization, GroupNormCentresEachGroup) {
  Tensor x = pattern(DType::F64, {2, 6, 5}), one(DType::F64, {6}), zero(DType::F64, {6});
  for (int64_t c = 0; c < 6; ++c)
    one.setDouble(c, 1);
  Tensor y =
      inBothLayouts("group_norm %0, %1, %2", "groups = 2 : i64, epsilon = 0.0", {x, one, zero});
  for (int64_t set = 0; set < 4; ++set) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < 15; ++i) {
      sum += y.asDouble(set * 15 + i);
      squares += y.asDouble(set * 15 + i) * y.asDouble(set * 15 + i);
    }
    EXPECT_NEAR(sum, 0, 1e-9);
    EXPECT_NEAR(squares, 15, 1e-9);
  }
}

TEST(Normalization, LrnWindowIsLopsidedForEvenSizes) {
  Tensor x = f32({1, 4, 1}, {1, 2, 3, 4});
  // Size 4: one channel before, two after.
  Tensor y = inBothLayouts("lrn %0", "size = 4 : i64, alpha = 4.0, beta = 1.0, offset = 0.0", {x});
  expectValues(y, {1.0 / 14, 2.0 / 30, 3.0 / 29, 4.0 / 25});
}
