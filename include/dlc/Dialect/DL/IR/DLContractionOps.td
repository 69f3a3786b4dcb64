// Matrix products and convolutions.
#ifndef DLC_DIALECT_DL_IR_DLCONTRACTIONOPS_TD
#define DLC_DIALECT_DL_IR_DLCONTRACTIONOPS_TD

include "dlc/Dialect/DL/IR/DLBase.td"

def DL_MatmulOp : DL_Op<"matmul", "Contraction"> {
  let summary = "matrix product over the last two axes, leading axes broadcast (numpy.matmul)";
  let description = [{
    `lhs` is (..., M, K), or (..., K, M) with `transpose_lhs`; `rhs` is (..., K, N), or (..., N, K) with
    `transpose_rhs`; the result is (..., M, N). Operands have rank 2 or more: the importer reshapes
    vectors. With `packed_columns` = nr > 0 the rhs is a weight packed as (ceil(N/nr), K, nr), zero beyond
    N, and `columns` holds N. With `side_steps` = s > 1 there is one such panel, whose last `side_columns` = p
    columns have s steps of K side by side: for each s steps it holds (s, nr - p), then (p, s).
  }];
  let arguments = (ins DL_NumericTensor:$lhs, DL_NumericTensor:$rhs,
                       DefaultValuedAttr<BoolAttr, "false">:$transpose_lhs,
                       DefaultValuedAttr<BoolAttr, "false">:$transpose_rhs,
                       DefaultValuedAttr<I64Attr, "0">:$packed_columns,
                       DefaultValuedAttr<I64Attr, "0">:$columns,
                       DefaultValuedAttr<I64Attr, "0">:$side_columns,
                       DefaultValuedAttr<I64Attr, "1">:$side_steps);
  let results = (outs DL_NumericTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

class DL_ConvolutionOp<string mnemonic, dag extra>
    : DL_Op<mnemonic, "Convolution", [DeclareOpInterfaceMethods<LayoutOpInterface>]> {
  let arguments = !con((ins DL_NumericTensor:$input, DL_NumericTensor:$filter,
                            Optional<DL_NumericTensor>:$bias,
                            DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                            DenseI64ArrayAttr:$pads_begin, DenseI64ArrayAttr:$pads_end,
                            DefaultValuedAttr<I64Attr, "1">:$groups,
                            DL_DefaultLayout:$layout), extra);
  let results = (outs DL_NumericTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $filter (`,` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = fusionMethod # [{
    bool canLoadTurned(unsigned index) { return index == 1; }
  }];
}

def DL_ConvOp : DL_ConvolutionOp<"conv", (ins DefaultValuedAttr<I64Attr, "0">:$packed_channels,
                                              DefaultValuedAttr<I64Attr, "0">:$output_channels,
                                              DefaultValuedAttr<BoolAttr, "false">:$output_last,
                                              DefaultValuedAttr<I64Attr, "0">:$side_columns,
                                              DefaultValuedAttr<I64Attr, "1">:$side_steps)> {
  let summary = "cross-correlation over 1, 2 or 3 spatial axes (what ONNX and Keras call convolution)";
  let description = [{
    `input` is (N, C, spatial...) or (N, spatial..., C) by `layout`; `filter` is (O, C/groups,
    kernel...) in either case; the result has O channels in the input's layout. `pads_*`, `strides`,
    `dilations` have one entry a spatial axis. Output size: floor((in + pads - dilation*(k-1) - 1) / stride) + 1.

    With `packed_channels` = nr > 0 the filter is a weight packed for the channels-last kernel as
    (groups * ceil(O/groups/nr), kernel..., C/groups, nr), zero beyond O/groups; `output_channels` holds O.
    With `side_steps` = s > 1 there is one such panel a group, whose last `side_columns` = p columns have s input
    channels of a tap side by side: for each s channels it holds (s, nr - p), then (p, s).
    With `output_last` the filter is (kernel..., C/groups, O): what Keras stores, and what the depthwise
    kernel reads.
  }];
}

def DL_ConvTransposeOp : DL_ConvolutionOp<"conv_transpose",
                                          (ins DenseI64ArrayAttr:$output_padding)> {
  let summary = "the transpose of conv with respect to its input (deconvolution)";
  let description = [{
    `filter` is (C, O/groups, kernel...). Output size: stride*(in-1) + output_padding +
    dilation*(k-1) + 1 - pads.
  }];
}

def DL_DeformConvOp : DL_Op<"deform_conv", "Contraction", [AttrSizedOperandSegments]> {
  let summary = "conv over two spatial axes whose taps are moved by data (deformable convolution)";
  let description = [{
    `input` is (N, C, H, W), `filter` (O, C/groups, kH, kW), the result (N, O, oH, oW), of conv's sizes.
    `offset` (N, offset_groups * kH * kW * 2, oH, oW) holds for each tap how far down, then how far to the right
    it is read from its place in the window; `mask` (N, offset_groups * kH * kW, oH, oW) what is read there is multiplied
    by. Channel c belongs to offset group c * offset_groups / C. Between elements the input is interpolated
    linearly along both axes; outside of it there are zeros, and so is what an offset of NaN reads.
  }];
  let arguments = (ins DL_FloatTensor:$input, DL_FloatTensor:$filter, DL_FloatTensor:$offset,
                       Optional<DL_FloatTensor>:$bias, Optional<DL_FloatTensor>:$mask,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                       DenseI64ArrayAttr:$pads_begin, DenseI64ArrayAttr:$pads_end,
                       DefaultValuedAttr<I64Attr, "1">:$groups,
                       DefaultValuedAttr<I64Attr, "1">:$offset_groups);
  let results = (outs DL_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $filter `offset` $offset (`bias` $bias^)? (`mask` $mask^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def DL_ConvFilterGradientOp : DL_Op<"conv_filter_gradient", "Reduction"> {
  let summary = "the gradient of conv with respect to its filter";
  let description = [{
    `input` is conv's, `cotangent` has the shape of its result; both are images in `layout`. The result is
    (O, C/groups, kernel...): result[o, c, k] = sum over images n and places p of cotangent[n, o, p] *
    input[n, c, p * stride + k * dilation - pad], in the groups that o and c share. `kernel_shape` and the
    other lists have one entry a spatial axis.
  }];
  let arguments = (ins DL_FloatTensor:$input, DL_FloatTensor:$cotangent,
                       DenseI64ArrayAttr:$kernel_shape, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads_begin,
                       DenseI64ArrayAttr:$pads_end, DefaultValuedAttr<I64Attr, "1">:$groups,
                       DL_DefaultLayout:$layout);
  let results = (outs DL_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $cotangent attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = fusionMethod # [{
    // Filters are kept with the output channels last, and the gradient's template makes those its columns.
    bool canStoreTurned() { return true; }
    bool readsOnce(unsigned index, bool onDevice);
    bool sumsProducts() { return true; }
    bool isChannelsLast() { return getLayout() == Layout::ChannelsLast; }
  }];
}

#endif // DLC_DIALECT_DL_IR_DLCONTRACTIONOPS_TD
