// Softmax and the normalisations. What an operator gives beyond its normalised output (statistics)
// is computed by reductions of its own.
#include "Families.h"

#include "../NodeContext.h"

using namespace mlir;

namespace dlc::onnx {

//===-- Along one axis ---------------------------------------------------------------------===//

/// Before opset 13 the operand is read as a matrix, cut before the axis, and each row normalised.
template <typename OpTy>
static LogicalResult importSoftmax(NodeContext &c) {
  bool flat = c.opset() < 13;
  dl::Dims shape = c.dimsOf(c.input(0));
  FailureOr<int64_t> axis = c.normalizeAxis(c.intAttr("axis", flat ? 1 : -1), shape.size());
  if (failed(axis))
    return failure();
  if (!flat || *axis + 1 == static_cast<int64_t>(shape.size()))
    return c.setOutput(0, c.create<OpTy>(c.input(0), c.i64(*axis)));
  ArrayRef<AffineExpr> all(shape);
  MLIRContext *context = c.builder().getContext();
  dl::Dims matrix{dl::productOf(all.take_front(*axis), context),
                  dl::productOf(all.drop_front(*axis), context)};
  Value rows = c.create<OpTy>(c.reshape(c.input(0), matrix), c.i64(1));
  return c.setOutput(0, c.failed() ? Value() : c.reshape(rows, shape));
}

static LogicalResult importLpNormalization(NodeContext &c) {
  FailureOr<int64_t> axis = c.normalizeAxis(c.intAttr("axis", -1), c.rankOf(c.input(0)));
  if (failed(axis))
    return failure();
  return c.setOutput(
      0, c.create<dl::LpNormalizeOp>(c.input(0), c.i64(*axis), c.i64(c.intAttr("p", 2))));
}

//===-- Statistics -------------------------------------------------------------------------===//

static Value meanOver(NodeContext &c, Value operand, ArrayRef<int64_t> axes, bool keepDims) {
  auto kind = dl::ReduceKindAttr::get(c.builder().getContext(), dl::ReduceKind::Mean);
  return c.create<dl::ReduceOp>(operand, kind, c.i64s(axes), c.flag(keepDims));
}

/// Mean and population variance over `axes`, which stay as 1.
static std::pair<Value, Value> momentsOver(NodeContext &c, Value operand, ArrayRef<int64_t> axes) {
  Value mean = meanOver(c, operand, axes, /*keepDims=*/true);
  Value centred = c.create<dl::SubOp>(operand, mean);
  return {mean, meanOver(c, c.create<dl::MulOp>(centred, centred), axes, /*keepDims=*/true)};
}

/// The axis from which on a LayerNormalization or RMSNormalization normalises.
static FailureOr<int64_t> trailingAxis(NodeContext &c) {
  return c.normalizeAxis(c.intAttr("axis", -1), c.rankOf(c.input(0)));
}

static LogicalResult importLayerNormalization(NodeContext &c) {
  FailureOr<int64_t> axis = trailingAxis(c);
  if (failed(axis))
    return failure();
  double epsilon = c.floatAttr("epsilon", 1e-5f);
  // The reference computes in double; compiled kernels in f32 at least.
  c.ignoreAttr("stash_type");
  Value result =
      c.create<dl::LayerNormOp>(c.input(0), c.input(1), c.input(2), c.i64(*axis), c.f64(epsilon));
  if (failed(c.setOutput(0, result)) || (!c.wantsOutput(1) && !c.wantsOutput(2)))
    return c.failed() ? failure() : success();
  Ints axes = llvm::to_vector(llvm::seq<int64_t>(*axis, c.rankOf(c.input(0))));
  auto [mean, variance] = momentsOver(c, c.cast(c.input(0), c.builder().getF32Type()), axes);
  if (c.wantsOutput(1) && failed(c.setOutput(1, mean)))
    return failure();
  if (!c.wantsOutput(2) || c.failed())
    return c.failed() ? failure() : success();
  Value shifted = c.create<dl::AddOp>(variance, c.scalar(c.elementOf(variance), epsilon));
  return c.setOutput(2, c.create<dl::RsqrtOp>(shifted));
}

/// The result has the element type of the scale, which may be another than the input's.
static LogicalResult importRMSNormalization(NodeContext &c) {
  FailureOr<int64_t> axis = trailingAxis(c);
  if (failed(axis))
    return failure();
  c.ignoreAttr("stash_type");
  Type from = c.elementOf(c.input(0)), to = c.elementOf(c.input(1));
  // One that holds the values of both.
  auto isWide = [](Type type) { return type.getIntOrFloatBitWidth() > 32; };
  Type element = from == to                   ? from
                 : isWide(from) || isWide(to) ? c.builder().getF64Type()
                                              : c.builder().getF32Type();
  Value norm = c.create<dl::RmsNormOp>(c.cast(c.input(0), element), c.cast(c.input(1), element),
                                       c.i64(*axis), c.f64(c.floatAttr("epsilon", 1e-5f)));
  return c.setOutput(0, c.cast(norm, to));
}

/// (x - mean) / (sqrt(variance) + 1e-9), over axes 0, 2 and 3 unless said otherwise.
static LogicalResult importMeanVarianceNormalization(NodeContext &c) {
  FailureOr<Ints> axes =
      c.normalizeAxes(c.intsAttr("axes").value_or(Ints{0, 2, 3}), c.rankOf(c.input(0)));
  if (failed(axes))
    return failure();
  llvm::sort(*axes);
  auto [mean, variance] = momentsOver(c, c.input(0), *axes);
  if (c.failed())
    return failure();
  Value deviation =
      c.create<dl::AddOp>(c.create<dl::SqrtOp>(variance), c.scalar(c.elementOf(variance), 1e-9));
  return c.setOutput(0, c.create<dl::DivOp>(c.create<dl::SubOp>(c.input(0), mean), deviation));
}

//===-- Of images --------------------------------------------------------------------------===//

/// running * momentum + batch * (1 - momentum), in the type of `running`.
static Value movingAverage(NodeContext &c, Value running, Value batch, double momentum) {
  if (c.failed())
    return {};
  Type element = c.elementOf(running);
  Value kept = c.create<dl::MulOp>(running, c.scalar(element, momentum));
  Value added = c.create<dl::MulOp>(c.cast(batch, element), c.scalar(element, 1 - momentum));
  return c.create<dl::AddOp>(kept, added);
}

/// The training form: statistics of the batch normalise, and move the running ones.
static LogicalResult importTrainingBatchNormalization(NodeContext &c, double epsilon,
                                                      double momentum) {
  Ints axes = llvm::to_vector(llvm::seq<int64_t>(0, c.rankOf(c.input(0))));
  if (axes.size() > 1)
    axes.erase(axes.begin() + 1);
  auto [keptMean, keptVariance] = momentsOver(c, c.input(0), axes);
  if (c.failed())
    return failure();
  Ints channels = c.shapeOf(c.input(1));
  Value mean = c.reshape(keptMean, channels), variance = c.reshape(keptVariance, channels);
  Value result = c.create<dl::BatchNormOp>(c.input(0), c.input(1), c.input(2), mean, variance,
                                           c.f64(epsilon), c.f64(momentum), c.channelsFirst());
  if (failed(c.setOutput(0, result)))
    return failure();
  if (c.wantsOutput(1) && failed(c.setOutput(1, movingAverage(c, c.input(3), mean, momentum))))
    return failure();
  if (c.wantsOutput(2) && failed(c.setOutput(2, movingAverage(c, c.input(4), variance, momentum))))
    return failure();
  return success();
}

/// Checks that inputs `others` have the element type of input `first`.
static LogicalResult requireOneType(NodeContext &c, unsigned first,
                                    std::initializer_list<unsigned> others) {
  for (unsigned index : others)
    if (c.elementOf(c.input(index)) != c.elementOf(c.input(first)))
      return c.badInput("inputs " + Twine(first) + " and " + Twine(index) +
                        " must have one element type at opset " + Twine(c.opset()));
  return success();
}

static LogicalResult importBatchNormalization(NodeContext &c) {
  c.ignoreAttr("consumed_inputs");
  c.ignoreAttr("is_test");
  double epsilon = c.floatAttr("epsilon", 1e-5f), momentum = c.floatAttr("momentum", 0.9f);
  if (c.opset() < 9 && !c.boolAttr("spatial", true))
    return c.unsupported("attribute 'spatial' is 0");
  // Statistics may have a type of their own from opset 14 on, scale and bias from 15 on.
  if (failed(requireOneType(c, c.opset() < 15 ? 0 : 1, {1, 2})) ||
      failed(requireOneType(c, c.opset() < 14 ? 0 : 3, {3, 4})))
    return failure();
  if (c.opset() >= 14 && c.boolAttr("training_mode", false))
    return importTrainingBatchNormalization(c, epsilon, momentum);
  for (unsigned output = 1; output < c.numOutputs(); ++output)
    if (c.wantsOutput(output))
      return c.unsupported("output " + Twine(output) + " is only given in training");
  return c.setOutput(0, c.create<dl::BatchNormOp>(c.input(0), c.input(1), c.input(2), c.input(3),
                                                  c.input(4), c.f64(epsilon), c.f64(momentum),
                                                  c.channelsFirst()));
}

static LogicalResult importInstanceNormalization(NodeContext &c) {
  c.ignoreAttr("consumed_inputs");
  return c.setOutput(0, c.create<dl::InstanceNormOp>(c.input(0), c.input(1), c.input(2),
                                                     c.f64(c.floatAttr("epsilon", 1e-5f)),
                                                     c.channelsFirst()));
}

/// A vector of one element a group, each repeated for the group's channels (opset 18).
static Value perChannel(NodeContext &c, Value perGroup, int64_t channels) {
  if (c.failed())
    return {};
  int64_t groups = c.shapeOf(perGroup)[0];
  Value column = c.reshape(perGroup, {groups, 1});
  return c.reshape(c.expand(column, {groups, channels / groups}), {channels});
}

static LogicalResult importGroupNormalization(NodeContext &c) {
  int64_t groups = c.requiredIntAttr("num_groups");
  double epsilon = c.floatAttr("epsilon", 1e-5f);
  c.ignoreAttr("stash_type");
  Value scale = c.input(1), bias = c.input(2);
  int64_t channels = c.rankOf(c.input(0)) < 2 ? 0 : c.sizeOf(c.input(0), 1);
  if (c.failed())
    return failure();
  if (c.rankOf(c.input(0)) < 2 || groups < 1 || channels % groups != 0)
    return c.badInput("attribute 'num_groups' is " + Twine(groups) +
                      ", which does not divide the channels");
  if (c.opset() < 21) {
    if (c.shapeOf(scale) != Ints{groups} || c.shapeOf(bias) != Ints{groups})
      return c.badInput("scale and bias must have one element for each of " + Twine(groups) +
                        " groups");
    scale = perChannel(c, scale, channels);
    bias = perChannel(c, bias, channels);
  }
  return c.setOutput(0, c.create<dl::GroupNormOp>(c.input(0), scale, bias, c.i64(groups),
                                                  c.f64(epsilon), c.channelsFirst()));
}

static LogicalResult importLRN(NodeContext &c) {
  int64_t size = c.requiredIntAttr("size");
  return c.setOutput(0, c.create<dl::LrnOp>(c.input(0), c.i64(size),
                                            c.f64(c.floatAttr("alpha", 1e-4f)),
                                            c.f64(c.floatAttr("beta", 0.75f)),
                                            c.f64(c.floatAttr("bias", 1.0f)), c.channelsFirst()));
}

void registerNormalizationImporters(OpTable &table) {
  table.add({.opType = "Softmax", .import = importSoftmax<dl::SoftmaxOp>});
  table.add({.opType = "LogSoftmax", .import = importSoftmax<dl::LogSoftmaxOp>});
  table.add({.opType = "LpNormalization", .import = importLpNormalization});
  table.add({.opType = "LayerNormalization",
             .import = importLayerNormalization,
             .minInputs = 2,
             .maxInputs = 3});
  table.add({.opType = "RMSNormalization",
             .import = importRMSNormalization,
             .minInputs = 2,
             .maxInputs = 2});
  table.add({.opType = "MeanVarianceNormalization", .import = importMeanVarianceNormalization});
  table.add({.opType = "BatchNormalization",
             .import = importBatchNormalization,
             .minInputs = 5,
             .maxInputs = 5,
             .limits = "spatial=0; training outputs before opset 14"});
  table.add({.opType = "InstanceNormalization",
             .import = importInstanceNormalization,
             .minInputs = 3,
             .maxInputs = 3});
  table.add({.opType = "GroupNormalization",
             .import = importGroupNormalization,
             .minInputs = 3,
             .maxInputs = 3});
  table.add({.opType = "LRN", .import = importLRN});
}

} // namespace dlc::onnx
