// dl-conv-transpose-as-conv: with stride s, the outputs of a transposed convolution fall into s
// phases an axis, and those of one phase are a convolution with every s-th tap. All phases together
// are one convolution with s times the channels an axis, whose channels are then dealt out to the
// pixels. A filter that is computed (training) is rearranged by ops; the kernels take transposed
// convolutions without a stride as they are.
//
//   Z = output place + pad = s * q + r:   y[Z] = sum over j of x[q - j] * w[r + s * j]
//
// With groups (gradients of depthwise convolutions, mostly) phases would be filters of one channel
// each. There the input gets s - 1 zeros behind each pixel, and the convolution goes over these
// with its taps reversed: s * s times the work, through the templates that the layer itself has.
#include "Constants.h"
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"

#define DEBUG_TYPE "dl-conv-transpose-as-conv"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLCONVTRANSPOSEASCONV
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

/// One spatial axis of the rewrite.
struct Axis {
  AffineExpr input, output;
  int64_t kernel, stride, pad;
  int64_t phases; ///< that are computed: all of the stride, or those that have a tap
  int64_t taps() const { return (kernel + stride - 1) / stride; }
  /// Places of a phase that are computed, at least as many as are kept; null where symbols decide.
  AffineExpr places() const {
    AffineExpr kept = (output + (pad + stride - 1)).floorDiv(stride);
    if (isAtLeast(simplified(kept - input), 0))
      return kept;
    return isAtLeast(simplified(input - kept), 0) ? input : AffineExpr();
  }
  /// Zeros behind the input.
  std::optional<int64_t> after() const {
    AffineExpr count = places();
    return count ? constantDim(simplified(count - input)) : std::nullopt;
  }
};

bool isOne(int64_t value) { return value == 1; }

bool isSupported(ConvTransposeOp op) {
  ArrayRef<int64_t> filter = op.getFilter().getType().getShape();
  return op.getLayout() == Layout::ChannelsLast && op.getGroups() == 1 &&
         hasKnownDims(op.getInput().getType()) && op.getInput().getType().getRank() <= 4 &&
         llvm::all_of(op.getDilations(), isOne) &&
         isa<FloatType>(op.getInput().getType().getElementType()) &&
         !llvm::is_contained(filter, 0) && elementCountOf(op.getInput().getType()) != 0;
}

SmallVector<Axis> axesOf(ConvTransposeOp op) {
  SmallVector<Axis> axes;
  Dims input = dimsOf(op.getInput().getType()), output = dimsOf(op.getResult().getType());
  bool constant = op.getFilter().getDefiningOp<ConstantOp>();
  for (size_t i = 0; i < op.getStrides().size(); ++i) {
    int64_t kernel = op.getFilter().getType().getDimSize(i + 2), stride = op.getStrides()[i];
    axes.push_back({input[i + 1], output[i + 1], kernel, stride, op.getPadsBegin()[i],
                    constant ? stride : std::min(stride, kernel)});
  }
  return axes;
}

/// The phases' filters: (phase..., O) x C x taps..., zero where a phase has no such tap. `from` is
/// (C, O, kernel...).
Tensor phaseFilter(const Tensor &from, ArrayRef<Axis> axes) {
  int64_t channels = from.shape()[0], outputs = from.shape()[1], phases = 1, taps = 1;
  Shape shape{0, channels};
  for (const Axis &axis : axes) {
    phases *= axis.stride;
    taps *= axis.taps();
    shape.push_back(axis.taps());
  }
  shape[0] = phases * outputs;
  Tensor result(from.dtype(), shape);
  int64_t place = 0;
  for (int64_t phase = 0; phase < phases; ++phase)
    for (int64_t output = 0; output < outputs; ++output)
      for (int64_t channel = 0; channel < channels; ++channel)
        for (int64_t tap = 0; tap < taps; ++tap, ++place) {
          int64_t source = channel * outputs + output, phasesLeft = phases, tapsLeft = taps;
          bool exists = true;
          for (const Axis &axis : axes) {
            phasesLeft /= axis.stride;
            tapsLeft /= axis.taps();
            int64_t r = phase / phasesLeft % axis.stride, m = tap / tapsLeft % axis.taps();
            // A convolution reads forwards, the sum over j backwards.
            int64_t t = r + axis.stride * (axis.taps() - 1 - m);
            exists &= t < axis.kernel;
            source = source * axis.kernel + t;
          }
          if (exists)
            result.setDouble(place, from.asDouble(source));
        }
  return result;
}

