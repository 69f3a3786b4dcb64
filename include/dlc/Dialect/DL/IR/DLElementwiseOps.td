// Ops whose every result element depends on one element of each operand.
#ifndef DLC_DIALECT_DL_IR_DLELEMENTWISEOPS_TD
#define DLC_DIALECT_DL_IR_DLELEMENTWISEOPS_TD

include "dlc/Dialect/DL/IR/DLBase.td"

defvar DL_PerElementFlops = [{
  ::mlir::AffineExpr $cppClass::getFlops() { return elementsOf(getOperation()->getResult(0).getType()); }
}];

defvar DL_InferAsOperand = [{
  ::llvm::LogicalResult $cppClass::inferReturnTypes(
      ::mlir::MLIRContext *, std::optional<::mlir::Location>, ::mlir::ValueRange operands,
      ::mlir::DictionaryAttr, ::mlir::OpaqueProperties, ::mlir::RegionRange,
      ::llvm::SmallVectorImpl<::mlir::Type> &types) {
    types.push_back(operands.front().getType());
    return ::mlir::success();
  }
}];

defvar DL_InferAsOperandBool = [{
  ::llvm::LogicalResult $cppClass::inferReturnTypes(
      ::mlir::MLIRContext *context, std::optional<::mlir::Location>, ::mlir::ValueRange operands,
      ::mlir::DictionaryAttr, ::mlir::OpaqueProperties, ::mlir::RegionRange,
      ::llvm::SmallVectorImpl<::mlir::Type> &types) {
    auto type = ::llvm::cast<::mlir::RankedTensorType>(operands.front().getType());
    types.push_back(type.clone(::mlir::IntegerType::get(context, 1)));
    return ::mlir::success();
  }
}];

defvar DL_InferBroadcast = [{
  ::llvm::LogicalResult $cppClass::inferReturnTypes(
      ::mlir::MLIRContext *context, std::optional<::mlir::Location> loc, ::mlir::ValueRange operands,
      ::mlir::DictionaryAttr, ::mlir::OpaqueProperties, ::mlir::RegionRange,
      ::llvm::SmallVectorImpl<::mlir::Type> &types) {
    return ::dlc::dl::inferBroadcast(loc, operands.getTypes(),
        ::mlir::getElementTypeOrSelf(operands.back().getType()), types);
  }
}];

defvar DL_InferBroadcastBool = [{
  ::llvm::LogicalResult $cppClass::inferReturnTypes(
      ::mlir::MLIRContext *context, std::optional<::mlir::Location> loc, ::mlir::ValueRange operands,
      ::mlir::DictionaryAttr, ::mlir::OpaqueProperties, ::mlir::RegionRange,
      ::llvm::SmallVectorImpl<::mlir::Type> &types) {
    return ::dlc::dl::inferBroadcast(loc, operands.getTypes(), ::mlir::IntegerType::get(context, 1), types);
  }
}];

def DL_Broadcasts : NativeOpTrait<"Broadcasts"> { let cppNamespace = "::dlc::dl"; }

class DL_ElementwiseOp<string mnemonic, code infer, list<Trait> traits = []>
    : DL_Op<mnemonic, "Injective", traits> {
  let results = (outs DL_Tensor:$result);
  let extraClassDefinition = !strconcat(infer, DL_PerElementFlops);
}

/// Result type equals the operand type.
class DL_UnaryOp<string mnemonic, string text, Type type = DL_NumericTensor, dag attributes = (ins),
                 list<Trait> traits = []>
    : DL_ElementwiseOp<mnemonic, DL_InferAsOperand, traits> {
  let summary = text;
  let arguments = !con((ins type:$operand), attributes);
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}

/// One or two instructions an element.
class DL_CheapUnaryOp<string mnemonic, string text, Type type = DL_NumericTensor, dag attributes = (ins)>
    : DL_UnaryOp<mnemonic, text, type, attributes, [DL_CheapToRecompute]>;

