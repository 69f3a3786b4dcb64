// Gradients of ops that move elements: the same movement backwards.
#include "Rules/Rules.h"

using namespace mlir;

namespace dlc::autodiff {

namespace {

LogicalResult concatGradient(dl::ConcatOp op, GradientBuilder &g) {
  Term dy = g.cotangent();
  int64_t axis = op.getAxis() < 0 ? op.getAxis() + dy.rank() : op.getAxis(), start = 0;
  for (auto [index, operand] : llvm::enumerate(op.getOperands())) {
    int64_t size = cast<RankedTensorType>(operand.getType()).getDimSize(axis);
    if (g.wants(index))
      g.add(index, slice(dy, axis, start, size));
    start += size;
  }
  return success();
}

/// `x` with step - 1 zeros after each element of `axis`.
Term spaced(Term x, int64_t axis, int64_t step) {
  SmallVector<int64_t> shape(x.type().getShape()), low(x.rank() + 1, 0), high(low);
  SmallVector<int64_t> split(shape);
  split.insert(split.begin() + axis + 1, 1);
  high[axis + 1] = step - 1;
  Term padded = pad(reshape(x, split), low, high);
  shape[axis] *= step;
  return reshape(padded, shape);
}

Term reversed(Term x, int64_t axis) {
  SmallVector<int64_t> starts(x.rank(), 0), sizes(x.type().getShape()), steps(x.rank(), 1);
  starts[axis] = sizes[axis] - 1;
  steps[axis] = -1;
  return x.make<dl::SliceOp>(starts, sizes, steps);
}

LogicalResult sliceGradient(dl::SliceOp op, GradientBuilder &g) {
  Term dy = g.cotangent();
  ArrayRef<int64_t> operand = op.getOperand().getType().getShape();
  if (op.getResult().getType().getNumElements() == 0)
    return success();
  SmallVector<int64_t> low, high;
  for (int64_t axis = 0; axis < dy.rank(); ++axis) {
    int64_t start = op.getStarts()[axis], size = op.getSizes()[axis], step = op.getSteps()[axis];
    if (step < 0) {
      start += (size - 1) * step;
      step = -step;
      dy = size > 1 ? reversed(dy, axis) : dy;
    }
    if (size > 1 && step > 1) {
      dy = spaced(dy, axis, step);
      // Without the zeros after the last element.
      size = (size - 1) * step + 1;
      dy = slice(dy, axis, 0, size);
    }
    low.push_back(start);
    high.push_back(operand[axis] - start - size);
  }
  bool padded = llvm::any_of(low, [](int64_t n) { return n > 0; }) ||
                llvm::any_of(high, [](int64_t n) { return n > 0; });
  g.add(0, padded ? pad(dy, low, high) : dy);
  return success();
}

} // namespace

void attachShapeRules(MLIRContext *context) {
  zero<"a constant", dl::ConstantOp>(context);
  zero<"no operand decides it", dl::IotaOp, dl::SizesOp>(context);
  zero<"a size", dl::DecideSizeOp>(context);
  unary<dl::ReshapeOp>(
      context, [](auto, Term x, Term, Term dy) { return reshape(dy, x.type().getShape()); });
  unary<dl::TransposeOp>(context, [](dl::TransposeOp op, Term, Term, Term dy) {
    SmallVector<int64_t> inverse(op.getPermutation().size());
    for (auto [to, from] : llvm::enumerate(op.getPermutation()))
      inverse[from] = to;
    return transpose(dy, inverse);
  });
  // GradientBuilder::add sums over what was stretched.
  unary<dl::ExpandOp>(context, [](auto, Term, Term, Term dy) { return dy; });
  rule<dl::ConcatOp>(context, [](auto op, GradientBuilder &g) { return concatGradient(op, g); });
  rule<dl::SliceOp>(context, [](auto op, GradientBuilder &g) { return sliceGradient(op, g); });
}

} // namespace dlc::autodiff
