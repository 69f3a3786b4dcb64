// autodiff-verify-mode: nothing that only training modes mean is left undecided.
#include "dlc/Autodiff/Passes.h"

#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

namespace dlc::autodiff {

#define GEN_PASS_DEF_AUTODIFFVERIFYMODE
#include "dlc/Autodiff/Passes.h.inc"

namespace {

struct VerifyModePass : impl::AutodiffVerifyModeBase<VerifyModePass> {
  void runOnOperation() override {
    WalkResult result = getOperation()->walk([](TrainingModeOpInterface op) {
      if (!op.isUndecided())
        return WalkResult::advance();
      op->emitOpError("is undecided: expected autodiff-training-mode or autodiff-inference-mode "
                      "to have said in which mode it runs");
      return WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace
} // namespace dlc::autodiff
