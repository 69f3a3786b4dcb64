// Arithmetic, comparison, logic, casts: operators of ONNX that are one elementwise dl op each, or a
// few.
#include "Families.h"

#include "../Broadcast.h"
#include "../NodeContext.h"

using namespace mlir;

namespace dlc::onnx {

template <typename OpTy>
static LogicalResult importUnary(NodeContext &c) {
  c.ignoreAttr("consumed_inputs");
  return c.setOutput(0, c.create<OpTy>(c.input(0)));
}

template <typename OpTy>
static LogicalResult importBinary(NodeContext &c) {
  c.ignoreAttr("consumed_inputs");
  Value rhs = alignBroadcastAxis(c, c.input(0), c.input(1));
  return c.setOutput(0, c.create<OpTy>(c.input(0), rhs));
}

/// Sum, Max, Min of any number of operands.
template <typename OpTy>
static LogicalResult importVariadic(NodeContext &c) {
  c.ignoreAttr("consumed_inputs");
  Value result = c.input(0);
  for (Value operand : c.allInputs().drop_front())
    result = c.create<OpTy>(result, operand);
  return c.setOutput(0, result);
}

static LogicalResult importMean(NodeContext &c) {
  c.ignoreAttr("consumed_inputs");
  Value sum = c.input(0);
  for (Value operand : c.allInputs().drop_front())
    sum = c.create<dl::AddOp>(sum, operand);
  Value count = c.scalar(c.elementOf(c.input(0)), c.numInputs());
  return c.setOutput(0, c.create<dl::DivOp>(sum, count));
}

static LogicalResult importPow(NodeContext &c) {
  Value rhs = alignBroadcastAxis(c, c.input(0), c.input(1));
  return c.setOutput(0, c.create<dl::PowOp>(c.input(0), rhs));
}

static LogicalResult importMod(NodeContext &c) {
  bool fmod = c.boolAttr("fmod", false);
  if (!fmod && isa<FloatType>(c.elementOf(c.input(0))))
    return c.badInput("floating-point operands need fmod = 1");
  return c.setOutput(0, c.create<dl::ModOp>(c.input(0), c.input(1), fmod));
}

static LogicalResult importBitShift(NodeContext &c) {
  std::string direction = c.stringAttr("direction", "");
  if (direction == "LEFT")
    return c.setOutput(0, c.create<dl::ShiftLeftOp>(c.input(0), c.input(1)));
  if (direction == "RIGHT")
    return c.setOutput(0, c.create<dl::ShiftRightOp>(c.input(0), c.input(1)));
  return c.badInput("attribute 'direction' is '" + direction + "', expected LEFT or RIGHT");
}

static LogicalResult importIsInf(NodeContext &c) {
  return c.setOutput(0, c.create<dl::IsInfOp>(c.input(0), c.boolAttr("detect_negative", true),
                                              c.boolAttr("detect_positive", true)));
}

static LogicalResult importWhere(NodeContext &c) {
  return c.setOutput(0, c.create<dl::WhereOp>(c.input(0), c.input(1), c.input(2)));
}

static LogicalResult importCast(NodeContext &c) {
  // Both only concern types of 8 and fewer bits that dlc lacks.
  c.ignoreAttr("saturate");
  c.ignoreAttr("round_mode");
  Type element;
  if (c.opset() < 6) {
    std::string name = c.stringAttr("to", "");
    std::transform(name.begin(), name.end(), name.begin(), ::tolower);
    std::optional<DType> dtype = dtypeFromName(name == "float"    ? "float32"
                                               : name == "double" ? "float64"
                                                                  : name);
    if (!dtype)
      return c.unsupported("element type '" + name + "' is not one that dlc compiles");
    element = dl::elementType(c.builder().getContext(), *dtype);
  } else {
    element = c.elementTypeOfCode(c.requiredIntAttr("to"));
  }
  return c.setOutput(0, c.cast(c.input(0), element));
}

static LogicalResult importCastLike(NodeContext &c) {
  c.ignoreAttr("saturate");
  c.ignoreAttr("round_mode");
  return c.setOutput(0, c.cast(c.input(0), c.elementOf(c.input(1))));
}

static LogicalResult importBitCast(NodeContext &c) {
  Type element = c.elementTypeOfCode(c.requiredIntAttr("to"));
  return c.setOutput(0, c.create<dl::BitcastOp>(c.input(0), TypeAttr::get(element)));
}

void registerElementwiseImporters(OpTable &table) {
  auto unary = [&](StringRef name, ImportFunction import) {
    table.add({.opType = name, .import = import});
  };
  auto binary = [&](StringRef name, ImportFunction import) {
    table.add({.opType = name, .import = import, .minInputs = 2, .maxInputs = 2});
  };
  auto variadic = [&](StringRef name, ImportFunction import) {
    table.add({.opType = name, .import = import, .minInputs = 1, .maxInputs = anyNumber});
  };
  unary("Abs", importUnary<dl::AbsOp>);
  unary("Neg", importUnary<dl::NegOp>);
  unary("Sign", importUnary<dl::SignOp>);
  unary("Ceil", importUnary<dl::CeilOp>);
  unary("Floor", importUnary<dl::FloorOp>);
  unary("Round", importUnary<dl::RoundOp>);
  unary("Reciprocal", importUnary<dl::ReciprocalOp>);
  unary("Sqrt", importUnary<dl::SqrtOp>);
  unary("Exp", importUnary<dl::ExpOp>);
  unary("Log", importUnary<dl::LogOp>);
  unary("Erf", importUnary<dl::ErfOp>);
  unary("Sin", importUnary<dl::SinOp>);
  unary("Cos", importUnary<dl::CosOp>);
  unary("Tan", importUnary<dl::TanOp>);
  unary("Asin", importUnary<dl::AsinOp>);
  unary("Acos", importUnary<dl::AcosOp>);
  unary("Atan", importUnary<dl::AtanOp>);
  unary("Sinh", importUnary<dl::SinhOp>);
  unary("Cosh", importUnary<dl::CoshOp>);
  unary("Tanh", importUnary<dl::TanhOp>);
  unary("Asinh", importUnary<dl::AsinhOp>);
  unary("Acosh", importUnary<dl::AcoshOp>);
  unary("Atanh", importUnary<dl::AtanhOp>);
  unary("Not", importUnary<dl::NotOp>);
  unary("BitwiseNot", importUnary<dl::BitwiseNotOp>);
  unary("IsNaN", importUnary<dl::IsNaNOp>);
  unary("IsInf", importIsInf);
  binary("Add", importBinary<dl::AddOp>);
  binary("Sub", importBinary<dl::SubOp>);
  binary("Mul", importBinary<dl::MulOp>);
  binary("Div", importBinary<dl::DivOp>);
  binary("Equal", importBinary<dl::EqualOp>);
  binary("Less", importBinary<dl::LessOp>);
  binary("LessOrEqual", importBinary<dl::LessOrEqualOp>);
  binary("Greater", importBinary<dl::GreaterOp>);
  binary("GreaterOrEqual", importBinary<dl::GreaterOrEqualOp>);
  binary("And", importBinary<dl::AndOp>);
  binary("Or", importBinary<dl::OrOp>);
  binary("Xor", importBinary<dl::XorOp>);
  binary("BitwiseAnd", importBinary<dl::BitwiseAndOp>);
  binary("BitwiseOr", importBinary<dl::BitwiseOrOp>);
  binary("BitwiseXor", importBinary<dl::BitwiseXorOp>);
  binary("Pow", importPow);
  binary("Mod", importMod);
  binary("BitShift", importBitShift);
  binary("CastLike", importCastLike);
  unary("BitCast", importBitCast);
  variadic("Sum", importVariadic<dl::AddOp>);
  variadic("Max", importVariadic<dl::MaxOp>);
  variadic("Min", importVariadic<dl::MinOp>);
  variadic("Mean", importMean);
  table.add({.opType = "Where", .import = importWhere, .minInputs = 3, .maxInputs = 3});
  table.add(
      {.opType = "Cast", .import = importCast, .limits = "no string, float8, 2 and 4 bit types"});
}

} // namespace dlc::onnx
