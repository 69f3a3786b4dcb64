// Attention as one op.
#ifndef DLC_DIALECT_DL_IR_DLATTENTIONOPS_TD
#define DLC_DIALECT_DL_IR_DLATTENTIONOPS_TD

include "dlc/Dialect/DL/IR/DLBase.td"

def DL_AttentionOp : DL_Op<"attention", "Contraction"> {
  let summary = "softmax(scale * query * key^T + bias) * value, for each head";
  let description = [{
    `query` is (batch, heads, rows, depth), `key` (batch, heads, keys, depth), `value` (batch, heads, keys,
    columns) and the result (batch, heads, rows, columns). With `heads_inner` the three operands have their
    axes 1 and 2 exchanged, (batch, rows, heads, depth) as projections leave them, and with
    `result_heads_inner` so has the result. Key and value may have fewer heads than the query, a divisor of
    its number: each of theirs serves a run of the query's. `bias` broadcasts to (batch, heads, rows, keys).
  }];
  let arguments = (ins DL_FloatTensor:$query, DL_FloatTensor:$key, DL_FloatTensor:$value,
                       Optional<DL_FloatTensor>:$bias, F64Attr:$scale,
                       DefaultValuedAttr<BoolAttr, "false">:$heads_inner,
                       DefaultValuedAttr<BoolAttr, "false">:$result_heads_inner);
  let results = (outs DL_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $query `,` $key `,` $value (`,` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = fusionMethod # [{
    /// The axis of the operands that holds the heads, and that of rows or keys.
    unsigned getHeadAxis() { return getHeadsInner() ? 2 : 1; }
    unsigned getRowAxis() { return getHeadsInner() ? 1 : 2; }
    /// Static sizes.
    int64_t getBatch() { return getQuery().getType().getDimSize(0); }
    int64_t getHeads() { return getQuery().getType().getDimSize(getHeadAxis()); }
    int64_t getKeyHeads() { return getKey().getType().getDimSize(getHeadAxis()); }
    int64_t getRows() { return getQuery().getType().getDimSize(getRowAxis()); }
    int64_t getKeys() { return getKey().getType().getDimSize(getRowAxis()); }
    int64_t getDepth() { return getQuery().getType().getDimSize(3); }
    int64_t getColumns() { return getValue().getType().getDimSize(3); }
  }];
}

#endif // DLC_DIALECT_DL_IR_DLATTENTIONOPS_TD
