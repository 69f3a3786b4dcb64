// Reductions, arg max and min, cumulative sums, top k: known values, empty sets, ties and NaN.
#include "Evaluate.h"

using namespace dlc;
using namespace dlc::test;

static Tensor reduce(const std::string &kind, const Tensor &x, const std::string &axes,
                     const std::string &type, bool keep = true) {
  return evaluate("dl.reduce <" + kind + "> %0 {axes = array<i64" + (axes.empty() ? "" : ": ") +
                      axes + ">, keep_dims = " + (keep ? "true" : "false") + "}",
                  {x}, {type})[0];
}

TEST(Reduction, ReducesEveryKind) {
  Tensor x = f32({2, 3}, {1, -2, 3, 4, 5, -6});
  auto rows = [&](const std::string &kind) { return reduce(kind, x, "1", "tensor<2x1xf32>"); };
  expectValues(rows("sum"), {2, 3});
  expectValues(rows("mean"), {2.0 / 3, 1});
  expectValues(rows("max"), {3, 5});
  expectValues(rows("min"), {-2, -6});
  expectValues(rows("prod"), {-6, -120});
  expectValues(rows("l1"), {6, 15});
  expectValues(rows("l2"), {std::sqrt(14.0), std::sqrt(77.0)});
  expectValues(rows("sum_square"), {14, 77});
  expectValues(rows("log_sum"), {std::log(2.0), std::log(3.0)});
  expectValues(rows("log_sum_exp"), {std::log(std::exp(1.0) + std::exp(-2.0) + std::exp(3.0)),
                                     std::log(std::exp(4.0) + std::exp(5.0) + std::exp(-6.0))});
  expectValues(reduce("sum", x, "0", "tensor<3xf32>", false), {5, 3, -3});
  expectValues(reduce("sum", x, "0, 1", "tensor<f32>", false), {5});
  expectValues(reduce("sum_square", x, "", "tensor<2x3xf32>"), {1, 4, 9, 16, 25, 36});
}

TEST(Reduction, SumsOverAnyAxes) {
  Tensor x = pattern(DType::F32, {3, 5, 2, 7});
  Tensor sums = reduce("sum", x, "0, 2", "tensor<1x5x1x7xf32>");
  for (int64_t j = 0; j < 5; ++j)
    for (int64_t l = 0; l < 7; ++l) {
      double sum = 0;
      for (int64_t i = 0; i < 3; ++i)
        for (int64_t k = 0; k < 2; ++k)
          sum += x.asDouble(((i * 5 + j) * 2 + k) * 7 + l);
      EXPECT_EQ(sums.asDouble(j * 7 + l), sum);
    }
}

TEST(Reduction, EmptySetsGiveTheNeutralElement) {
  Tensor x(DType::F32, {2, 0});
  const std::pair<const char *, double> expected[] = {
      {"sum", 0}, {"mean", NaN}, {"max", -inf},     {"min", inf},      {"prod", 1},
      {"l1", 0},  {"l2", 0},     {"sum_square", 0}, {"log_sum", -inf}, {"log_sum_exp", -inf}};
  for (auto [kind, value] : expected) {
    SCOPED_TRACE(kind);
    expectValues(reduce(kind, x, "1", "tensor<2x1xf32>"), {value, value});
  }
  expectValues(reduce("max", Tensor(DType::I8, {0}), "0", "tensor<1xi8>"), {-128});
  expectValues(reduce("min", Tensor(DType::U16, {0}), "0", "tensor<1xui16>"), {65535});
  expectValues(reduce("min", Tensor(DType::Bool, {0}), "0", "tensor<1xi1>"), {1});
}

TEST(Reduction, LogSumExpSurvivesLargeElements) {
  expectValues(reduce("log_sum_exp", f32({2}, {1000, 1000}), "0", "tensor<1xf32>"),
               {1000 + std::log(2.0)});
  expectValues(reduce("log_sum_exp", f32({2}, {-inf, -inf}), "0", "tensor<1xf32>"), {-inf});
  expectValues(reduce("log_sum_exp", f32({2}, {inf, 1}), "0", "tensor<1xf32>"), {inf});
}

