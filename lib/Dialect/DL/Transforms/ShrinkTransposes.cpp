// dl-shrink-transposes: a transpose of the rows of a product may stand before it or behind it, and
// stands where there are fewer elements.
//
//   %t = dl.transpose %x {1, 0, 2}        %y = dl.matmul %x, %w
//   %y = dl.matmul %t, %w            ->   %t = dl.transpose %y {1, 0, 2}
//
// The product of two operands over the same rows (the gradient of %w) does not mind their order.
#include "SinkTransposes.h"
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#define DEBUG_TYPE "dl-shrink-transposes"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLSHRINKTRANSPOSES
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

/// The transpose of known sizes that makes `value`, with its last axis where it was.
TransposeOp transposeOfRows(Value value) {
  auto transpose = value.getDefiningOp<TransposeOp>();
  if (!transpose || !transpose.getType().hasStaticShape())
    return {};
  ArrayRef<int64_t> permutation = transpose.getPermutation();
  bool keepsLast = permutation.back() == static_cast<int64_t>(permutation.size()) - 1;
  return keepsLast ? transpose : TransposeOp();
}

/// Whether all rows of the left operand meet the same matrix: (..., K) with (K, N), or (N, K).
bool hasOneMatrix(MatmulOp op) {
  return !op.getTransposeLhs() && op.getPackedColumns() == 0 &&
         op.getRhs().getType().getRank() == 2;
}

MatmulOp productOf(PatternRewriter &rewriter, MatmulOp like, Value lhs) {
  return MatmulOp::create(rewriter, like.getLoc(), lhs, like.getRhs(), like.getTransposeLhs(),
                          like.getTransposeRhs());
}

/// `value`, (rows..., K), as (rows, K): where it is a reshape that only joins rows, its operand.
Value withRowsApart(Value value) {
  auto reshape = value.getDefiningOp<ReshapeOp>();
  if (!reshape || reshape.getType().getRank() != 2 ||
      reshape.getOperand().getType().getRank() < 3 ||
      reshape.getType().getShape().back() != reshape.getOperand().getType().getShape().back())
    return {};
  return reshape.getOperand();
}

/// The product over rows whose left operand `transpose` is, joined: reshape and product.
MatmulOp productOverRows(TransposeOp transpose, Operation *user) {
  auto reshape = dyn_cast<ReshapeOp>(user);
  if (!reshape || !reshape->hasOneUse() || withRowsApart(reshape) != transpose.getResult())
    return {};
  auto product = dyn_cast<MatmulOp>(*reshape->user_begin());
  if (!product || !product.getTransposeLhs() || product.getTransposeRhs() ||
      product.getLhs() != reshape.getResult())
    return {};
  Value other = withRowsApart(product.getRhs());
  bool sameRows = other && cast<RankedTensorType>(other.getType()).getShape().drop_back() ==
                               transpose.getType().getShape().drop_back();
  return sameRows ? product : MatmulOp();
}

/// Moves a transpose behind the products that read it, where their other sides are smaller.
struct MoveBehindProducts : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    if (!transposeOfRows(op))
      return failure();
    // All uses, or the transpose would stay beside the new ones.
    int64_t turned = 0;
    for (Operation *user : op->getUsers()) {
      if (auto product = dyn_cast<MatmulOp>(user);
          product && hasOneMatrix(product) && product.getLhs() == op.getResult())
        turned += product.getType().getNumElements();
      else if (MatmulOp over = productOverRows(op, user))
        turned += over.getRhs().getType().getNumElements();
      else
        return failure();
    }
    if (op->use_empty() || turned >= op.getType().getNumElements())
      return failure();
    for (Operation *user : llvm::make_early_inc_range(op->getUsers())) {
      rewriter.setInsertionPoint(user);
      if (auto product = dyn_cast<MatmulOp>(user)) {
        MatmulOp moved = productOf(rewriter, product, op.getOperand());
        rewriter.replaceOpWithNewOp<TransposeOp>(product, moved, op.getPermutation());
      } else {
        turnOtherOperand(op, productOverRows(op, user), rewriter);
      }
    }
    return success();
  }

private:
  static void turnOtherOperand(TransposeOp op, MatmulOp product, PatternRewriter &rewriter) {
    rewriter.setInsertionPoint(product);
    Value other = withRowsApart(product.getRhs());
    Value back =
        TransposeOp::create(rewriter, product.getLoc(), other, inverse(op.getPermutation()));
    Value lhs = ReshapeOp::create(rewriter, product.getLoc(), op.getOperand(),
                                  dimsOf(product.getLhs().getType()));
    Value rhs =
        ReshapeOp::create(rewriter, product.getLoc(), back, dimsOf(product.getRhs().getType()));
    rewriter.replaceOpWithNewOp<MatmulOp>(product, lhs, rhs, /*transpose_lhs=*/true);
  }
};

/// Moves a transpose of a product before it, where the operand is smaller.
struct MoveBeforeProduct : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto product = op.getOperand().getDefiningOp<MatmulOp>();
    if (!product || !transposeOfRows(op) || !product->hasOneUse() || !hasOneMatrix(product) ||
        product.getLhs().getType().getNumElements() >= op.getType().getNumElements())
      return failure();
    Value turned =
        TransposeOp::create(rewriter, op.getLoc(), product.getLhs(), op.getPermutation());
    rewriter.replaceOp(op, productOf(rewriter, product, turned));
    return success();
  }
};

struct ShrinkTransposesPass : impl::DLShrinkTransposesBase<ShrinkTransposesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<MoveBehindProducts, MoveBeforeProduct>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace dlc::dl
