// Gradients of reductions, scans and top-k. Cotangents of a reduced shape broadcast back.
#include "Rules/Rules.h"

using namespace mlir;

namespace dlc::autodiff {

namespace {

/// `value`, of the reduction's result shape, with the reduced axes at size 1.
Term kept(dl::ReduceOp op, Term value) {
  SmallVector<int64_t> shape(op.getOperand().getType().getShape());
  for (int64_t axis : op.getAxes())
    shape[axis] = 1;
  return reshape(value, shape);
}

Term count(dl::ReduceOp op, Term like) {
  double elements = 1;
  for (int64_t axis : op.getAxes())
    elements *= static_cast<double>(op.getOperand().getType().getDimSize(axis));
  return like.scalar(elements);
}

/// The product of all other elements of each set, without a division: products of those before
/// times products of those after, over the reduced axes as one.
Term productOfOthers(dl::ReduceOp op, Term x) {
  ArrayRef<int64_t> axes = op.getAxes(), shape = x.type().getShape();
  SmallVector<int64_t> order, inverse(x.rank()), joined;
  for (int64_t axis = 0; axis < x.rank(); ++axis)
    if (!llvm::is_contained(axes, axis)) {
      order.push_back(axis);
      joined.push_back(shape[axis]);
    }
  int64_t elements = 1;
  for (int64_t axis : axes) {
    order.push_back(axis);
    elements *= shape[axis];
  }
  joined.push_back(elements);
  for (auto [to, from] : llvm::enumerate(order))
    inverse[from] = to;
  Term moved = transpose(x, order);
  Term row = reshape(moved, joined);
  int64_t last = joined.size() - 1;
  auto others = [&](bool reverse) {
    return row.make<dl::CumProdOp>(last, /*exclusive=*/true, reverse);
  };
  Term product = reshape(others(false) * others(true), moved.type().getShape());
  return transpose(product, inverse);
}

/// dy, spread over the elements equal to the result in equal parts.
Term spreadOverEqual(dl::ReduceOp op, Term x, Term y, Term dy) {
  Term hits = where(equal(x, y), 1.0, x.scalar(0));
  return dy * hits / sum(hits, op.getAxes());
}

LogicalResult reduceGradient(dl::ReduceOp op, GradientBuilder &g) {
  Term x = g.operand(0), y = kept(op, g.result()), dy = kept(op, g.cotangent());
  switch (op.getKind()) {
  case dl::ReduceKind::Sum:
    g.add(0, dy);
    break;
  case dl::ReduceKind::Mean:
    g.add(0, dy / count(op, dy));
    break;
  case dl::ReduceKind::Max:
  case dl::ReduceKind::Min:
    g.add(0, spreadOverEqual(op, x, y, dy));
    break;
  case dl::ReduceKind::Prod:
    g.add(0, dy * productOfOthers(op, x));
    break;
  case dl::ReduceKind::L1:
    g.add(0, dy * sign(x));
    break;
  case dl::ReduceKind::L2:
    g.add(0, where(y > 0.0, dy / y, 0.0) * x);
    break;
  case dl::ReduceKind::LogSum:
    g.add(0, dy * exp(-y));
    break;
  case dl::ReduceKind::LogSumExp:
    g.add(0, dy * exp(x - y));
    break;
  case dl::ReduceKind::SumSquare:
    g.add(0, dy * 2.0 * x);
    break;
  }
  return success();
}

/// y, the products up to each place, are x times something in every place from x's own on: dx =
/// S(dy * y) / x, S the sums from there on. Of zeros only the first has a cotangent, with the
/// products as they were if it were 1; beyond it y is 0 in any case.
Term cumProdGradient(dl::CumProdOp op, Term x, Term y, Term dy) {
  auto later = [&](Term terms) {
    return terms.make<dl::CumSumOp>(op.getAxis(), op.getExclusive(), !op.getReverse());
  };
  Term isZero = equal(x, x.scalar(0)), zero = x.scalar(0);
  Term zerosSoFar = where(isZero, 1.0, zero)
                        .make<dl::CumSumOp>(op.getAxis(), /*exclusive=*/false, op.getReverse());
  Term isFirst = isZero && equal(zerosSoFar, x.scalar(1));
  Term without =
      where(isFirst, 1.0, x).make<dl::CumProdOp>(op.getAxis(), op.getExclusive(), op.getReverse());
  Term atZero = where(isFirst, later(dy * without), 0.0);
  return where(isZero, atZero, later(dy * y) / where(isZero, 1.0, x));
}

/// Zeros like the op's operand with the cotangent of its values added at its indices.
Term scatterAlong(Term operand, Value indices, Term updates, int64_t axis) {
  Term zeros = expand(operand.scalar(0), operand.type().getShape());
  return zeros.make<dl::ScatterElementsOp>(indices, updates.get(), axis, dl::ScatterKind::Add);
}

} // namespace

void attachReductionRules(MLIRContext *context) {
  rule<dl::ReduceOp>(context, [](auto op, GradientBuilder &g) { return reduceGradient(op, g); });
  unary<dl::CumSumOp>(context, [](dl::CumSumOp op, Term, Term, Term dy) {
    return dy.make<dl::CumSumOp>(op.getAxis(), op.getExclusive(), !op.getReverse());
  });
  unary<dl::CumProdOp>(
      context, [](auto op, Term x, Term y, Term dy) { return cumProdGradient(op, x, y, dy); });
  rule<dl::TopKOp>(context, [](dl::TopKOp op, GradientBuilder &g) {
    if (g.hasCotangent(0))
      g.add(0, scatterAlong(g.operand(0), op.getIndices(), g.cotangent(0), op.getAxis()));
    return success();
  });
  zero<"the result is an index", dl::ArgMaxOp, dl::ArgMinOp>(context);
}

} // namespace dlc::autodiff
