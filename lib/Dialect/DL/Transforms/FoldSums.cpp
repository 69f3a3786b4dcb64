// dl-fold-sums: each window of a max_pool gives its cotangent to one element, so the sum over all
// elements, which is the gradient of a bias before the pool, is the sum over all windows.
//
//   %g = dl.max_pool_gradient %x, %c
//   %s = dl.reduce <sum> %g over the spatial axes     ->     %s = dl.reduce <sum> %c
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/MaxPool.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"

#define DEBUG_TYPE "dl-fold-sums"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLFOLDSUMS
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

/// Whether `op` sums over all spatial axes of the image that `gradient` is.
bool sumsOverImages(ReduceOp op, MaxPoolGradientOp gradient) {
  if (op.getKind() != ReduceKind::Sum)
    return false;
  int64_t first = gradient.isChannelsLast() ? 1 : 2;
  int64_t spatial = gradient.getResult().getType().getRank() - 2;
  return llvm::all_of(llvm::seq<int64_t>(first, first + spatial),
                      [&](int64_t axis) { return llvm::is_contained(op.getAxes(), axis); });
}

struct FoldSumsPass : impl::DLFoldSumsBase<FoldSumsPass> {
  void runOnOperation() override {
    getOperation().walk([](ReduceOp op) {
      auto gradient = op.getOperand().getDefiningOp<MaxPoolGradientOp>();
      if (gradient && sumsOverImages(op, gradient) && everyWindowHoldsInput(gradient))
        op.getOperandMutable().assign(gradient.getCotangent());
    });
  }
};

} // namespace
} // namespace dlc::dl
