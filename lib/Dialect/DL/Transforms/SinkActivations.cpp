// dl-sink-activations: a rectifier and a maximum may change places, and after the pool there are
// fewer elements. In training the gradient of the rectifier then has fewer, too.
//
//   %r = dl.relu %x                 %p = dl.max_pool %x
//   %y = dl.max_pool %r      ->     %y = dl.relu %p
#include "dlc/Dialect/DL/IR/MaxPool.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"

#define DEBUG_TYPE "dl-sink-activations"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLSINKACTIVATIONS
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

struct SinkActivationsPass : impl::DLSinkActivationsBase<SinkActivationsPass> {
  void runOnOperation() override {
    getOperation().walk([](MaxPoolOp op) {
      auto relu = op.getInput().getDefiningOp<ReluOp>();
      if (!relu || !relu->hasOneUse() || !everyWindowHoldsInput(op))
        return;
      OpBuilder builder(op->getContext());
      builder.setInsertionPointAfter(op);
      op.getInputMutable().assign(relu.getOperand());
      auto moved = ReluOp::create(builder, relu.getLoc(), op.getResult());
      op.getResult().replaceAllUsesExcept(moved.getResult(), moved);
      relu.erase();
    });
  }
};

} // namespace
} // namespace dlc::dl
