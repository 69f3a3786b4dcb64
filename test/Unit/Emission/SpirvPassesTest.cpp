// The passes that bring code into forms that Halide's generator of SPIR-V writes well leave its
// meaning as it is: kernels for the host with and without them.
#include "../../../lib/Codegen/Halide/DeviceLanguage.h"
#include "../../../lib/Codegen/Halide/DeviceMath.h"
#include "../../../lib/Codegen/Halide/SpirvForms.h"
#include "../../../lib/Codegen/Halide/SpirvIntegers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace dlc::codegen {
namespace {

using namespace Halide;
using Halide::Internal::IRMutator;

/// A pass that counts what is left of what the generator gets wrong.
class Leftovers : public IRMutator {
public:
  explicit Leftovers(int &count) : count(count) {}

protected:
  using IRMutator::visit;
  Expr visit(const Internal::Call *op) override {
    using Internal::Call;
    count += op->type.is_int() && op->is_intrinsic({Call::shift_right, Call::div_round_to_zero,
                                                    Call::mod_round_to_zero, Call::halving_add});
    count += op->is_intrinsic({Call::strict_min, Call::strict_max});
    return IRMutator::visit(op);
  }
  Expr visit(const Internal::Div *op) override {
    count += op->type.is_int();
    return IRMutator::visit(op);
  }
  Expr visit(const Internal::Mod *op) override {
    count += op->type.is_int();
    return IRMutator::visit(op);
  }
  Expr visit(const Internal::NE *op) override {
    count += op->a.type().is_float() || op->a.type().is_bool();
    return IRMutator::visit(op);
  }
  Expr visit(const Internal::Min *op) override {
    count += op->type.is_float();
    return IRMutator::visit(op);
  }
  Expr visit(const Internal::Max *op) override {
    count += op->type.is_float();
    return IRMutator::visit(op);
  }

  Expr visit(const Internal::Shuffle *op) override {
    count += op->is_interleave() && op->vectors.size() == 2;
    return IRMutator::visit(op);
  }

private:
  int &count;
};

/// Elements of `output` behind the passes for SPIR-V.
template <typename T>
Buffer<T> behindPasses(Func output, const std::vector<int> &sizes) {
  Pipeline pipeline(output);
  int leftovers = 0;
  pipeline.add_custom_lowering_pass(spirvIntegersPass().release());
  pipeline.add_custom_lowering_pass(spirvFormsPass().release());
  pipeline.add_custom_lowering_pass(new Leftovers(leftovers));
  Buffer<T> result = pipeline.realize(sizes, get_host_target().with_feature(Target::StrictFloat));
  EXPECT_EQ(leftovers, 0) << output.name();
  return result;
}

/// Expects of all numbers of eight bits in pairs what `expected` says.
void expectPairs(const char *what, Expr (*operation)(Expr, Expr), int (*expected)(int, int)) {
  Var x("x"), y("y");
  Func f(what);
  f(x, y) = operation(cast<int8_t>(x - 128), cast<int8_t>(y - 128));
  Buffer<int8_t> found = behindPasses<int8_t>(f, {256, 256});
  for (int b = -128; b < 128; ++b)
    for (int a = -128; a < 128; ++a)
      ASSERT_EQ(found(a + 128, b + 128), static_cast<int8_t>(expected(a, b)))
          << what << " of " << a << " and " << b;
}

/// Rounded so that the remainder is not negative.
int euclidean(int a, int b) {
  if (b == 0)
    return 0;
  int quotient = a / b;
  return a - quotient * b < 0 ? quotient - (b > 0 ? 1 : -1) : quotient;
}

TEST(SpirvPasses, divideIntegersOfBothSigns) {
  expectPairs("quotient", [](Expr a, Expr b) { return a / b; }, euclidean);
  expectPairs(
      "remainder", [](Expr a, Expr b) { return a % b; },
      [](int a, int b) { return b == 0 ? 0 : a - euclidean(a, b) * b; });
  expectPairs(
      "quotient_of_seven", [](Expr a, Expr) { return a / 7; },
      [](int a, int) { return euclidean(a, 7); });
  expectPairs(
      "remainder_of_eight", [](Expr a, Expr) { return a % 8; }, [](int a, int) { return a & 7; });
  expectPairs(
      "truncated",
      [](Expr a, Expr b) { return div_round_to_zero(a, select(b == 0, cast<int8_t>(1), b)); },
      [](int a, int b) { return a / (b == 0 ? 1 : b); });
  expectPairs(
      "truncated_remainder",
      [](Expr a, Expr b) { return mod_round_to_zero(a, select(b == 0, cast<int8_t>(1), b)); },
      [](int a, int b) { return a % (b == 0 ? 1 : b); });
}

TEST(SpirvPasses, shiftTheSignIn) {
  expectPairs("halved", [](Expr a, Expr) { return a >> 1; }, [](int a, int) { return a >> 1; });
  expectPairs(
      "shifted", [](Expr a, Expr b) { return a >> cast<uint8_t>(b & 7); },
      [](int a, int b) { return a >> (b & 7); });
  expectPairs(
      "both_ways", [](Expr a, Expr b) { return a >> (b % 8 - 4); },
      [](int a, int b) {
        int amount = (b & 7) - 4;
        return amount < 0 ? a * (1 << -amount) : a >> amount;
      });
  expectPairs(
      "both_ways_left", [](Expr a, Expr b) { return a << (b % 8 - 4); },
      [](int a, int b) {
        int amount = (b & 7) - 4;
        return amount < 0 ? a >> -amount : a * (1 << amount);
      });
  expectPairs(
      "mean", [](Expr a, Expr b) { return cast<int8_t>((cast<int16_t>(a) + b) / 2); },
      [](int a, int b) { return (a + b) >> 1; });
}

TEST(SpirvPasses, runNoLoopBelowZero) {
  Param<int> extent("extent");
  Var x("x");
  RDom k(0, extent, "k");
  Func f("sums");
  f(x) = x;
  f(x) += k + 1;
  extent.set(-3);
  EXPECT_EQ(behindPasses<int>(f, {1})(0), 0);
  extent.set(3);
  EXPECT_EQ(behindPasses<int>(f, {1})(0), 6);
}

TEST(SpirvPasses, compareNaN) {
  const float nan = NAN;
  Buffer<float> a(4), b(4);
  for (int i = 0; i < 4; ++i) {
    a(i) = i & 1 ? nan : 1.0f;
    b(i) = i & 2 ? nan : 2.0f;
  }
  Var x("x");
  Func f("comparisons");
  f(x) = cast<int>(a(x) != b(x)) + 2 * cast<int>(is_nan(max(a(x), b(x)))) +
         4 * cast<int>(is_nan(min(a(x), b(x)))) + 8 * cast<int>(cast<bool>(a(x)));
  Buffer<int> found = behindPasses<int>(f, {4});
  for (int i = 0; i < 4; ++i)
    // The second operand is taken where one is NaN.
    EXPECT_EQ(found(i), 1 + (i & 2 ? 6 : 0) + 8) << i;
}

TEST(SpirvPasses, compareBooleans) {
  Var x("x"), y("y");
  Func f("booleans");
  Expr a = x != 0, b = y != 0;
  f(x, y) = cast<int>(a == b) + 2 * cast<int>(a != b);
  Buffer<int> found = behindPasses<int>(f, {2, 2});
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j)
      EXPECT_EQ(found(i, j), i == j ? 1 : 2);
}

