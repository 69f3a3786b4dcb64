// dl-recognize-attention: two products around a softmax become one op.
//
//   %s = dl.matmul %q, %k'                      %y = dl.attention %q, %k, %v, %mask
//   %w = dl.softmax (%s * scale + %mask)  ->
//   %y = dl.matmul %w, %v
//
// The scale may stand on the scores, on the query or on the key. Transposes between tokens and
// heads, which projections need before and after, become attributes.
#include "Matching.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#define DEBUG_TYPE "dl-recognize-attention"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLRECOGNIZEATTENTION
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

constexpr std::array<int64_t, 4> headsOuter{0, 1, 2, 3}, headsInner{0, 2, 1, 3};

/// An operand of one of the products: (batch, heads, rows, columns) is `source`, transposed by
/// `permutation` and multiplied by `scale`. A source of rank 3 has no batch axis.
struct HeadsOperand {
  Value source;
  SmallVector<int64_t, 4> permutation;
  double scale = 1;

  bool isInner() const { return ArrayRef(permutation) == ArrayRef(headsInner); }
};

/// Looks through transposes of `value` and, with `scaled`, through scalings. They may have other
/// uses: the attention reads what was before them. `turned`: the last two axes of `value` stand the
/// other way round.
HeadsOperand headsOperandOf(Value value, bool turned, bool scaled) {
  HeadsOperand operand;
  int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
  for (int64_t axis = 0; axis < rank; ++axis)
    operand.permutation.push_back(axis);
  if (turned)
    std::swap(operand.permutation[rank - 2], operand.permutation[rank - 1]);
  while (Operation *op = value.getDefiningOp()) {
    if (auto transpose = dyn_cast<TransposeOp>(op)) {
      for (int64_t &axis : operand.permutation)
        axis = transpose.getPermutation()[axis];
      value = transpose.getOperand();
      continue;
    }
    if (!scaled || !isa<MulOp, DivOp>(op))
      break;
    unsigned constant = isa<MulOp>(op) && splatValue(op->getOperand(0)) ? 0 : 1;
    std::optional<double> factor = splatValue(op->getOperand(constant));
    Value other = op->getOperand(1 - constant);
    if (!factor || *factor == 0 || other.getType() != value.getType())
      break;
    operand.scale *= isa<MulOp>(op) ? *factor : 1 / *factor;
    value = other;
  }
  operand.source = value;
  return operand;
}

/// Rank 3 as rank 4 with a batch of 1.
HeadsOperand withBatch(PatternRewriter &rewriter, HeadsOperand operand) {
  if (operand.permutation.size() == 4)
    return operand;
  Dims shape{rewriter.getAffineConstantExpr(1)};
  llvm::append_range(shape, dimsOf(operand.source.getType()));
  operand.source = ReshapeOp::create(rewriter, operand.source.getLoc(), operand.source, shape);
  for (int64_t &axis : operand.permutation)
    ++axis;
  operand.permutation.insert(operand.permutation.begin(), 0);
  return operand;
}

/// The operand with its heads where the others have them.
Value materialize(PatternRewriter &rewriter, const HeadsOperand &operand, bool inner) {
  if (inner || ArrayRef(operand.permutation) == ArrayRef(headsOuter))
    return operand.source;
  return TransposeOp::create(rewriter, operand.source.getLoc(), operand.source,
                             operand.permutation);
}

/// scale * matmul(query, key') + biases.
struct Scores {
  MatmulOp product;
  double scale;
  SmallVector<Value, 2> biases;
};

std::optional<Scores> scoresOf(Value logits) {
  if (!logits.hasOneUse())
    return std::nullopt;
  if (auto add = logits.getDefiningOp<AddOp>())
    for (unsigned side : {0u, 1u}) {
      std::optional<Scores> scores = scoresOf(add->getOperand(side));
      if (!scores || scores->product.getType() != logits.getType())
        continue;
      scores->biases.push_back(add->getOperand(1 - side));
      return scores;
    }
  Product product = productOf(logits);
  auto matmul = product.factors.size() == 1 && product.divisors.empty()
                    ? onlyUse<MatmulOp>(product.factors.front())
                    : MatmulOp();
  if (!matmul || matmul.getPackedColumns() > 0 || matmul.getType() != logits.getType())
    return std::nullopt;
  return Scores{matmul, product.scale, {}};
}

