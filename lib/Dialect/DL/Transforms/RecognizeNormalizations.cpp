// dl-recognize-normalizations: layer norms and RMS norms that an exporter wrote out become one op
// each.
//
//   %c = %x - mean(%x)                          %y = dl.layer_norm %x, %w, %b
//   %v = mean(%c * %c)                    ->
//   %y = %c / sqrt(%v + epsilon) * %w + %b
//
// The division may be a multiplication by a reciprocal or by an inverse square root, the square a
// power; scale and bias may be missing, and are taken in by patterns of their own.
#include "Constants.h"
#include "Matching.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#define DEBUG_TYPE "dl-recognize-normalizations"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLRECOGNIZENORMALIZATIONS
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

//===-- Parts of a normalisation -----------------------------------------------------------===//

/// The first of the trailing axes over which `value` is a mean with the reduced axes kept.
struct TrailingMean {
  Value operand;
  int64_t axis;
};
std::optional<TrailingMean> trailingMeanOf(Value value, unsigned uses = 1) {
  auto mean = value.hasNUses(uses) ? value.getDefiningOp<ReduceOp>() : ReduceOp();
  if (!mean || mean.getKind() != ReduceKind::Mean || !mean.getKeepDims() || mean.getAxes().empty())
    return std::nullopt;
  int64_t rank = mean.getOperand().getType().getRank(), count = mean.getAxes().size();
  if (mean.getAxes().front() != rank - count)
    return std::nullopt;
  return TrailingMean{mean.getOperand(), rank - count};
}

/// Removes what divides `product` by a square root and gives the radicand; null where nothing does.
Value takeRadicand(Product &product) {
  auto raisedTo = [](Value value, double exponent) {
    auto pow = onlyUse<PowOp>(value);
    return pow && splatValue(pow.getRhs()) == exponent ? pow.getLhs() : Value();
  };
  for (auto [index, divisor] : llvm::enumerate(product.divisors)) {
    Value radicand = raisedTo(divisor, 0.5);
    if (auto sqrt = onlyUse<SqrtOp>(divisor))
      radicand = sqrt.getOperand();
    if (!radicand)
      continue;
    product.divisors.erase(product.divisors.begin() + index);
    return radicand;
  }
  Value root = product.takeFactor(
      [&](Value factor) { return onlyUse<RsqrtOp>(factor) || raisedTo(factor, -0.5); });
  if (auto rsqrt = root ? root.getDefiningOp<RsqrtOp>() : RsqrtOp())
    return rsqrt.getOperand();
  return root ? root.getDefiningOp<PowOp>().getLhs() : Value();
}

/// What is scaled to unit variance: y = centred / sqrt(mean(centred^2) + epsilon) * rest.
struct Normalized {
  Value centred;
  int64_t axis;
  double epsilon;
  Product rest;
  /// Uses of `centred` in its square and its quotient.
  unsigned uses;
};

/// mean(x^2) + epsilon over trailing axes.
struct MeanSquare {
  Value x;
  int64_t axis;
  double epsilon;
  /// How often the square reads x.
  unsigned uses;
};

std::optional<MeanSquare> meanSquareOf(Value radicand) {
  if (!radicand || !radicand.hasOneUse())
    return std::nullopt;
  Value variance = affineLeaf(radicand);
  std::optional<Polynomial> sum = polynomialOf(radicand, variance);
  std::optional<TrailingMean> mean = trailingMeanOf(variance);
  if (!sum || (*sum)[1] != 1 || (*sum)[0] < 0 || !mean || !mean->operand.hasOneUse())
    return std::nullopt;
  Product square = productOf(mean->operand);
  if (square.scale != 1 || square.factors.size() != 2 || !square.divisors.empty() ||
      square.factors[0] != square.factors[1])
    return std::nullopt;
  bool power = isa<PowOp>(mean->operand.getDefiningOp());
  return MeanSquare{square.factors[0], mean->axis, (*sum)[0], power ? 1u : 2u};
}

