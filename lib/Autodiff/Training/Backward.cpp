// autodiff-backward: gradients of the loss by the trainable state.
#include "dlc/Autodiff/Passes.h"

#include "Training/TrainingFunctions.h"
#include "dlc/Autodiff/ReverseMode.h"

using namespace mlir;

namespace dlc::autodiff {

#define GEN_PASS_DEF_AUTODIFFBACKWARD
#include "dlc/Autodiff/Passes.h.inc"

namespace {

struct BackwardPass : impl::AutodiffBackwardBase<BackwardPass> {
  void runOnOperation() override {
    func::FuncOp step = requireFunction(getOperation(), "train_step", "autodiff-loss");
    if (!step || failed(differentiate(step)))
      signalPassFailure();
  }

private:
  static LogicalResult differentiate(func::FuncOp step) {
    SmallVector<Value> parameters;
    for (BlockArgument argument : step.getArguments())
      if (step.getArgAttr(argument.getArgNumber(), dl::trainableAttribute))
        parameters.push_back(argument);
    if (parameters.empty())
      return step.emitError("has nothing to train: expected weights, found none");
    Value loss = returnedValue(step, 0);
    if (auto type = dyn_cast<RankedTensorType>(loss.getType()); !type || type.getRank() != 0)
      return step.emitError("expected a first result that is the loss, a scalar, found ")
             << loss.getType() << "; run autodiff-loss first";
    OpBuilder builder(step.getBody().front().getTerminator());
    Term one = Term(builder, step.getLoc(), loss).scalar(1);
    FailureOr<SmallVector<Value>> gradients = emitReverse(builder, Seed{loss, one}, parameters);
    if (failed(gradients))
      return failure();
    for (auto [parameter, gradient] : llvm::zip(parameters, *gradients))
      if (gradient)
        addGradientResult(
            step,
            {*dl::argumentSlot(step, cast<BlockArgument>(parameter).getArgNumber()), gradient});
    return success();
  }
};

} // namespace
} // namespace dlc::autodiff
