// Elementwise ops: the ONNX formulas, and the corners where languages differ (signs, NaN, ties,
// overflow).
#include "Evaluate.h"

using namespace dlc;
using namespace dlc::test;

/// `op` on f32 values, element by element.
static void expectUnary(const std::string &op, std::vector<double> x, std::vector<double> expected,
                        DType dtype = DType::F32) {
  SCOPED_TRACE(op);
  Tensor input = tensor(dtype, {static_cast<int64_t>(x.size())}, x);
  expectValues(evaluate("dl." + op, {input}, {typeText(input)})[0], expected);
}

static void expectBinary(const std::string &op, DType dtype, std::vector<double> a,
                         std::vector<double> b, std::vector<double> expected) {
  SCOPED_TRACE(op);
  Tensor lhs = tensor(dtype, {static_cast<int64_t>(a.size())}, a);
  Tensor rhs = tensor(dtype, {static_cast<int64_t>(b.size())}, b);
  expectValues(evaluate("dl." + op, {lhs, rhs}, {typeText(lhs)})[0], expected);
}

TEST(Elementwise, BroadcastsBothOperands) {
  Tensor a = pattern(DType::F32, {3, 1, 5}), b = pattern(DType::F32, {7, 1}, 9);
  Tensor sum = evaluate("dl.sub %0, %1", {a, b}, {"tensor<3x7x5xf32>"})[0];
  for (int64_t i = 0; i < 3; ++i)
    for (int64_t j = 0; j < 7; ++j)
      for (int64_t k = 0; k < 5; ++k)
        EXPECT_EQ(sum.asDouble((i * 7 + j) * 5 + k), a.asDouble(i * 5 + k) - b.asDouble(j));
}

TEST(Elementwise, BroadcastsScalarsAndEmpty) {
  Tensor scalar = f32({}, {2.5}), row = f32({3}, {1, 2, 3}), none(DType::F32, {0, 3});
  expectValues(evaluate("dl.mul %0, %1", {scalar, row}, {"tensor<3xf32>"})[0], {2.5, 5, 7.5});
  expectValues(evaluate("dl.mul %0, %1", {scalar, scalar}, {"tensor<f32>"})[0], {6.25});
  expectValues(evaluate("dl.add %0, %1", {none, row}, {"tensor<0x3xf32>"})[0], {});
}

TEST(Elementwise, IntegersWrapAndTruncate) {
  expectBinary("add %0, %1", DType::I8, {127, -128}, {1, -1}, {-128, 127});
  expectBinary("mul %0, %1", DType::U8, {16, 255}, {17, 255}, {16, 1});
  expectBinary("sub %0, %1", DType::U8, {0, 5}, {1, 3}, {255, 2});
  expectBinary("div %0, %1", DType::I32, {-7, 7, -7, 7}, {2, -2, -2, 2}, {-3, -3, 3, 3});
  expectBinary("div %0, %1", DType::I32, {5, -2147483648.0}, {0, -1}, {0, -2147483648.0});
  expectUnary("neg %0", {-128, 5}, {-128, -5}, DType::I8);
  expectUnary("abs %0", {-128, -5}, {-128, 5}, DType::I8);
}

TEST(Elementwise, LargeIntegersAreExact) {
  Tensor a(DType::I64, {2}), b(DType::I64, {2});
  a.setInt(0, (int64_t(1) << 53) + 1);
  a.setInt(1, INT64_MIN);
  b.setInt(0, 2);
  b.setInt(1, -1);
  Tensor sum = evaluate("dl.add %0, %1", {a, b}, {"tensor<2xi64>"})[0];
  EXPECT_EQ(sum.asInt(0), (int64_t(1) << 53) + 3);
  EXPECT_EQ(sum.asInt(1), INT64_MAX);
  EXPECT_EQ(evaluate("dl.div %0, %1", {a, b}, {"tensor<2xi64>"})[0].asInt(1), INT64_MIN);
  EXPECT_EQ(evaluate("dl.less %0, %1", {a, b}, {"tensor<2xi1>"})[0].asInt(1), 1);
}

TEST(Elementwise, ModuloTakesTheSignItIsAskedFor) {
  expectBinary("mod %0, %1", DType::I32, {-4, 7, 5, 4, -7, 8}, {2, -3, 8, -2, 3, 5},
               {0, -2, 5, 0, 2, 3});
  expectBinary("mod %0, %1 {fmod = true}", DType::I32, {-4, 7, 5, 4, -7, 8}, {2, -3, 8, -2, 3, 5},
               {0, 1, 5, 0, -1, 3});
  expectBinary("mod %0, %1 {fmod = true}", DType::F32, {-4.3, 7.2, 5}, {2.1, -3.4, 8},
               {-0.1, 0.4, 5});
  expectBinary("mod %0, %1", DType::F32, {-4.25, 7.25, 5}, {2, -3.5, 0}, {1.75, -3.25, NaN});
  expectBinary("mod %0, %1", DType::I64, {3, -3}, {0, -1}, {0, 0});
}

