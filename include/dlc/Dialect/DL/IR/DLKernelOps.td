// The kernel: the unit of code generation, tuning, caching and profiling.
#ifndef DLC_DIALECT_DL_IR_DLKERNELOPS_TD
#define DLC_DIALECT_DL_IR_DLKERNELOPS_TD

include "dlc/Dialect/DL/IR/DLBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

/// Elements between neighbours along each axis: numbers, or expressions of symbols.
def DL_StridesAttr : AnyAttrOf<[DenseI64ArrayAttr, AffineMapAttr], "strides of a tensor">;

def DL_KernelOp : Op<DL_Dialect, "kernel", [Pure, IsolatedFromAbove,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "a fused region of dl ops that becomes one Halide pipeline";
  let description = [{
    The region's arguments are the operands. At most one op in it is an anchor (its fusion class is neither
    injective, movement, view nor constant); what feeds the anchor is the prologue, what uses it the
    epilogue. `schedule` is set by the schedule phase, `symbol` (the object's entry point) by codegen.
    `not_fused` holds, for each operand that another kernel computes, the reason the two were kept apart.
    `strides` holds, for each operand and then for each result, the elements between neighbours along each axis
    where the tensor is a part of a larger one in memory (see dlc/Dialect/DL/IR/Storage.h), as a map from symbols where
    they are no numbers, and an empty list where it lies alone, row by row.
    `estimates` holds a likely value of each symbol where sizes are symbolic: what schedules are chosen for.
  }];
  let arguments = (ins Variadic<DL_Tensor>:$inputs, OptionalAttr<AnyAttr>:$schedule,
                       OptionalAttr<StrAttr>:$symbol, OptionalAttr<StrArrayAttr>:$not_fused,
                       OptionalAttr<TypedArrayAttrBase<DL_StridesAttr, "strides of tensors">>:$strides,
                       OptionalAttr<DenseI64ArrayAttr>:$estimates);
  let results = (outs Variadic<DL_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The anchor, or null for an injective kernel.
    ::mlir::Operation *getAnchor();
    /// The fusion class of the anchor; Injective (or Movement, where nothing computes) without one.
    ::dlc::FusionClass getKind();
    /// Elements between neighbours along each axis of an operand, or of a result, in memory.
    ::dlc::dl::Dims getInputStrides(unsigned index);
    ::dlc::dl::Dims getOutputStrides(unsigned index);
    /// The operand or result that `value`, an argument of the region or a value that it yields, stands for.
    ::mlir::Value getOutside(::mlir::Value value);
    /// Elements between neighbours along each axis of such a value in memory.
    ::dlc::dl::Dims getStridesOf(::mlir::Value value);
    /// Numbers of the symbols that sizes in the kernel and its strides are made of, in increasing order.
    ::llvm::SmallVector<unsigned> getSymbols();
    /// Whether results can be parts of larger tensors: none of its templates writes rows as a whole.
    bool canWriteParts();
    ::mlir::Block *getBodyBlock() { return &getBody().front(); }
  }];
}

def DL_YieldOp : Op<DL_Dialect, "yield", [Pure, Terminator, ReturnLike, HasParent<"KernelOp">]> {
  let summary = "the results of a kernel";
  let arguments = (ins Variadic<DL_Tensor>:$operands);
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange()); }]>];
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

#endif // DLC_DIALECT_DL_IR_DLKERNELOPS_TD
