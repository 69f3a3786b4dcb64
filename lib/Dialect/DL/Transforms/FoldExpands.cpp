// dl-fold-expands: elementwise ops broadcast by themselves; gradients of reductions spell it out.
//
//   %e = dl.expand %v
//   %y = dl.mul %e, %x          ->   %y = dl.mul %v, %x
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/ShapeInference.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"

#define DEBUG_TYPE "dl-fold-expands"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLFOLDEXPANDS
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

bool broadcasts(Operation *op) {
  return isElementwise(op) && op->getNumOperands() > 1 && op->getNumResults() == 1;
}

/// Whether `operands` broadcast to the shape of the op's result.
bool giveResult(Operation *op, ValueRange operands) {
  Dims shape;
  for (Value operand : operands) {
    FailureOr<Dims> joined = broadcastDims(std::nullopt, shape, dimsOf(operand.getType()));
    if (failed(joined))
      return false;
    shape = *joined;
  }
  return shape == dimsOf(op->getResult(0).getType());
}

struct FoldExpandsPass : impl::DLFoldExpandsBase<FoldExpandsPass> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (!broadcasts(op))
        return;
      for (OpOperand &use : op->getOpOperands()) {
        auto expand = use.get().getDefiningOp<ExpandOp>();
        if (!expand)
          continue;
        SmallVector<Value> operands(op->getOperands());
        operands[use.getOperandNumber()] = expand.getOperand();
        if (giveResult(op, operands))
          use.set(expand.getOperand());
      }
    });
  }
};

} // namespace
} // namespace dlc::dl
