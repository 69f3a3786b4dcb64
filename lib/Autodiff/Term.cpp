// Tensor arithmetic of gradient rules as dl ops.
#include "dlc/Autodiff/Term.h"

#include "dlc/Dialect/DL/IR/TensorConversion.h"

using namespace mlir;

namespace dlc::autodiff {

Term Term::scalar(double number) const {
  auto scalarType = RankedTensorType::get({}, type().getElementType());
  Tensor tensor(*dl::dtypeOf(scalarType.getElementType()), Shape{});
  tensor.setDouble(0, number);
  ElementsAttr attribute = dl::attributeOf(builder->getContext(), tensor);
  return with(dl::ConstantOp::create(*builder, loc, scalarType, attribute));
}

Term exp(Term x) { return x.make<dl::ExpOp>(); }
Term log(Term x) { return x.make<dl::LogOp>(); }
Term sqrt(Term x) { return x.make<dl::SqrtOp>(); }
Term rsqrt(Term x) { return x.make<dl::RsqrtOp>(); }
Term erf(Term x) { return x.make<dl::ErfOp>(); }
Term sin(Term x) { return x.make<dl::SinOp>(); }
Term cos(Term x) { return x.make<dl::CosOp>(); }
Term sinh(Term x) { return x.make<dl::SinhOp>(); }
Term cosh(Term x) { return x.make<dl::CoshOp>(); }
Term tanh(Term x) { return x.make<dl::TanhOp>(); }
Term sigmoid(Term x) { return x.make<dl::SigmoidOp>(); }
Term softplus(Term x) { return x.make<dl::SoftplusOp>(); }
Term sign(Term x) { return x.make<dl::SignOp>(); }
Term abs(Term x) { return x.make<dl::AbsOp>(); }
Term floor(Term x) { return x.make<dl::FloorOp>(); }
Term pow(Term base, Term exponent) { return base.make<dl::PowOp>(exponent.get()); }
Term equal(Term a, Term b) { return a.make<dl::EqualOp>(b.get()); }

Term where(Term condition, Term onTrue, Term onFalse) {
  return condition.make<dl::WhereOp>(onTrue.get(), onFalse.get());
}
Term where(Term condition, Term onTrue, double onFalse) {
  return where(condition, onTrue, onTrue.scalar(onFalse));
}
Term where(Term condition, double onTrue, Term onFalse) {
  return where(condition, onFalse.scalar(onTrue), onFalse);
}

static Term reduce(Term x, dl::ReduceKind kind, ArrayRef<int64_t> axes, bool keepDims) {
  return axes.empty() ? x : x.make<dl::ReduceOp>(kind, axes, keepDims);
}
Term sum(Term x, ArrayRef<int64_t> axes) {
  return reduce(x, dl::ReduceKind::Sum, axes, /*keepDims=*/true);
}
Term mean(Term x, ArrayRef<int64_t> axes) {
  return reduce(x, dl::ReduceKind::Mean, axes, /*keepDims=*/true);
}

Term reshape(Term x, ArrayRef<int64_t> shape) {
  return x.type().getShape() == shape ? x : x.make<dl::ReshapeOp>(shape);
}
Term asMatrix(Term x) {
  ArrayRef<int64_t> shape = x.type().getShape();
  return reshape(x, {ShapedType::getNumElements(shape.drop_back()), shape.back()});
}
Term expand(Term x, ArrayRef<int64_t> shape) {
  return x.type().getShape() == shape ? x : x.make<dl::ExpandOp>(shape);
}
Term transpose(Term x, ArrayRef<int64_t> permutation) {
  return x.make<dl::TransposeOp>(permutation);
}

Term slice(Term x, int64_t axis, int64_t start, int64_t size) {
  SmallVector<int64_t> starts(x.rank(), 0), sizes(x.type().getShape()), steps(x.rank(), 1);
  starts[axis] = start;
  sizes[axis] = size;
  return x.make<dl::SliceOp>(starts, sizes, steps);
}

Term pad(Term x, ArrayRef<int64_t> low, ArrayRef<int64_t> high) {
  return x.make<dl::PadOp>(Value(), low, high);
}

Term unbroadcast(Term x, RankedTensorType type) {
  int64_t extra = x.rank() - type.getRank();
  SmallVector<int64_t> leading, stretched;
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    if (axis < extra)
      leading.push_back(axis);
    else if (type.getDimSize(axis - extra) == 1 && x.type().getDimSize(axis) != 1)
      stretched.push_back(axis);
  }
  // One reduction: the kept axes of size 1 are a view.
  if (leading.empty() && stretched.empty())
    return x;
  leading.append(stretched);
  return reshape(reduce(x, dl::ReduceKind::Sum, leading, /*keepDims=*/true), type.getShape());
}

} // namespace dlc::autodiff
