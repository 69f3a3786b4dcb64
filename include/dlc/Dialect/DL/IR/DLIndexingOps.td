// Ops that read or write elements at places that data, or a resampling rule, decides.
#ifndef DLC_DIALECT_DL_IR_DLINDEXINGOPS_TD
#define DLC_DIALECT_DL_IR_DLINDEXINGOPS_TD

include "dlc/Dialect/DL/IR/DLBase.td"

class DL_IndexingOp<string mnemonic, string fusion> : DL_Op<mnemonic, fusion> {
  let results = (outs DL_Tensor:$result);
  let extraClassDefinition = [{ ::mlir::AffineExpr $cppClass::getFlops() { return ::mlir::getAffineConstantExpr(0, getContext()); } }];
}

//===-- Gather -------------------------------------------------------------------------------===//
// Negative indices count from the end of the axis. An index outside the axis is an error that the reference
// reports; compiled code reads the nearest element instead.

def DL_GatherOp : DL_IndexingOp<"gather", "Gather"> {
  let summary = "slices of the operand along `axis`, chosen by `indices`";
  let description = [{
    The result's shape is the operand's with `axis` replaced by the axes of `indices`.
  }];
  let arguments = (ins DL_Tensor:$operand, DL_IndexTensor:$indices, I64Attr:$axis);
  let assemblyFormat = "$operand `,` $indices attr-dict `:` functional-type(operands, results)";
}

def DL_GatherElementsOp : DL_IndexingOp<"gather_elements", "Gather"> {
  let summary = "result[..., i, ...] = operand[..., indices[..., i, ...], ...] along `axis`";
  let description = "The result has the shape of `indices`, which is nowhere larger than the operand but on `axis`.";
  let arguments = (ins DL_Tensor:$operand, DL_IndexTensor:$indices, I64Attr:$axis);
  let assemblyFormat = "$operand `,` $indices attr-dict `:` functional-type(operands, results)";
}

def DL_GatherNDOp : DL_IndexingOp<"gather_nd", "Gather"> {
  let summary = "slices of the operand whose leading indices are the rows of `indices`";
  let description = [{
    The first `batch_dims` axes of both operands are equal and shared. The last axis of `indices`, of size k,
    holds an index into the k axes of the operand that follow them.
  }];
  let arguments = (ins DL_Tensor:$operand, DL_IndexTensor:$indices,
                       DefaultValuedAttr<I64Attr, "0">:$batch_dims);
  let assemblyFormat = "$operand `,` $indices attr-dict `:` functional-type(operands, results)";
}

//===-- Scatter ------------------------------------------------------------------------------===//

def DL_ScatterElementsOp : DL_IndexingOp<"scatter_elements", "Opaque"> {
  let summary = "the operand with result[..., indices[..., i, ...], ...] changed by updates[..., i, ...]";
  let description = [{
    `indices` and `updates` have one shape, of the operand's rank. Updates of one place are applied in
    row-major order.
  }];
  let arguments = (ins DL_Tensor:$operand, DL_IndexTensor:$indices, DL_Tensor:$updates, I64Attr:$axis,
                       DefaultValuedAttr<DL_ScatterKindAttr, "::dlc::dl::ScatterKind::Set">:$kind);
  let hasVerifier = 1;
  let assemblyFormat = "$operand `,` $indices `,` $updates attr-dict `:` functional-type(operands, results)";
}

def DL_ScatterNDOp : DL_IndexingOp<"scatter_nd", "Opaque"> {
  let summary = "the operand with the slices at the rows of `indices` changed by `updates`";
  let description = [{
    The last axis of `indices`, of size k, holds an index into the first k axes of the operand; `updates` has
    the other axes of `indices`, then those of the operand that are left. Updates of one place are applied in
    row-major order.
  }];
  let arguments = (ins DL_Tensor:$operand, DL_IndexTensor:$indices, DL_Tensor:$updates,
                       DefaultValuedAttr<DL_ScatterKindAttr, "::dlc::dl::ScatterKind::Set">:$kind);
  let hasVerifier = 1;
  let assemblyFormat = "$operand `,` $indices `,` $updates attr-dict `:` functional-type(operands, results)";
}

