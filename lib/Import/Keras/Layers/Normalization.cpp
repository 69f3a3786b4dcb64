// Normalisation layers.
#include "Families.h"

#include "../WindowSettings.h"

using namespace mlir;

namespace dlc::keras {

namespace {

/// What a batch norm has learned, by its variables; null where a setting leaves it out.
struct BatchNormVariables {
  Value scale, offset, mean, variance;
};

} // namespace

/// One value a channel that is no variable.
static Value perChannel(LayerContext &c, double value, int64_t channels) {
  Value scalar = c.scalar(c.input(), value);
  return c.expand(scalar, c.dim(channels));
}

static BatchNormVariables batchNormVariables(LayerContext &c, int64_t channels) {
  bool scale = c.flagSetting("scale", true), center = c.flagSetting("center", true);
  BatchNormVariables result;
  unsigned index = 0;
  if (scale)
    result.scale = c.variable(index++, {channels});
  if (center)
    result.offset = c.variable(index++, {channels});
  result.mean = c.variable(index++, {channels}, /*trainable=*/false);
  result.variance = c.variable(index++, {channels}, /*trainable=*/false);
  return result;
}

/// (x - mean) / sqrt(variance + epsilon) * scale + offset, spelled out: a frozen batch norm takes
/// no statistics of the batch in training either.
static Value frozenBatchNorm(LayerContext &c, const BatchNormVariables &variables, double epsilon,
                             ArrayRef<int64_t> shape) {
  dl::Dims dims = dl::dimsOf(c.builder().getContext(), shape);
  Value deviation =
      c.create<dl::SqrtOp>(c.create<dl::AddOp>(variables.variance, c.scalar(c.input(), epsilon)));
  Value centred = c.create<dl::SubOp>(c.input(), c.reshape(variables.mean, dims));
  Value value = c.create<dl::DivOp>(centred, c.reshape(deviation, dims));
  if (variables.scale)
    value = c.create<dl::MulOp>(value, c.reshape(variables.scale, dims));
  if (variables.offset)
    value = c.create<dl::AddOp>(value, c.reshape(variables.offset, dims));
  return value;
}

static Value importBatchNormalization(LayerContext &c) {
  int64_t rank = LayerContext::rankOf(c.input());
  int64_t axis = c.normalizedAxis(c.intSetting("axis", -1), rank);
  double epsilon = c.numberSetting("epsilon", 1e-3), momentum = c.numberSetting("momentum", 0.99);
  c.ignoreSetting("synchronized");
  c.requireUnset("renorm");
  c.ignoreSetting("renorm_clipping");
  c.ignoreSetting("renorm_momentum");
  if (!c.failed() && axis != rank - 1 && axis != 1)
    c.unsupported("setting 'axis': expected the last axis or axis 1");
  if (c.failed())
    return {};
  int64_t channels = c.sizeOf(c.input(), axis);
  BatchNormVariables variables = batchNormVariables(c, channels);
  if (!c.layer().trainable) {
    Ints shape(rank - axis, 1);
    shape.front() = channels;
    return c.failed() ? Value() : frozenBatchNorm(c, variables, epsilon, shape);
  }
  if (!variables.scale)
    variables.scale = perChannel(c, 1, channels);
  if (!variables.offset)
    variables.offset = perChannel(c, 0, channels);
  dl::Layout layout = axis == rank - 1 ? dl::Layout::ChannelsLast : dl::Layout::ChannelsFirst;
  return c.create<dl::BatchNormOp>(c.input(), variables.scale, variables.offset, variables.mean,
                                   variables.variance, c.f64(epsilon), c.f64(momentum),
                                   c.layoutAttr(layout));
}

/// The first of the axes that setting `axis` holds, which are the last ones of the input.
static int64_t firstOfLastAxes(LayerContext &c) {
  int64_t rank = LayerContext::rankOf(c.input());
  Ints axes = c.listSetting("axis");
  if (axes.empty())
    axes = {-1};
  int64_t first = rank - static_cast<int64_t>(axes.size());
  for (int64_t &axis : axes)
    axis = c.normalizedAxis(axis, rank);
  llvm::sort(axes);
  for (size_t i = 0; i < axes.size() && !c.failed(); ++i)
    if (axes[i] != first + static_cast<int64_t>(i))
      c.unsupported("setting 'axis': expected the last axes");
  return first;
}

/// The sizes of the input from axis `first` on.
static Ints sizesFrom(LayerContext &c, int64_t first) {
  Ints shape;
  for (int64_t axis = first; axis < LayerContext::rankOf(c.input()) && !c.failed(); ++axis)
    shape.push_back(c.sizeOf(c.input(), axis));
  return shape;
}

static Value importLayerNormalization(LayerContext &c) {
  int64_t first = firstOfLastAxes(c);
  double epsilon = c.numberSetting("epsilon", 1e-3);
  c.requireUnset("rms_scaling");
  bool scaled = c.flagSetting("scale", true), centred = c.flagSetting("center", true);
  Ints shape = sizesFrom(c, first);
  if (c.failed())
    return {};
  unsigned index = 0;
  Value scale = scaled ? c.variable(index++, shape) : c.scalar(c.input(), 1);
  Value bias = centred ? c.variable(index++, shape) : Value();
  return c.create<dl::LayerNormOp>(c.input(), scale, bias, c.i64(first), c.f64(epsilon));
}

static Value importRMSNormalization(LayerContext &c) {
  int64_t first = firstOfLastAxes(c);
  double epsilon = c.numberSetting("epsilon", 1e-6);
  Value scale = c.variable(0, sizesFrom(c, first));
  return c.create<dl::RmsNormOp>(c.input(), scale, c.i64(first), c.f64(epsilon));
}

/// `groups` of -1 is one a channel.
static Value importGroupNormalization(LayerContext &c) {
  int64_t rank = LayerContext::rankOf(c.input());
  int64_t axis = c.normalizedAxis(c.intSetting("axis", -1), rank);
  int64_t groups = c.intSetting("groups", 32);
  double epsilon = c.numberSetting("epsilon", 1e-3);
  bool scaled = c.flagSetting("scale", true), centred = c.flagSetting("center", true);
  if (!c.failed() && axis != rank - 1 && axis != 1)
    c.unsupported("setting 'axis': expected the last axis or axis 1");
  if (c.failed())
    return {};
  int64_t channels = c.sizeOf(c.input(), axis);
  if (groups == -1)
    groups = channels;
  if (!c.failed() && (groups < 1 || channels % groups != 0))
    c.badInput("setting 'groups' is " + Twine(groups) + ", which does not divide the " +
               Twine(channels) + " channels of the input");
  unsigned index = 0;
  Value scale = scaled ? c.variable(index++, {channels}) : perChannel(c, 1, channels);
  Value bias = centred ? c.variable(index++, {channels}) : perChannel(c, 0, channels);
  dl::Layout layout = axis == rank - 1 ? dl::Layout::ChannelsLast : dl::Layout::ChannelsFirst;
  return c.create<dl::GroupNormOp>(c.input(), scale, bias, c.i64(groups), c.f64(epsilon),
                                   c.layoutAttr(layout));
}

static Value importRescaling(LayerContext &c) {
  for (StringRef name : {"scale", "offset"})
    if (const Config *setting = c.setting(name); setting && setting->as<Config::List>())
      c.unsupported("setting '" + name + "': a list is not supported, expected one number");
  double scale = c.numberSetting("scale", 1), offset = c.numberSetting("offset", 0);
  Value value = c.input();
  if (!LayerContext::elementOf(value).isF32())
    value = c.create<dl::CastOp>(value, TypeAttr::get(c.builder().getF32Type()));
  if (c.failed())
    return {};
  value = c.create<dl::MulOp>(value, c.scalar(value, scale));
  return c.failed() || offset == 0 ? value : c.create<dl::AddOp>(value, c.scalar(value, offset));
}

static Value importUnitNormalization(LayerContext &c) {
  Ints axes = c.listSetting("axis");
  if (axes.size() > 1)
    c.unsupported("setting 'axis': more than one axis is not supported");
  int64_t axis =
      c.normalizedAxis(axes.empty() ? -1 : axes.front(), LayerContext::rankOf(c.input()));
  // x * rsqrt(max(sum(x^2), 1e-12))
  Value sum = c.create<dl::ReduceOp>(
      c.input(), dl::ReduceKindAttr::get(c.builder().getContext(), dl::ReduceKind::SumSquare),
      c.i64s({axis}), c.flag(true));
  if (c.failed())
    return {};
  Value norm = c.create<dl::RsqrtOp>(c.create<dl::ClipOp>(sum, c.f64(1e-12), FloatAttr()));
  return c.create<dl::MulOp>(c.input(), norm);
}

void registerNormalizationLayers(LayerTable &table) {
  table.add({.className = "BatchNormalization",
             .import = importBatchNormalization,
             .limits = "over the last axis or axis 1; no renorm, no mask"});
  table.add({.className = "GroupNormalization",
             .import = importGroupNormalization,
             .limits = "over the last axis or axis 1"});
  table.add({.className = "LayerNormalization",
             .import = importLayerNormalization,
             .limits = "over the last axes; no rms_scaling"});
  table.add({.className = "RMSNormalization",
             .import = importRMSNormalization,
             .limits = "over the last axes"});
  table.add(
      {.className = "Rescaling", .import = importRescaling, .limits = "one scale and offset"});
  table.add(
      {.className = "UnitNormalization", .import = importUnitNormalization, .limits = "one axis"});
}

} // namespace dlc::keras
