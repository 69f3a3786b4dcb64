// The types, the attributes and the base classes that every op family builds on.
#ifndef DLC_DIALECT_DL_IR_DLBASE_TD
#define DLC_DIALECT_DL_IR_DLBASE_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dlc/Dialect/DL/IR/DLDialect.td"
include "dlc/Interfaces/OpInterfaces.td"

//===-- Types --------------------------------------------------------------------------------------===//

def DL_Float : AnyTypeOf<[F16, BF16, F32, F64], "floating-point">;
def DL_Int : AnyTypeOf<[I8, I16, I32, I64, UI8, UI16, UI32, UI64], "integer">;
def DL_Element : AnyTypeOf<[DL_Float, DL_Int, I1], "element type">;

/// Signed integers are signless in MLIR (i64), unsigned ones are ui64, bool is i1.
def DL_Tensor : RankedTensorOf<[DL_Element]>;
def DL_FloatTensor : RankedTensorOf<[DL_Float]>;
def DL_IntTensor : RankedTensorOf<[DL_Int]>;
def DL_NumericTensor : RankedTensorOf<[DL_Float, DL_Int]>;
def DL_BoolTensor : RankedTensorOf<[I1]>;
def DL_IndexTensor : RankedTensorOf<[I32, I64]>;

/// The operands have one element type.
def DL_OneElementType : NativeOpTrait<"OneElementType"> { let cppNamespace = "::dlc::dl"; }

//===-- Attributes ---------------------------------------------------------------------------------===//

def DL_Layout : I32EnumAttr<"Layout", "where the channel axis of an image is", [
    I32EnumAttrCase<"ChannelsFirst", 0, "channels_first">,
    I32EnumAttrCase<"ChannelsLast", 1, "channels_last">]> {
  let cppNamespace = "::dlc::dl";
  let genSpecializedAttr = 0;
}
def DL_LayoutAttr : EnumAttr<DL_Dialect, DL_Layout, "layout"> {
  let assemblyFormat = "`<` $value `>`";
}
def DL_DefaultLayout
    : DefaultValuedAttr<DL_LayoutAttr, "::dlc::dl::Layout::ChannelsFirst">;

/// What dl.reduce folds a set of elements to; over no elements it gives the value in brackets.
def DL_ReduceKind : I32EnumAttr<"ReduceKind", "what a reduction computes", [
    I32EnumAttrCase<"Sum", 0, "sum">,                     // sum x [0]
    I32EnumAttrCase<"Mean", 1, "mean">,                   // sum x / count [NaN]
    I32EnumAttrCase<"Max", 2, "max">,                     // the largest; NaN where any is [lowest value]
    I32EnumAttrCase<"Min", 3, "min">,                     // the smallest; NaN where any is [highest value]
    I32EnumAttrCase<"Prod", 4, "prod">,                   // product x [1]
    I32EnumAttrCase<"L1", 5, "l1">,                       // sum |x| [0]
    I32EnumAttrCase<"L2", 6, "l2">,                       // sqrt(sum x^2) [0]
    I32EnumAttrCase<"LogSum", 7, "log_sum">,              // log(sum x) [-inf]
    I32EnumAttrCase<"LogSumExp", 8, "log_sum_exp">,       // log(sum exp(x)), without overflow [-inf]
    I32EnumAttrCase<"SumSquare", 9, "sum_square">]> {     // sum x^2 [0]
  let cppNamespace = "::dlc::dl";
  let genSpecializedAttr = 0;
}
def DL_ReduceKindAttr : EnumAttr<DL_Dialect, DL_ReduceKind, "reduce_kind"> {
  let assemblyFormat = "`<` $value `>`";
}

def DL_ScatterKind : I32EnumAttr<"ScatterKind", "how an update meets what is there", [
    I32EnumAttrCase<"Set", 0, "set">, I32EnumAttrCase<"Add", 1, "add">, I32EnumAttrCase<"Mul", 2, "mul">,
    I32EnumAttrCase<"Max", 3, "max">, I32EnumAttrCase<"Min", 4, "min">]> {
  let cppNamespace = "::dlc::dl";
  let genSpecializedAttr = 0;
}
def DL_ScatterKindAttr : EnumAttr<DL_Dialect, DL_ScatterKind, "scatter_kind"> {
  let assemblyFormat = "`<` $value `>`";
}