/// The same of a computed filter. Its channels stay innermost while its taps move, and are put in
/// front by a last transpose, which the convolution's kernel takes in.
Value phaseFilter(OpBuilder &builder, Value filter, ArrayRef<Axis> axes) {
  Location loc = filter.getLoc();
  auto count = static_cast<int64_t>(axes.size());
  // Where filters are stored with their channels last, this undoes what made them (C, O,
  // kernel...).
  SmallVector<int64_t> behind = llvm::to_vector(llvm::seq<int64_t>(2, 2 + count));
  behind.append({1, 0});
  filter = TransposeOp::create(builder, loc, filter, behind);
  ArrayRef<int64_t> sizes = cast<RankedTensorType>(filter.getType()).getShape();
  int64_t outputs = sizes[count], channels = sizes[count + 1], phases = 1;
  SmallVector<int64_t> low(count + 2, 0), high(low), split, starts, steps, permutation, joined;
  for (auto [index, axis] : llvm::enumerate(axes)) {
    high[index] = axis.taps() * axis.phases - axis.kernel;
    split.append({axis.taps(), axis.phases});
    starts.append({axis.taps() - 1, 0});
    steps.append({-1, 1});
    permutation.push_back(2 * index);
    joined.push_back(axis.taps());
    phases *= axis.phases;
  }
  split.append({outputs, channels});
  starts.append({0, 0});
  steps.append({1, 1});
  for (int64_t index = 0; index < count; ++index)
    permutation.push_back(2 * index + 1);
  permutation.append({2 * count, 2 * count + 1});
  joined.append({phases * outputs, channels});
  if (llvm::any_of(high, [](int64_t pad) { return pad > 0; }))
    filter = PadOp::create(builder, loc, filter, Value(), low, high);
  filter = ReshapeOp::create(builder, loc, filter, split);
  // A convolution reads forwards, the sum over j backwards.
  if (llvm::any_of(axes, [](const Axis &axis) { return axis.taps() > 1; }))
    filter = SliceOp::create(builder, loc, filter, starts, split, steps);
  filter = TransposeOp::create(builder, loc, filter, permutation);
  filter = ReshapeOp::create(builder, loc, filter, joined);
  SmallVector<int64_t> inFront{count, count + 1};
  llvm::append_range(inFront, llvm::seq<int64_t>(0, count));
  return TransposeOp::create(builder, loc, filter, inFront);
}

/// Channels (phase..., O) of the pixels (N, places..., phases * O) become pixels:
/// (N, places * strides..., O). Phases that were not computed are zero.
Value dealOut(OpBuilder &builder, Location loc, Value value, ArrayRef<Axis> axes) {
  Dims dims = dimsOf(value.getType()), split{dims[0]}, joined{dims[0]};
  SmallVector<int64_t> permutation{0};
  SmallVector<int64_t> low(2 + 2 * axes.size(), 0), missing(low);
  int64_t phases = 1;
  auto count = static_cast<int64_t>(axes.size());
  for (auto [index, axis] : llvm::enumerate(axes)) {
    split.push_back(axis.places());
    joined.push_back(axis.places() * axis.stride);
    permutation.push_back(1 + index);
    permutation.push_back(1 + count + index);
    missing[2 + 2 * index] = axis.stride - axis.phases;
    phases *= axis.phases;
  }
  for (const Axis &axis : axes)
    split.push_back(builder.getAffineConstantExpr(axis.phases));
  AffineExpr outputs = dims.back().floorDiv(phases);
  split.push_back(outputs);
  permutation.push_back(1 + 2 * count);
  joined.push_back(outputs);
  value = ReshapeOp::create(builder, loc, value, split);
  value = TransposeOp::create(builder, loc, value, permutation);
  if (llvm::any_of(missing, [](int64_t pad) { return pad > 0; }))
    value = PadOp::create(builder, loc, value, Value(), low, missing);
  return ReshapeOp::create(builder, loc, value, joined);
}

/// Moves elementwise ops of one operand from behind `op` before `at`: they join the convolution's
/// kernel. Returns the last value made and the result that it stands for; adds to `dead` what it
/// moved.
std::pair<Value, Value> hoistUnaries(OpBuilder &builder, Value result, Value conv,
                                     SmallVectorImpl<Operation *> &dead) {
  while (result.hasOneUse()) {
    Operation *user = *result.user_begin();
    if (!isElementwise(user) || user->getNumOperands() != 1 || user->getNumResults() != 1)
      break;
    Operation *copy = builder.clone(*user);
    copy->setOperand(0, conv);
    copy->getResult(0).setType(withElement(cast<RankedTensorType>(conv.getType()),
                                           getElementTypeOrSelf(user->getResult(0))));
    conv = copy->getResult(0);
    result = user->getResult(0);
    dead.push_back(user);
  }
  return {conv, result};
}

