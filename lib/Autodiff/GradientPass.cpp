// autodiff-gradient: adds the function that computes the gradients of another.
#include "dlc/Autodiff/Passes.h"
#include "dlc/Autodiff/ReverseMode.h"
#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

namespace dlc::autodiff {

#define GEN_PASS_DEF_AUTODIFFGRADIENT
#include "dlc/Autodiff/Passes.h.inc"

namespace {

struct GradientPass : impl::AutodiffGradientBase<GradientPass> {
  using AutodiffGradientBase::AutodiffGradientBase;

  void runOnOperation() override {
    auto target = getOperation().lookupSymbol<func::FuncOp>(function);
    if (!target) {
      getOperation().emitError("expected a function '") << function
                                                        << "' to differentiate, found "
                                                           "none of this name";
      return signalPassFailure();
    }
    SmallVector<int64_t> all = floatArguments(target);
    SmallVector<int64_t> chosen(wrt.begin(), wrt.end());
    for (int64_t index : chosen)
      if (!llvm::is_contained(all, index)) {
        target.emitError("cannot be differentiated by argument ")
            << index << ": expected the index of an argument of floating-point type";
        return signalPassFailure();
      }
    if (failed(addGradientFunction(target, chosen.empty() ? all : chosen)))
      signalPassFailure();
  }
};

} // namespace
} // namespace dlc::autodiff