class DL_BinaryOp<string mnemonic, string text, Type type = DL_NumericTensor, dag attributes = (ins),
                  list<Trait> traits = [DL_CheapToRecompute]>
    : DL_ElementwiseOp<mnemonic, DL_InferBroadcast,
                       !listconcat([DL_Broadcasts, DL_OneElementType], traits)> {
  let summary = text;
  let description = "Operands broadcast as NumPy arrays do; both have one element type.";
  let arguments = !con((ins type:$lhs, type:$rhs), attributes);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

class DL_CompareOp<string mnemonic, string text, Type type = DL_Tensor>
    : DL_ElementwiseOp<mnemonic, DL_InferBroadcastBool,
                       [DL_Broadcasts, DL_OneElementType, DL_CheapToRecompute]> {
  let summary = text;
  let description = "Operands broadcast as NumPy arrays do and have one element type; the result is a tensor of bool.";
  let arguments = (ins type:$lhs, type:$rhs);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

//===-- Arithmetic ---------------------------------------------------------------------------------===//

def DL_AddOp : DL_BinaryOp<"add", "lhs + rhs">;
def DL_SubOp : DL_BinaryOp<"sub", "lhs - rhs">;
def DL_MulOp : DL_BinaryOp<"mul", "lhs * rhs">;
def DL_DivOp : DL_BinaryOp<"div", "lhs / rhs; integers truncate toward zero">;
def DL_PowOp : DL_ElementwiseOp<"pow", [{
  ::llvm::LogicalResult $cppClass::inferReturnTypes(
      ::mlir::MLIRContext *context, std::optional<::mlir::Location> loc, ::mlir::ValueRange operands,
      ::mlir::DictionaryAttr, ::mlir::OpaqueProperties, ::mlir::RegionRange,
      ::llvm::SmallVectorImpl<::mlir::Type> &types) {
    return ::dlc::dl::inferBroadcast(loc, operands.getTypes(),
        ::mlir::getElementTypeOrSelf(operands.front().getType()), types);
  }
}], [DL_Broadcasts]> {
  let summary = "lhs to the power rhs, in lhs's element type";
  let arguments = (ins DL_NumericTensor:$lhs, DL_NumericTensor:$rhs);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}
def DL_ModOp : DL_BinaryOp<"mod", "remainder; sign of the divisor, or of the dividend with `fmod`",
                           DL_NumericTensor, (ins DefaultValuedAttr<BoolAttr, "false">:$fmod), []>;
def DL_MaxOp : DL_BinaryOp<"max", "the larger; NaN where either is NaN">;
def DL_MinOp : DL_BinaryOp<"min", "the smaller; NaN where either is NaN">;
def DL_PReluOp : DL_BinaryOp<"prelu", "lhs where lhs >= 0, else lhs * rhs (the slope)">;

def DL_AbsOp : DL_CheapUnaryOp<"abs", "absolute value">;
def DL_NegOp : DL_CheapUnaryOp<"neg", "arithmetic negation">;
def DL_SignOp : DL_CheapUnaryOp<"sign", "-1, 0 or 1; NaN stays">;
def DL_CeilOp : DL_CheapUnaryOp<"ceil", "round toward +infinity", DL_FloatTensor>;
def DL_FloorOp : DL_CheapUnaryOp<"floor", "round toward -infinity", DL_FloatTensor>;
def DL_RoundOp : DL_CheapUnaryOp<"round", "round to nearest, ties to even", DL_FloatTensor>;
def DL_ReciprocalOp : DL_UnaryOp<"reciprocal", "1 / x", DL_FloatTensor>;
def DL_SqrtOp : DL_UnaryOp<"sqrt", "square root", DL_FloatTensor>;
def DL_RsqrtOp : DL_UnaryOp<"rsqrt", "1 / sqrt(x)", DL_FloatTensor>;
def DL_ExpOp : DL_UnaryOp<"exp", "e to the power x", DL_FloatTensor>;
def DL_LogOp : DL_UnaryOp<"log", "natural logarithm", DL_FloatTensor>;
def DL_ErfOp : DL_UnaryOp<"erf", "Gauss error function", DL_FloatTensor>;
def DL_SinOp : DL_UnaryOp<"sin", "sine", DL_FloatTensor>;
def DL_CosOp : DL_UnaryOp<"cos", "cosine", DL_FloatTensor>;
def DL_TanOp : DL_UnaryOp<"tan", "tangent", DL_FloatTensor>;
def DL_AsinOp : DL_UnaryOp<"asin", "inverse sine", DL_FloatTensor>;
def DL_AcosOp : DL_UnaryOp<"acos", "inverse cosine", DL_FloatTensor>;
def DL_AtanOp : DL_UnaryOp<"atan", "inverse tangent", DL_FloatTensor>;
def DL_SinhOp : DL_UnaryOp<"sinh", "hyperbolic sine", DL_FloatTensor>;
def DL_CoshOp : DL_UnaryOp<"cosh", "hyperbolic cosine", DL_FloatTensor>;
def DL_TanhOp : DL_UnaryOp<"tanh", "hyperbolic tangent", DL_FloatTensor>;
def DL_AsinhOp : DL_UnaryOp<"asinh", "inverse hyperbolic sine", DL_FloatTensor>;
def DL_AcoshOp : DL_UnaryOp<"acosh", "inverse hyperbolic cosine", DL_FloatTensor>;
def DL_AtanhOp : DL_UnaryOp<"atanh", "inverse hyperbolic tangent", DL_FloatTensor>;

//===-- Activations --------------------------------------------------------------------------------===//

def DL_ReluOp : DL_CheapUnaryOp<"relu", "max(x, 0)">;
def DL_SigmoidOp : DL_UnaryOp<"sigmoid", "1 / (1 + exp(-x))", DL_FloatTensor>;
def DL_SoftplusOp : DL_UnaryOp<"softplus", "log(1 + exp(x))", DL_FloatTensor>;
def DL_SoftsignOp : DL_UnaryOp<"softsign", "x / (1 + |x|)", DL_FloatTensor>;
def DL_HardSwishOp : DL_UnaryOp<"hard_swish", "x * clip(x / 6 + 0.5, 0, 1)", DL_FloatTensor>;
def DL_MishOp : DL_UnaryOp<"mish", "x * tanh(softplus(x))", DL_FloatTensor>;
def DL_GeluOp : DL_UnaryOp<"gelu", "x * Phi(x), exact with erf or approximated with tanh", DL_FloatTensor,
                           (ins DefaultValuedAttr<BoolAttr, "false">:$approximate)>;
def DL_SwishOp : DL_UnaryOp<"swish", "x * sigmoid(alpha * x)", DL_FloatTensor,
                            (ins DefaultValuedAttr<F64Attr, "1.0">:$alpha)>;
def DL_EluOp : DL_UnaryOp<"elu", "x where x > 0, else alpha * (exp(x) - 1)", DL_FloatTensor,
                          (ins DefaultValuedAttr<F64Attr, "1.0">:$alpha)>;
def DL_SeluOp : DL_UnaryOp<"selu", "gamma * elu(x, alpha)", DL_FloatTensor,
                           (ins F64Attr:$alpha, F64Attr:$gamma)>;
def DL_CeluOp : DL_UnaryOp<"celu", "max(0, x) + min(0, alpha * (exp(x / alpha) - 1))", DL_FloatTensor,
                           (ins DefaultValuedAttr<F64Attr, "1.0">:$alpha)>;
def DL_LeakyReluOp : DL_CheapUnaryOp<"leaky_relu", "x where x >= 0, else alpha * x", DL_FloatTensor,
                                (ins DefaultValuedAttr<F64Attr, "0.01">:$alpha)>;
def DL_ThresholdedReluOp : DL_CheapUnaryOp<"thresholded_relu", "x where x > alpha, else 0", DL_FloatTensor,
                                      (ins DefaultValuedAttr<F64Attr, "1.0">:$alpha)>;
def DL_HardSigmoidOp : DL_CheapUnaryOp<"hard_sigmoid", "clip(alpha * x + beta, 0, 1)", DL_FloatTensor,
                                  (ins DefaultValuedAttr<F64Attr, "0.2">:$alpha,
                                       DefaultValuedAttr<F64Attr, "0.5">:$beta)>;
def DL_ShrinkOp : DL_UnaryOp<"shrink", "x + bias where x < -lambd, x - bias where x > lambd, else 0",
                             DL_NumericTensor, (ins DefaultValuedAttr<F64Attr, "0.0">:$bias,
                                                    DefaultValuedAttr<F64Attr, "0.5">:$lambd)>;
def DL_ClipOp : DL_CheapUnaryOp<"clip", "min(max(x, minimum), maximum); an absent bound does not bind",
                           DL_NumericTensor, (ins OptionalAttr<F64Attr>:$minimum,
                                                  OptionalAttr<F64Attr>:$maximum)>;

//===-- Logic and comparison -----------------------------------------------------------------------===//

def DL_EqualOp : DL_CompareOp<"equal", "lhs == rhs">;
def DL_LessOp : DL_CompareOp<"less", "lhs < rhs", DL_NumericTensor>;
def DL_LessOrEqualOp : DL_CompareOp<"less_or_equal", "lhs <= rhs", DL_NumericTensor>;
def DL_GreaterOp : DL_CompareOp<"greater", "lhs > rhs", DL_NumericTensor>;
def DL_GreaterOrEqualOp : DL_CompareOp<"greater_or_equal", "lhs >= rhs", DL_NumericTensor>;
def DL_AndOp : DL_BinaryOp<"and", "logical and", DL_BoolTensor>;
def DL_OrOp : DL_BinaryOp<"or", "logical or", DL_BoolTensor>;
def DL_XorOp : DL_BinaryOp<"xor", "logical exclusive or", DL_BoolTensor>;
def DL_NotOp : DL_CheapUnaryOp<"not", "logical negation", DL_BoolTensor>;
def DL_BitwiseAndOp : DL_BinaryOp<"bitwise_and", "bitwise and", DL_IntTensor>;
def DL_BitwiseOrOp : DL_BinaryOp<"bitwise_or", "bitwise or", DL_IntTensor>;
def DL_BitwiseXorOp : DL_BinaryOp<"bitwise_xor", "bitwise exclusive or", DL_IntTensor>;
def DL_BitwiseNotOp : DL_CheapUnaryOp<"bitwise_not", "bitwise complement", DL_IntTensor>;
def DL_ShiftLeftOp : DL_BinaryOp<"shift_left", "lhs << rhs", DL_IntTensor>;
def DL_ShiftRightOp : DL_BinaryOp<"shift_right", "lhs >> rhs, zero-filling", DL_IntTensor>;

def DL_IsNaNOp : DL_ElementwiseOp<"is_nan", DL_InferAsOperandBool> {
  let summary = "true where the element is NaN";
  let arguments = (ins DL_FloatTensor:$operand);
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}
def DL_IsInfOp : DL_ElementwiseOp<"is_inf", DL_InferAsOperandBool> {
  let summary = "true where the element is an infinity of an asked-for sign";
  let arguments = (ins DL_FloatTensor:$operand,
                       DefaultValuedAttr<BoolAttr, "true">:$detect_negative,
                       DefaultValuedAttr<BoolAttr, "true">:$detect_positive);
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}

def DL_WhereOp : DL_ElementwiseOp<"where", DL_InferBroadcast, [DL_Broadcasts, DL_CheapToRecompute]> {
  let summary = "on_true where the condition holds, else on_false; all three broadcast";
  let description = "`on_true` and `on_false` have one element type.";
  let hasVerifier = 1;
  let arguments = (ins DL_BoolTensor:$condition, DL_Tensor:$on_true, DL_Tensor:$on_false);
  let assemblyFormat = "$condition `,` $on_true `,` $on_false attr-dict `:` functional-type(operands, results)";
}

def DL_CastOp : DL_ElementwiseOp<"cast", [{
  ::llvm::LogicalResult $cppClass::inferReturnTypes(
      ::mlir::MLIRContext *context, std::optional<::mlir::Location> loc, ::mlir::ValueRange operands,
      ::mlir::DictionaryAttr attributes, ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
      ::llvm::SmallVectorImpl<::mlir::Type> &types) {
    CastOp::Adaptor adaptor(operands, attributes, properties, regions);
    auto type = ::llvm::cast<::mlir::RankedTensorType>(operands.front().getType());
    types.push_back(type.clone(adaptor.getTo()));
    return ::mlir::success();
  }
}], [DL_CheapToRecompute]> {
  let summary = "each element in another type, with C++ conversion rules; bool is x != 0";
  let arguments = (ins DL_Tensor:$operand, TypeAttr:$to);
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}

def DL_BitcastOp : DL_ElementwiseOp<"bitcast", [{
  ::llvm::LogicalResult $cppClass::inferReturnTypes(
      ::mlir::MLIRContext *context, std::optional<::mlir::Location> loc, ::mlir::ValueRange operands,
      ::mlir::DictionaryAttr attributes, ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
      ::llvm::SmallVectorImpl<::mlir::Type> &types) {
    BitcastOp::Adaptor adaptor(operands, attributes, properties, regions);
    auto type = ::llvm::cast<::mlir::RankedTensorType>(operands.front().getType());
    types.push_back(type.clone(adaptor.getTo()));
    return ::mlir::success();
  }
}]> {
  let summary = "the bytes of each element as an element of another type; both take as many bytes";
  let arguments = (ins DL_Tensor:$operand, TypeAttr:$to);
  let hasVerifier = 1;
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}

#endif // DLC_DIALECT_DL_IR_DLELEMENTWISEOPS_TD
