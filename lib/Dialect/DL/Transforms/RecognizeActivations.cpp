// dl-recognize-activations: activations that an exporter wrote out become one op each.
//
//   %e = dl.erf (%x / 1.41)                     %y = dl.gelu %x
//   %y = %x * (%e + 1) * 0.5              ->
//
// All of them are products scale * x * g(x): the patterns look at the product's factors, in
// whatever order and with whatever constants they were multiplied.
#include "Matching.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cmath>

#define DEBUG_TYPE "dl-recognize-activations"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLRECOGNIZEACTIVATIONS
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

/// scale * x * gate.
struct Gated {
  double scale;
  Value x, gate;
};

/// The two ways to read a product of two factors as an operand and its gate.
SmallVector<Gated, 2> gatedForms(const Product &product) {
  if (product.factors.size() != 2 || !product.divisors.empty())
    return {};
  Value a = product.factors[0], b = product.factors[1];
  return {{product.scale, a, b}, {product.scale, b, a}};
}

/// `alpha` where `value` is alpha * x and nothing else.
std::optional<double> multipleOf(Value value, Value x) {
  std::optional<Polynomial> polynomial = polynomialOf(value, x);
  if (!polynomial || !polynomial->isAffine() || (*polynomial)[0] != 0 || (*polynomial)[1] == 0)
    return std::nullopt;
  return (*polynomial)[1];
}

/// The op of type OpTy at the leaf of an affine `gate` where scale * gate is `offset` + `slope` *
/// op(...); null otherwise.
template <typename OpTy>
OpTy affineGate(const Gated &product, double offset, double slope) {
  auto op = onlyUse<OpTy>(affineLeaf(product.gate));
  if (!op)
    return {};
  std::optional<Polynomial> gate = polynomialOf(product.gate, op.getResult());
  bool matches = gate && nearly((*gate)[0] * product.scale, offset, op.getResult()) &&
                 nearly((*gate)[1] * product.scale, slope, op.getResult());
  return matches ? op : OpTy();
}

//===-- Products with x --------------------------------------------------------------------===//

/// x * (0.5 + 0.5 * erf(x / sqrt(2))).
LogicalResult matchGelu(Operation *op, const Gated &product, PatternRewriter &rewriter) {
  auto erf = affineGate<ErfOp>(product, 0.5, 0.5);
  std::optional<double> factor = erf ? multipleOf(erf.getOperand(), product.x) : std::nullopt;
  if (!factor || !nearly(*factor, std::sqrt(0.5), product.x))
    return failure();
  rewriter.replaceOpWithNewOp<GeluOp>(op, product.x, /*approximate=*/false);
  return success();
}

/// x * (0.5 + 0.5 * tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))).
LogicalResult matchTanhGelu(Operation *op, const Gated &product, PatternRewriter &rewriter) {
  auto tanh = affineGate<TanhOp>(product, 0.5, 0.5);
  std::optional<Polynomial> inner =
      tanh ? polynomialOf(tanh.getOperand(), product.x) : std::nullopt;
  const double linear = std::sqrt(2 / M_PI);
  if (!inner || (*inner)[0] != 0 || (*inner)[2] != 0 || !nearly((*inner)[1], linear, product.x) ||
      !nearly((*inner)[3], 0.044715 * linear, product.x))
    return failure();
  rewriter.replaceOpWithNewOp<GeluOp>(op, product.x, /*approximate=*/true);
  return success();
}

/// x * clip(x + 3, 0, 6) / 6, or x * hard_sigmoid(x) with these constants.
LogicalResult matchHardSwish(Operation *op, const Gated &product, PatternRewriter &rewriter) {
  constexpr double slope = 1.0 / 6, offset = 0.5;
  auto isGate = [&](double low, double high, double c0, double c1) {
    return low == 0 && nearly(high, 1, product.x) && nearly(c0, offset, product.x) &&
           nearly(c1, slope, product.x);
  };
  if (auto gate = onlyUse<HardSigmoidOp>(product.gate)) {
    if (gate.getOperand() != product.x || product.scale != 1 ||
        !isGate(0, 1, gate.getBeta().convertToDouble(), gate.getAlpha().convertToDouble()))
      return failure();
  } else {
    std::optional<Bounded> bounded =
        product.gate.hasOneUse() ? boundedOf(product.gate) : std::nullopt;
    std::optional<Polynomial> inner =
        bounded ? polynomialOf(bounded->operand, product.x) : std::nullopt;
    if (!inner || !inner->isAffine() ||
        !isGate(bounded->low, bounded->high * product.scale, (*inner)[0] * product.scale,
                (*inner)[1] * product.scale))
      return failure();
  }
  rewriter.replaceOpWithNewOp<HardSwishOp>(op, product.x);
  return success();
}

/// x * sigmoid(alpha * x).
LogicalResult matchSwish(Operation *op, const Gated &product, PatternRewriter &rewriter) {
  auto sigmoid = onlyUse<SigmoidOp>(product.gate);
  std::optional<double> alpha =
      sigmoid && product.scale == 1 ? multipleOf(sigmoid.getOperand(), product.x) : std::nullopt;
  if (!alpha)
    return failure();
  rewriter.replaceOpWithNewOp<SwishOp>(op, product.x, APFloat(*alpha));
  return success();
}

