// Gradients of pools. The sum over a window transposes to a depthwise conv_transpose with ones.
#include "Rules/Rules.h"

#include "dlc/Dialect/DL/IR/TensorConversion.h"

using namespace mlir;

namespace dlc::autodiff {

namespace {

template <typename Op>
int64_t firstSpatialAxis(Op op) {
  return op.isChannelsLast() ? 1 : 2;
}

/// How many elements the mean of window `index` along spatial axis `i` counts.
int64_t countAlong(dl::AveragePoolOp op, size_t i, int64_t index) {
  int64_t size = op.getInput().getType().getDimSize(firstSpatialAxis(op) + i);
  int64_t low = op.getCountIncludePad() ? -op.getPadsBegin()[i] : 0;
  int64_t high = op.getCountIncludePad() ? size + op.getPadsEnd()[i] : size;
  int64_t count = 0;
  for (int64_t tap = 0; tap < op.getKernelShape()[i]; ++tap) {
    int64_t at = index * op.getStrides()[i] - op.getPadsBegin()[i] + tap * op.getDilations()[i];
    count += at >= low && at < high;
  }
  return count;
}

/// 1 / count of each window along one spatial axis, of a shape that broadcasts to the result.
Term weightsAlong(dl::AveragePoolOp op, GradientBuilder &g, size_t i) {
  int64_t axis = firstSpatialAxis(op) + i;
  RankedTensorType result = op.getResult().getType();
  Shape shape(result.getRank(), 1);
  shape[axis] = result.getDimSize(axis);
  Tensor weights(*dl::dtypeOf(result.getElementType()), shape);
  for (int64_t index = 0; index < shape[axis]; ++index)
    weights.setDouble(index, 1.0 / std::max<int64_t>(1, countAlong(op, i, index)));
  ElementsAttr attribute = dl::attributeOf(op.getContext(), weights);
  return g.term(
      dl::ConstantOp::create(g.getBuilder(), g.getLoc(), attribute.getShapedType(), attribute));
}

/// The transpose of "sum over each window" applied to `x`, an image like the pool's result.
template <typename Op>
Term scatterWindows(Op op, GradientBuilder &g, Term x) {
  ArrayRef<int64_t> input = op.getInput().getType().getShape();
  int64_t channels = op.isChannelsLast() ? input.back() : input[1];
  SmallVector<int64_t> filter{channels, 1}, unreached;
  filter.append(op.getKernelShape().begin(), op.getKernelShape().end());
  for (size_t i = 0; i < op.getKernelShape().size(); ++i) {
    int64_t axis = firstSpatialAxis(op) + i;
    int64_t span = (op.getKernelShape()[i] - 1) * op.getDilations()[i] + 1;
    int64_t reached = (x.type().getDimSize(axis) - 1) * op.getStrides()[i] + span;
    unreached.push_back(input[axis] + op.getPadsBegin()[i] + op.getPadsEnd()[i] - reached);
  }
  // What ceil_mode reaches beyond the padding is cut off as padding.
  SmallVector<int64_t> padsEnd(op.getPadsEnd());
  for (auto [pad, rest] : llvm::zip(padsEnd, unreached)) {
    pad += std::max<int64_t>(0, -rest);
    rest = std::max<int64_t>(0, rest);
  }
  Term ones = expand(x.scalar(1), filter);
  return x.make<dl::ConvTransposeOp>(ones.get(), Value(), op.getStrides(), op.getDilations(),
                                     op.getPadsBegin(), padsEnd, channels, op.getLayout(),
                                     unreached);
}

} // namespace

void attachWindowRules(MLIRContext *context) {
  rule<dl::MaxPoolOp>(context, [](dl::MaxPoolOp op, GradientBuilder &g) {
    g.add(0, g.operand(0).make<dl::MaxPoolGradientOp>(
                 g.cotangent().get(), op.getKernelShape(), op.getStrides(), op.getDilations(),
                 op.getPadsBegin(), op.getPadsEnd(), op.getCeilMode(), op.getLayout()));
    return success();
  });
  rule<dl::AveragePoolOp>(context, [](dl::AveragePoolOp op, GradientBuilder &g) {
    Term dy = g.cotangent();
    for (size_t i = 0; i < op.getKernelShape().size(); ++i)
      dy = dy * weightsAlong(op, g, i);
    g.add(0, scatterWindows(op, g, dy));
    return success();
  });
  // d|x|^p = p x |x|^(p-2), and y^(1-p) from the root outside.
  rule<dl::LpPoolOp>(context, [](dl::LpPoolOp op, GradientBuilder &g) {
    double p = static_cast<double>(op.getP());
    Term x = g.operand(0), y = g.result(), dy = g.cotangent();
    Term outer = where(y > 0.0, dy * pow(y, y.scalar(1 - p)), 0.0);
    Term inner = sign(x) * pow(abs(x), x.scalar(p - 1));
    g.add(0, inner * scatterWindows(op, g, outer));
    return success();
  });
}

} // namespace dlc::autodiff
