// Gradients of normalizations. With z = (x - mean) * r, r = 1 / sqrt(variance + epsilon), over sets
// of elements: dx = r * (dz - mean(dz) - z * mean(dz * z)), where dz = dy * scale (Ioffe and
// Szegedy, 2015, section 3; Ba, Kiros and Hinton, 2016).
#include "Rules/Rules.h"

using namespace mlir;

namespace dlc::autodiff {

namespace {

SmallVector<int64_t> axesFrom(int64_t axis, int64_t rank) {
  return llvm::to_vector(llvm::seq(axis < 0 ? axis + rank : axis, rank));
}

Term softmaxGradient(int64_t axis, Term y, Term dy) {
  Term weighted = dy * y;
  return weighted - y * sum(weighted, axesFrom(axis, y.rank()).front());
}

/// y = x / n, n = sum(|x|^p)^(1/p): dx = (dy - sum(dy * y) * sign(y) * |y|^(p-1)) / n, 0 where n is
/// 0.
Term lpNormalizeGradient(dl::LpNormalizeOp op, Term x, Term y, Term dy) {
  const int64_t axis = axesFrom(op.getAxis(), x.rank()).front();
  const bool one = op.getP() == 1;
  Term norm = one ? sum(abs(x), axis) : sqrt(sum(x * x, axis));
  Term turn = one ? sign(y) : y;
  return where(norm > 0.0, (dy - sum(dy * y, axis) * turn) / norm, 0.0);
}

/// The mean over `size` channels that begin `before` channels before each, with zeros beyond the
/// ends.
Term channelMean(dl::LrnOp op, Term x, int64_t size, int64_t before) {
  // Channels are the axis that the window slides along; what is behind them, a pool's channels.
  SmallVector<int64_t> shape(x.type().getShape()), image{1, 1, 1};
  const int64_t channelAxis = op.getChannelAxis();
  for (auto [axis, extent] : llvm::enumerate(shape)) {
    auto place = static_cast<int64_t>(axis);
    image[place < channelAxis ? 0 : place == channelAxis ? 1 : 2] *= extent;
  }
  const int64_t one = 1, after = size - 1 - before;
  Term pooled = reshape(x, image).make<dl::AveragePoolOp>(
      ArrayRef(size), /*strides=*/ArrayRef(one), /*dilations=*/ArrayRef(one), ArrayRef(before),
      ArrayRef(after), /*ceil_mode=*/false, /*count_include_pad=*/true, dl::Layout::ChannelsLast);
  return reshape(pooled, shape);
}

/// y = x * d^-beta, d = offset + alpha * mean(x^2) over a window of channels: each element moves
/// the d of all windows that it lies in. dx = dy * d^-beta - 2 * alpha * beta * x * mean(dy * x *
/// d^(-beta-1)), the mean over the window turned round.
Term lrnGradient(dl::LrnOp op, Term x, Term dy) {
  const int64_t size = op.getSize(), before = (size - 1) / 2;
  const double alpha = number(op.getAlpha()), beta = number(op.getBeta());
  Term d = channelMean(op, x * x, size, before) * alpha + number(op.getOffset());
  Term scaled = dy * pow(d, d.scalar(-beta));
  Term others = channelMean(op, x * scaled / d, size, size - 1 - before);
  return scaled - x * others * (2 * alpha * beta);
}

/// dx for statistics over `axes`, and z by reference for the scale's cotangent.
Term centredGradient(Term x, Term dz, ArrayRef<int64_t> axes, double epsilon, Term &z) {
  Term centred = x - mean(x, axes);
  Term r = rsqrt(mean(centred * centred, axes) + epsilon);
  z = centred * r;
  return r * (dz - mean(dz, axes) - z * mean(dz * z, axes));
}

LogicalResult layerNormGradient(dl::LayerNormOp op, GradientBuilder &g) {
  Term x = g.operand(0), dy = g.cotangent(), z = x;
  SmallVector<int64_t> axes = axesFrom(op.getAxis(), x.rank());
  Term dx = centredGradient(x, dy * g.operand(1), axes, number(op.getEpsilon()), z);
  if (g.wants(0))
    g.add(0, dx);
  if (g.wants(1))
    g.add(1, dy * z);
  if (op.getBias() && g.wants(2))
    g.add(2, dy);
  return success();
}

LogicalResult rmsNormGradient(dl::RmsNormOp op, GradientBuilder &g) {
  Term x = g.operand(0), dy = g.cotangent();
  SmallVector<int64_t> axes = axesFrom(op.getAxis(), x.rank());
  Term r = rsqrt(mean(x * x, axes) + number(op.getEpsilon()));
  Term z = x * r, dz = dy * g.operand(1);
  if (g.wants(0))
    g.add(0, r * (dz - z * mean(dz * z, axes)));
  if (g.wants(1))
    g.add(1, dy * z);
  return success();
}

/// A vector of channels with axes of size 1 so that it broadcasts over the image.
template <typename Op>
Term overImage(Op op, Term vector) {
  SmallVector<int64_t> shape(op.getInput().getType().getRank(), 1);
  shape[op.getChannelAxis()] = vector.type().getNumElements();
  return reshape(vector, shape);
}

/// `image` summed to one element a channel, in the shape of `operand`.
template <typename Op>
Term toChannels(Op op, Term image, Value operand) {
  SmallVector<int64_t> axes;
  for (int64_t axis = 0; axis < image.rank(); ++axis)
    if (axis != op.getChannelAxis())
      axes.push_back(axis);
  return reshape(sum(image, axes), cast<RankedTensorType>(operand.getType()).getShape());
}

Value withoutReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<dl::ReshapeOp>())
    value = reshape.getOperand();
  return value;
}

