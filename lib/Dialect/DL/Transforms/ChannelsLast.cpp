// dl-channels-last: images with their channels innermost, where every kernel template wants them.
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"

#define DEBUG_TYPE "dl-channels-last"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLCHANNELSLAST
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

/// (N, C, spatial...) -> (N, spatial..., C), as a permutation of dl.transpose.
SmallVector<int64_t> toChannelsLast(int64_t rank) {
  SmallVector<int64_t> permutation{0};
  for (int64_t axis = 2; axis < rank; ++axis)
    permutation.push_back(axis);
  permutation.push_back(1);
  return permutation;
}

SmallVector<int64_t> toChannelsFirst(int64_t rank) {
  SmallVector<int64_t> permutation{0, rank - 1};
  for (int64_t axis = 1; axis < rank - 1; ++axis)
    permutation.push_back(axis);
  return permutation;
}

Value transposed(OpBuilder &builder, Value value, ArrayRef<int64_t> permutation) {
  return TransposeOp::create(builder, value.getLoc(), value, permutation);
}

/// op(x) becomes transpose(op'(transpose(x))).
void convert(LayoutOpInterface op) {
  SmallVector<unsigned> images = op.getImageOperands();
  auto type = cast<RankedTensorType>(op->getOperand(images.front()).getType());
  constexpr int64_t leastRank = 3;
  if (type.getRank() < leastRank || op->getNumResults() != 1)
    return;
  OpBuilder builder(op);
  for (unsigned index : images)
    op->setOperand(index,
                   transposed(builder, op->getOperand(index), toChannelsLast(type.getRank())));
  op.setChannelsLast(true);
  Value result = op->getResult(0);
  auto first = cast<RankedTensorType>(result.getType());
  Dims dims = dimsOf(first), last;
  for (int64_t axis : toChannelsLast(first.getRank()))
    last.push_back(dims[axis]);
  result.setType(tensorOf(last, first.getElementType()));
  builder.setInsertionPointAfter(op);
  Value back = transposed(builder, result, toChannelsFirst(first.getRank()));
  result.replaceAllUsesExcept(back, back.getDefiningOp());
}

/// The filter's gradient reads two images and gives none.
void convert(ConvFilterGradientOp op) {
  OpBuilder builder(op);
  SmallVector<int64_t> permutation = toChannelsLast(op.getInput().getType().getRank());
  op.getInputMutable().assign(transposed(builder, op.getInput(), permutation));
  op.getCotangentMutable().assign(transposed(builder, op.getCotangent(), permutation));
  op.setLayout(Layout::ChannelsLast);
}

struct ChannelsLastPass : impl::DLChannelsLastBase<ChannelsLastPass> {
  void runOnOperation() override {
    SmallVector<LayoutOpInterface> ops;
    getOperation().walk([&](LayoutOpInterface op) {
      if (!op.isChannelsLast())
        ops.push_back(op);
    });
    for (LayoutOpInterface op : ops)
      convert(op);
    getOperation().walk([](ConvFilterGradientOp op) {
      if (!op.isChannelsLast())
        convert(op);
    });
  }
};

} // namespace
} // namespace dlc::dl
