// dl-fold-batch-norm: an inference batch norm is one multiply and one add a channel, and these
// disappear into the weights of a convolution before it. With statistics that are computed
// (training) it is elementwise ops, whose factor is computed once a channel.
#include "Constants.h"
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"

#include <cmath>

#define DEBUG_TYPE "dl-fold-batch-norm"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLFOLDBATCHNORM
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

/// y = x * factor[c] + offset[c].
struct Affine {
  std::vector<double> factor, offset;
};

std::optional<Affine> affineOf(BatchNormOp op) {
  std::optional<Tensor> scale = constantTensor(op.getScale()), bias = constantTensor(op.getBias()),
                        mean = constantTensor(op.getMean()),
                        variance = constantTensor(op.getVariance());
  if (!scale || !bias || !mean || !variance)
    return std::nullopt;
  Affine affine;
  double epsilon = op.getEpsilon().convertToDouble();
  for (int64_t c = 0; c < scale->numElements(); ++c) {
    double factor = scale->asDouble(c) / std::sqrt(variance->asDouble(c) + epsilon);
    affine.factor.push_back(factor);
    affine.offset.push_back(bias->asDouble(c) - mean->asDouble(c) * factor);
  }
  return affine;
}

/// A vector of channels as a tensor that broadcasts over an image with them at `axis` of `rank`.
Value channelConstant(BatchNormOp op, OpBuilder &builder, ArrayRef<double> values) {
  RankedTensorType type = op.getInput().getType();
  Shape shape(type.getRank(), 1);
  shape[op.getChannelAxis()] = values.size();
  Tensor tensor(*dtypeOf(type.getElementType()), shape);
  for (auto [index, value] : llvm::enumerate(values))
    tensor.setDouble(index, value);
  return constantOf(builder, op.getLoc(), tensor);
}

/// conv(x, w, b) * f + o = conv(x, w * f, b * f + o), `outputAxis` of the filter being the output
/// channel. Also of transposed convolutions.
template <typename Op>
bool foldIntoConv(BatchNormOp op, Op conv, int64_t outputAxis, const Affine &affine) {
  std::optional<Tensor> filter = constantTensor(conv.getFilter());
  std::optional<Tensor> bias = conv.getBias() ? constantTensor(conv.getBias()) : std::nullopt;
  if (!filter || (conv.getBias() && !bias) || filter->numElements() == 0)
    return false;
  int64_t outputs = filter->shape()[outputAxis], run = 1; // elements of one channel in a row
  for (int64_t size : ArrayRef(filter->shape()).drop_front(outputAxis + 1))
    run *= size;
  Tensor newBias(filter->dtype(), {outputs});
  // Floats are by far the most common.
  float *floats = filter->dtype() == DType::F32 ? filter->data<float>() : nullptr;
  for (int64_t begin = 0; begin < filter->numElements(); begin += run) {
    double factor = affine.factor[begin / run % outputs];
    for (int64_t i = begin; i < begin + run; ++i)
      if (floats)
        floats[i] = static_cast<float>(floats[i] * factor);
      else
        filter->setDouble(i, filter->asDouble(i) * factor);
  }
  for (int64_t o = 0; o < outputs; ++o)
    newBias.setDouble(o, (bias ? bias->asDouble(o) : 0.0) * affine.factor[o] + affine.offset[o]);
  OpBuilder builder(conv);
  Location loc = builder.getFusedLoc({conv.getLoc(), op.getLoc()});
  conv.getFilterMutable().assign(constantOf(builder, conv.getLoc(), *filter));
  conv.getBiasMutable().assign(constantOf(builder, op.getLoc(), newBias));
  conv->setLoc(loc);
  op.replaceAllUsesWith(conv.getResult());
  op.erase();
  return true;
}

/// Folds into the convolution that computes the input, where nothing else reads it.
bool foldIntoProducer(BatchNormOp op, const Affine &affine) {
  Operation *producer = op.getInput().getDefiningOp();
  if (!producer || !producer->hasOneUse())
    return false;
  auto conv = dyn_cast<ConvOp>(producer);
  if (conv && conv.getPackedChannels() == 0 && !conv.getOutputLast())
    return foldIntoConv(op, conv, 0, affine);
  auto transposed = dyn_cast<ConvTransposeOp>(producer);
  return transposed && transposed.getGroups() == 1 && foldIntoConv(op, transposed, 1, affine);
}

/// Whether all operands are of the input's element type: elementwise ops do not mix them.
bool isUniform(BatchNormOp op) {
  Type element = getElementTypeOrSelf(op.getInput());
  return op.getInput().getType().getRank() > 1 &&
         llvm::all_of(op->getOperands(),
                      [&](Value operand) { return getElementTypeOrSelf(operand) == element; });
}

/// (x - mean) * (scale * rsqrt(variance + epsilon)) + bias.
void spellOut(BatchNormOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  auto overImage = [&](Value channels) -> Value {
    SmallVector<int64_t> shape(op.getInput().getType().getRank(), 1);
    shape[op.getChannelAxis()] = cast<RankedTensorType>(channels.getType()).getNumElements();
    return ReshapeOp::create(builder, loc, channels, shape);
  };
  Tensor epsilon(*dtypeOf(getElementTypeOrSelf(op.getInput())), {});
  epsilon.setDouble(0, op.getEpsilon().convertToDouble());
  Value variance =
      AddOp::create(builder, loc, overImage(op.getVariance()), constantOf(builder, loc, epsilon));
  Value factor = RsqrtOp::create(builder, loc, variance);
  factor = MulOp::create(builder, loc, overImage(op.getScale()), factor);
  Value centred = SubOp::create(builder, loc, op.getInput(), overImage(op.getMean()));
  Value scaled = MulOp::create(builder, loc, centred, factor);
  op.replaceAllUsesWith(AddOp::create(builder, loc, scaled, overImage(op.getBias())).getResult());
  op.erase();
}

struct FoldBatchNormPass : impl::DLFoldBatchNormBase<FoldBatchNormPass> {
  void runOnOperation() override {
    SmallVector<BatchNormOp> ops;
    getOperation().walk([&](BatchNormOp op) { ops.push_back(op); });
    for (BatchNormOp op : ops) {
      std::optional<Affine> affine = affineOf(op);
      if (!affine && isUniform(op))
        spellOut(op);
      if (!affine || foldIntoProducer(op, *affine))
        continue;
      OpBuilder builder(op);
      Value factor = channelConstant(op, builder, affine->factor);
      Value offset = channelConstant(op, builder, affine->offset);
      Value scaled = MulOp::create(builder, op.getLoc(), op.getInput(), factor);
      op.replaceAllUsesWith(AddOp::create(builder, op.getLoc(), scaled, offset).getResult());
      op.erase();
    }
  }
};

} // namespace
} // namespace dlc::dl
