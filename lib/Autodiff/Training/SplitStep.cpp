// autodiff-split-step: the gradients of several batches before one update.
#include "dlc/Autodiff/Passes.h"

#include "Training/TrainingFunctions.h"

using namespace mlir;

namespace dlc::autodiff {

#define GEN_PASS_DEF_AUTODIFFSPLITSTEP
#include "dlc/Autodiff/Passes.h.inc"

namespace {

/// How many batches the sums hold.
constexpr StringLiteral countSlot = "gradients/count";

std::string sumSlot(const std::string &weight) { return weight + "/gradient"; }

/// A count in the type of the gradients.
RankedTensorType countType(const SlotGradient &gradient) {
  return RankedTensorType::get({}, getElementTypeOrSelf(gradient.value.getType()));
}

struct SplitStepPass : impl::AutodiffSplitStepBase<SplitStepPass> {
  void runOnOperation() override {
    func::FuncOp step = requireFunction(getOperation(), "train_step", "autodiff-backward");
    if (!step)
      return signalPassFailure();
    func::FuncOp grad = step.clone();
    grad.setName("grad_step");
    getOperation().insert(std::next(step->getIterator()), grad);
    SmallVector<SlotGradient> gradients = takeGradientResults(grad);
    if (gradients.empty()) {
      step.emitError("has no gradients; run autodiff-backward first");
      return signalPassFailure();
    }
    accumulate(grad, gradients);
    apply(addFunction(getOperation(), "apply_step"), gradients);
  }

private:
  /// Adds the gradients to their sums.
  static void accumulate(func::FuncOp grad, ArrayRef<SlotGradient> gradients) {
    StateBuilder state(grad);
    for (const auto &[slot, value] : gradients) {
      Term gradient = state.term(value);
      state.update(sumSlot(slot), state.slot(sumSlot(slot), gradient.type(), 0) + gradient);
    }
    state.update(countSlot, state.slot(countSlot.str(), countType(gradients.front()), 0) + 1.0);
  }

  /// Returns the means as gradients, and empties the sums.
  static void apply(func::FuncOp function, ArrayRef<SlotGradient> gradients) {
    StateBuilder state(function);
    Term count = state.slot(countSlot.str(), countType(gradients.front()), 0);
    Term batches = count.make<dl::MaxOp>(count.scalar(1).get());
    for (const auto &[slot, value] : gradients) {
      auto type = cast<RankedTensorType>(value.getType());
      dl::addSlotArgument(function, slot, type, /*trainable=*/true);
      Term sum = state.slot(sumSlot(slot), type, 0);
      addGradientResult(function, {slot, sum / batches});
      state.update(sumSlot(slot), expand(sum.scalar(0), type.getShape()));
    }
    state.update(countSlot, count.scalar(0));
  }
};

} // namespace
} // namespace dlc::autodiff
