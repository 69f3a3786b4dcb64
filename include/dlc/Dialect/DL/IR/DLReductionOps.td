// Folds over whole axes, scans and selections.
#ifndef DLC_DIALECT_DL_IR_DLREDUCTIONOPS_TD
#define DLC_DIALECT_DL_IR_DLREDUCTIONOPS_TD

include "dlc/Dialect/DL/IR/DLBase.td"

def DL_ReduceOp : DL_Op<"reduce", "Reduction"> {
  let summary = "a fold over some axes: sum, mean, max, min, prod, l1, l2, log_sum, log_sum_exp, sum_square";
  let description = [{
    `axes` are in increasing order and within the operand's rank; none means that every set holds one
    element. A reduced axis has size 1 in the result with `keep_dims` and is absent without. Only max and
    min take bool (any and all).
  }];
  let arguments = (ins DL_Tensor:$operand, DL_ReduceKindAttr:$kind, DenseI64ArrayAttr:$axes,
                       DefaultValuedAttr<BoolAttr, "true">:$keep_dims);
  let results = (outs DL_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$kind $operand attr-dict `:` functional-type(operands, results)";
  // Once for each pass over it, of which there is mostly one.
  let extraClassDeclaration = fusionMethod # [{ bool canRecomputeOperand(unsigned) { return true; } }];
}

class DL_ArgReduceOp<string mnemonic, string which> : DL_Op<mnemonic, "Reduction"> {
  let summary = "the index along `axis` of the " # which # " element, as i64";
  let description = [{
    Of equal elements the first is taken, or the last with `select_last_index`. NaN wins over every number.
  }];
  let arguments = (ins DL_NumericTensor:$operand, I64Attr:$axis,
                       DefaultValuedAttr<BoolAttr, "true">:$keep_dims,
                       DefaultValuedAttr<BoolAttr, "false">:$select_last_index);
  let results = (outs RankedTensorOf<[I64]>:$result);
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}
def DL_ArgMaxOp : DL_ArgReduceOp<"arg_max", "largest">;
def DL_ArgMinOp : DL_ArgReduceOp<"arg_min", "smallest">;

class DL_ScanOp<string mnemonic, string what> : DL_Op<mnemonic, "Opaque"> {
  let summary = what # " of the elements up to each place along `axis`";
  let description = [{
    With `exclusive` an element's own value is left out (the first result is that of no elements); with
    `reverse` the scan runs from the end of the axis.
  }];
  let arguments = (ins DL_NumericTensor:$operand, I64Attr:$axis,
                       DefaultValuedAttr<BoolAttr, "false">:$exclusive,
                       DefaultValuedAttr<BoolAttr, "false">:$reverse);
  let results = (outs DL_NumericTensor:$result);
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}
def DL_CumSumOp : DL_ScanOp<"cumsum", "sums">;
def DL_CumProdOp : DL_ScanOp<"cumprod", "products">;

def DL_TopKOp : DL_Op<"top_k", "Opaque"> {
  let summary = "the k largest (or smallest) elements along `axis` and their indices";
  let description = [{
    Of equal elements the one with the lower index comes first. With `sorted` the values stand in order,
    best first; without, their order is not specified (the reference sorts all the same). NaN counts as
    larger than every number.
  }];
  let arguments = (ins DL_NumericTensor:$operand, I64Attr:$k, I64Attr:$axis,
                       DefaultValuedAttr<BoolAttr, "true">:$largest,
                       DefaultValuedAttr<BoolAttr, "true">:$sorted);
  let results = (outs DL_NumericTensor:$values, RankedTensorOf<[I64]>:$indices);
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}

#endif // DLC_DIALECT_DL_IR_DLREDUCTIONOPS_TD
