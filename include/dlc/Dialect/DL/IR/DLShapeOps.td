// Ops that move or rename elements without computing on them.
#ifndef DLC_DIALECT_DL_IR_DLSHAPEOPS_TD
#define DLC_DIALECT_DL_IR_DLSHAPEOPS_TD

include "dlc/Dialect/DL/IR/DLBase.td"

class DL_ShapeOp<string mnemonic, string fusion = "Movement", list<Trait> traits = []>
    : DL_Op<mnemonic, fusion, traits> {
  let results = (outs DL_Tensor:$result);
  let extraClassDefinition = [{ ::mlir::AffineExpr $cppClass::getFlops() { return ::mlir::getAffineConstantExpr(0, getContext()); } }];
}

def DL_ReshapeOp : DL_ShapeOp<"reshape", "View"> {
  let summary = "the same elements in row-major order under another shape";
  let description = [{
    `shape` holds the result's sizes, and `symbolic` all of them as expressions where some are not constants.
    Covers ONNX Reshape, Flatten, Squeeze and Unsqueeze.
  }];
  let arguments = (ins DL_Tensor:$operand, DenseI64ArrayAttr:$shape,
                       OptionalAttr<AffineMapAttr>:$symbolic);
  let builders = [
    OpBuilder<(ins "::mlir::Value":$operand, "::mlir::DenseI64ArrayAttr":$shape),
              [{ build($_builder, $_state, operand, shape, ::mlir::AffineMapAttr()); }]>,
    OpBuilder<(ins "::mlir::Value":$operand, "::llvm::ArrayRef<int64_t>":$shape),
              [{ build($_builder, $_state, operand, $_builder.getDenseI64ArrayAttr(shape)); }]>,
    OpBuilder<(ins "::mlir::Value":$operand, "::llvm::ArrayRef<::mlir::AffineExpr>":$dims), [{
      auto [shape, symbolic] = sizeAttributes($_builder.getContext(), dims);
      build($_builder, $_state, operand, $_builder.getDenseI64ArrayAttr(shape), symbolic);
    }]>];
  let hasFolder = 1;
  let hasVerifier = 1;
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}

def DL_TransposeOp : DL_ShapeOp<"transpose"> {
  let summary = "axes permuted: result axis i is operand axis permutation[i]";
  let arguments = (ins DL_Tensor:$operand, DenseI64ArrayAttr:$permutation);
  let hasFolder = 1;
  let hasVerifier = 1;
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}

def DL_ExpandOp : DL_ShapeOp<"expand"> {
  let summary = "broadcast to `shape` (the result's sizes) as numpy.broadcast_to does";
  let arguments = (ins DL_Tensor:$operand, DenseI64ArrayAttr:$shape,
                       OptionalAttr<AffineMapAttr>:$symbolic);
  let builders = [
    OpBuilder<(ins "::mlir::Value":$operand, "::mlir::DenseI64ArrayAttr":$shape),
              [{ build($_builder, $_state, operand, shape, ::mlir::AffineMapAttr()); }]>,
    OpBuilder<(ins "::mlir::Value":$operand, "::llvm::ArrayRef<int64_t>":$shape),
              [{ build($_builder, $_state, operand, $_builder.getDenseI64ArrayAttr(shape)); }]>,
    OpBuilder<(ins "::mlir::Value":$operand, "::llvm::ArrayRef<::mlir::AffineExpr>":$dims), [{
      auto [shape, symbolic] = sizeAttributes($_builder.getContext(), dims);
      build($_builder, $_state, operand, $_builder.getDenseI64ArrayAttr(shape), symbolic);
    }]>];
  let hasFolder = 1;
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}

def DL_ConcatOp : DL_ShapeOp<"concat", "Movement", [DL_OneElementType]> {
  let summary = "operands of one element type joined along one axis";
  let arguments = (ins Variadic<DL_Tensor>:$operands, I64Attr:$axis);
  let hasFolder = 1;
  let assemblyFormat = "$operands attr-dict `:` functional-type(operands, results)";
}

def DL_SliceOp : DL_ShapeOp<"slice"> {
  let summary = "a strided part of each axis";
  let description = [{
    Element i of an axis of the result is element `starts + i * steps` of the operand; `sizes` are the
    result's, `symbolic` all of them as expressions where some are not constants. Steps are not zero and may be negative. The importer has clamped and normalised all three.
  }];
  let arguments = (ins DL_Tensor:$operand, DenseI64ArrayAttr:$starts, DenseI64ArrayAttr:$sizes,
                       DenseI64ArrayAttr:$steps, OptionalAttr<AffineMapAttr>:$symbolic);
  let builders = [
    OpBuilder<(ins "::mlir::Value":$operand, "::mlir::DenseI64ArrayAttr":$starts,
                   "::mlir::DenseI64ArrayAttr":$sizes, "::mlir::DenseI64ArrayAttr":$steps),
              [{ build($_builder, $_state, operand, starts, sizes, steps, ::mlir::AffineMapAttr()); }]>,
    OpBuilder<(ins "::mlir::Value":$operand, "::llvm::ArrayRef<int64_t>":$starts,
                   "::llvm::ArrayRef<int64_t>":$sizes, "::llvm::ArrayRef<int64_t>":$steps), [{
      build($_builder, $_state, operand, $_builder.getDenseI64ArrayAttr(starts),
            $_builder.getDenseI64ArrayAttr(sizes), $_builder.getDenseI64ArrayAttr(steps));
    }]>];
  let hasFolder = 1;
  let hasVerifier = 1;
  let assemblyFormat = "$operand attr-dict `:` functional-type(operands, results)";
}

def DL_DecideSizeOp : DL_ShapeOp<"decide_size", "View"> {
  let summary = "gives a symbol that only data decides its value";
  let description = [{
    From here on symbol `symbol` of the module is the one element of `count`, taken into [0, `bound`]; `bound` is an
    expression of other symbols, and what memory is planned for. The result is the operand: an op whose result has
    such a size takes it, and so comes after. See docs/ADR/0012-a-size-that-data-decides-is-a-symbol-set-at-run-time.md.
  }];
  let arguments = (ins RankedTensorOf<[I64]>:$count, I64Attr:$symbol, AffineMapAttr:$bound);
  let hasVerifier = 1;
  let assemblyFormat = "$count attr-dict `:` functional-type(operands, results)";
}

#endif // DLC_DIALECT_DL_IR_DLSHAPEOPS_TD
