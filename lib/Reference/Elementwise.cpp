// Elementwise ops: one table of scalar functions, applied under broadcasting.
//
// Real functions are written on double; functions of numbers of any kind are generic over double,
// int64_t and uint64_t, the computing types (Evaluation.h).
#include "Evaluation.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

using namespace mlir;

namespace dlc {
using namespace dl;

//===-- Application ------------------------------------------------------------------------===//

template <typename T, typename Function>
static void applyUnary(const Tensor &operand, Tensor &result, Function function) {
  Tensor wide =
      operand.dtype() == computingType(operand.dtype()) ? operand.clone() : widen(operand);
  T *data = wide.data<T>();
  for (int64_t i = 0; i < wide.numElements(); ++i)
    data[i] = function(data[i]);
  narrow(wide, result);
}

/// result[i] = function(lhs[i], rhs[i]) with both broadcast; `to` is the C++ type of the wide
/// result.
template <typename T, typename U, typename To, typename Function>
static void applyBinary(const Tensor &lhs, const Tensor &rhs, Tensor &result, DType wideType,
                        Function function) {
  Tensor left = widen(lhs), right = widen(rhs), wide(wideType, result.shape());
  const T *a = left.data<T>();
  const U *b = right.data<U>();
  To *out = wide.data<To>();
  Shape strides[] = {broadcastStrides(lhs.shape(), result.shape()),
                     broadcastStrides(rhs.shape(), result.shape())};
  int64_t length = rowLength(result.shape());
  int64_t stepA = strides[0].empty() ? 0 : strides[0].back();
  int64_t stepB = strides[1].empty() ? 0 : strides[1].back();
  forEachRow(result.shape(), strides, [&](int64_t at, ArrayRef<int64_t> offsets) {
    const T *rowA = a + offsets[0];
    const U *rowB = b + offsets[1];
    for (int64_t i = 0; i < length; ++i)
      out[at + i] = function(rowA[i * stepA], rowB[i * stepB]);
  });
  narrow(wide, result);
}

//===-- Table entries ----------------------------------------------------------------------===//

/// A function of one real.
template <typename Op, auto function>
static void realUnary(MLIRContext *context) {
  attachReference<Op, [](Op, ArrayRef<Tensor> operands, MutableArrayRef<Tensor> results) {
    applyUnary<double>(operands[0], results[0], function);
    return success();
  }>(context);
}

/// A function of one real with attributes: `make(op)` reads them once.
template <typename Op, auto make>
static void realUnaryOf(MLIRContext *context) {
  attachReference<Op, [](Op op, ArrayRef<Tensor> operands, MutableArrayRef<Tensor> results) {
    applyUnary<double>(operands[0], results[0], make(op));
    return success();
  }>(context);
}

/// A function of one number of any kind.
template <typename Op, auto function>
static void unary(MLIRContext *context) {
  attachReference<Op, [](Op, ArrayRef<Tensor> operands, MutableArrayRef<Tensor> results) {
    withComputingType(operands[0].dtype(), [&](auto *tag) {
      applyUnary<std::remove_pointer_t<decltype(tag)>>(operands[0], results[0], function);
    });
    return success();
  }>(context);
}

/// A function of two numbers of one kind to a number of that kind; `make(op)` reads the attributes.
template <typename Op, auto make>
static void binaryOf(MLIRContext *context) {
  attachReference<Op, [](Op op, ArrayRef<Tensor> operands, MutableArrayRef<Tensor> results) {
    auto function = make(op);
    withComputingType(operands[0].dtype(), [&](auto *tag) {
      using T = std::remove_pointer_t<decltype(tag)>;
      applyBinary<T, T, T>(operands[0], operands[1], results[0], computingType(operands[0].dtype()),
                           function);
    });
    return success();
  }>(context);
}

template <typename Op, auto function>
static void binary(MLIRContext *context) {
  binaryOf<Op, [](Op) { return function; }>(context);
}

/// A predicate on two numbers of one kind.
template <typename Op, auto function>
static void compare(MLIRContext *context) {
  attachReference<Op, [](Op op, ArrayRef<Tensor> operands, MutableArrayRef<Tensor> results) {
    withComputingType(operands[0].dtype(), [&](auto *tag) {
      using T = std::remove_pointer_t<decltype(tag)>;
      applyBinary<T, T, uint64_t>(operands[0], operands[1], results[0], DType::U64, function);
    });
    return success();
  }>(context);
}

//===-- Scalar functions that do not fit a line --------------------------------------------===//

/// Quotient truncated toward zero. Division by zero, which the models leave undefined, gives 0.
template <typename T>
static T divide(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a / b;
  } else {
    if (b == 0)
      return 0;
    if (std::is_signed_v<T> && b == static_cast<T>(-1))
      return wrappingSub<T>(0, a);
    return a / b;
  }
}

