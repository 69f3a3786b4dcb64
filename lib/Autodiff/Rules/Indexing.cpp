// Gradients of gathers (scatters that add), scatters (gathers) and pads.
#include "Rules/Rules.h"

using namespace mlir;

namespace dlc::autodiff {

namespace {

Term zerosLike(Term x) { return expand(x.scalar(0), x.type().getShape()); }

/// The gathered axis to the front, then one row of updates for each index.
LogicalResult gatherGradient(dl::GatherOp op, GradientBuilder &g) {
  Term x = g.operand(0), dy = g.cotangent();
  int64_t axis = op.getAxis() < 0 ? op.getAxis() + x.rank() : op.getAxis();
  auto indices = op.getIndices().getType();
  int64_t indexRank = indices.getRank();
  // dy is (before..., indices..., after...); the updates are (indices..., before..., after...).
  SmallVector<int64_t> order, front{axis}, back(x.rank());
  for (int64_t i = 0; i < indexRank; ++i)
    order.push_back(axis + i);
  for (int64_t i = 0; i < dy.rank(); ++i)
    if (i < axis || i >= axis + indexRank)
      order.push_back(i);
  for (int64_t i = 0; i < x.rank(); ++i)
    if (i != axis)
      front.push_back(i);
  for (auto [to, from] : llvm::enumerate(front))
    back[from] = to;
  SmallVector<int64_t> rows(indices.getShape());
  rows.push_back(1);
  Term zeros = transpose(zerosLike(x), front);
  Term sums = zeros.make<dl::ScatterNDOp>(reshape(g.operand(1), rows).get(),
                                          transpose(dy, order).get(), dl::ScatterKind::Add);
  g.add(0, transpose(sums, back));
  return success();
}

LogicalResult padGradient(dl::PadOp op, GradientBuilder &g) {
  if (op.getMode() != dl::PadMode::Constant || (op.getValue() && g.wants(1)))
    return op.emitOpError("has a gradient rule for constant padding with a constant value only");
  Term dy = g.cotangent();
  SmallVector<int64_t> sizes(op.getOperand().getType().getShape()), ones(sizes.size(), 1);
  g.add(0, dy.make<dl::SliceOp>(op.getLow(), sizes, ones));
  return success();
}

template <typename Op>
LogicalResult onlyAdd(Op op) {
  if (op.getKind() == dl::ScatterKind::Add)
    return success();
  return op.emitOpError("has a gradient rule for scatters that add only");
}

} // namespace

void attachIndexingRules(MLIRContext *context) {
  rule<dl::GatherOp>(context, [](auto op, GradientBuilder &g) { return gatherGradient(op, g); });
  rule<dl::GatherElementsOp>(context, [](dl::GatherElementsOp op, GradientBuilder &g) {
    g.add(0, zerosLike(g.operand(0))
                 .make<dl::ScatterElementsOp>(op.getIndices(), g.cotangent().get(), op.getAxis(),
                                              dl::ScatterKind::Add));
    return success();
  });
  rule<dl::GatherNDOp>(context, [](dl::GatherNDOp op, GradientBuilder &g) {
    if (op.getBatchDims() != 0)
      return LogicalResult(op.emitOpError("has a gradient rule for batch_dims = 0 only"));
    g.add(0,
          zerosLike(g.operand(0))
              .make<dl::ScatterNDOp>(op.getIndices(), g.cotangent().get(), dl::ScatterKind::Add));
    return success();
  });
  rule<dl::ScatterElementsOp>(context, [](dl::ScatterElementsOp op, GradientBuilder &g) {
    if (failed(onlyAdd(op)))
      return failure();
    if (g.wants(0))
      g.add(0, g.cotangent());
    if (g.wants(2))
      g.add(2, g.cotangent().make<dl::GatherElementsOp>(op.getIndices(), op.getAxis()));
    return success();
  });
  rule<dl::ScatterNDOp>(context, [](dl::ScatterNDOp op, GradientBuilder &g) {
    if (failed(onlyAdd(op)))
      return failure();
    if (g.wants(0))
      g.add(0, g.cotangent());
    if (g.wants(2))
      g.add(2, g.cotangent().make<dl::GatherNDOp>(op.getIndices()));
    return success();
  });
  zero<"the result is an index", dl::NonZeroOp>(context);
  rule<dl::PadOp>(context, [](auto op, GradientBuilder &g) { return padGradient(op, g); });
}

} // namespace dlc::autodiff