std::optional<Normalized> normalizedOf(Value root) {
  Product product = productOf(root);
  std::optional<MeanSquare> square = meanSquareOf(takeRadicand(product));
  if (!square)
    return std::nullopt;
  Value centred = product.takeFactor([&](Value factor) { return factor == square->x; });
  if (!centred || centred.getType() != root.getType())
    return std::nullopt;
  return Normalized{centred, square->axis, square->epsilon, product, square->uses + 1};
}

/// The x of x - mean(x) over the same axes as `normalized`; null where it is not centred so.
Value centredOf(const Normalized &normalized) {
  auto sub = normalized.centred.getDefiningOp<SubOp>();
  std::optional<TrailingMean> mean = sub ? trailingMeanOf(sub.getRhs()) : std::nullopt;
  bool centred = mean && mean->operand == sub.getLhs() && mean->axis == normalized.axis &&
                 normalized.centred.hasNUses(normalized.uses);
  return centred ? sub.getLhs() : Value();
}

/// Whether `value` is one parameter for each normalised element (or fewer), the same for all rows.
bool isParameter(Value value, RankedTensorType input, int64_t axis) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getRank() > input.getRank() || type.getElementType() != input.getElementType())
    return false;
  int64_t offset = input.getRank() - type.getRank();
  for (int64_t i = 0; i < type.getRank(); ++i) {
    bool own = offset + i >= axis && dimsOf(type)[i] == dimsOf(input)[offset + i];
    if (type.getDimSize(i) != 1 && !own)
      return false;
  }
  return true;
}

/// A constant of one element that broadcasts to everything.
Value splatOf(PatternRewriter &rewriter, Location loc, Type element, double value) {
  Tensor tensor(*dtypeOf(element), {1});
  tensor.setDouble(0, value);
  return constantOf(rewriter, loc, tensor);
}

//===-- Patterns ---------------------------------------------------------------------------===//

/// The ops that can be the last one of centred / sqrt(...) * scale.
struct RecognizeNormalized : RewritePattern {
  RecognizeNormalized(MLIRContext *context, StringRef op) : RewritePattern(op, 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    std::optional<Normalized> normalized = normalizedOf(op->getResult(0));
    if (!normalized || !normalized->rest.divisors.empty() || normalized->rest.factors.size() > 1)
      return rewriter.notifyMatchFailure(op, "not x / sqrt(mean(x * x) + epsilon) * scale");
    const Product &rest = normalized->rest;
    bool hasScale = !rest.factors.empty();
    if (hasScale && (rest.scale != 1 || !isParameter(rest.factors[0], type, normalized->axis)))
      return rewriter.notifyMatchFailure(op, "the scale differs from row to row");
    Value scale = hasScale ? rest.factors[0]
                           : splatOf(rewriter, op->getLoc(), type.getElementType(), rest.scale);
    APFloat epsilon(normalized->epsilon);
    if (Value x = centredOf(*normalized))
      rewriter.replaceOpWithNewOp<LayerNormOp>(op, x, scale, Value(), normalized->axis, epsilon);
    else
      rewriter.replaceOpWithNewOp<RmsNormOp>(op, normalized->centred, scale, normalized->axis,
                                             epsilon);
    return success();
  }
};

/// The norm of type OpTy among the operands of `op`, with the other operand, where that is a
/// parameter of it.
template <typename OpTy>
std::pair<OpTy, Value> normAndParameter(Operation *op) {
  for (unsigned index : {0u, 1u}) {
    auto norm = onlyUse<OpTy>(op->getOperand(index));
    Value other = op->getOperand(1 - index);
    if (norm && norm.getType() == op->getResult(0).getType() &&
        isParameter(other, norm.getType(), norm.getAxis()))
      return {norm, other};
  }
  return {};
}

