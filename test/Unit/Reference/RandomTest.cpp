// Dropout: what it keeps, how it scales, and how its draws are spread.
#include "Evaluate.h"

using namespace dlc;
using namespace dlc::test;

static Tensor key(int64_t seed, int64_t step) {
  return tensor(DType::I64, {2}, {static_cast<double>(seed), static_cast<double>(step)});
}

/// Which of `count` ones are kept.
static std::vector<double> kept(int64_t count, const std::string &attributes, int64_t seed,
                                int64_t step) {
  Tensor ones = tensor(DType::F32, {count}, std::vector<double>(count, 1.0));
  return values(evaluate("dl.dropout %0, %1 {" + attributes + "}", {ones, key(seed, step)},
                         {"tensor<" + std::to_string(count) + "xf32>"})
                    .front());
}

TEST(RandomReference, DropoutScalesWhatItKeeps) {
  for (double value : kept(1000, "rate = 0.75", 1, 0))
    EXPECT_TRUE(value == 0 || value == 4) << value;
  for (double value : kept(100, "rate = 1.0", 1, 0))
    EXPECT_EQ(value, 0);
  for (double value : kept(100, "rate = 0.0", 1, 0))
    EXPECT_EQ(value, 1);
}

TEST(RandomReference, DropoutWithoutKeyIsTheIdentity) {
  Tensor x = f32({3}, {1, -2, NaN});
  Tensor y = evaluate("dl.dropout %0 {rate = 0.5}", {x}, {"tensor<3xf32>"}).front();
  EXPECT_EQ(y.asDouble(1), -2);
  EXPECT_TRUE(std::isnan(y.asDouble(2)));
}

TEST(RandomReference, DropoutIsAFunctionOfSeedStepAndStream) {
  auto first = kept(256, "rate = 0.5", 3, 4);
  EXPECT_EQ(first, kept(256, "rate = 0.5", 3, 4));
  EXPECT_NE(first, kept(256, "rate = 0.5", 4, 4));
  EXPECT_NE(first, kept(256, "rate = 0.5", 3, 5));
  EXPECT_NE(first, kept(256, "rate = 0.5, stream = 1", 3, 4));
}

TEST(RandomReference, DropoutSharesItsFateAlongAxes) {
  Tensor ones = tensor(DType::F32, {2, 5, 3}, std::vector<double>(30, 1.0));
  std::vector<double> y =
      values(evaluate("dl.dropout %0, %1 {rate = 0.5, shared_axes = array<i64: 1>}",
                      {ones, key(1, 1)}, {"tensor<2x5x3xf32>"})
                 .front());
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(y[i], y[i / 15 * 15 + i % 3]);
}

/// Fair coins: the shares of kept elements, of equal neighbours, and of elements that are alike in
/// two steps or two streams are all one half, within five standard deviations.
TEST(RandomReference, DropoutDrawsAreIndependent) {
  constexpr int64_t count = 1 << 16;
  const double bound = 5 * 0.5 / std::sqrt(static_cast<double>(count));
  auto share = [&](auto alike) {
    int64_t hits = 0;
    for (int64_t i = 0; i < count; ++i)
      hits += alike(i);
    return static_cast<double>(hits) / count;
  };
  auto step0 = kept(count, "rate = 0.5", 0, 0), step1 = kept(count, "rate = 0.5", 0, 1),
       stream1 = kept(count, "rate = 0.5, stream = 1", 0, 0),
       seed1 = kept(count, "rate = 0.5", 1, 0);
  EXPECT_NEAR(share([&](int64_t i) { return step0[i] != 0; }), 0.5, bound);
  for (int64_t lag : {1, 2, 8, 17, 1024})
    EXPECT_NEAR(share([&](int64_t i) { return step0[i] == step0[(i + lag) % count]; }), 0.5, bound)
        << lag;
  for (const auto &other : {step1, stream1, seed1})
    for (int64_t lag : {0, 1, 16})
      EXPECT_NEAR(share([&](int64_t i) { return step0[i] == other[(i + lag) % count]; }), 0.5,
                  bound)
          << lag;
}

/// Bytes of eight draws in a row are spread evenly: chi-square with 255 degrees of freedom lies
/// below 365 with a probability of 0.999995.
TEST(RandomReference, DropoutPatternsAreSpreadEvenly) {
  constexpr int64_t count = 1 << 17;
  auto bits = kept(count, "rate = 0.5", 12345, 678);
  std::vector<double> seen(256, 0);
  for (int64_t i = 0; i < count; i += 8) {
    unsigned byte = 0;
    for (int64_t j = 0; j < 8; ++j)
      byte |= (bits[i + j] != 0 ? 1u : 0u) << j;
    ++seen[byte];
  }
  double expected = count / 8.0 / 256, chi = 0;
  for (double hits : seen)
    chi += (hits - expected) * (hits - expected) / expected;
  EXPECT_LT(chi, 365);
}
