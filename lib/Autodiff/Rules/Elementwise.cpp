// Gradients of elementwise ops: a table of formulas. Where a function has a kink the derivative
// there is that of Keras: 0 for relu at 0, half to each side for a tie of max and min.
#include "Rules/Rules.h"

#include <numbers>

using namespace mlir;

namespace dlc::autodiff {

using std::numbers::inv_sqrtpi;
using std::numbers::sqrt2;
/// sqrt(2 / pi) and the cubic coefficient of the tanh form of GELU (Hendrycks and Gimpel, 2016).
static constexpr double kGeluScale = sqrt2 * inv_sqrtpi, kGeluCubic = 0.044715;

static void attachArithmetic(MLIRContext *context) {
  binary<dl::AddOp>(
      context, [](auto, Term, Term, Term, Term dy) { return dy; },
      [](auto, Term, Term, Term, Term dy) { return dy; });
  binary<dl::SubOp>(
      context, [](auto, Term, Term, Term, Term dy) { return dy; },
      [](auto, Term, Term, Term, Term dy) { return -dy; });
  binary<dl::MulOp>(
      context, [](auto, Term, Term b, Term, Term dy) { return dy * b; },
      [](auto, Term a, Term, Term, Term dy) { return dy * a; });
  binary<dl::DivOp>(
      context, [](auto, Term, Term b, Term, Term dy) { return dy / b; },
      [](auto, Term, Term b, Term y, Term dy) { return -(dy * y) / b; });
  // Zero where the formula has 0 * inf: an exponent of 0, and a base that has no logarithm.
  binary<dl::PowOp>(
      context,
      [](auto, Term a, Term b, Term, Term dy) {
        return dy * where(equal(b, b.scalar(0)), 0.0, b * pow(a, b - 1.0));
      },
      [](auto, Term a, Term, Term y, Term dy) { return where(a > 0.0, dy * y * log(a), 0.0); });
  binary<dl::ModOp>(
      context, [](auto, Term, Term, Term, Term dy) { return dy; },
      [](dl::ModOp op, Term a, Term b, Term, Term dy) {
        Term quotient = op.getFmod() ? sign(a / b) * floor(abs(a / b)) : floor(a / b);
        return -(dy * quotient);
      });
  binary<dl::MaxOp>(
      context,
      [](auto, Term a, Term b, Term, Term dy) {
        return where(a > b, dy, where(a < b, 0.0, dy * 0.5));
      },
      [](auto, Term a, Term b, Term, Term dy) {
        return where(b > a, dy, where(b < a, 0.0, dy * 0.5));
      });
  binary<dl::MinOp>(
      context,
      [](auto, Term a, Term b, Term, Term dy) {
        return where(a < b, dy, where(a > b, 0.0, dy * 0.5));
      },
      [](auto, Term a, Term b, Term, Term dy) {
        return where(b < a, dy, where(b > a, 0.0, dy * 0.5));
      });
  binary<dl::PReluOp>(
      context, [](auto, Term a, Term b, Term, Term dy) { return where(a >= 0.0, dy, dy * b); },
      [](auto, Term a, Term, Term, Term dy) { return where(a >= 0.0, 0.0, dy * a); });
  rule<dl::WhereOp>(context, [](dl::WhereOp, GradientBuilder &g) {
    if (g.wants(1))
      g.add(1, where(g.operand(0), g.cotangent(), 0.0));
    if (g.wants(2))
      g.add(2, where(g.operand(0), 0.0, g.cotangent()));
    return success();
  });
  rule<dl::CastOp>(context, [](dl::CastOp op, GradientBuilder &g) {
    g.add(0, g.cotangent().make<dl::CastOp>(getElementTypeOrSelf(op.getOperand())));
    return success();
  });
}

static void attachFunctions(MLIRContext *context) {
  unary<dl::AbsOp>(context, [](auto, Term x, Term, Term dy) { return dy * sign(x); });
  unary<dl::NegOp>(context, [](auto, Term, Term, Term dy) { return -dy; });
  unary<dl::ReciprocalOp>(context, [](auto, Term, Term y, Term dy) { return -(dy * y * y); });
  unary<dl::SqrtOp>(context, [](auto, Term, Term y, Term dy) { return dy * 0.5 / y; });
  unary<dl::RsqrtOp>(context, [](auto, Term x, Term y, Term dy) { return dy * -0.5 * y / x; });
  unary<dl::ExpOp>(context, [](auto, Term, Term y, Term dy) { return dy * y; });
  unary<dl::LogOp>(context, [](auto, Term x, Term, Term dy) { return dy / x; });
  unary<dl::ErfOp>(
      context, [](auto, Term x, Term, Term dy) { return dy * (2 * inv_sqrtpi) * exp(-(x * x)); });
  unary<dl::SinOp>(context, [](auto, Term x, Term, Term dy) { return dy * cos(x); });
  unary<dl::CosOp>(context, [](auto, Term x, Term, Term dy) { return -(dy * sin(x)); });
  unary<dl::TanOp>(context, [](auto, Term, Term y, Term dy) { return dy * (1.0 + y * y); });
  unary<dl::AsinOp>(context, [](auto, Term x, Term, Term dy) { return dy * rsqrt(1.0 - x * x); });
  unary<dl::AcosOp>(context,
                    [](auto, Term x, Term, Term dy) { return -(dy * rsqrt(1.0 - x * x)); });
  unary<dl::AtanOp>(context, [](auto, Term x, Term, Term dy) { return dy / (1.0 + x * x); });
  unary<dl::SinhOp>(context, [](auto, Term x, Term, Term dy) { return dy * cosh(x); });
  unary<dl::CoshOp>(context, [](auto, Term x, Term, Term dy) { return dy * sinh(x); });
  unary<dl::TanhOp>(context, [](auto, Term, Term y, Term dy) { return dy * (1.0 - y * y); });
  unary<dl::AsinhOp>(context, [](auto, Term x, Term, Term dy) { return dy * rsqrt(x * x + 1.0); });
  unary<dl::AcoshOp>(context, [](auto, Term x, Term, Term dy) { return dy * rsqrt(x * x - 1.0); });
  unary<dl::AtanhOp>(context, [](auto, Term x, Term, Term dy) { return dy / (1.0 - x * x); });
}

static void attachActivations(MLIRContext *context) {
  unary<dl::ReluOp>(context, [](auto, Term x, Term, Term dy) { return where(x > 0.0, dy, 0.0); });
  unary<dl::SigmoidOp>(context, [](auto, Term, Term y, Term dy) { return dy * y * (1.0 - y); });
  unary<dl::SoftplusOp>(context, [](auto, Term x, Term, Term dy) { return dy * sigmoid(x); });
  unary<dl::SoftsignOp>(context, [](auto, Term x, Term, Term dy) {
    Term divisor = 1.0 + abs(x);
    return dy / (divisor * divisor);
  });
  unary<dl::HardSwishOp>(context, [](auto, Term x, Term, Term dy) {
    return where(x > -3.0, where(x < 3.0, dy * (x / 3.0 + 0.5), dy), 0.0);
  });
  unary<dl::MishOp>(context, [](auto, Term x, Term, Term dy) {
    Term t = tanh(softplus(x));
    return dy * (t + x * sigmoid(x) * (1.0 - t * t));
  });
  unary<dl::GeluOp>(context, [](dl::GeluOp op, Term x, Term, Term dy) {
    if (!op.getApproximate())
      return dy *
             (0.5 * (1.0 + erf(x / sqrt2)) + x * (0.5 * sqrt2 * inv_sqrtpi) * exp(x * x * -0.5));
    Term t = tanh(kGeluScale * (x + kGeluCubic * (x * x * x)));
    return dy * (0.5 * (1.0 + t) +
                 0.5 * x * (1.0 - t * t) * (kGeluScale * (1.0 + 3 * kGeluCubic * (x * x))));
  });
  unary<dl::SwishOp>(context, [](dl::SwishOp op, Term x, Term y, Term dy) {
    double alpha = number(op.getAlpha());
    Term s = sigmoid(alpha * x);
    return dy * (s + alpha * y * (1.0 - s));
  });
  unary<dl::EluOp>(context, [](dl::EluOp op, Term x, Term y, Term dy) {
    return where(x > 0.0, dy, dy * (y + number(op.getAlpha())));
  });
  unary<dl::SeluOp>(context, [](dl::SeluOp op, Term x, Term y, Term dy) {
    double gamma = number(op.getGamma());
    return where(x > 0.0, dy * gamma, dy * (y + gamma * number(op.getAlpha())));
  });
  unary<dl::CeluOp>(context, [](dl::CeluOp op, Term x, Term, Term dy) {
    return where(x > 0.0, dy, dy * exp(x / number(op.getAlpha())));
  });
  unary<dl::LeakyReluOp>(context, [](dl::LeakyReluOp op, Term x, Term, Term dy) {
    return where(x >= 0.0, dy, dy * number(op.getAlpha()));
  });
  unary<dl::ThresholdedReluOp>(context, [](dl::ThresholdedReluOp op, Term x, Term, Term dy) {
    return where(x > number(op.getAlpha()), dy, 0.0);
  });
  unary<dl::HardSigmoidOp>(context, [](dl::HardSigmoidOp op, Term, Term y, Term dy) {
    return where((y > 0.0) && (y < 1.0), dy * number(op.getAlpha()), 0.0);
  });
  unary<dl::ShrinkOp>(context, [](dl::ShrinkOp op, Term x, Term, Term dy) {
    return where(abs(x) > number(op.getLambd()), dy, 0.0);
  });
  unary<dl::ClipOp>(context, [](dl::ClipOp op, Term x, Term, Term dy) {
    Term result = dy;
    if (op.getMinimum())
      result = where(x >= number(*op.getMinimum()), result, 0.0);
    if (op.getMaximum())
      result = where(x <= number(*op.getMaximum()), result, 0.0);
    return result;
  });
}

void attachElementwiseRules(MLIRContext *context) {
  attachArithmetic(context);
  attachFunctions(context);
  attachActivations(context);
  zero<"piecewise constant", dl::SignOp, dl::CeilOp, dl::FloorOp, dl::RoundOp>(context);
  zero<"the result is not a number", dl::EqualOp, dl::LessOp, dl::LessOrEqualOp, dl::GreaterOp,
       dl::GreaterOrEqualOp, dl::IsNaNOp, dl::IsInfOp>(context);
  zero<"the operands are not floats", dl::AndOp, dl::OrOp, dl::XorOp, dl::NotOp, dl::BitwiseAndOp,
       dl::BitwiseOrOp, dl::BitwiseXorOp, dl::BitwiseNotOp, dl::ShiftLeftOp, dl::ShiftRightOp>(
      context);
}

} // namespace dlc::autodiff