/// What `value` is the mean of, shaped anyhow; null where it is none.
Value averaged(Value value) {
  auto reduce = withoutReshapes(value).getDefiningOp<dl::ReduceOp>();
  return reduce && reduce.getKind() == dl::ReduceKind::Mean ? reduce.getOperand() : Value();
}

/// Whether mean and variance are those of the input, as training mode makes them.
bool normalizesItself(dl::BatchNormOp op) {
  if (averaged(op.getMean()) != op.getInput())
    return false;
  Value variance = averaged(op.getVariance());
  auto square = variance ? variance.getDefiningOp<dl::MulOp>() : dl::MulOp();
  auto centred = square && square.getLhs() == square.getRhs()
                     ? square.getLhs().getDefiningOp<dl::SubOp>()
                     : dl::SubOp();
  return centred && centred.getLhs() == op.getInput() &&
         withoutReshapes(centred.getRhs()) == withoutReshapes(op.getMean());
}

/// Statistics of the input move with it; what flows through them is part of its own cotangent.
void selfNormGradient(dl::BatchNormOp op, GradientBuilder &g) {
  Term dy = g.cotangent(), scale = overImage(op, g.operand(1));
  Term r = rsqrt(overImage(op, g.operand(4)) + number(op.getEpsilon()));
  Term z = (g.operand(0) - overImage(op, g.operand(3))) * r;
  Term flow = toChannels(op, dy, op.getBias()), turn = toChannels(op, dy * z, op.getScale());
  double share = static_cast<double>(scale.type().getNumElements()) /
                 static_cast<double>(dy.type().getNumElements());
  if (g.wants(0))
    g.add(0, (dy - overImage(op, flow * share) - z * overImage(op, turn * share)) * (scale * r));
  if (g.wants(1))
    g.add(1, turn);
  if (g.wants(2))
    g.add(2, flow);
}