TEST(SpirvPasses, interleaveVectors) {
  Buffer<float> a(8), b(8);
  for (int i = 0; i < 8; ++i) {
    a(i) = static_cast<float>(i);
    b(i) = static_cast<float>(-i);
  }
  Var x("x");
  Func f("interleaved");
  f(x) = select(x % 2 == 0, a(x / 2), b(x / 2));
  f.vectorize(x, 4);
  Buffer<float> found = behindPasses<float>(f, {16});
  for (int i = 0; i < 16; ++i)
    EXPECT_EQ(found(i), i % 2 ? b(i / 2) : a(i / 2)) << i;
}

TEST(SpirvPasses, raiseToPowersAsLibmDoes) {
  const float infinity = INFINITY, nan = NAN;
  const std::vector<float> numbers = {0.0f,  1.0f,  -1.0f,    0.5f,      -0.5f, 2.0f,  3.0f,
                                      -2.0f, -3.0f, 7.25f,    -7.25f,    40.f,  -40.f, 1e-3f,
                                      1e3f,  127.f, infinity, -infinity, nan};
  const int count = static_cast<int>(numbers.size());
  Buffer<float> values(count);
  std::copy(numbers.begin(), numbers.end(), values.data());
  Var x("x"), y("y");
  Func f("powers");
  f(x, y) =
      Internal::Call::make(Float(32), "powf", {values(x), values(y)}, Internal::Call::PureExtern);
  Pipeline pipeline(f);
  pipeline.add_custom_lowering_pass(deviceMathPass(schedule::DeviceKind::Vulkan).release());
  Buffer<float> found =
      pipeline.realize({count, count}, get_host_target().with_feature(Target::StrictFloat));
  for (int i = 0; i < count; ++i)
    for (int j = 0; j < count; ++j) {
      const float base = numbers[size_t(i)], exponent = numbers[size_t(j)];
      const double expected = std::pow(double(base), double(exponent));
      // Beyond e^89 and below e^-86.9 the exponential is infinite or zero.
      if (std::isfinite(expected) && expected != 0 && std::abs(std::log(std::abs(expected))) > 86)
        continue;
      if (std::isfinite(expected))
        EXPECT_NEAR(found(i, j), expected, 1e-5 * std::abs(expected)) << base << "^" << exponent;
      else if (std::isnan(expected))
        EXPECT_TRUE(std::isnan(found(i, j))) << base << "^" << exponent;
      else
        EXPECT_EQ(found(i, j), static_cast<float>(expected)) << base << "^" << exponent;
    }
}

TEST(SpirvPasses, refuseWhatHasNoForm) {
  using Internal::Call;
  const Expr x = Internal::Variable::make(Float(32), "x"),
             d = Internal::Variable::make(Float(64), "d");
  EXPECT_THROW(spirvFormsPass()->mutate(cast(BFloat(16), x)), UnsupportedOnDevice);
  const Expr vector = Internal::Broadcast::make(x, 4);
  EXPECT_THROW(
      spirvFormsPass()->mutate(Call::make(vector.type(), Call::if_then_else,
                                          {vector > 0.0f, vector, vector}, Call::PureIntrinsic)),
      std::logic_error);
  auto math = deviceMathPass(schedule::DeviceKind::Vulkan);
  EXPECT_THROW(math->mutate(exp(d)), UnsupportedOnDevice);
  EXPECT_THROW(math->mutate(Call::make(Float(64), "erf", {d}, Call::PureExtern)),
               UnsupportedOnDevice);
  EXPECT_NO_THROW(math->mutate(sqrt(floor(d))));
}

} // namespace
} // namespace dlc::codegen
