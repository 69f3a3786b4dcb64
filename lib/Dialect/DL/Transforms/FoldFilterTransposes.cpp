// dl-fold-filter-transposes: a convolution reads its filter as Keras stores it, so nothing has to
// turn it.
//
//   %f = dl.transpose %w {3, 2, 0, 1}
//   %y = dl.conv %x, %f                ->   %y = dl.conv %x, %w {output_last}
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"

#define DEBUG_TYPE "dl-fold-filter-transposes"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLFOLDFILTERTRANSPOSES
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

/// Whether `permutation` makes (O, C, kernel...) of (kernel..., C, O).
bool bringsChannelsInFront(ArrayRef<int64_t> permutation) {
  auto rank = static_cast<int64_t>(permutation.size());
  SmallVector<int64_t> wanted{rank - 1, rank - 2};
  llvm::append_range(wanted, llvm::seq<int64_t>(0, rank - 2));
  return permutation == ArrayRef(wanted);
}

struct FoldFilterTransposesPass : impl::DLFoldFilterTransposesBase<FoldFilterTransposesPass> {
  void runOnOperation() override {
    getOperation().walk([](ConvOp op) {
      auto transpose = op.getFilter().getDefiningOp<TransposeOp>();
      if (!transpose || op.getPackedChannels() > 0 || op.getOutputLast() ||
          !bringsChannelsInFront(transpose.getPermutation()))
        return;
      op.getFilterMutable().assign(transpose.getOperand());
      op.setOutputLast(true);
      if (transpose->use_empty())
        transpose->erase();
    });
  }
};

} // namespace
} // namespace dlc::dl