/// norm(x) * w of a norm without scale and bias.
template <typename OpTy>
struct TakeInScale : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op, PatternRewriter &rewriter) const override {
    auto [norm, scale] = normAndParameter<OpTy>(op);
    if (!norm || splatValue(norm.getScale()) != 1.0)
      return rewriter.notifyMatchFailure(op, "not a norm of unit scale times a parameter");
    if constexpr (std::is_same_v<OpTy, LayerNormOp>) {
      if (norm.getBias())
        return rewriter.notifyMatchFailure(op, "the norm adds a bias before");
      rewriter.replaceOpWithNewOp<LayerNormOp>(op, norm.getInput(), scale, Value(), norm.getAxis(),
                                               norm.getEpsilon());
    } else {
      rewriter.replaceOpWithNewOp<RmsNormOp>(op, norm.getInput(), scale, norm.getAxis(),
                                             norm.getEpsilon());
    }
    return success();
  }
};

/// layer_norm(x) + b of a norm without bias.
struct TakeInBias : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op, PatternRewriter &rewriter) const override {
    auto [norm, bias] = normAndParameter<LayerNormOp>(op);
    if (!norm || norm.getBias())
      return rewriter.notifyMatchFailure(op, "not a layer norm without bias plus a parameter");
    rewriter.replaceOpWithNewOp<LayerNormOp>(op, norm.getInput(), norm.getScale(), bias,
                                             norm.getAxis(), norm.getEpsilon());
    return success();
  }
};

/// x * t + (b - mean(x) * t) with t = w / sqrt(mean((x - mean(x))^2) + epsilon): what Keras
/// computes.
struct RecognizeFoldedLayerNorm : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op, PatternRewriter &rewriter) const override {
    for (unsigned side : {0u, 1u}) {
      auto scaled = onlyUse<MulOp>(op->getOperand(side));
      auto shift = onlyUse<SubOp>(op->getOperand(1 - side));
      auto shifted = shift ? onlyUse<MulOp>(shift.getRhs()) : MulOp();
      if (!scaled || !shifted || scaled.getType() != op.getType())
        continue;
      for (unsigned first : {0u, 1u})
        for (unsigned second : {0u, 1u})
          if (scaled->getOperand(first) == shifted->getOperand(second) &&
              succeeded(match(op, scaled->getOperand(1 - first), scaled->getOperand(first),
                              shifted->getOperand(1 - second), shift.getLhs(), rewriter)))
            return success();
    }
    return rewriter.notifyMatchFailure(op, "not a layer norm with its factor applied apart");
  }

private:
  static LogicalResult match(AddOp op, Value x, Value factor, Value mean, Value bias,
                             PatternRewriter &rewriter) {
    RankedTensorType type = op.getType();
    Product product = productOf(factor);
    std::optional<MeanSquare> square = meanSquareOf(takeRadicand(product));
    // The mean is read by the difference and by the shift.
    std::optional<TrailingMean> first = trailingMeanOf(mean, 2);
    auto centred = square ? square->x.getDefiningOp<SubOp>() : SubOp();
    if (!first || !centred || centred.getLhs() != x || centred.getRhs() != mean ||
        first->operand != x || first->axis != square->axis || x.getType() != type ||
        !centred.getResult().hasNUses(square->uses) || !factor.hasNUses(2) ||
        product.factors.size() != 1 || !product.divisors.empty() || product.scale != 1 ||
        !isParameter(product.factors[0], type, square->axis) ||
        !isParameter(bias, type, square->axis))
      return failure();
    rewriter.replaceOpWithNewOp<LayerNormOp>(op, x, product.factors[0], bias, square->axis,
                                             APFloat(square->epsilon));
    return success();
  }
};

struct RecognizeNormalizationsPass
    : impl::DLRecognizeNormalizationsBase<RecognizeNormalizationsPass> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<TakeInScale<LayerNormOp>, TakeInScale<RmsNormOp>, TakeInBias,
                 RecognizeFoldedLayerNorm>(context);
    for (StringRef op : {MulOp::getOperationName(), DivOp::getOperationName()})
      patterns.add<RecognizeNormalized>(context, op);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace dlc::dl
