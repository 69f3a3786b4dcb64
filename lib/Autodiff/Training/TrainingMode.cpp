// autodiff-training-mode: main once as it is used, once as it is trained.
#include "dlc/Autodiff/Passes.h"

#include "Training/TrainingFunctions.h"

using namespace mlir;

namespace dlc::autodiff {

using namespace dl;

#define GEN_PASS_DEF_AUTODIFFTRAININGMODE
#include "dlc/Autodiff/Passes.h.inc"

namespace {

/// The statistics become those of the batch; the moving averages become moving * momentum + batch *
/// (1 - momentum), with the population variance (Keras 3,
/// layers/normalization/batch_normalization.py).
void trainBatchNorm(dl::BatchNormOp op, func::FuncOp function) {
  OpBuilder builder(op);
  Term x(builder, op.getLoc(), op.getInput());
  double momentum = op.getMomentum().convertToDouble();
  SmallVector<int64_t> axes;
  for (int64_t axis = 0; axis < x.rank(); ++axis)
    if (axis != op.getChannelAxis())
      axes.push_back(axis);
  Term average = mean(x, axes), centred = x - average, variance = mean(centred * centred, axes);
  auto follow = [&](OpOperand &moving, Term batch) {
    Term old = x.with(moving.get());
    batch = reshape(batch, old.type().getShape());
    auto argument = dyn_cast<BlockArgument>(moving.get());
    std::optional<std::string> slot =
        argument ? argumentSlot(function, argument.getArgNumber()) : std::nullopt;
    if (slot)
      addSlotResult(function, *slot, old * momentum + batch * (1 - momentum));
    moving.set(batch.get());
  };
  follow(op.getMeanMutable(), average);
  follow(op.getVarianceMutable(), variance);
}

/// Gives each dropout its key, which counts the steps, and a stream of its own.
void trainDropouts(func::FuncOp function, int64_t seed) {
  SmallVector<dl::DropoutOp> ops;
  for (auto op : function.getOps<dl::DropoutOp>())
    if (op.isUndecided())
      ops.push_back(op);
  if (ops.empty())
    return;
  StateBuilder state(function);
  auto type = RankedTensorType::get({2}, state.getBuilder().getI64Type());
  Term key = state.slot("random", DenseElementsAttr::get(type, ArrayRef<int64_t>{seed, 0}));
  for (auto [stream, op] : llvm::enumerate(ops)) {
    op.getKeyMutable().assign(key);
    op.setStream(static_cast<int64_t>(stream));
  }
  auto one = DenseElementsAttr::get(type, ArrayRef<int64_t>{0, 1});
  state.update("random", key + key.with(dl::ConstantOp::create(state.getBuilder(),
                                                               function.getLoc(), type, one)));
}

struct TrainingModePass : impl::AutodiffTrainingModeBase<TrainingModePass> {
  using AutodiffTrainingModeBase::AutodiffTrainingModeBase;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main) {
      getOperation().emitError("expected a function 'main' to train, found none");
      return signalPassFailure();
    }
    func::FuncOp step = main.clone();
    main.setName("predict");
    step.setName("train_step");
    getOperation().insert(std::next(main->getIterator()), step);
    for (auto op : llvm::make_early_inc_range(step.getOps<dl::BatchNormOp>()))
      trainBatchNorm(op, step);
    trainDropouts(step, seed);
  }
};

} // namespace
} // namespace dlc::autodiff