/// Remainder with the sign of the divisor; modulo zero is NaN for reals and 0 for integers.
template <typename T>
static T floorModulo(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    T remainder = std::fmod(a, b);
    if (remainder == 0)
      return std::copysign(remainder, b);
    return (remainder < 0) != (b < 0) ? remainder + b : remainder;
  } else {
    if (b == 0 || b == static_cast<T>(-1))
      return b == 0 || std::is_signed_v<T> ? 0 : a % b;
    T remainder = a % b;
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
  }
}

/// Remainder with the sign of the dividend, as C's % and fmod.
template <typename T>
static T truncatingModulo(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return std::fmod(a, b);
  else
    return b == 0 || (std::is_signed_v<T> && b == static_cast<T>(-1)) ? 0 : a % b;
}

template <typename T>
static bool isNaN(T value) {
  return value != value;
}

template <typename T>
static T larger(T a, T b) {
  return isNaN(a) || a > b ? a : b;
}
template <typename T>
static T smaller(T a, T b) {
  return isNaN(a) || a < b ? a : b;
}

/// base^exponent by squaring, wrapping. A negative exponent gives the truncated reciprocal.
template <typename T, typename U>
static T integerPower(T base, U exponent) {
  if constexpr (std::is_signed_v<U>) {
    if (exponent < 0) {
      bool odd = exponent % 2 != 0;
      if (base == 1)
        return 1;
      return std::is_signed_v<T> && base == static_cast<T>(-1) ? static_cast<T>(odd ? -1 : 1) : 0;
    }
  }
  T power = 1;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1)
      power = wrappingMul(power, base);
    base = wrappingMul(base, base);
  }
  return power;
}

static double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

