// Values that no operand decides: compile-time values, sizes, places.
#ifndef DLC_DIALECT_DL_IR_DLCONSTANTOPS_TD
#define DLC_DIALECT_DL_IR_DLCONSTANTOPS_TD

include "dlc/Dialect/DL/IR/DLBase.td"

def DL_ConstantOp : DL_Op<"constant", "Constant", [ConstantLike]> {
  let summary = "a tensor known at compile time";
  let description = [{
    Splats and small tensors are held as `dense`, weights as `dense_resource`, whose bytes are neither
    uniqued nor copied.
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs DL_Tensor:$result);
  let hasFolder = 1;
  let assemblyFormat = "attr-dict $value";
  let extraClassDefinition = [{ ::mlir::AffineExpr $cppClass::getFlops() { return ::mlir::getAffineConstantExpr(0, getContext()); } }];
}

def DL_SizesOp : DL_Op<"sizes", "Injective", [DL_CheapToRecompute, DL_DependsOnPlace]> {
  let summary = "a list of sizes that are known when the function is called";
  let description = [{
    Shape arithmetic starts here: element i is result i of `dims`, an affine map of the module's symbols. What
    decides shapes is computed by the importer and leaves no op; what is left computes with sizes as with data.
  }];
  let arguments = (ins AffineMapAttr:$dims);
  let results = (outs DL_Tensor:$result);
  let assemblyFormat = "attr-dict `:` type(results)";
  let extraClassDefinition = [{ ::mlir::AffineExpr $cppClass::getFlops() { return ::mlir::getAffineConstantExpr(0, getContext()); } }];
}

def DL_IotaOp : DL_Op<"iota", "Injective", [DL_CheapToRecompute, DL_DependsOnPlace]> {
  let summary = "each element is its own place along `axis`, counted from 0";
  let description = [{
    The result's sizes are the results of `dims`, an affine map of the module's symbols; its elements are of type `element`. An ONNX
    Range or a triangle of open size is made of it.
  }];
  let arguments = (ins AffineMapAttr:$dims, I64Attr:$axis, TypeAttr:$element);
  let results = (outs DL_NumericTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "attr-dict `:` type(results)";
  let extraClassDefinition = [{ ::mlir::AffineExpr $cppClass::getFlops() { return ::mlir::getAffineConstantExpr(0, getContext()); } }];
}

#endif // DLC_DIALECT_DL_IR_DLCONSTANTOPS_TD