/// x * tanh(softplus(x)).
LogicalResult matchMish(Operation *op, const Gated &product, PatternRewriter &rewriter) {
  auto tanh = product.scale == 1 ? onlyUse<TanhOp>(product.gate) : TanhOp();
  auto softplus = tanh ? onlyUse<SoftplusOp>(tanh.getOperand()) : SoftplusOp();
  if (!softplus || softplus.getOperand() != product.x)
    return failure();
  rewriter.replaceOpWithNewOp<MishOp>(op, product.x);
  return success();
}

//===-- Alone ------------------------------------------------------------------------------===//

/// 1 / (1 + exp(-x)), and x / (1 + exp(-x)).
LogicalResult matchSigmoid(Operation *op, const Product &product, PatternRewriter &rewriter) {
  if (product.factors.size() > 1 || product.divisors.size() != 1 || product.scale != 1)
    return failure();
  Value sum = product.divisors.front();
  auto exp = onlyUse<ExpOp>(affineLeaf(sum));
  std::optional<Polynomial> outer = exp ? polynomialOf(sum, exp.getResult()) : std::nullopt;
  auto neg = exp ? onlyUse<NegOp>(exp.getOperand()) : NegOp();
  if (!outer || (*outer)[0] != 1 || (*outer)[1] != 1 || !neg)
    return failure();
  if (product.factors.empty())
    rewriter.replaceOpWithNewOp<SigmoidOp>(op, neg.getOperand());
  else if (product.factors[0] == neg.getOperand())
    rewriter.replaceOpWithNewOp<SwishOp>(op, neg.getOperand(), APFloat(1.0));
  else
    return failure();
  return success();
}

/// scale * clip(a * x + b, 0, 1 / scale).
LogicalResult matchHardSigmoid(Operation *op, Value clipped, double scale,
                               PatternRewriter &rewriter) {
  std::optional<Bounded> bounded = boundedOf(clipped);
  if (!bounded || bounded->low != 0 || !nearly(bounded->high * scale, 1, clipped))
    return failure();
  Value x = affineLeaf(bounded->operand);
  std::optional<Polynomial> inner = polynomialOf(bounded->operand, x);
  if (x == bounded->operand || !inner || (*inner)[1] == 0 ||
      x.getType() != op->getResult(0).getType())
    return failure();
  rewriter.replaceOpWithNewOp<HardSigmoidOp>(op, x, APFloat((*inner)[1] * scale),
                                             APFloat((*inner)[0] * scale));
  return success();
}

/// log(1 + exp(x)).
struct RecognizeSoftplus : OpRewritePattern<LogOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LogOp op, PatternRewriter &rewriter) const override {
    auto exp = onlyUse<ExpOp>(affineLeaf(op.getOperand()));
    std::optional<Polynomial> inner =
        exp ? polynomialOf(op.getOperand(), exp.getResult()) : std::nullopt;
    if (!inner || (*inner)[0] != 1 || (*inner)[1] != 1 ||
        exp.getResult().getType() != op.getResult().getType())
      return rewriter.notifyMatchFailure(op, "not the logarithm of 1 + exp(x)");
    rewriter.replaceOpWithNewOp<SoftplusOp>(op, exp.getOperand());
    return success();
  }
};

struct RecognizeClippedLine : RewritePattern {
  RecognizeClippedLine(MLIRContext *context, StringRef op) : RewritePattern(op, 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    // Where a multiplication follows, it may scale the clip to 1.
    if (!isa<FloatType>(getElementTypeOrSelf(op->getResult(0))))
      return rewriter.notifyMatchFailure(op, "not of floats");
    if (failed(matchHardSigmoid(op, op->getResult(0), 1, rewriter)))
      return rewriter.notifyMatchFailure(op, "not clip(a * x + b, 0, 1)");
    return success();
  }
};

/// Every op that can be the last one of a product.
struct RecognizeProduct : RewritePattern {
  RecognizeProduct(MLIRContext *context, StringRef op) : RewritePattern(op, 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    Value result = op->getResult(0);
    if (!isa<FloatType>(getElementTypeOrSelf(result)))
      return rewriter.notifyMatchFailure(op, "not of floats");
    Product product = productOf(result);
    for (const Gated &gated : gatedForms(product)) {
      if (gated.x.getType() != result.getType())
        continue;
      for (auto *match : {matchGelu, matchTanhGelu, matchHardSwish, matchSwish, matchMish})
        if (succeeded(match(op, gated, rewriter)))
          return success();
    }
    if (product.divisors.size() == 1 && product.divisors.front().getType() == result.getType() &&
        succeeded(matchSigmoid(op, product, rewriter)))
      return success();
    if (product.factors.size() == 1 && product.divisors.empty() &&
        product.factors.front().hasOneUse() &&
        succeeded(matchHardSigmoid(op, product.factors.front(), product.scale, rewriter)))
      return success();
    return rewriter.notifyMatchFailure(op, "not a product that an activation is spelled as");
  }
};

struct RecognizeActivationsPass : impl::DLRecognizeActivationsBase<RecognizeActivationsPass> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<RecognizeSoftplus>(context);
    for (StringRef op :
         {MulOp::getOperationName(), DivOp::getOperationName(), ReciprocalOp::getOperationName()})
      patterns.add<RecognizeProduct>(context, op);
    for (StringRef op : {ClipOp::getOperationName(), MinOp::getOperationName()})
      patterns.add<RecognizeClippedLine>(context, op);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace dlc::dl