TEST(Elementwise, PowerKeepsTheBaseType) {
  Tensor base = tensor(DType::I32, {4}, {2, -3, 7, 1}), exponent = f32({4}, {0.5, 3, -1, -5});
  Tensor power = evaluate("dl.pow %0, %1", {base, exponent}, {"tensor<4xi32>"})[0];
  expectValues(power, {1, -27, 0, 1});
  Tensor whole = tensor(DType::I64, {4}, {10, 3, -1, -2});
  expectValues(evaluate("dl.pow %0, %1", {base, whole}, {"tensor<4xi32>"})[0], {1024, -27, 0, 1});
  Tensor real = f32({4}, {1.5, -2, 0, 4});
  expectValues(evaluate("dl.pow %0, %1", {real, whole}, {"tensor<4xf32>"})[0],
               {std::pow(1.5, 10), -8, inf, 1.0 / 16});
}

TEST(Elementwise, ExtremesPropagateNaN) {
  expectBinary("max %0, %1", DType::F32, {NaN, 1, -inf, 2}, {0, NaN, -5, inf}, {NaN, NaN, -5, inf});
  expectBinary("min %0, %1", DType::F32, {NaN, 1, -inf, 2}, {0, NaN, -5, inf}, {NaN, NaN, -inf, 2});
  expectBinary("max %0, %1", DType::U8, {200, 1}, {100, 255}, {200, 255});
  expectUnary("relu %0", {-1, 0, 2, NaN}, {0, 0, 2, NaN});
  expectUnary("clip %0 {minimum = -1.0, maximum = 1.0}", {-inf, 0.5, NaN, 7}, {-1, 0.5, NaN, 1});
  expectUnary("clip %0 {minimum = 3.0, maximum = 1.0}", {0, 2, 5}, {1, 1, 1});
  expectUnary("clip %0 {minimum = 2.5}", {1, 3, 200}, {3, 3, 200}, DType::U8);
}

TEST(Elementwise, RoundsTiesToEven) {
  expectUnary("round %0", {0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -inf}, {0, 2, 2, 0, -2, 2, -inf});
  expectUnary("ceil %0", {-1.5, 1.2}, {-1, 2});
  expectUnary("floor %0", {-1.5, 1.2}, {-2, 1});
  expectUnary("sign %0", {-3, 0, 4, NaN}, {-1, 0, 1, NaN});
  expectUnary("sign %0", {-3, 0, 4}, {-1, 0, 1}, DType::I16);
}

TEST(Elementwise, ActivationsFollowTheirFormulas) {
  auto e = [](double x) { return std::exp(x); };
  expectUnary("sigmoid %0", {0, -1000, 1000, 2}, {0.5, 0, 1, 1 / (1 + e(-2))});
  expectUnary("softplus %0", {0, -1000, 1000}, {std::log(2.0), 0, 1000});
  expectUnary("softsign %0", {-3, 1}, {-0.75, 0.5});
  expectUnary("hard_swish %0", {-4, -1, 0, 1, 5}, {0, -1.0 / 3, 0, 2.0 / 3, 5});
  expectUnary("hard_sigmoid %0", {-4, 1, 9}, {0, 0.7, 1});
  expectUnary("elu %0 {alpha = 2.0}", {-1, 3}, {2 * (e(-1) - 1), 3});
  expectUnary("selu %0 {alpha = 2.0, gamma = 3.0}", {-1, 3}, {6 * (e(-1) - 1), 9});
  expectUnary("celu %0 {alpha = 2.0}", {-1, 3}, {2 * (e(-0.5) - 1), 3});
  expectUnary("leaky_relu %0 {alpha = 0.1}", {-1, 3}, {-0.1, 3});
  expectUnary("thresholded_relu %0 {alpha = 2.0}", {1.5, 2, 2.2}, {0, 0, 2.2});
  expectUnary("shrink %0 {bias = 1.5, lambd = 1.5}", {-2, -1, 0, 1, 2}, {-0.5, 0, 0, 0, 0.5});
  expectUnary("shrink %0 {lambd = 1.5}", {-2, -1, 0, 1, 2}, {-2, 0, 0, 0, 2}, DType::I32);
  expectUnary("mish %0", {1}, {std::tanh(std::log1p(e(1)))});
  expectUnary("swish %0 {alpha = 2.0}", {1}, {1 / (1 + e(-2))});
  expectUnary("gelu %0", {-1, 1}, {-0.15865525, 0.84134475});
  expectUnary("gelu %0 {approximate = true}", {-1, 1}, {-0.15880801, 0.84119199});
  Tensor x = f32({2, 3}, {-1, 2, -3, 4, -5, 6}), slope = f32({3}, {1, 2, 3});
  expectValues(evaluate("dl.prelu %0, %1", {x, slope}, {"tensor<2x3xf32>"})[0],
               {-1, 2, -9, 4, -10, 6});
}

