// The passes of the phase `fuse`.
#ifndef DLC_FUSION_PASSES_TD
#define DLC_FUSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def FuseFormKernels : Pass<"fuse-form-kernels", "::mlir::func::FuncOp"> {
  let summary = "Group the ops of a function into kernels";
  let description = [{
    Before: a function of dl ops with static shapes. After: every op that computes or moves data is in a
    `dl.kernel` with at most one anchor; views, constants and the return stand outside. An operand that a
    kernel takes from another kernel has its reason in `not_fused`. The rule is docs/Rationale/Fusion.md.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def FuseVerify : Pass<"fuse-verify", "::mlir::func::FuncOp"> {
  let summary = "Check what the phase `fuse` promises";
  let description = [{
    Diagnosed: an op outside of a kernel that is neither a view nor a constant, and a kernel with two anchors.
  }];
}

#endif // DLC_FUSION_PASSES_TD