def DL_PadMode : I32EnumAttr<"PadMode", "what is put around a tensor", [
    I32EnumAttrCase<"Constant", 0, "constant">, I32EnumAttrCase<"Reflect", 1, "reflect">,
    I32EnumAttrCase<"Edge", 2, "edge">, I32EnumAttrCase<"Wrap", 3, "wrap">]> {
  let cppNamespace = "::dlc::dl";
  let genSpecializedAttr = 0;
}
def DL_PadModeAttr : EnumAttr<DL_Dialect, DL_PadMode, "pad_mode"> {
  let assemblyFormat = "`<` $value `>`";
}

def DL_SampleMode : I32EnumAttr<"SampleMode", "how an image is read between its elements", [
    I32EnumAttrCase<"Nearest", 0, "nearest">, I32EnumAttrCase<"Linear", 1, "linear">,
    I32EnumAttrCase<"Cubic", 2, "cubic">]> {
  let cppNamespace = "::dlc::dl";
  let genSpecializedAttr = 0;
}
def DL_SampleModeAttr : EnumAttr<DL_Dialect, DL_SampleMode, "sample_mode"> {
  let assemblyFormat = "`<` $value `>`";
}

def DL_SamplePadding : I32EnumAttr<"SamplePadding", "what an image holds outside of its elements", [
    I32EnumAttrCase<"Zeros", 0, "zeros">, I32EnumAttrCase<"Border", 1, "border">,
    I32EnumAttrCase<"Reflection", 2, "reflection">]> {
  let cppNamespace = "::dlc::dl";
  let genSpecializedAttr = 0;
}
def DL_SamplePaddingAttr : EnumAttr<DL_Dialect, DL_SamplePadding, "sample_padding"> {
  let assemblyFormat = "`<` $value `>`";
}

def DL_RecurrentActivation : I32EnumAttr<"RecurrentActivation", "what a recurrence applies to its sums", [
    I32EnumAttrCase<"Linear", 0, "linear">,               // x
    I32EnumAttrCase<"Sigmoid", 1, "sigmoid">,             // 1 / (1 + exp(-x))
    I32EnumAttrCase<"Tanh", 2, "tanh">,
    I32EnumAttrCase<"Relu", 3, "relu">,                   // max(x, 0)
    I32EnumAttrCase<"HardSigmoid", 4, "hard_sigmoid">]> { // min(max(x / 6 + 1 / 2, 0), 1)
  let cppNamespace = "::dlc::dl";
  let genSpecializedAttr = 0;
}
def DL_RecurrentActivationAttr : EnumAttr<DL_Dialect, DL_RecurrentActivation, "recurrent_activation"> {
  let assemblyFormat = "`<` $value `>`";
}
class DL_ActivationOr<string enumerator>
    : DefaultValuedAttr<DL_RecurrentActivationAttr, "::dlc::dl::RecurrentActivation::" # enumerator>;

//===-- Ops ----------------------------------------------------------------------------------------===//

def DL_CheapToRecompute : NativeOpTrait<"CheapToRecompute"> { let cppNamespace = "::dlc::dl"; }
def DL_DependsOnPlace : NativeOpTrait<"DependsOnPlace"> { let cppNamespace = "::dlc::dl"; }

/// `fusion` is an enumerator of dlc::FusionClass.
class DL_Op<string mnemonic, string fusion, list<Trait> traits = []>
    : Op<DL_Dialect, mnemonic, !listconcat(traits,
        [Pure, DeclareOpInterfaceMethods<InferTypeOpInterface>, FusibleOpInterface,
         DeclareOpInterfaceMethods<CostOpInterface, ["getFlops"]>])> {
  string fusionMethod = "::dlc::FusionClass getFusionClass() { return ::dlc::FusionClass::" # fusion # "; }";
  let extraClassDeclaration = fusionMethod;
}

#endif // DLC_DIALECT_DL_IR_DLBASE_TD
