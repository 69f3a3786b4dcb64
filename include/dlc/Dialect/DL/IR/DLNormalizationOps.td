// Ops that rescale elements by statistics of a set around them. The result has the type of operand 0.
#ifndef DLC_DIALECT_DL_IR_DLNORMALIZATIONOPS_TD
#define DLC_DIALECT_DL_IR_DLNORMALIZATIONOPS_TD

include "dlc/Dialect/DL/IR/DLBase.td"

defvar DL_InferAsInput = [{
  ::llvm::LogicalResult $cppClass::inferReturnTypes(
      ::mlir::MLIRContext *, std::optional<::mlir::Location>, ::mlir::ValueRange operands,
      ::mlir::DictionaryAttr, ::mlir::OpaqueProperties, ::mlir::RegionRange,
      ::llvm::SmallVectorImpl<::mlir::Type> &types) {
    types.push_back(operands.front().getType());
    return ::mlir::success();
  }
}];

/// `flops` is the arithmetic of one element.
class DL_NormalizationOp<string mnemonic, int flops, string fusion = "Reduction", list<Trait> traits = []>
    : DL_Op<mnemonic, fusion, traits> {
  let results = (outs DL_FloatTensor:$result);
  let hasVerifier = 1;
  let extraClassDefinition = !strconcat(DL_InferAsInput, [{
    ::mlir::AffineExpr $cppClass::getFlops() { return elementsOf(getResult().getType()) * }] # flops # [{; }
  }]);
}

/// A normalisation of images, whose channel axis `layout` places.
class DL_ImageNormalizationOp<string mnemonic, int flops, string fusion = "Reduction", list<Trait> traits = []>
    : DL_NormalizationOp<mnemonic, flops, fusion,
                         !listconcat(traits, [DeclareOpInterfaceMethods<LayoutOpInterface>])> {
  let extraClassDeclaration = fusionMethod # [{
    /// The axis of the input that holds the channels.
    int64_t getChannelAxis();
  }];
}

//===-- Along one axis -----------------------------------------------------------------------------===//

class DL_AxisNormalizationOp<string mnemonic, string text, dag attributes = (ins)>
    : DL_NormalizationOp<mnemonic, 5> {
  let summary = text;
  let arguments = !con((ins DL_FloatTensor:$operand, I64Attr:$axis), attributes);
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}

def DL_SoftmaxOp : DL_AxisNormalizationOp<"softmax",
    "exp(x - m) / sum(exp(x - m)) along `axis`, m the largest there">;
def DL_LogSoftmaxOp : DL_AxisNormalizationOp<"log_softmax",
    "x - m - log(sum(exp(x - m))) along `axis`, m the largest there">;
def DL_LpNormalizeOp : DL_AxisNormalizationOp<"lp_normalize",
    "x / sum(|x|^p)^(1/p) along `axis`; 0 where the norm is 0", (ins DefaultValuedAttr<I64Attr, "2">:$p)>;

//===-- Over the trailing axes ---------------------------------------------------------------------===//

def DL_LayerNormOp : DL_NormalizationOp<"layer_norm", 8, "Reduction", [DL_OneElementType]> {
  let summary = "(x - mean) / sqrt(variance + epsilon) * scale + bias over axes `axis` and later";
  let description = [{
    Mean and (population) variance are taken over all axes from `axis` on. `scale` and `bias` broadcast to
    the input as NumPy arrays do.
  }];
  let arguments = (ins DL_FloatTensor:$input, DL_FloatTensor:$scale, Optional<DL_FloatTensor>:$bias,
                       I64Attr:$axis, DefaultValuedAttr<F64Attr, "1e-5">:$epsilon);
  let assemblyFormat = [{
    $input `,` $scale (`,` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
}

def DL_RmsNormOp : DL_NormalizationOp<"rms_norm", 5, "Reduction", [DL_OneElementType]> {
  let summary = "x / sqrt(mean(x^2) + epsilon) * scale over axes `axis` and later";
  let description = "`scale` broadcasts to the input as NumPy arrays do.";
  let arguments = (ins DL_FloatTensor:$input, DL_FloatTensor:$scale, I64Attr:$axis,
                       DefaultValuedAttr<F64Attr, "1e-5">:$epsilon);
  let assemblyFormat = "$input `,` $scale attr-dict `:` functional-type(operands, results)";
}

//===-- Of images ----------------------------------------------------------------------------------===//

def DL_BatchNormOp : DL_ImageNormalizationOp<"batch_norm", 4, "Injective"> {
  let summary = "(x - mean) / sqrt(variance + epsilon) * scale + bias, one of each a channel";
  let description = [{
    Inference: the statistics are operands. The input has rank 2 or more (rank 1 is one channel); the other
    operands hold one element a channel and may be of a wider float type than the input. `momentum` is the share
    of the old moving averages that a training step keeps.
  }];
  let arguments = (ins DL_FloatTensor:$input, DL_FloatTensor:$scale, DL_FloatTensor:$bias,
                       DL_FloatTensor:$mean, DL_FloatTensor:$variance,
                       DefaultValuedAttr<F64Attr, "1e-5">:$epsilon,
                       DefaultValuedAttr<F64Attr, "0.9">:$momentum, DL_DefaultLayout:$layout);
  let assemblyFormat = [{
    $input `,` $scale `,` $bias `,` $mean `,` $variance attr-dict `:` functional-type(operands, results)
  }];
}

def DL_InstanceNormOp : DL_ImageNormalizationOp<"instance_norm", 8, "Reduction", [DL_OneElementType]> {
  let summary = "(x - mean) / sqrt(variance + epsilon) * scale + bias, statistics of each image and channel";
  let description = "`scale` and `bias` hold one element a channel.";
  let arguments = (ins DL_FloatTensor:$input, DL_FloatTensor:$scale, DL_FloatTensor:$bias,
                       DefaultValuedAttr<F64Attr, "1e-5">:$epsilon, DL_DefaultLayout:$layout);
  let assemblyFormat = "$input `,` $scale `,` $bias attr-dict `:` functional-type(operands, results)";
}

def DL_GroupNormOp : DL_ImageNormalizationOp<"group_norm", 8, "Reduction", [DL_OneElementType]> {
  let summary = "(x - mean) / sqrt(variance + epsilon) * scale + bias, statistics of each image and group";
  let description = [{
    The channels are cut into `groups` runs of equal length. `scale` and `bias` hold one element a channel.
  }];
  let arguments = (ins DL_FloatTensor:$input, DL_FloatTensor:$scale, DL_FloatTensor:$bias, I64Attr:$groups,
                       DefaultValuedAttr<F64Attr, "1e-5">:$epsilon, DL_DefaultLayout:$layout);
  let assemblyFormat = "$input `,` $scale `,` $bias attr-dict `:` functional-type(operands, results)";
}

def DL_LrnOp : DL_ImageNormalizationOp<"lrn", 10, "Window"> {
  let summary = "x / (offset + alpha / size * s)^beta, s the sum of squares over `size` channels around x";
  let description = [{
    The window of channel c runs from c - floor((size-1)/2) to c + ceil((size-1)/2), cut at the ends.
  }];
  let arguments = (ins DL_FloatTensor:$input, I64Attr:$size, DefaultValuedAttr<F64Attr, "1e-4">:$alpha,
                       DefaultValuedAttr<F64Attr, "0.75">:$beta, DefaultValuedAttr<F64Attr, "1.0">:$offset,
                       DL_DefaultLayout:$layout);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

#endif // DLC_DIALECT_DL_IR_DLNORMALIZATIONOPS_TD
