// The passes of the phase `optimize`.
#ifndef DLC_DIALECT_DL_TRANSFORMS_PASSES_TD
#define DLC_DIALECT_DL_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def DLFoldBatchNorm : Pass<"dl-fold-batch-norm", "::mlir::func::FuncOp"> {
  let summary = "Fold inference batch norms into the convolutions before them, or into one multiply and add";
  let description = [{
    After: no `dl.batch_norm` with constant statistics. One that follows a convolution with constant filter and no
    other use is folded into filter and bias; any other becomes x * a + b with constants of a channel each.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLRecognizeActivations : Pass<"dl-recognize-activations", "::mlir::func::FuncOp"> {
  let summary = "Make one op of each activation that is spelled out: GELU, HardSwish, Swish, Mish, HardSigmoid, ...";
  let description = [{
    Before: constants are folded. After: no product, quotient, clip or logarithm computes gelu (by erf or tanh),
    hard_swish, swish, mish, sigmoid, hard_sigmoid or softplus from values that nothing else uses.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLRecognizeNormalizations : Pass<"dl-recognize-normalizations", "::mlir::func::FuncOp"> {
  let summary = "Make one op of each layer norm and RMS norm that is spelled out";
  let description = [{
    Before: constants are folded, equal ops are one. After: no product computes a layer_norm or rms_norm over
    trailing axes from values that nothing else uses; scale and bias, the same for all rows, are its operands.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLRecognizeImageNorms : Pass<"dl-recognize-image-norms", "::mlir::func::FuncOp"> {
  let summary = "Make one op of each group norm that is spelled out, and give image norms their parameters";
  let description = [{
    Before: constants are folded, images are channels-first. After: no dl.instance_norm of an image reshaped to groups of
    its channels is shaped back, where nothing else uses it: it is a dl.group_norm. No group or instance norm of unit
    scale and zero bias is multiplied by one factor a channel, and to none of zero bias is one term a channel added,
    where nothing else uses it: these are its operands.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLRecognizeAttention : Pass<"dl-recognize-attention", "::mlir::func::FuncOp"> {
  let summary = "Make one op of each attention that is spelled out in products and a softmax";
  let description = [{
    Before: constants are folded, equal ops are one. After: no product has a softmax over the last axis of a
    (scaled, biased) product as its left operand, where nothing else uses either; transposes between tokens and
    heads around such a group are attributes of the dl.attention.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLHoistRecurrentInputs : Pass<"dl-hoist-recurrent-inputs", "::mlir::func::FuncOp"> {
  let summary = "Project the inputs of all steps of a recurrent layer by one product before it";
  let description = [{
    After: no `dl.lstm`, `dl.gru` or `dl.simple_rnn` has weights or a bias of its inputs: its input is their product
    with the inputs of all steps. Last states are slices of the results that hold the states of all steps, where
    these are computed anyway.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLChannelsLast : Pass<"dl-channels-last", "::mlir::func::FuncOp"> {
  let summary = "Make images channels-last, with transposes around the ops that want it";
  let description = [{
    After: every op with a layout is channels-last, its image operands and result transposed. dl-sink-transposes
    removes most of the transposes.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLConvTransposeAsConv : Pass<"dl-conv-transpose-as-conv", "::mlir::func::FuncOp"> {
  let summary = "Compute transposed convolutions as convolutions whose channels are dealt out to the pixels";
  let description = [{
    After: no channels-last `dl.conv_transpose` of floats with one group, a constant filter and no dilation. One with
    strides s is a convolution with product(s) times the channels and every s-th tap an axis, and a transpose
    that interleaves them. Elementwise ops of one operand behind it go before the transpose. One with groups and a
    computed filter is a convolution of the same groups over the input with zeros between its pixels.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLFoldExpands : Pass<"dl-fold-expands", "::mlir::func::FuncOp"> {
  let summary = "Let elementwise ops broadcast by themselves what a dl.expand broadcasts before them";
  let description = [{
    After: no elementwise op reads a dl.expand whose operand broadcasts to the same result.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLFoldFilterTransposes : Pass<"dl-fold-filter-transposes", "::mlir::func::FuncOp"> {
  let summary = "Let convolutions read filters with their output channels last where a dl.transpose turned them";
  let description = [{
    After: no convolution's filter is a dl.transpose from (kernel..., C, O) to (O, C, kernel...). For filters that
    are state: constants are turned and packed when the model is compiled.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLFoldPads : Pass<"dl-fold-pads", "::mlir::func::FuncOp"> {
  let summary = "Let convolutions and pools pad by themselves what a dl.pad pads before them";
  let description = [{
    After: no convolution, and no pool without `ceil_mode`, reads a constant pad of spatial axes with the value that
    its own padding stands for: 0 for convolutions and means, the lowest for maxima (or 0 where the input is not
    negative and every window holds an element of it).
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLFoldSums : Pass<"dl-fold-sums", "::mlir::func::FuncOp"> {
  let summary = "Let sums over what a max_pool's gradient spreads be sums of what it is given";
  let description = [{
    After: no sum over all spatial axes reads a dl.max_pool_gradient whose windows all hold an element of the input.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLShrinkTransposes : Pass<"dl-shrink-transposes", "::mlir::func::FuncOp"> {
  let summary = "Let transposes of the rows of a product stand on its smaller side";
  let description = [{
    After: a transpose that leaves the last axis in place is read by something else than products with one matrix, and
    products over the transposed rows, or their other sides have as many elements; and it reads no product with one
    matrix, of which it is the one use, that is larger than what is multiplied. Of known sizes.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLSinkActivations : Pass<"dl-sink-activations", "::mlir::func::FuncOp"> {
  let summary = "Let maxima of windows be rectified, not maxima of rectified windows be taken";
  let description = [{
    After: no max_pool whose windows all hold an element of their input reads a dl.relu that is read by nothing
    else.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def DLSinkTransposes : Pass<"dl-sink-transposes", "::mlir::func::FuncOp"> {
  let summary = "Move transposes through elementwise ops, concat, slices, pads, resizing, reductions and reshapes until they cancel";
  let description = [{
    After: a transpose stands where its operand is computed by none of these, or where moving it on would
    make more of them. One that passed an op in vain, since its operands are transposed for other uses anyway,
    goes back.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

#endif // DLC_DIALECT_DL_TRANSFORMS_PASSES_TD