/// Whether the products broadcast none of their operands along batch or heads.
bool batchesAgree(MatmulOp op) {
  auto batch = [](Type type) {
    Dims dims = dimsOf(type);
    dims.pop_back_n(2);
    return dims;
  };
  Dims result = batch(op.getType());
  return batch(op.getLhs().getType()) == result && batch(op.getRhs().getType()) == result;
}

struct RecognizeAttention : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op, PatternRewriter &rewriter) const override {
    int64_t rank = op.getType().getRank();
    auto softmax = onlyUse<SoftmaxOp>(op.getLhs());
    if (!softmax || static_cast<int64_t>(softmax.getAxis()) != rank - 1 || op.getTransposeLhs() ||
        op.getPackedColumns() > 0 || (rank != 3 && rank != 4))
      return rewriter.notifyMatchFailure(op, "not a product with a softmax over the last axis");
    std::optional<Scores> scores = scoresOf(softmax.getOperand());
    if (!scores)
      return rewriter.notifyMatchFailure(op, "not a softmax of scaled and biased scores");
    if (!batchesAgree(op) || !batchesAgree(scores->product) || !hasKnownDims(op.getType()))
      return rewriter.notifyMatchFailure(op, "an operand broadcasts, or sizes are not known");

    MatmulOp product = scores->product;
    HeadsOperand query = headsOperandOf(product.getLhs(), product.getTransposeLhs(), true),
                 key = headsOperandOf(product.getRhs(), !product.getTransposeRhs(), true),
                 value = headsOperandOf(op.getRhs(), op.getTransposeRhs(), false);
    replace(op, *scores, withBatch(rewriter, query), withBatch(rewriter, key),
            withBatch(rewriter, value), rewriter);
    return success();
  }

private:
  static void replace(MatmulOp op, const Scores &scores, const HeadsOperand &query,
                      const HeadsOperand &key, const HeadsOperand &value,
                      PatternRewriter &rewriter) {
    MatmulOp product = scores.product;
    Location loc = rewriter.getFusedLoc({product.getLoc(), op.getLoc()});
    bool inner = query.isInner() && key.isInner() && value.isInner();
    Value bias;
    for (Value each : scores.biases)
      bias = bias ? AddOp::create(rewriter, loc, bias, each).getResult() : each;
    Value result =
        AttentionOp::create(rewriter, loc, materialize(rewriter, query, inner),
                            materialize(rewriter, key, inner), materialize(rewriter, value, inner),
                            bias, APFloat(scores.scale * query.scale * key.scale), inner,
                            /*result_heads_inner=*/false);
    if (result.getType() != op.getType())
      result = ReshapeOp::create(rewriter, loc, result, dimsOf(op.getType()));
    rewriter.replaceOp(op, result);
  }
};

/// A transpose of the result between tokens and heads is how the attention writes it.
struct TakeInTranspose : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto attention = onlyUse<AttentionOp>(op.getOperand());
    if (!attention || op.getPermutation() != ArrayRef(headsInner))
      return rewriter.notifyMatchFailure(op, "not a transpose of heads and rows of an attention");
    rewriter.replaceOpWithNewOp<AttentionOp>(
        op, attention.getQuery(), attention.getKey(), attention.getValue(), attention.getBias(),
        attention.getScale(), attention.getHeadsInner(), !attention.getResultHeadsInner());
    return success();
  }
};

struct RecognizeAttentionPass : impl::DLRecognizeAttentionBase<RecognizeAttentionPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RecognizeAttention, TakeInTranspose>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace dlc::dl