//===-- Places that data decides -------------------------------------------------------------===//

def DL_NonZeroOp : DL_IndexingOp<"non_zero", "Opaque"> {
  let summary = "the places of the elements that are not zero, in row-major order";
  let description = [{
    The result is (rank of the operand, number of such elements): one column a place. `count`, what
    dl.decide_size gives for symbol `symbol`, holds that number.
  }];
  let arguments = (ins DL_Tensor:$operand, RankedTensorOf<[I64]>:$count, I64Attr:$symbol);
  let hasVerifier = 1;
  let assemblyFormat = "$operand `,` $count attr-dict `:` functional-type(operands, results)";
}

//===-- Pad, resize --------------------------------------------------------------------------===//

def DL_PadOp : DL_IndexingOp<"pad", "Movement"> {
  let summary = "the operand with `low` elements before and `high` after each axis";
  let description = [{
    New elements are: `value` (a scalar; 0 where absent), the operand mirrored at its edge elements, its edge
    elements, or its elements from the other end. Pads are 0 or more: the importer cuts negative ones off with
    dl.slice.
  }];
  let arguments = (ins DL_Tensor:$operand, Optional<DL_Tensor>:$value, DenseI64ArrayAttr:$low,
                       DenseI64ArrayAttr:$high,
                       DefaultValuedAttr<DL_PadModeAttr, "::dlc::dl::PadMode::Constant">:$mode);
  let hasVerifier = 1;
  let assemblyFormat = "$operand (`,` $value^)? attr-dict `:` functional-type(operands, results)";
}

def DL_ResampleOp : DL_Op<"resample", "Gather"> {
  let summary = "each element of `axis` is a weighted sum of a few elements of that axis of the operand";
  let description = [{
    result[..., o, ...] = sum over t of weights[o, t] * operand[..., indices[o, t], ...], with o along `axis`.
    `indices` and `weights` are (size of the axis in the result, taps); indices lie within the operand. One
    axis of an ONNX Resize in a linear or cubic mode: the importer turns the coordinate rules into the tables.
  }];
  let arguments = (ins DL_FloatTensor:$operand, RankedTensorOf<[I32]>:$indices, DL_FloatTensor:$weights,
                       I64Attr:$axis);
  let results = (outs DL_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$operand `,` $indices `,` $weights attr-dict `:` functional-type(operands, results)";
}

def DL_GridSampleOp : DL_Op<"grid_sample", "Gather"> {
  let summary = "the elements of images at the places that a grid names";
  let description = [{
    `operand` is (N, C, spatial...) with k = 1, 2 or 3 spatial axes, `grid` (N, places..., k); the result is
    (N, C, places...). A place in the grid counts the last spatial axis first; -1 and 1 are the centres of the
    first and last element with `align_corners`, else the outer edges of the two. Between elements `mode`
    says what is read: the nearest (ties to even), or a sum over the 2 or 4 nearest an axis, weighted linearly
    or with Keys' cubic kernel (a = -0.75). Outside of the image lies what `padding` says: zeros, the edge
    elements, or the image mirrored at the centre of its edge elements (with `align_corners`) or at its edge.
  }];
  let arguments = (ins DL_FloatTensor:$operand, DL_FloatTensor:$grid,
                       DefaultValuedAttr<DL_SampleModeAttr, "::dlc::dl::SampleMode::Linear">:$mode,
                       DefaultValuedAttr<DL_SamplePaddingAttr, "::dlc::dl::SamplePadding::Zeros">:$padding,
                       DefaultValuedAttr<BoolAttr, "false">:$align_corners);
  let results = (outs DL_FloatTensor:$result);
  let assemblyFormat = "$operand `,` $grid attr-dict `:` functional-type(operands, results)";
}

#endif // DLC_DIALECT_DL_IR_DLINDEXINGOPS_TD