/// The convolution, with `filter`, (phases * O, C, taps...), for all phases.
ConvOp phaseConv(OpBuilder &builder, ConvTransposeOp op, ArrayRef<Axis> axes, Value filter,
                 Value bias) {
  SmallVector<int64_t> before, after, ones(axes.size(), 1);
  Dims shape{dimsOf(op.getInput().getType()).front()};
  for (const Axis &axis : axes) {
    before.push_back(axis.taps() - 1);
    after.push_back(*axis.after());
    shape.push_back(axis.places());
  }
  shape.push_back(
      builder.getAffineConstantExpr(cast<RankedTensorType>(filter.getType()).getDimSize(0)));
  return ConvOp::create(builder, op.getLoc(), tensorOf(shape, getElementTypeOrSelf(op.getResult())),
                        op.getInput(), filter, bias, ones, ones, before, after, /*groups=*/1,
                        Layout::ChannelsLast, /*packed_channels=*/0, /*output_channels=*/0,
                        /*output_last=*/false);
}

/// Deals `value`, the phases of `replaced`, out to pixels and cuts off the padding.
void replaceByPixels(OpBuilder &builder, ArrayRef<Axis> axes, Value value, Value replaced) {
  Location loc = replaced.getLoc();
  Value pixels = dealOut(builder, loc, value, axes);
  SmallVector<int64_t> starts{0};
  for (const Axis &axis : axes)
    starts.push_back(axis.pad);
  starts.push_back(0);
  if (replaced.getType() != pixels.getType()) {
    auto [sizes, symbolic] = sizeAttributes(builder.getContext(), dimsOf(replaced.getType()));
    SmallVector<int64_t> steps(sizes.size(), 1);
    pixels = SliceOp::create(builder, loc, pixels, builder.getDenseI64ArrayAttr(starts),
                             builder.getDenseI64ArrayAttr(sizes),
                             builder.getDenseI64ArrayAttr(steps), symbolic);
  }
  replaced.replaceAllUsesWith(pixels);
}

void rewrite(ConvTransposeOp op, const Tensor &filter, const std::optional<Tensor> &bias,
             SmallVectorImpl<Operation *> &dead) {
  SmallVector<Axis> axes = axesOf(op);
  OpBuilder builder(op);
  Location loc = op.getLoc();
  int64_t outputs = filter.shape()[1], phases = 1;
  for (const Axis &axis : axes)
    phases *= axis.phases;
  Value tiled;
  if (bias) {
    Tensor values(bias->dtype(), {phases * outputs});
    for (int64_t i = 0; i < phases * outputs; ++i)
      values.setDouble(i, bias->asDouble(i % outputs));
    tiled = constantOf(builder, loc, values);
  }
  ConvOp conv =
      phaseConv(builder, op, axes, constantOf(builder, loc, phaseFilter(filter, axes)), tiled);
  auto [last, replaced] = hoistUnaries(builder, op.getResult(), conv.getResult(), dead);
  replaceByPixels(builder, axes, last, replaced);
}

/// The same for a filter that is computed.
void rewriteComputed(ConvTransposeOp op) {
  SmallVector<Axis> axes = axesOf(op);
  OpBuilder builder(op);
  Value filter = phaseFilter(builder, op.getFilter(), axes);
  ConvOp conv = phaseConv(builder, op, axes, filter, /*bias=*/Value());
  replaceByPixels(builder, axes, conv.getResult(), op.getResult());
}

/// Whether it becomes a convolution with its groups.
bool isSupportedWithGroups(ConvTransposeOp op) {
  RankedTensorType input = op.getInput().getType();
  if (op.getLayout() != Layout::ChannelsLast || op.getGroups() == 1 || op.getBias() ||
      op.getFilter().getDefiningOp<ConstantOp>() || !input.hasStaticShape() ||
      !op.getFilter().getType().hasStaticShape() || input.getRank() > 4 ||
      !isa<FloatType>(input.getElementType()) || input.getNumElements() == 0)
    return false;
  return llvm::all_of(llvm::enumerate(op.getPadsBegin()), [&](auto pad) {
    int64_t taps = op.getFilter().getType().getDimSize(2 + pad.index());
    return pad.value() <= (taps - 1) * op.getDilations()[pad.index()];
  });
}

