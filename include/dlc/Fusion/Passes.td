// The passes of the phase `fuse`.
#ifndef DLC_FUSION_PASSES_TD
#define DLC_FUSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def FuseFormKernels : Pass<"fuse-form-kernels", "::mlir::func::FuncOp"> {
  let summary = "Group the ops of a function into kernels";
  let description = [{
    Before: a function of dl ops with static shapes. After: every op that computes or moves data is in a
    `dl.kernel` with at most one anchor; views (reshapes, and slices and concats that move nothing), constants and
    the return stand outside. An operand that a
    kernel takes from another kernel has its reason in `not_fused`. The rule is docs/Rationale/Fusion.md.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def FusePlaceParts : Pass<"fuse-place-parts", "::mlir::func::FuncOp"> {
  let summary = "Let kernels read and write parts of tensors where they lie";
  let description = [{
    Before: kernels, and views outside of them. After: every slice and concat outside of a kernel moves nothing:
    a kernel that copies stands where a value cannot be a part (an input, a part of two tensors), and `strides` on
    each kernel says how its operands and results lie.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def FuseVerify : Pass<"fuse-verify", "::mlir::func::FuncOp"> {
  let summary = "Check what the phase `fuse` promises";
  let description = [{
    Diagnosed: an op outside of a kernel that is neither a view nor a constant, a kernel with two anchors, a slice or concat
    outside of kernels that would have to move something, and strides that are not those of the tensors.
  }];
}

#endif // DLC_FUSION_PASSES_TD
