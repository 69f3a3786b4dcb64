// Gradients of matrix products and convolutions: each is a contraction again.
#include "Rules/Rules.h"

using namespace mlir;

namespace dlc::autodiff {

namespace {

Term matmul(Term lhs, Term rhs, bool transposeLhs, bool transposeRhs) {
  return lhs.make<dl::MatmulOp>(rhs.get(), transposeLhs, transposeRhs);
}

LogicalResult matmulGradient(dl::MatmulOp op, GradientBuilder &g) {
  if (op.getPackedColumns() > 0)
    return op.emitOpError("has no gradient once its weights are packed");
  bool tl = op.getTransposeLhs(), tr = op.getTransposeRhs();
  Term lhs = g.operand(0), rhs = g.operand(1), dy = g.cotangent();
  if (g.wants(0))
    g.add(0, tl ? matmul(rhs, dy, tr, true) : matmul(dy, rhs, false, !tr));
  if (!g.wants(1))
    return success();
  // A weight shared by a batch of matrices: one product over all of their rows, not one each and a
  // sum.
  if (rhs.rank() == 2 && lhs.rank() > 2 && !tl) {
    lhs = asMatrix(lhs);
    dy = asMatrix(dy);
  }
  g.add(1, tr ? matmul(dy, lhs, true, tl) : matmul(lhs, dy, !tl, false));
  return success();
}

/// The axis of the channels and of the first spatial dimension in an image.
template <typename Op>
std::pair<int64_t, int64_t> imageAxes(Op op) {
  return op.isChannelsLast() ? std::pair(op.getInput().getType().getRank() - 1, int64_t(1))
                             : std::pair(int64_t(1), int64_t(2));
}

template <typename Op>
void biasGradient(Op op, GradientBuilder &g) {
  if (!op.getBias() || !g.wants(2))
    return;
  Term dy = g.cotangent();
  SmallVector<int64_t> axes;
  for (int64_t axis = 0; axis < dy.rank(); ++axis)
    if (axis != imageAxes(op).first)
      axes.push_back(axis);
  g.add(2, reshape(sum(dy, axes), op.getBias().getType().getShape()));
}

/// A convolution's filter as (O, C/groups, kernel...).
Term outputFirst(dl::ConvOp op, Term filter) {
  if (!op.getOutputLast())
    return filter;
  SmallVector<int64_t> permutation{filter.rank() - 1, filter.rank() - 2};
  llvm::append_range(permutation, llvm::seq<int64_t>(0, filter.rank() - 2));
  return filter.make<dl::TransposeOp>(permutation);
}

/// (O, C/groups, kernel...) as the convolution's filter is stored.
Term asStored(dl::ConvOp op, Term filter) {
  if (!op.getOutputLast())
    return filter;
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(2, filter.rank()));
  permutation.append({1, 0});
  return filter.make<dl::TransposeOp>(permutation);
}

/// What conv_transpose leaves off the end of each spatial axis of conv's input, because no window
/// reached it.
SmallVector<int64_t> unreached(dl::ConvOp op, ArrayRef<int64_t> filter) {
  ArrayRef<int64_t> input = op.getInput().getType().getShape(),
                    result = op.getResult().getType().getShape();
  int64_t first = imageAxes(op).second;
  SmallVector<int64_t> rest;
  for (size_t i = 0; i < op.getStrides().size(); ++i) {
    int64_t span = (filter[2 + i] - 1) * op.getDilations()[i] + 1;
    int64_t reached = (result[first + i] - 1) * op.getStrides()[i] + span;
    rest.push_back(input[first + i] + op.getPadsBegin()[i] + op.getPadsEnd()[i] - reached);
  }
  return rest;
}

LogicalResult convGradient(dl::ConvOp op, GradientBuilder &g) {
  if (op.getPackedChannels() > 0)
    return op.emitOpError("has no gradient once its filter is packed");
  Term dy = g.cotangent(), filter = outputFirst(op, g.operand(1));
  ArrayRef<int64_t> shape = filter.type().getShape();
  if (g.wants(0))
    g.add(0, dy.make<dl::ConvTransposeOp>(filter.get(), Value(), op.getStrides(), op.getDilations(),
                                          op.getPadsBegin(), op.getPadsEnd(), op.getGroups(),
                                          op.getLayout(), unreached(op, shape)));
  if (g.wants(1))
    g.add(1, asStored(op, g.operand(0).make<dl::ConvFilterGradientOp>(
                              dy.get(), shape.drop_front(2), op.getStrides(), op.getDilations(),
                              op.getPadsBegin(), op.getPadsEnd(), op.getGroups(), op.getLayout())));
  biasGradient(op, g);
  return success();
}

/// conv_transpose is linear in the roles of conv's input and result exchanged.
LogicalResult convTransposeGradient(dl::ConvTransposeOp op, GradientBuilder &g) {
  Term dy = g.cotangent();
  if (g.wants(0))
    g.add(0,
          dy.make<dl::ConvOp>(op.getFilter(), Value(), op.getStrides(), op.getDilations(),
                              op.getPadsBegin(), op.getPadsEnd(), op.getGroups(), op.getLayout()));
  if (g.wants(1))
    g.add(1, dy.make<dl::ConvFilterGradientOp>(
                 g.operand(0).get(), op.getFilter().getType().getShape().drop_front(2),
                 op.getStrides(), op.getDilations(), op.getPadsBegin(), op.getPadsEnd(),
                 op.getGroups(), op.getLayout()));
  biasGradient(op, g);
  return success();
}

} // namespace

void attachContractionRules(MLIRContext *context) {
  rule<dl::MatmulOp>(context, [](auto op, GradientBuilder &g) { return matmulGradient(op, g); });
  rule<dl::ConvOp>(context, [](auto op, GradientBuilder &g) { return convGradient(op, g); });
  rule<dl::ConvTransposeOp>(
      context, [](auto op, GradientBuilder &g) { return convTransposeGradient(op, g); });
}

} // namespace dlc::autodiff
