// Folds over sliding windows.
#ifndef DLC_DIALECT_DL_IR_DLWINDOWOPS_TD
#define DLC_DIALECT_DL_IR_DLWINDOWOPS_TD

include "dlc/Dialect/DL/IR/DLBase.td"

defvar DL_WindowAttributes = (ins DenseI64ArrayAttr:$kernel_shape, DenseI64ArrayAttr:$strides,
                                  DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads_begin,
                                  DenseI64ArrayAttr:$pads_end,
                                  DefaultValuedAttr<BoolAttr, "false">:$ceil_mode);

defvar DL_WindowText = [{

    `input` is (N, C, spatial...) or (N, spatial..., C) by `layout`, with 1 to 3 spatial axes; the attributes
    have one entry a spatial axis. Output size: floor((in + pads - dilation*(k-1) - 1) / stride) + 1, or with
    ceil in place of floor with `ceil_mode`, less one where the last window would begin beyond the input and
    the padding before it.
}];

def DL_CheapToCompute : NativeOpTrait<"CheapToCompute"> { let cppNamespace = "::dlc::dl"; }

class DL_PoolOp<string mnemonic, string text, string semantics, Type type, dag extra = (ins)>
    : DL_Op<mnemonic, "Window", [DeclareOpInterfaceMethods<LayoutOpInterface>]> {
  let summary = text;
  let description = !strconcat(semantics, DL_WindowText);
  let arguments = !con((ins type:$input), DL_WindowAttributes, extra, (ins DL_DefaultLayout:$layout));
  let results = (outs type:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  // Where no two windows overlap.
  let extraClassDeclaration = fusionMethod # [{
    bool readsOnce(unsigned index, bool onDevice);
    bool canRecomputeOperand(unsigned index);
  }];
}

def DL_MaxPoolOp : DL_PoolOp<"max_pool", "the largest element of each window",
    "Padding is never taken; a window of padding alone gives the lowest value of the type.",
    DL_NumericTensor>;

def DL_AveragePoolOp : DL_PoolOp<"average_pool", "the mean of each window", [{
    The sum is divided by the number of elements in the window that lie in the input, or with
    `count_include_pad` in the padded input (`ceil_mode` pads no further).}],
    DL_FloatTensor, (ins DefaultValuedAttr<BoolAttr, "false">:$count_include_pad)>;

def DL_LpPoolOp : DL_PoolOp<"lp_pool", "the p-norm of each window", "sum(|x|^p)^(1/p); padding counts as 0.",
    DL_FloatTensor, (ins DefaultValuedAttr<I64Attr, "2">:$p)>;

def DL_MaxPoolWithIndicesOp : DL_Op<"max_pool_with_indices", "Opaque"> {
  let summary = "the largest element of each window and its place in the input";
  let description = !strconcat([{
    As dl.max_pool, channels first. `indices` holds the row-major position of the element in the whole
    `input` (the first of equals), or with `column_major` the position with the spatial axes in reverse.
  }], DL_WindowText);
  let arguments = !con((ins DL_NumericTensor:$input), DL_WindowAttributes,
                       (ins DefaultValuedAttr<BoolAttr, "false">:$column_major));
  let results = (outs DL_NumericTensor:$result, RankedTensorOf<[I64]>:$indices);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def DL_MaxPoolGradientOp : DL_Op<"max_pool_gradient", "Opaque",
                                 [DL_CheapToCompute,
                                  DeclareOpInterfaceMethods<LayoutOpInterface, ["getImageOperands"]>]> {
  let summary = "the gradient of max_pool with respect to its input";
  let description = !strconcat([{
    `cotangent` has the shape of max_pool's result. Each of its elements goes to the largest element of its
    window, the first in row-major order of equals (as Keras does); elements of several windows get the sum.
  }], DL_WindowText);
  let arguments = !con((ins DL_FloatTensor:$input, DL_FloatTensor:$cotangent), DL_WindowAttributes,
                       (ins DL_DefaultLayout:$layout));
  let results = (outs DL_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $cotangent attr-dict `:` functional-type(operands, results)
  }];
  // Windows that do not overlap: each element of the result looks at the others of its window.
  let extraClassDeclaration = [{ ::dlc::FusionClass getFusionClass(); }];
}

#endif // DLC_DIALECT_DL_IR_DLWINDOWOPS_TD