/// (C, O/groups, kernel...) as the filter (kernel..., C/groups, O) of the convolution that goes
/// back: channels exchanged in each group, taps reversed.
Value exchangedFilter(OpBuilder &builder, ConvTransposeOp op) {
  Location loc = op.getLoc();
  ArrayRef<int64_t> shape = op.getFilter().getType().getShape(), kernel = shape.drop_front(2);
  auto groups = static_cast<int64_t>(op.getGroups());
  SmallVector<int64_t> split{groups, shape[0] / groups, shape[1]}, permutation, stored(kernel),
      starts, steps(kernel.size(), -1);
  split.append(kernel.begin(), kernel.end());
  for (auto [index, taps] : llvm::enumerate(kernel)) {
    permutation.push_back(3 + static_cast<int64_t>(index));
    starts.push_back(taps - 1);
  }
  permutation.append({1, 0, 2});
  stored.append({shape[0] / groups, groups * shape[1]});
  starts.append({0, 0});
  steps.append({1, 1});
  Value filter = ReshapeOp::create(builder, loc, op.getFilter(), split);
  filter = TransposeOp::create(builder, loc, filter, permutation);
  filter = ReshapeOp::create(builder, loc, filter, stored);
  if (llvm::all_of(kernel, isOne))
    return filter;
  return SliceOp::create(builder, loc, filter, starts, stored, steps);
}

/// The input with stride - 1 zeros behind each pixel, of `sizes` pixels an axis.
Value spreadOut(OpBuilder &builder, ConvTransposeOp op, ArrayRef<int64_t> sizes) {
  Location loc = op.getLoc();
  ArrayRef<int64_t> shape = op.getInput().getType().getShape();
  SmallVector<int64_t> split{shape.front()}, joined(split), kept(split), high{0};
  for (auto [index, stride] : llvm::enumerate(op.getStrides())) {
    split.append({shape[1 + index], 1});
    high.append({0, stride - 1});
    joined.push_back(shape[1 + index] * stride);
    kept.push_back(sizes[index]);
  }
  for (SmallVector<int64_t> *each : {&split, &joined, &kept})
    each->push_back(shape.back());
  high.push_back(0);
  Value value = op.getInput();
  if (!llvm::all_of(op.getStrides(), isOne)) {
    value = ReshapeOp::create(builder, loc, value, split);
    value = PadOp::create(builder, loc, value, Value(), SmallVector<int64_t>(high.size(), 0), high);
    value = ReshapeOp::create(builder, loc, value, joined);
  }
  if (ArrayRef(kept) == ArrayRef(joined))
    return value;
  SmallVector<int64_t> zeros(kept.size(), 0), ones(kept.size(), 1);
  return SliceOp::create(builder, loc, value, zeros, kept, ones);
}

void rewriteWithGroups(ConvTransposeOp op) {
  OpBuilder builder(op);
  SmallVector<int64_t> before, after, sizes, ones(op.getStrides().size(), 1);
  for (auto [index, stride] : llvm::enumerate(op.getStrides())) {
    int64_t reach = (op.getFilter().getType().getDimSize(2 + index) - 1) * op.getDilations()[index],
            spread = op.getInput().getType().getDimSize(1 + index) * stride;
    before.push_back(reach - op.getPadsBegin()[index]);
    // What no window of the result reaches is left away.
    int64_t rest = op.getResult().getType().getDimSize(1 + index) + reach - before.back() - spread;
    after.push_back(std::max<int64_t>(rest, 0));
    sizes.push_back(spread + std::min<int64_t>(rest, 0));
  }
  auto conv = ConvOp::create(builder, op.getLoc(), op.getResult().getType(),
                             spreadOut(builder, op, sizes), exchangedFilter(builder, op),
                             /*bias=*/Value(), ones, op.getDilations(), before, after,
                             op.getGroups(), Layout::ChannelsLast, /*packed_channels=*/0,
                             /*output_channels=*/0, /*output_last=*/true);
  op.getResult().replaceAllUsesWith(conv.getResult());
}

struct DLConvTransposeAsConvPass : impl::DLConvTransposeAsConvBase<DLConvTransposeAsConvPass> {
  void runOnOperation() override {
    SmallVector<ConvTransposeOp> ops;
    getOperation().walk([&](ConvTransposeOp op) { ops.push_back(op); });
    for (ConvTransposeOp op : ops) {
      if (isSupportedWithGroups(op)) {
        rewriteWithGroups(op);
        op->erase();
        continue;
      }
      std::optional<Tensor> filter = constantTensor(op.getFilter());
      std::optional<Tensor> bias = op.getBias() ? constantTensor(op.getBias()) : std::nullopt;
      if (!isSupported(op) ||
          !llvm::all_of(axesOf(op), [](const Axis &axis) { return axis.after().has_value(); }))
        continue;
      SmallVector<Operation *> dead{op};
      if (filter && (!op.getBias() || bias))
        rewrite(op, *filter, bias, dead);
      else if (!filter && !op.getBias() && !llvm::all_of(op.getStrides(), isOne))
        rewriteComputed(op);
      else
        continue;
      for (Operation *replaced : llvm::reverse(dead))
        replaced->erase();
    }
  }
};

} // namespace
} // namespace dlc::dl