TEST(Elementwise, MathAtTheEdges) {
  expectUnary("sqrt %0", {4, -1}, {2, NaN});
  expectUnary("rsqrt %0", {4, 0}, {0.5, inf});
  expectUnary("reciprocal %0", {-4, 0}, {-0.25, inf});
  expectUnary("log %0", {0, 1, -1}, {-inf, 0, NaN});
  expectUnary("exp %0", {1000, -1000}, {inf, 0});
  expectUnary("erf %0", {0.5, -inf}, {0.5204998778, -1});
  expectUnary("atanh %0", {0.5, 1}, {0.5493061443, inf});
}

TEST(Elementwise, LogicAndBits) {
  Tensor a = tensor(DType::Bool, {4}, {0, 0, 1, 1}), b = tensor(DType::Bool, {4}, {0, 1, 0, 1});
  expectValues(evaluate("dl.and %0, %1", {a, b}, {"tensor<4xi1>"})[0], {0, 0, 0, 1});
  expectValues(evaluate("dl.or %0, %1", {a, b}, {"tensor<4xi1>"})[0], {0, 1, 1, 1});
  expectValues(evaluate("dl.xor %0, %1", {a, b}, {"tensor<4xi1>"})[0], {0, 1, 1, 0});
  expectValues(evaluate("dl.not %0", {a}, {"tensor<4xi1>"})[0], {1, 1, 0, 0});
  expectValues(evaluate("dl.equal %0, %1", {a, b}, {"tensor<4xi1>"})[0], {1, 0, 0, 1});
  expectBinary("bitwise_and %0, %1", DType::I8, {-1, 12}, {7, 10}, {7, 8});
  expectBinary("bitwise_xor %0, %1", DType::U8, {255, 12}, {7, 10}, {248, 6});
  expectUnary("bitwise_not %0", {0, 250}, {255, 5}, DType::U8);
  expectBinary("shift_left %0, %1", DType::U8, {129, 3, 1}, {1, 2, 8}, {2, 12, 0});
  expectBinary("shift_right %0, %1", DType::I8, {-1, 64, 1}, {1, 2, 9}, {127, 16, 0});
}

TEST(Elementwise, ComparisonsWithNaNAreFalse) {
  Tensor a = f32({3}, {NaN, 1, 2}), b = f32({3}, {NaN, NaN, 2});
  expectValues(evaluate("dl.equal %0, %1", {a, b}, {"tensor<3xi1>"})[0], {0, 0, 1});
  expectValues(evaluate("dl.less_or_equal %0, %1", {a, b}, {"tensor<3xi1>"})[0], {0, 0, 1});
  expectValues(evaluate("dl.is_nan %0", {b}, {"tensor<3xi1>"})[0], {1, 1, 0});
  Tensor c = f32({3}, {-inf, inf, NaN});
  expectValues(evaluate("dl.is_inf %0", {c}, {"tensor<3xi1>"})[0], {1, 1, 0});
  expectValues(evaluate("dl.is_inf %0 {detect_negative = false}", {c}, {"tensor<3xi1>"})[0],
               {0, 1, 0});
}

TEST(Elementwise, WhereBroadcastsAllThree) {
  Tensor condition = tensor(DType::Bool, {2, 1}, {1, 0}), yes = tensor(DType::I64, {3}, {1, 2, 3}),
         no = tensor(DType::I64, {}, {-9});
  expectValues(evaluate("dl.where %0, %1, %2", {condition, yes, no}, {"tensor<2x3xi64>"})[0],
               {1, 2, 3, -9, -9, -9});
}

TEST(Elementwise, CastsSaturateAndTruncate) {
  Tensor x = f32({6}, {-1.9, 1.9, 300, -300, NaN, inf});
  expectValues(evaluate("dl.cast %0 {to = i8}", {x}, {"tensor<6xi8>"})[0],
               {-1, 1, 127, -128, 0, 127});
  expectValues(evaluate("dl.cast %0 {to = i1}", {x}, {"tensor<6xi1>"})[0], {1, 1, 1, 1, 1, 1});
  expectValues(evaluate("dl.cast %0 {to = f16}", {f32({2}, {70000, 0.1})}, {"tensor<2xf16>"})[0],
               {inf, 0.0999755859375}, 1e-12);
  Tensor whole = tensor(DType::I32, {2}, {300, -1});
  expectValues(evaluate("dl.cast %0 {to = ui8}", {whole}, {"tensor<2xui8>"})[0], {44, 255});
}

TEST(Elementwise, RoundsOnceFromDouble) {
  // 1 + 2^-11 is a tie in f16; through f32 nothing is lost.
  Tensor a = tensor(DType::F16, {1}, {1}),
         b = tensor(DType::F16, {1}, {std::ldexp(1.0, -11) * 1.5});
  expectValues(evaluate("dl.add %0, %1", {a, b}, {"tensor<1xf16>"})[0], {1 + std::ldexp(1.0, -10)},
               1e-12);
}