TEST(Reduction, ExtremesPropagateNaN) {
  Tensor x = f32({3}, {1, NaN, 3});
  expectValues(reduce("max", x, "0", "tensor<1xf32>"), {NaN});
  expectValues(reduce("min", x, "0", "tensor<1xf32>"), {NaN});
  expectValues(reduce("max", tensor(DType::Bool, {2}, {0, 1}), "0", "tensor<1xi1>"), {1});
}

TEST(Reduction, IntegersTruncate) {
  Tensor x = tensor(DType::I32, {3}, {-2, -2, -4});
  expectValues(reduce("mean", x, "0", "tensor<1xi32>"), {-2});
  expectValues(reduce("l2", x, "0", "tensor<1xi32>"), {4});
}

TEST(Reduction, ArgMaxBreaksTies) {
  Tensor x = f32({2, 4}, {2, 7, 7, 1, NaN, 3, 9, NaN});
  expectValues(
      evaluate("dl.arg_max %0 {axis = 1 : i64, keep_dims = false}", {x}, {"tensor<2xi64>"})[0],
      {1, 0});
  expectValues(evaluate("dl.arg_max %0 {axis = 1 : i64, select_last_index = true}", {x},
                        {"tensor<2x1xi64>"})[0],
               {2, 3});
  expectValues(evaluate("dl.arg_min %0 {axis = 0 : i64}", {x}, {"tensor<1x4xi64>"})[0],
               {1, 1, 0, 1});
}

TEST(Reduction, CumSumRunsBothWays) {
  Tensor x = f32({2, 3}, {1, 2, 3, 4, 5, 6});
  expectValues(evaluate("dl.cumsum %0 {axis = 1 : i64}", {x}, {"tensor<2x3xf32>"})[0],
               {1, 3, 6, 4, 9, 15});
  expectValues(evaluate("dl.cumsum %0 {axis = 0 : i64}", {x}, {"tensor<2x3xf32>"})[0],
               {1, 2, 3, 5, 7, 9});
  expectValues(
      evaluate("dl.cumsum %0 {axis = 1 : i64, exclusive = true}", {x}, {"tensor<2x3xf32>"})[0],
      {0, 1, 3, 0, 4, 9});
  expectValues(evaluate("dl.cumsum %0 {axis = 1 : i64, exclusive = true, reverse = true}", {x},
                        {"tensor<2x3xf32>"})[0],
               {5, 3, 0, 11, 6, 0});
  expectValues(evaluate("dl.cumprod %0 {axis = 1 : i64}", {x}, {"tensor<2x3xf32>"})[0],
               {1, 2, 6, 4, 20, 120});
  expectValues(
      evaluate("dl.cumprod %0 {axis = 1 : i64, exclusive = true}", {x}, {"tensor<2x3xf32>"})[0],
      {1, 1, 2, 1, 4, 20});
}

TEST(Reduction, TopKOrdersAndBreaksTies) {
  Tensor x = f32({2, 4}, {3, 7, 7, 1, 0, NaN, -inf, 5});
  auto largest = evaluate("dl.top_k %0 {k = 3 : i64, axis = 1 : i64}", {x},
                          {"tensor<2x3xf32>", "tensor<2x3xi64>"});
  expectValues(largest[0], {7, 7, 3, NaN, 5, 0});
  expectValues(largest[1], {1, 2, 0, 1, 3, 0});
  auto smallest = evaluate("dl.top_k %0 {k = 4 : i64, axis = 1 : i64, largest = false}", {x},
                           {"tensor<2x4xf32>", "tensor<2x4xi64>"});
  expectValues(smallest[0], {1, 3, 7, 7, -inf, 0, 5, NaN});
  expectValues(smallest[1], {3, 0, 1, 2, 2, 0, 3, 1});
  auto outer = evaluate("dl.top_k %0 {k = 1 : i64, axis = 0 : i64}", {f32({2, 2}, {1, 5, 4, 2})},
                        {"tensor<1x2xf32>", "tensor<1x2xi64>"});
  expectValues(outer[0], {4, 5});
  expectValues(outer[1], {1, 0});
}