/// Inference statistics are operands like any other.
LogicalResult batchNormGradient(dl::BatchNormOp op, GradientBuilder &g) {
  for (Value operand : op->getOperands())
    if (getElementTypeOrSelf(operand) != getElementTypeOrSelf(op.getInput()))
      return op.emitOpError("has no gradient rule where statistics are of another type than the "
                            "input");
  if (normalizesItself(op)) {
    selfNormGradient(op, g);
    return success();
  }
  Term dy = g.cotangent(), scale = overImage(op, g.operand(1));
  Term r = rsqrt(overImage(op, g.operand(4)) + number(op.getEpsilon()));
  Term centred = g.operand(0) - overImage(op, g.operand(3));
  if (g.wants(0))
    g.add(0, dy * (scale * r));
  if (g.wants(1))
    g.add(1, toChannels(op, dy * centred * r, op.getScale()));
  if (g.wants(2))
    g.add(2, toChannels(op, dy, op.getBias()));
  if (g.wants(3))
    g.add(3, toChannels(op, -(dy * (scale * r)), op.getMean()));
  if (g.wants(4))
    g.add(4, toChannels(op, dy * centred * scale * (-0.5 * (r * r * r)), op.getVariance()));
  return success();
}

/// Statistics of each image and group of channels. Groups become an axis of their own, before the
/// channels in them.
template <typename Op>
LogicalResult groupedGradient(Op op, int64_t groups, GradientBuilder &g) {
  ArrayRef<int64_t> shape = op.getInput().getType().getShape();
  int64_t groupAxis = op.getChannelAxis();
  SmallVector<int64_t> split(shape), axes;
  split[groupAxis] /= groups;
  split.insert(split.begin() + groupAxis, groups);
  for (int64_t axis = 1; axis < static_cast<int64_t>(split.size()); ++axis)
    if (axis != groupAxis)
      axes.push_back(axis);
  Term dy = g.cotangent(), z = dy;
  Term dz = reshape(dy * overImage(op, g.operand(1)), split);
  Term dx = centredGradient(reshape(g.operand(0), split), dz, axes, number(op.getEpsilon()), z);
  if (g.wants(0))
    g.add(0, reshape(dx, shape));
  if (g.wants(1))
    g.add(1, toChannels(op, dy * reshape(z, shape), op.getScale()));
  if (g.wants(2))
    g.add(2, toChannels(op, dy, op.getBias()));
  return success();
}

} // namespace

void attachNormalizationRules(MLIRContext *context) {
  unary<dl::SoftmaxOp>(context, [](dl::SoftmaxOp op, Term, Term y, Term dy) {
    return softmaxGradient(op.getAxis(), y, dy);
  });
  unary<dl::LogSoftmaxOp>(context, [](dl::LogSoftmaxOp op, Term, Term y, Term dy) {
    int64_t axis = op.getAxis() < 0 ? op.getAxis() + y.rank() : op.getAxis();
    return dy - exp(y) * sum(dy, axis);
  });
  unary<dl::LpNormalizeOp>(
      context, [](auto op, Term x, Term y, Term dy) { return lpNormalizeGradient(op, x, y, dy); });
  unary<dl::LrnOp>(context, [](auto op, Term x, Term, Term dy) { return lrnGradient(op, x, dy); });
  rule<dl::LayerNormOp>(context,
                        [](auto op, GradientBuilder &g) { return layerNormGradient(op, g); });
  rule<dl::RmsNormOp>(context, [](auto op, GradientBuilder &g) { return rmsNormGradient(op, g); });
  rule<dl::BatchNormOp>(context,
                        [](auto op, GradientBuilder &g) { return batchNormGradient(op, g); });
  rule<dl::InstanceNormOp>(context, [](dl::InstanceNormOp op, GradientBuilder &g) {
    return groupedGradient(op, op.getInput().getType().getDimSize(op.getChannelAxis()), g);
  });
  rule<dl::GroupNormOp>(context, [](dl::GroupNormOp op, GradientBuilder &g) {
    return groupedGradient(op, static_cast<int64_t>(op.getGroups()), g);
  });
}

} // namespace dlc::autodiff
