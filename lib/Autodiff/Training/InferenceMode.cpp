// autodiff-inference-mode: what is undecided runs as at inference.
#include "dlc/Autodiff/Passes.h"

#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

namespace dlc::autodiff {

#define GEN_PASS_DEF_AUTODIFFINFERENCEMODE
#include "dlc/Autodiff/Passes.h.inc"

namespace {

struct InferenceModePass : impl::AutodiffInferenceModeBase<InferenceModePass> {
  void runOnOperation() override {
    getOperation()->walk([](TrainingModeOpInterface op) {
      if (!op.isUndecided())
        return;
      op->replaceAllUsesWith(op.getInferenceValues());
      op->erase();
    });
  }
};

} // namespace
} // namespace dlc::autodiff
