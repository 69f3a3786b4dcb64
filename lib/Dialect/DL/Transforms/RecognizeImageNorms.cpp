// dl-recognize-image-norms: group norms that an exporter wrote as instance norms of reshaped
// images, and the parameters behind them.
//
//   %r = dl.reshape %x            (N, C, H, W) as (N, G, C/G * H * W)
//   %n = dl.instance_norm %r, %s, %t                ->   %y = dl.group_norm %x, %w, %b {groups = G}
//   %i = dl.reshape %n            as %x
//   %y = %i * %w + %b             one of each a channel
//
// PyTorch writes GroupNorm so, with %s of ones and %t of zeros. A norm takes in a factor and a term
// a channel by patterns of their own, an instance norm too.
#include "Constants.h"
#include "Matching.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#define DEBUG_TYPE "dl-recognize-image-norms"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLRECOGNIZEIMAGENORMS
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

/// `parameter`, one element a group, for each of `channels` channels.
Value perChannel(PatternRewriter &rewriter, Location loc, Value parameter, int64_t channels) {
  auto type = cast<RankedTensorType>(parameter.getType());
  int64_t groups = type.getDimSize(0);
  if (std::optional<double> value = splatValue(parameter)) {
    Tensor tensor(*dtypeOf(type.getElementType()), {channels});
    for (int64_t channel = 0; channel < channels; ++channel)
      tensor.setDouble(channel, *value);
    return constantOf(rewriter, loc, tensor);
  }
  Value column = ReshapeOp::create(rewriter, loc, parameter, ArrayRef<int64_t>{groups, 1});
  auto [shape, symbolic] = sizeAttributes(
      rewriter.getContext(), dimsOf(rewriter.getContext(), {groups, channels / groups}));
  Value repeated =
      ExpandOp::create(rewriter, loc, column, rewriter.getDenseI64ArrayAttr(shape), symbolic);
  return ReshapeOp::create(rewriter, loc, repeated, ArrayRef<int64_t>{channels});
}

struct RecognizeGroupNorm : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    auto norm = onlyUse<InstanceNormOp>(op.getOperand());
    auto grouped = norm ? norm.getInput().getDefiningOp<ReshapeOp>() : ReshapeOp();
    if (!grouped || norm.isChannelsLast())
      return rewriter.notifyMatchFailure(op, "not the instance norm of a reshaped image");
    Value image = grouped.getOperand();
    Dims shape = dimsOf(image.getType()), split = dimsOf(grouped.getType());
    if (image.getType() != op.getType() || shape.size() < 2 || split[0] != shape[0])
      return rewriter.notifyMatchFailure(op, "the result is not shaped like the image");
    std::optional<int64_t> channels = constantDim(shape[1]), groups = constantDim(split[1]);
    if (!channels || !groups || *groups < 1 || *channels % *groups != 0)
      return rewriter.notifyMatchFailure(op, "the channels are not cut into groups");
    Value scale = perChannel(rewriter, op.getLoc(), norm.getScale(), *channels),
          bias = perChannel(rewriter, op.getLoc(), norm.getBias(), *channels);
    rewriter.replaceOpWithNewOp<GroupNormOp>(op, image, scale, bias, *groups, norm.getEpsilon(),
                                             Layout::ChannelsFirst);
    return success();
  }
};

/// Whether `value` broadcasts to `norm` as one element a channel.
template <typename OpTy>
bool isPerChannel(Value value, OpTy norm) {
  Dims own = dimsOf(value.getType()), result = dimsOf(norm.getType());
  if (own.size() > result.size() ||
      getElementTypeOrSelf(value) != getElementTypeOrSelf(norm.getScale()))
    return false;
  const AffineExpr one = getAffineConstantExpr(1, value.getContext());
  size_t offset = result.size() - own.size();
  for (size_t axis = 0; axis < own.size(); ++axis) {
    bool isChannel = offset + axis == static_cast<size_t>(norm.getChannelAxis());
    if (own[axis] != (isChannel ? result[offset + axis] : one))
      return false;
  }
  return offset <= static_cast<size_t>(norm.getChannelAxis());
}

/// The norm of type OpTy among the operands of `op` and the other operand, one element a channel.
template <typename OpTy>
std::pair<OpTy, Value> normAndChannelParameter(Operation *op) {
  for (unsigned index : {0u, 1u}) {
    auto norm = onlyUse<OpTy>(op->getOperand(index));
    if (norm && norm.getType() == op->getResult(0).getType() &&
        isPerChannel(op->getOperand(1 - index), norm))
      return {norm, op->getOperand(1 - index)};
  }
  return {};
}

/// `op` as `norm` with `parameter`, shaped like a vector, in place of its operand `index`.
template <typename OpTy>
void takeIn(PatternRewriter &rewriter, Operation *op, OpTy norm, unsigned index, Value parameter) {
  auto channels = cast<RankedTensorType>(norm->getOperand(index).getType()).getShape();
  Value vector = ReshapeOp::create(rewriter, op->getLoc(), parameter, channels);
  Operation *taken = rewriter.clone(*norm);
  taken->setOperand(index, vector);
  rewriter.replaceOp(op, taken);
}

/// norm(x) * w of a norm without scale and bias.
template <typename OpTy>
struct TakeInChannelScale : OpRewritePattern<MulOp> {
  using OpRewritePattern<MulOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op, PatternRewriter &rewriter) const override {
    auto [norm, scale] = normAndChannelParameter<OpTy>(op);
    if (!norm || splatValue(norm.getScale()) != 1.0 || splatValue(norm.getBias()) != 0.0)
      return rewriter.notifyMatchFailure(op, "not a norm of unit scale times one factor a channel");
    takeIn(rewriter, op, norm, /*index=*/1, scale);
    return success();
  }
};

/// norm(x) + b of a norm without bias.
template <typename OpTy>
struct TakeInChannelBias : OpRewritePattern<AddOp> {
  using OpRewritePattern<AddOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op, PatternRewriter &rewriter) const override {
    auto [norm, bias] = normAndChannelParameter<OpTy>(op);
    if (!norm || splatValue(norm.getBias()) != 0.0)
      return rewriter.notifyMatchFailure(op, "not a norm without bias plus one term a channel");
    takeIn(rewriter, op, norm, /*index=*/2, bias);
    return success();
  }
};

struct RecognizeImageNormsPass : impl::DLRecognizeImageNormsBase<RecognizeImageNormsPass> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<RecognizeGroupNorm, TakeInChannelScale<GroupNormOp>,
                 TakeInChannelScale<InstanceNormOp>, TakeInChannelBias<GroupNormOp>,
                 TakeInChannelBias<InstanceNormOp>>(context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace dlc::dl