static double sigmoid(double x) {
  double e = std::exp(-std::fabs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/// NaN stays NaN.
static double clamp(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}

static double elu(double x, double alpha) { return x > 0 ? x : alpha * std::expm1(x); }

static double gelu(double x, bool approximate) {
  if (approximate)
    return 0.5 * x *
           (1 + std::tanh(std::sqrt(2 * std::numbers::inv_pi) * (x + 0.044715 * x * x * x)));
  return 0.5 * x * (1 + std::erf(x * std::numbers::sqrt2 / 2));
}

/// `value` as a bound of T: saturated, rounded toward the inside of the interval by `round`.
template <typename T>
static T boundOf(double value, double (*round)(double)) {
  if constexpr (std::is_floating_point_v<T>) {
    return value;
  } else {
    value = round(value);
    if (value <= static_cast<double>(std::numeric_limits<T>::min()))
      return std::numeric_limits<T>::min();
    if (value >= static_cast<double>(std::numeric_limits<T>::max()))
      return std::numeric_limits<T>::max();
    return static_cast<T>(value);
  }
}

//===-- Evaluations with types of their own ------------------------------------------------===//

static LogicalResult evaluatePow(PowOp, ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  const Tensor &base = operands[0], &exponent = operands[1];
  if (isFloat(base.dtype()) || isFloat(exponent.dtype())) {
    applyBinary<double, double, double>(toDouble(base), toDouble(exponent), results[0], DType::F64,
                                        [](double x, double y) { return std::pow(x, y); });
    return success();
  }
  withComputingType(base.dtype(), [&](auto *baseTag) {
    withComputingType(exponent.dtype(), [&](auto *exponentTag) {
      using T = std::remove_pointer_t<decltype(baseTag)>;
      using U = std::remove_pointer_t<decltype(exponentTag)>;
      if constexpr (std::is_integral_v<T> && std::is_integral_v<U>)
        applyBinary<T, U, T>(base, exponent, results[0], computingType(base.dtype()),
                             integerPower<T, U>);
    });
  });
  return success();
}

static LogicalResult evaluateClip(ClipOp op, ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double low = op.getMinimum() ? op.getMinimum()->convertToDouble() : -infinity;
  double high = op.getMaximum() ? op.getMaximum()->convertToDouble() : infinity;
  withComputingType(operands[0].dtype(), [&](auto *tag) {
    using T = std::remove_pointer_t<decltype(tag)>;
    T minimum = boundOf<T>(low, std::ceil), maximum = boundOf<T>(high, std::floor);
    applyUnary<T>(operands[0], results[0], [=](T x) {
      T raised = x < minimum ? minimum : x;
      return raised > maximum ? maximum : raised;
    });
  });
  return success();
}

/// A shift to the right fills with zeros within the width of the type; a shift by the width or more
/// is 0.
static LogicalResult evaluateShift(bool left, ArrayRef<Tensor> operands, Tensor &result) {
  unsigned width = 8 * byteWidth(operands[0].dtype());
  uint64_t mask = width == 64 ? ~uint64_t(0) : (uint64_t(1) << width) - 1;
  // Both in U64: as bit patterns, whatever the sign.
  applyBinary<uint64_t, uint64_t, uint64_t>(operands[0].cast(DType::U64),
                                            operands[1].cast(DType::U64), result, DType::U64,
                                            [=](uint64_t value, uint64_t by) {
                                              if (by >= width)
                                                return uint64_t(0);
                                              return left ? value << by : (value & mask) >> by;
                                            });
  return success();
}

static LogicalResult evaluateShiftLeft(ShiftLeftOp, ArrayRef<Tensor> operands,
                                       MutableArrayRef<Tensor> results) {
  return evaluateShift(/*left=*/true, operands, results[0]);
}
static LogicalResult evaluateShiftRight(ShiftRightOp, ArrayRef<Tensor> operands,
                                        MutableArrayRef<Tensor> results) {
  return evaluateShift(/*left=*/false, operands, results[0]);
}

/// Applies a predicate on reals.
template <typename Function>
static void applyPredicate(const Tensor &operand, Tensor &result, Function function) {
  for (int64_t i = 0; i < operand.numElements(); ++i)
    result.data<uint8_t>()[i] = function(operand.asDouble(i));
}

static LogicalResult evaluateIsNaN(IsNaNOp, ArrayRef<Tensor> operands,
                                   MutableArrayRef<Tensor> results) {
  applyPredicate(operands[0], results[0], isNaN<double>);
  return success();
}

static LogicalResult evaluateIsInf(IsInfOp op, ArrayRef<Tensor> operands,
                                   MutableArrayRef<Tensor> results) {
  bool positive = op.getDetectPositive(), negative = op.getDetectNegative();
  applyPredicate(operands[0], results[0],
                 [=](double x) { return std::isinf(x) && (x > 0 ? positive : negative); });
  return success();
}

static LogicalResult evaluateWhere(WhereOp, ArrayRef<Tensor> operands,
                                   MutableArrayRef<Tensor> results) {
  const Shape &shape = results[0].shape();
  Shape strides[] = {broadcastStrides(operands[0].shape(), shape),
                     broadcastStrides(operands[1].shape(), shape),
                     broadcastStrides(operands[2].shape(), shape)};
  size_t width = byteWidth(results[0].dtype());
  int64_t length = rowLength(shape);
  forEachRow(shape, strides, [&](int64_t at, ArrayRef<int64_t> offsets) {
    for (int64_t i = 0; i < length; ++i) {
      auto place = [&](int which) {
        return offsets[which] + (shape.empty() ? 0 : i * strides[which].back());
      };
      int chosen = operands[0].data<uint8_t>()[place(0)] ? 1 : 2;
      std::copy_n(operands[chosen].raw() + place(chosen) * width, width,
                  results[0].raw() + (at + i) * width);
    }
  });
  return success();
}

static LogicalResult evaluateCast(CastOp, ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  narrow(operands[0], results[0]);
  return success();
}

static LogicalResult evaluateBitcast(BitcastOp, ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  std::copy_n(operands[0].raw(), operands[0].numBytes(), results[0].raw());
  // A bool is 0 or 1 in memory.
  if (results[0].dtype() == DType::Bool)
    for (int64_t i = 0; i < results[0].numElements(); ++i)
      results[0].data<uint8_t>()[i] = results[0].data<uint8_t>()[i] != 0;
  return success();
}

//===-- The table --------------------------------------------------------------------------===//

static void attachArithmetic(MLIRContext *context) {
  binary<AddOp, [](auto a, auto b) { return wrappingAdd(a, b); }>(context);
  binary<SubOp, [](auto a, auto b) { return wrappingSub(a, b); }>(context);
  binary<MulOp, [](auto a, auto b) { return wrappingMul(a, b); }>(context);
  binary<DivOp, [](auto a, auto b) { return divide(a, b); }>(context);
  binary<MaxOp, [](auto a, auto b) { return larger(a, b); }>(context);
  binary<MinOp, [](auto a, auto b) { return smaller(a, b); }>(context);
  binary<PReluOp, [](auto x, auto slope) { return x < 0 ? wrappingMul(x, slope) : x; }>(context);
  binaryOf<ModOp, [](ModOp op) {
    return [fmod = op.getFmod()](auto a, auto b) {
      return fmod ? truncatingModulo(a, b) : floorModulo(a, b);
    };
  }>(context);
  unary<AbsOp, [](auto x) { return x < 0    ? wrappingSub<decltype(x)>(0, x)
                                   : x == 0 ? 0
                                            : x; }>(
      context);
  unary<NegOp, [](auto x) -> decltype(x) {
    if constexpr (std::is_floating_point_v<decltype(x)>)
      return -x;
    else
      return wrappingSub<decltype(x)>(0, x);
  }>(context);
  unary<SignOp, [](auto x) -> decltype(x) {
    return isNaN(x) ? x : decltype(x)(x > 0) - decltype(x)(x < 0);
  }>(context);
  unary<ReluOp, [](auto x) -> decltype(x) { return x < 0 ? 0 : x; }>(context);
}

static void attachMath(MLIRContext *context) {
  realUnary<CeilOp, [](double x) { return std::ceil(x); }>(context);
  realUnary<FloorOp, [](double x) { return std::floor(x); }>(context);
  realUnary<RoundOp, [](double x) { return std::nearbyint(x); }>(context);
  realUnary<ReciprocalOp, [](double x) { return 1 / x; }>(context);
  realUnary<SqrtOp, [](double x) { return std::sqrt(x); }>(context);
  realUnary<RsqrtOp, [](double x) { return 1 / std::sqrt(x); }>(context);
  realUnary<ExpOp, [](double x) { return std::exp(x); }>(context);
  realUnary<LogOp, [](double x) { return std::log(x); }>(context);
  realUnary<ErfOp, [](double x) { return std::erf(x); }>(context);
  realUnary<SinOp, [](double x) { return std::sin(x); }>(context);
  realUnary<CosOp, [](double x) { return std::cos(x); }>(context);
  realUnary<TanOp, [](double x) { return std::tan(x); }>(context);
  realUnary<AsinOp, [](double x) { return std::asin(x); }>(context);
  realUnary<AcosOp, [](double x) { return std::acos(x); }>(context);
  realUnary<AtanOp, [](double x) { return std::atan(x); }>(context);
  realUnary<SinhOp, [](double x) { return std::sinh(x); }>(context);
  realUnary<CoshOp, [](double x) { return std::cosh(x); }>(context);
  realUnary<TanhOp, [](double x) { return std::tanh(x); }>(context);
  realUnary<AsinhOp, [](double x) { return std::asinh(x); }>(context);
  realUnary<AcoshOp, [](double x) { return std::acosh(x); }>(context);
  realUnary<AtanhOp, [](double x) { return std::atanh(x); }>(context);
}

static void attachActivations(MLIRContext *context) {
  realUnary<SigmoidOp, [](double x) { return sigmoid(x); }>(context);
  realUnary<SoftplusOp, [](double x) { return softplus(x); }>(context);
  realUnary<SoftsignOp, [](double x) { return x / (1 + std::fabs(x)); }>(context);
  realUnary<HardSwishOp, [](double x) { return x * clamp(x / 6 + 0.5, 0, 1); }>(context);
  realUnary<MishOp, [](double x) { return x * std::tanh(softplus(x)); }>(context);
  realUnaryOf<GeluOp, [](GeluOp op) {
    return [approximate = op.getApproximate()](double x) { return gelu(x, approximate); };
  }>(context);
  realUnaryOf<SwishOp, [](SwishOp op) {
    return [alpha = op.getAlpha().convertToDouble()](double x) { return x * sigmoid(alpha * x); };
  }>(context);
  realUnaryOf<EluOp, [](EluOp op) {
    return [alpha = op.getAlpha().convertToDouble()](double x) { return elu(x, alpha); };
  }>(context);
  realUnaryOf<SeluOp, [](SeluOp op) {
    return [alpha = op.getAlpha().convertToDouble(),
            gamma = op.getGamma().convertToDouble()](double x) { return gamma * elu(x, alpha); };
  }>(context);
  realUnaryOf<CeluOp, [](CeluOp op) {
    return [alpha = op.getAlpha().convertToDouble()](double x) {
      return larger(0.0, x) + smaller(0.0, alpha * std::expm1(x / alpha));
    };
  }>(context);
  realUnaryOf<LeakyReluOp, [](LeakyReluOp op) {
    return [alpha = op.getAlpha().convertToDouble()](double x) { return x < 0 ? alpha * x : x; };
  }>(context);
  realUnaryOf<ThresholdedReluOp, [](ThresholdedReluOp op) {
    return [alpha = op.getAlpha().convertToDouble()](double x) { return x <= alpha ? 0 : x; };
  }>(context);
  realUnaryOf<HardSigmoidOp, [](HardSigmoidOp op) {
    return [alpha = op.getAlpha().convertToDouble(), beta = op.getBeta().convertToDouble()](
               double x) { return clamp(alpha * x + beta, 0, 1); };
  }>(context);
  attachReference<ShrinkOp, [](ShrinkOp op, ArrayRef<Tensor> operands,
                               MutableArrayRef<Tensor> results) {
    double bias = op.getBias().convertToDouble(), lambd = op.getLambd().convertToDouble();
    applyUnary<double>(toDouble(operands[0]), results[0], [=](double x) {
      return x < -lambd ? x + bias : x > lambd ? x - bias : isNaN(x) ? x : 0;
    });
    return success();
  }>(context);
  attachReference<ClipOp, evaluateClip>(context);
}

static void attachLogic(MLIRContext *context) {
  compare<EqualOp, [](auto a, auto b) { return a == b; }>(context);
  compare<LessOp, [](auto a, auto b) { return a < b; }>(context);
  compare<LessOrEqualOp, [](auto a, auto b) { return a <= b; }>(context);
  compare<GreaterOp, [](auto a, auto b) { return a > b; }>(context);
  compare<GreaterOrEqualOp, [](auto a, auto b) { return a >= b; }>(context);
  compare<AndOp, [](auto a, auto b) { return a != 0 && b != 0; }>(context);
  compare<OrOp, [](auto a, auto b) { return a != 0 || b != 0; }>(context);
  compare<XorOp, [](auto a, auto b) { return (a != 0) != (b != 0); }>(context);
  unary<NotOp, [](auto x) -> decltype(x) { return x == 0; }>(context);
  // The casts only serve the instances for reals, which ODS excludes.
  binary<BitwiseAndOp, [](auto a, auto b) -> decltype(a) { return uint64_t(a) & uint64_t(b); }>(
      context);
  binary<BitwiseOrOp, [](auto a, auto b) -> decltype(a) { return uint64_t(a) | uint64_t(b); }>(
      context);
  binary<BitwiseXorOp, [](auto a, auto b) -> decltype(a) { return uint64_t(a) ^ uint64_t(b); }>(
      context);
  unary<BitwiseNotOp, [](auto x) -> decltype(x) { return ~uint64_t(x); }>(context);
  attachReference<ShiftLeftOp, evaluateShiftLeft>(context);
  attachReference<ShiftRightOp, evaluateShiftRight>(context);
}

void attachElementwiseReference(MLIRContext *context) {
  attachArithmetic(context);
  attachMath(context);
  attachActivations(context);
  attachLogic(context);
  attachReference<PowOp, evaluatePow>(context);
  attachReference<IsNaNOp, evaluateIsNaN>(context);
  attachReference<IsInfOp, evaluateIsInf>(context);
  attachReference<WhereOp, evaluateWhere>(context);
  attachReference<CastOp, evaluateCast>(context);
  attachReference<BitcastOp, evaluateBitcast>(context);
}

} // namespace dlc
