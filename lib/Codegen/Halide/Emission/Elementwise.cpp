// The elementwise family: one expression an op. Floats narrower than 32 bits are computed in f32.
#include "dlc/Codegen/Halide/EmissionModels.h"
#include "dlc/Codegen/Halide/KernelEmitter.h"
#include "dlc/Codegen/Halide/Templates/Math.h"

#include <cmath>
#include <limits>

using namespace mlir;
using Halide::Expr;

namespace dlc::codegen {
namespace {

/// `Fn` is a stateless lambda (op, operand exprs...) -> Expr.
template <typename OpTy, typename Fn>
struct ScalarModel : ElementEmissionOpInterface::ExternalModel<ScalarModel<OpTy, Fn>, OpTy> {
  Expr emitElement(Operation *op, KernelEmitter &emitter, unsigned, const Coords &coords) const {
    auto operand = [&](unsigned index) {
      return KernelEmitter::compute(emitter.broadcastAt(op->getOperand(index), coords));
    };
    auto typed = cast<OpTy>(op);
    if constexpr (std::is_invocable_v<Fn, OpTy, Expr>)
      return Fn{}(typed, operand(0));
    else if constexpr (std::is_invocable_v<Fn, OpTy, Expr, Expr>)
      return Fn{}(typed, operand(0), operand(1));
    else
      return Fn{}(typed, operand(0), operand(1), operand(2));
  }
};

template <typename OpTy, typename Fn>
void attach(MLIRContext *context, Fn) {
  OpTy::template attachInterface<ScalarModel<OpTy, Fn>>(*context);
}

Expr infinityOf(Expr like) { return math::constant(like, std::numeric_limits<double>::infinity()); }

/// A number between two bounds, for NaN as well.
Expr clipped(Expr x, double low, double high) {
  return Halide::min(Halide::max(x, math::constant(x, low)), math::constant(x, high));
}

/// A divisor that the hardware takes: division by 0, and of the smallest integer by -1, trap. Lanes
/// beyond the end of a tensor divide as well.
Expr safeDivisor(Expr b) {
  Expr one = math::constant(b, 1), zero = math::constant(b, 0);
  Expr traps = b.type().is_uint() ? b == zero : b == zero || b == -one;
  return Halide::select(traps, one, b);
}

/// a / b in floats. Halide refuses a divisor that it knows to be zero; the quotient is an infinity
/// of a's sign times b's, or NaN for 0 / 0, as is a product with that infinity.
Expr quotient(Expr a, Expr b) {
  std::optional<double> divisor = Halide::Internal::as_const_float(b);
  if (divisor != 0.0)
    return a / b;
  double infinity = std::numeric_limits<double>::infinity();
  return a * math::constant(a, std::signbit(*divisor) ? -infinity : infinity);
}

/// a / b toward zero; 0 where b is 0.
Expr truncatedQuotient(Expr a, Expr b) {
  Expr zero = math::constant(a, 0), quotient = Halide::div_round_to_zero(a, safeDivisor(b));
  if (!b.type().is_uint())
    quotient = Halide::select(b == -math::constant(b, 1), zero - a, quotient);
  return Halide::select(b == zero, zero, quotient);
}

/// a - b * truncatedQuotient(a, b); 0 where b is 0.
Expr truncatedRemainder(Expr a, Expr b) { return Halide::mod_round_to_zero(a, safeDivisor(b)); }

/// Remainder with the sign of the divisor.
Expr flooredMod(Expr a, Expr b) {
  if (a.type().is_float())
    return a - b * Halide::floor(a / b);
  if (a.type().is_uint())
    return a % b;
  Expr remainder = truncatedRemainder(a, b);
  return Halide::select(remainder != 0 && ((remainder < 0) != (b < 0)), remainder + b, remainder);
}

void attachArithmetic(MLIRContext *context) {
  attach<dl::AddOp>(context, [](dl::AddOp, Expr a, Expr b) { return math::sum(a, b); });
  attach<dl::SubOp>(context, [](dl::SubOp, Expr a, Expr b) { return math::difference(a, b); });
  attach<dl::MulOp>(context, [](dl::MulOp, Expr a, Expr b) { return math::product(a, b); });
  attach<dl::DivOp>(context, [](dl::DivOp, Expr a, Expr b) {
    return a.type().is_float() ? quotient(a, b) : truncatedQuotient(a, b);
  });
  attach<dl::PowOp>(context, [](dl::PowOp, Expr a, Expr b) { return math::power(a, b); });
  attach<dl::ModOp>(context, [](dl::ModOp op, Expr a, Expr b) {
    if (!op.getFmod())
      return flooredMod(a, b);
    return a.type().is_float() ? math::libm("fmod", {a, b}) : truncatedRemainder(a, b);
  });
  attach<dl::MaxOp>(context, [](dl::MaxOp, Expr a, Expr b) { return math::maximum(a, b); });
  attach<dl::MinOp>(context, [](dl::MinOp, Expr a, Expr b) { return math::minimum(a, b); });
  attach<dl::PReluOp>(context, [](dl::PReluOp, Expr a, Expr slope) {
    return Halide::select(a < math::constant(a, 0), a * slope, a);
  });
  attach<dl::AbsOp>(context, [](dl::AbsOp, Expr x) {
    return x.type().is_uint() ? x : Halide::cast(x.type(), Halide::abs(x));
  });
  attach<dl::NegOp>(context, [](dl::NegOp, Expr x) {
    return x.type().is_float() ? -x : math::difference(math::constant(x, 0), x);
  });
  attach<dl::SignOp>(context, [](dl::SignOp, Expr x) {
    Expr zero = math::constant(x, 0), one = math::constant(x, 1);
    if (x.type().is_uint())
      return Halide::select(x > zero, one, zero);
    return Halide::select(x > zero, one, x < zero, -one, x);
  });
}

void attachRounding(MLIRContext *context) {
  attach<dl::CeilOp>(context, [](dl::CeilOp, Expr x) { return Halide::ceil(x); });
  attach<dl::FloorOp>(context, [](dl::FloorOp, Expr x) { return Halide::floor(x); });
  attach<dl::RoundOp>(context, [](dl::RoundOp, Expr x) { return Halide::round(x); });
}

void attachMath(MLIRContext *context) {
  attach<dl::ReciprocalOp>(context,
                           [](dl::ReciprocalOp, Expr x) { return math::constant(x, 1) / x; });
  attach<dl::SqrtOp>(context, [](dl::SqrtOp, Expr x) { return Halide::sqrt(x); });
  attach<dl::RsqrtOp>(context,
                      [](dl::RsqrtOp, Expr x) { return math::constant(x, 1) / Halide::sqrt(x); });
  attach<dl::ExpOp>(context, [](dl::ExpOp, Expr x) { return math::exp(x); });
  attach<dl::LogOp>(context, [](dl::LogOp, Expr x) { return math::log(x); });
  attach<dl::ErfOp>(context, [](dl::ErfOp, Expr x) { return math::erf(x); });
  attach<dl::SinOp>(context, [](dl::SinOp, Expr x) { return math::libm("sin", {x}); });
  attach<dl::CosOp>(context, [](dl::CosOp, Expr x) { return math::libm("cos", {x}); });
  attach<dl::TanOp>(context, [](dl::TanOp, Expr x) { return math::libm("tan", {x}); });
  attach<dl::AsinOp>(context, [](dl::AsinOp, Expr x) { return math::libm("asin", {x}); });
  attach<dl::AcosOp>(context, [](dl::AcosOp, Expr x) { return math::libm("acos", {x}); });
  attach<dl::AtanOp>(context, [](dl::AtanOp, Expr x) { return math::libm("atan", {x}); });
  attach<dl::SinhOp>(context, [](dl::SinhOp, Expr x) { return math::libm("sinh", {x}); });
  attach<dl::CoshOp>(context, [](dl::CoshOp, Expr x) { return math::libm("cosh", {x}); });
  attach<dl::TanhOp>(context, [](dl::TanhOp, Expr x) { return math::tanh(x); });
  attach<dl::AsinhOp>(context, [](dl::AsinhOp, Expr x) { return math::libm("asinh", {x}); });
  attach<dl::AcoshOp>(context, [](dl::AcoshOp, Expr x) { return math::libm("acosh", {x}); });
  attach<dl::AtanhOp>(context, [](dl::AtanhOp, Expr x) { return math::libm("atanh", {x}); });
}

double asDouble(llvm::APFloat value) { return value.convertToDouble(); }

Expr elu(Expr x, double alpha) {
  Expr zero = math::constant(x, 0);
  return Halide::select(x > zero || Halide::is_nan(x), x,
                        math::constant(x, alpha) *
                            (math::exp(Halide::min(x, zero)) - math::constant(x, 1)));
}

void attachActivations(MLIRContext *context) {
  attach<dl::ReluOp>(context,
                     [](dl::ReluOp, Expr x) { return Halide::max(math::constant(x, 0), x); });
  attach<dl::SigmoidOp>(context, [](dl::SigmoidOp, Expr x) { return math::sigmoid(x); });
  attach<dl::SoftplusOp>(context, [](dl::SoftplusOp, Expr x) { return math::softplus(x); });
  attach<dl::SoftsignOp>(
      context, [](dl::SoftsignOp, Expr x) { return x / (math::constant(x, 1) + Halide::abs(x)); });
  attach<dl::HardSwishOp>(context, [](dl::HardSwishOp, Expr x) {
    return x * clipped(x * math::constant(x, 1.0 / 6.0) + math::constant(x, 0.5), 0, 1);
  });
  attach<dl::MishOp>(context, [](dl::MishOp, Expr x) { return x * math::tanh(math::softplus(x)); });
  attach<dl::GeluOp>(context, [](dl::GeluOp op, Expr x) {
    Expr inner = op.getApproximate() ? math::tanh(math::constant(x, 0.7978845608028654) *
                                                  (x + math::constant(x, 0.044715) * x * x * x))
                                     : math::erf(x * math::constant(x, 0.7071067811865476));
    return math::constant(x, 0.5) * x * (math::constant(x, 1) + inner);
  });
  attach<dl::SwishOp>(context, [](dl::SwishOp op, Expr x) {
    return x * math::sigmoid(math::constant(x, asDouble(op.getAlpha())) * x);
  });
  attach<dl::EluOp>(context, [](dl::EluOp op, Expr x) { return elu(x, asDouble(op.getAlpha())); });
  attach<dl::SeluOp>(context, [](dl::SeluOp op, Expr x) {
    return math::constant(x, asDouble(op.getGamma())) * elu(x, asDouble(op.getAlpha()));
  });
  attach<dl::CeluOp>(context, [](dl::CeluOp op, Expr x) {
    double alpha = asDouble(op.getAlpha());
    Expr zero = math::constant(x, 0), scale = math::constant(x, alpha);
    Expr below = scale * (math::exp(x / scale) - math::constant(x, 1));
    return Halide::max(zero, x) + Halide::min(zero, below);
  });
  attach<dl::LeakyReluOp>(context, [](dl::LeakyReluOp op, Expr x) {
    return Halide::select(x < math::constant(x, 0), x * math::constant(x, asDouble(op.getAlpha())),
                          x);
  });
  attach<dl::ThresholdedReluOp>(context, [](dl::ThresholdedReluOp op, Expr x) {
    // Not `x <= alpha`, which Halide takes for `!(x > alpha)`.
    return Halide::select(x > math::constant(x, asDouble(op.getAlpha())) || Halide::is_nan(x), x,
                          math::constant(x, 0));
  });
  attach<dl::HardSigmoidOp>(context, [](dl::HardSigmoidOp op, Expr x) {
    Expr line =
        math::constant(x, asDouble(op.getAlpha())) * x + math::constant(x, asDouble(op.getBeta()));
    return Halide::select(Halide::is_nan(line), line, clipped(line, 0, 1));
  });
  attach<dl::ShrinkOp>(context, [](dl::ShrinkOp op, Expr x) {
    // Integers compare and shift as reals, then truncate.
    Halide::Type type = x.type();
    Expr value = type.is_float() ? x : Halide::cast<double>(x);
    Expr bias = math::constant(value, asDouble(op.getBias()));
    Expr lambd = math::constant(value, asDouble(op.getLambd()));
    return Halide::cast(type,
                        Halide::select(value<-lambd, value + bias, value> lambd, value - bias,
                                       Halide::is_nan(value), value, math::constant(value, 0)));
  });
  attach<dl::ClipOp>(context, [](dl::ClipOp op, Expr x) {
    if (op.getMinimum())
      x = math::maximum(x, math::constant(x, asDouble(*op.getMinimum())));
    if (op.getMaximum())
      x = math::minimum(x, math::constant(x, asDouble(*op.getMaximum())));
    return x;
  });
}

/// Not a ScalarModel: the operand's own type matters, and not the one that is computed in.
struct BitcastModel : ElementEmissionOpInterface::ExternalModel<BitcastModel, dl::BitcastOp> {
  Expr emitElement(Operation *operation, KernelEmitter &emitter, unsigned,
                   const Coords &coords) const {
    auto op = cast<dl::BitcastOp>(operation);
    Expr x = emitter.at(op.getOperand(), coords);
    Halide::Type to = KernelEmitter::exprType(op.getTo());
    if (x.type().is_bool())
      x = Halide::cast<uint8_t>(x);
    if (to.is_bool())
      return Halide::reinterpret<uint8_t>(x) != Halide::cast<uint8_t>(0);
    return Halide::reinterpret(to, x);
  }
};

/// A float as an integer, NaN as the least one, which x86 makes of it. Halide takes a cast of a
/// cast to an integer for one of the latter's operand, where it should ask whether that is an
/// integer (Simplify_Cast.cpp): -1.0 as an unsigned number has no meaning. It sees none behind a
/// choice.
Expr toInteger(Halide::Type to, const Expr &x) {
  return Halide::select(Halide::is_nan(x), to.min(), Halide::cast(to, x));
}

void attachLogic(MLIRContext *context) {
  attach<dl::EqualOp>(context, [](dl::EqualOp, Expr a, Expr b) { return a == b; });
  attach<dl::LessOp>(context, [](dl::LessOp, Expr a, Expr b) { return a < b; });
  // Halide takes `a <= b` for `!(b < a)`, which NaN is not.
  attach<dl::LessOrEqualOp>(context,
                            [](dl::LessOrEqualOp, Expr a, Expr b) { return a < b || a == b; });
  attach<dl::GreaterOp>(context, [](dl::GreaterOp, Expr a, Expr b) { return a > b; });
  attach<dl::GreaterOrEqualOp>(
      context, [](dl::GreaterOrEqualOp, Expr a, Expr b) { return a > b || a == b; });
  attach<dl::AndOp>(context, [](dl::AndOp, Expr a, Expr b) { return a && b; });
  attach<dl::OrOp>(context, [](dl::OrOp, Expr a, Expr b) { return a || b; });
  attach<dl::XorOp>(context, [](dl::XorOp, Expr a, Expr b) { return a != b; });
  attach<dl::NotOp>(context, [](dl::NotOp, Expr x) { return !x; });
  attach<dl::BitwiseAndOp>(context, [](dl::BitwiseAndOp, Expr a, Expr b) { return a & b; });
  attach<dl::BitwiseOrOp>(context, [](dl::BitwiseOrOp, Expr a, Expr b) { return a | b; });
  attach<dl::BitwiseXorOp>(context, [](dl::BitwiseXorOp, Expr a, Expr b) { return a ^ b; });
  attach<dl::BitwiseNotOp>(context, [](dl::BitwiseNotOp, Expr x) { return ~x; });
  // A shift by the width or more gives 0, as the reference does.
  attach<dl::ShiftLeftOp>(context, [](dl::ShiftLeftOp, Expr a, Expr b) {
    Expr bits = Halide::Internal::make_const(b.type(), b.type().bits());
    return Halide::select(b < bits, a << Halide::min(b, bits - 1),
                          Halide::Internal::make_zero(a.type()));
  });
  attach<dl::ShiftRightOp>(context, [](dl::ShiftRightOp, Expr a, Expr b) {
    Expr bits = Halide::Internal::make_const(b.type(), b.type().bits());
    Halide::Type unsignedType = a.type().with_code(Halide::Type::UInt);
    Expr shifted =
        Halide::cast(unsignedType, a) >> Halide::cast(unsignedType, Halide::min(b, bits - 1));
    return Halide::select(b < bits, Halide::cast(a.type(), shifted),
                          Halide::Internal::make_zero(a.type()));
  });
  attach<dl::IsNaNOp>(context, [](dl::IsNaNOp, Expr x) { return Halide::is_nan(x); });
  attach<dl::IsInfOp>(context, [](dl::IsInfOp op, Expr x) {
    Expr result = Halide::Internal::const_false();
    if (op.getDetectPositive())
      result = result || x == infinityOf(x);
    if (op.getDetectNegative())
      result = result || x == -infinityOf(x);
    return result;
  });
  attach<dl::WhereOp>(context,
                      [](dl::WhereOp, Expr c, Expr a, Expr b) { return Halide::select(c, a, b); });
  attach<dl::CastOp>(context, [](dl::CastOp op, Expr x) {
    Halide::Type to = KernelEmitter::exprType(op.getTo());
    if (to.is_bool())
      return x.type().is_bool() ? x : x != Halide::Internal::make_zero(x.type());
    // Halide's own conversion, beside bf16, makes NaN infinite.
    if (to == Halide::Float(16) && x.type().is_float())
      return Halide::select(Halide::is_nan(x),
                            Halide::reinterpret(to, Halide::cast<uint16_t>(0x7e00)),
                            Halide::cast(to, x));
    return x.type().is_float() && to.is_int_or_uint() ? toInteger(to, x) : Halide::cast(to, x);
  });
}

} // namespace

void attachElementwiseEmission(MLIRContext *context) {
  attachArithmetic(context);
  attachRounding(context);
  attachMath(context);
  attachActivations(context);
  attachLogic(context);
  dl::BitcastOp::attachInterface<BitcastModel>(*context);
}

} // namespace dlc::codegen
