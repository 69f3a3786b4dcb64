// dl-hoist-recurrent-inputs: what of a recurrent layer does not depend on its states.
//
//   dl.lstm %x weights %w recurrent %r bias %b
//   -> %p = dl.matmul %x, %w; %s = dl.add %p, %b; dl.lstm %s recurrent %r
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"

#include "llvm/ADT/TypeSwitch.h"

#define DEBUG_TYPE "dl-hoist-recurrent-inputs"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLHOISTRECURRENTINPUTS
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

/// One product over the inputs of all steps.
template <typename Op>
void hoist(Op op) {
  if (!op.getWeights())
    return;
  OpBuilder builder(op);
  Value sums = MatmulOp::create(builder, op.getLoc(), op.getInput(), op.getWeights(),
                                /*transpose_lhs=*/false, /*transpose_rhs=*/false);
  if (op.getBias())
    sums = AddOp::create(builder, op.getLoc(), sums, op.getBias());
  op.getInputMutable().set(sums);
  op.getWeightsMutable().clear();
  op.getBiasMutable().clear();
}

/// Zeros of the shape of `state`. Those of an open size are written: no constant has them.
Value zerosOf(OpBuilder &builder, Location loc, Value state) {
  auto type = cast<RankedTensorType>(state.getType());
  auto one = RankedTensorType::get({1, 1}, type.getElementType());
  Value zero = ConstantOp::create(
      builder, loc, one,
      cast<ElementsAttr>(DenseElementsAttr::get(one, builder.getZeroAttr(type.getElementType()))));
  return ExpandOp::create(builder, loc, zero, ArrayRef<AffineExpr>(dimsOf(type)));
}

/// Initial states that are left out are zeros.
template <typename Op>
void writeInitialStates(Op op) {
  OpBuilder builder(op);
  if (op.getHidden().getType().hasStaticShape())
    return;
  if (!op.getInitialHidden())
    op.getInitialHiddenMutable().assign(zerosOf(builder, op.getLoc(), op.getHidden()));
  if constexpr (std::is_same_v<Op, LstmOp>)
    if (!op.getInitialCell())
      op.getInitialCellMutable().assign(zerosOf(builder, op.getLoc(), op.getCell()));
}

/// `last`, the state after the step taken last, is its entry of `all`.
void readLast(Value last, Value all, bool reverse) {
  auto type = cast<RankedTensorType>(all.getType());
  if (last.use_empty() || type.isDynamicDim(0))
    return;
  OpBuilder builder(all.getContext());
  builder.setInsertionPointAfterValue(all);
  Dims sizes = dimsOf(type);
  SmallVector<int64_t> starts(sizes.size(), 0), steps(sizes.size(), 1);
  starts[0] = reverse ? 0 : type.getDimSize(0) - 1;
  sizes[0] = builder.getAffineConstantExpr(1);
  auto [shape, symbolic] = sizeAttributes(all.getContext(), sizes);
  Value entry = SliceOp::create(builder, all.getLoc(), all, builder.getDenseI64ArrayAttr(starts),
                                builder.getDenseI64ArrayAttr(shape),
                                builder.getDenseI64ArrayAttr(steps), symbolic);
  auto [state, symbolicState] = sizeAttributes(all.getContext(), dimsOf(last.getType()));
  last.replaceAllUsesWith(ReshapeOp::create(builder, all.getLoc(), entry,
                                            builder.getDenseI64ArrayAttr(state), symbolicState));
}

struct DLHoistRecurrentInputsPass : impl::DLHoistRecurrentInputsBase<DLHoistRecurrentInputsPass> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      TypeSwitch<Operation *>(op).Case<LstmOp, GruOp, SimpleRnnOp>([](auto layer) {
        hoist(layer);
        writeInitialStates(layer);
        readLast(layer.getHidden(), layer.getSequence(), layer.getReverse());
      });
    });
    // The cell states of all steps are there where a gradient asks for them.
    getOperation().walk([](LstmOp op) {
      if (!op.getCells().use_empty())
        readLast(op.getCell(), op.getCells(), op.getReverse());
    });
  }
};

} // namespace
} // namespace dlc::dl
