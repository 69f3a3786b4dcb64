// Quantised operators: numbers of 8 and 16 bits with a scale and a zero point. Each is the
// arithmetic on reals or 32-bit integers that defines it, which fuses with what is around it.
#include "Families.h"

#include "../NodeContext.h"
#include "../SpatialAttributes.h"

using namespace mlir;

namespace dlc::onnx {

//===-- Scales and zero points -------------------------------------------------------------===//

/// `value` (one number, one a place on `axis`, or one a block of `block` places) with the rank of
/// `quantized`, so that it broadcasts.
static Value alongAxis(NodeContext &c, Value value, Value quantized, int64_t axis, int64_t block) {
  if (c.failed() || !value)
    return {};
  Ints own = c.shapeOf(value);
  if (own.empty() || (own.size() == 1 && own[0] == 1))
    return c.reshape(value, Ints());
  int64_t rank = c.rankOf(quantized), size = c.sizeOf(quantized, axis);
  if (block == 0) {
    if (own.size() != 1 || own[0] != size) {
      (void)c.badInput("scale or zero point does not have one entry a place on axis " +
                       Twine(axis));
      return {};
    }
    Ints spread(rank, 1);
    spread[axis] = own[0];
    return c.reshape(value, spread);
  }
  if (static_cast<int64_t>(own.size()) != rank || own[axis] * block < size) {
    (void)c.badInput("scale or zero point does not have one entry a block on axis " + Twine(axis));
    return {};
  }
  Ints split(own), repeated(own), joined(own);
  split.insert(split.begin() + axis + 1, 1);
  repeated.insert(repeated.begin() + axis + 1, block);
  joined[axis] = own[axis] * block;
  Value blocks = c.reshape(c.expand(c.reshape(value, split), repeated), joined);
  return c.sliceAxis(blocks, axis, 0, size);
}

/// The reals `value`, rounded and saturated to the integers of `element`.
static Value saturate(NodeContext &c, Value value, Type element) {
  auto integer = dyn_cast<IntegerType>(element);
  if (c.failed() || !integer || integer.getWidth() > 16) {
    (void)c.unsupported("quantises to a type that is no integer of 8 or 16 bits");
    return {};
  }
  int64_t values = int64_t(1) << integer.getWidth();
  int64_t low = integer.isUnsigned() ? 0 : -values / 2;
  value = c.create<dl::ClipOp>(value, c.f64(static_cast<double>(low)),
                               c.f64(static_cast<double>(low + values - 1)));
  return c.cast(value, element);
}

/// saturate(round(value) + zeroPoint), in f32; a null zero point is 0.
static Value quantize(NodeContext &c, Value value, Value zeroPoint, Type element) {
  Type f32 = c.builder().getF32Type();
  value = c.create<dl::RoundOp>(c.failed() ? value : c.cast(value, f32));
  if (zeroPoint)
    value = c.create<dl::AddOp>(value, c.cast(zeroPoint, f32));
  return saturate(c, value, element);
}

/// The type in attribute `name`, or `otherwise` where it is absent or 0.
static Type typeAttr(NodeContext &c, StringRef name, Type otherwise) {
  int64_t code = c.intAttr(name, 0);
  return code == 0 ? otherwise : c.elementTypeOfCode(code);
}

/// The axis that scales go along; 0 where there is one scale, and the axis is anything.
static FailureOr<int64_t> quantizedAxis(NodeContext &c) {
  int64_t axis = c.intAttr("axis", 1);
  if (c.typeOf(c.input(1)).getNumElements() == 1 && c.rankOf(c.input(1)) < 2)
    return 0;
  return c.normalizeAxis(axis, c.rankOf(c.input(0)));
}

static LogicalResult importQuantizeLinear(NodeContext &c) {
  c.ignoreAttr("saturate"); // concerns types of 8 bits that are no integers
  int64_t block = c.intAttr("block_size", 0);
  FailureOr<int64_t> axis = quantizedAxis(c);
  Type scaleType = c.elementOf(c.input(1));
  Type target = typeAttr(
      c, "output_dtype",
      c.hasInput(2) ? c.elementOf(c.input(2))
                    : IntegerType::get(c.builder().getContext(), 8, IntegerType::Unsigned));
  Type precision = typeAttr(c, "precision", scaleType);
  if (failed(axis) || c.failed())
    return failure();
  if (!isa<FloatType>(precision))
    return c.badInput("attribute 'precision' is no floating-point type");
  Value scale = alongAxis(c, c.cast(c.input(1), precision), c.input(0), *axis, block);
  Value zeroPoint = alongAxis(c, c.input(2), c.input(0), *axis, block);
  Value quotient = c.create<dl::DivOp>(c.cast(c.input(0), precision), scale);
  return c.setOutput(0, quantize(c, quotient, zeroPoint, target));
}

/// `value` less `zeroPoint` (null: 0) as 32-bit integers.
static Value centered(NodeContext &c, Value value, Value zeroPoint) {
  Type i32 = c.builder().getI32Type();
  value = c.cast(value, i32);
  return zeroPoint ? c.create<dl::SubOp>(value, c.cast(zeroPoint, i32)) : value;
}

static LogicalResult importDequantizeLinear(NodeContext &c) {
  int64_t block = c.intAttr("block_size", 0);
  FailureOr<int64_t> axis = quantizedAxis(c);
  Type target = typeAttr(c, "output_dtype", c.elementOf(c.input(1)));
  if (failed(axis) || c.failed())
    return failure();
  if (!isa<FloatType>(target))
    return c.badInput("attribute 'output_dtype' is no floating-point type");
  Type f32 = c.builder().getF32Type();
  Value scale = alongAxis(c, c.cast(c.input(1), f32), c.input(0), *axis, block);
  Value zeroPoint = alongAxis(c, c.input(2), c.input(0), *axis, block);
  if (c.failed())
    return failure();
  Value value = c.cast(centered(c, c.input(0), zeroPoint), f32);
  return c.setOutput(0, c.cast(c.create<dl::MulOp>(value, scale), target));
}

static Value reduceAll(NodeContext &c, Value value, dl::ReduceKind kind) {
  Ints axes(llvm::seq<int64_t>(0, c.rankOf(value)).begin(),
            llvm::seq<int64_t>(0, c.rankOf(value)).end());
  return c.create<dl::ReduceOp>(value, dl::ReduceKindAttr::get(c.builder().getContext(), kind),
                                c.i64s(axes), c.flag(false));
}

/// Scale and zero point such that 0 to 255 spans the values and 0.
static LogicalResult importDynamicQuantizeLinear(NodeContext &c) {
  Type f32 = c.builder().getF32Type();
  Type u8 = IntegerType::get(c.builder().getContext(), 8, IntegerType::Unsigned);
  Value zero = c.scalar(f32, 0), most = c.scalar(f32, 255);
  Value low = c.create<dl::MinOp>(reduceAll(c, c.input(0), dl::ReduceKind::Min), zero);
  Value high = c.create<dl::MaxOp>(reduceAll(c, c.input(0), dl::ReduceKind::Max), zero);
  Value scale = c.create<dl::DivOp>(c.create<dl::SubOp>(high, low), most);
  // All zeros: any divisor gives zeros.
  Value divisor =
      c.create<dl::WhereOp>(c.create<dl::EqualOp>(scale, zero), c.scalar(f32, 1), scale);
  Value zeroPoint =
      quantize(c, c.create<dl::DivOp>(c.create<dl::SubOp>(zero, low), divisor), {}, u8);
  Value result = quantize(c, c.create<dl::DivOp>(c.input(0), divisor), zeroPoint, u8);
  if (failed(c.setOutput(0, result)) || failed(c.setOutput(1, scale)))
    return failure();
  return c.setOutput(2, zeroPoint);
}

//===-- Products ---------------------------------------------------------------------------===//

/// A parameter of the rows (`axis` -2) or columns (-1) of a matrix: one number, or one a row or
/// column; with more axes it has those of the matrix.
static Value ofMatrix(NodeContext &c, Value value, int64_t axis) {
  if (!value || c.failed())
    return {};
  Ints shape = c.shapeOf(value);
  if (shape.size() == 1 && shape[0] == 1)
    return c.reshape(value, Ints());
  if (shape.size() == 1 && axis == -2)
    return c.reshape(value, {shape[0], 1});
  return value;
}

/// The product of two quantised matrices as 32-bit integers.
static Value integerProduct(NodeContext &c, Value lhs, Value lhsZero, Value rhs, Value rhsZero) {
  if (c.rankOf(lhs) < 2 || c.rankOf(rhs) < 2) {
    (void)c.unsupported("operands have fewer than 2 axes");
    return {};
  }
  Value left = centered(c, lhs, ofMatrix(c, lhsZero, -2));
  Value right = centered(c, rhs, ofMatrix(c, rhsZero, -1));
  return c.create<dl::MatmulOp>(left, right);
}

static LogicalResult importMatMulInteger(NodeContext &c) {
  return c.setOutput(0, integerProduct(c, c.input(0), c.input(2), c.input(1), c.input(3)));
}

/// `sum`, of products of numbers with the scales `lhs` and `rhs`, quantised with the scale and zero
/// point of the result.
static Value rescale(NodeContext &c, Value sum, Value lhs, Value rhs, Value scale,
                     Value zeroPoint) {
  if (c.failed())
    return {};
  Type f32 = c.builder().getF32Type();
  Value factor = c.create<dl::DivOp>(c.create<dl::MulOp>(c.cast(lhs, f32), c.cast(rhs, f32)),
                                     c.cast(scale, f32));
  Value value = c.create<dl::MulOp>(c.cast(sum, f32), factor);
  return c.failed() ? Value() : quantize(c, value, zeroPoint, c.elementOf(zeroPoint));
}

static LogicalResult importQLinearMatMul(NodeContext &c) {
  Value sum = integerProduct(c, c.input(0), c.input(2), c.input(3), c.input(5));
  return c.setOutput(0, rescale(c, sum, ofMatrix(c, c.input(1), -2), ofMatrix(c, c.input(4), -1),
                                ofMatrix(c, c.input(6), -2), ofMatrix(c, c.input(7), -2)));
}

/// A parameter of output channels, for an image (`rank` axes, channels on axis `axis`).
static Value ofChannels(NodeContext &c, Value value, int64_t rank, int64_t axis) {
  if (!value || c.failed())
    return {};
  Ints shape = c.shapeOf(value), spread(rank, 1);
  if (shape.empty() || (shape.size() == 1 && shape[0] == 1))
    return c.reshape(value, Ints());
  spread[axis] = shape[0];
  return c.reshape(value, spread);
}

/// The convolution of quantised operands as 32-bit integers. Padding is the zero point, which is 0
/// once it is subtracted.
static Value integerConv(NodeContext &c, Value input, Value inputZero, Value filter,
                         Value filterZero, Value bias) {
  Ints kernel = c.shapeOf(filter);
  int64_t groups = c.intAttr("group", 1), rank = c.rankOf(input);
  if (groups < 1 || rank < 3 || static_cast<int64_t>(kernel.size()) != rank) {
    (void)c.badInput("expects an image, a filter of the same rank and a positive 'group'");
    return {};
  }
  FailureOr<SpatialAttributes> window = spatialAttributes(c, input, ArrayRef(kernel).drop_front(2));
  if (failed(window))
    return {};
  Value left = centered(c, input, ofChannels(c, inputZero, rank, 1));
  Value right = centered(c, filter, ofChannels(c, filterZero, rank, 0));
  return c.create<dl::ConvOp>(left, right, bias, window->strides, window->dilations,
                              window->padsBegin, window->padsEnd, static_cast<uint64_t>(groups));
}

static LogicalResult importConvInteger(NodeContext &c) {
  return c.setOutput(
      0, integerConv(c, c.input(0), c.input(2), c.input(1), c.input(3), /*bias=*/Value()));
}

static LogicalResult importQLinearConv(NodeContext &c) {
  int64_t rank = c.rankOf(c.input(0));
  Value sum = integerConv(c, c.input(0), c.input(2), c.input(3), c.input(5), c.input(8));
  return c.setOutput(
      0, rescale(c, sum, ofChannels(c, c.input(1), rank, 1), ofChannels(c, c.input(4), rank, 1),
                 ofChannels(c, c.input(6), rank, 1), ofChannels(c, c.input(7), rank, 1)));
}

void registerQuantizationImporters(OpTable &table) {
  auto add = [&](StringRef name, ImportFunction import, unsigned least, unsigned most) {
    table.add({.opType = name,
               .import = import,
               .minInputs = least,
               .maxInputs = most,
               .limits = "integers of 8, 16 and 32 bits"});
  };
  add("QuantizeLinear", importQuantizeLinear, 2, 3);
  add("DequantizeLinear", importDequantizeLinear, 2, 3);
  add("DynamicQuantizeLinear", importDynamicQuantizeLinear, 1, 1);
  add("MatMulInteger", importMatMulInteger, 2, 4);
  add("QLinearMatMul", importQLinearMatMul, 8, 8);
  add("ConvInteger", importConvInteger, 2, 4);
  add("QLinearConv", importQLinearConv, 8, 9);
}

} // namespace dlc::onnx
