// Compile-time values.
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

def DL_SizesOp : DL_Op<"sizes", "Constant"> {
  let summary = "a list of sizes that are known when the function is called";
  let description = [{
    Shape arithmetic starts here: element i is result i of `dims`, an affine map of the module's symbols.
  }];
  let arguments = (ins AffineMapAttr:$dims);
  let results = (outs DL_Tensor:$result);
  let assemblyFormat = "attr-dict `:` type(results)";
  let extraClassDefinition = [{ ::mlir::AffineExpr $cppClass::getFlops() { return ::mlir::getAffineConstantExpr(0, getContext()); } }];
}

#endif // DLC_DIALECT_DL_IR_DLCONSTANTOPS_TD
