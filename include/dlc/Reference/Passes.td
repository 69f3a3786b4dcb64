// Passes that need the reference evaluation.
#ifndef DLC_REFERENCE_PASSES_TD
#define DLC_REFERENCE_PASSES_TD

include "mlir/Pass/PassBase.td"

def FoldConstantsPass : Pass<"dl-fold-constants"> {
  let summary = "Replace dl ops on constants by their value";
  let description = [{
    After the pass no pure dl op has only constant operands, except where its result would be much larger
    than what it is computed from (more than 4 times, beyond 64 KiB): those stay, and so does what uses
    them. Splats stay splats. Kernel regions are left alone. Constants that lost their last use are erased.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

#endif // DLC_REFERENCE_PASSES_TD
