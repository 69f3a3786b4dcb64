// autodiff-training-mode: main once as it is used, once as it is trained.
#include "dlc/Autodiff/Passes.h"

#include "Training/TrainingFunctions.h"

using namespace mlir;

namespace dlc::autodiff {

using namespace dl;

#define GEN_PASS_DEF_AUTODIFFTRAININGMODE
#include "dlc/Autodiff/Passes.h.inc"

namespace {

/// y = (x - mean(x)) * rsqrt(var(x) + epsilon) * scale + bias over the batch; the moving averages
/// become moving * momentum + batch * (1 - momentum), with the population variance (Keras 3,
/// layers/normalization/batch_normalization.py).
void trainBatchNorm(dl::BatchNormOp op, func::FuncOp function) {
  OpBuilder builder(op);
  Term x(builder, op.getLoc(), op.getInput());
  double momentum = op.getMomentum().convertToDouble();
  SmallVector<int64_t> axes, overImage(x.rank(), 1);
  for (int64_t axis = 0; axis < x.rank(); ++axis)
    if (axis != op.getChannelAxis())
      axes.push_back(axis);
  overImage[op.getChannelAxis()] = op.getScale().getType().getNumElements();
  Term average = mean(x, axes), centred = x - average, variance = mean(centred * centred, axes);
  Term scale = reshape(x.with(op.getScale()), overImage),
       bias = reshape(x.with(op.getBias()), overImage);
  Term y = centred * rsqrt(variance + op.getEpsilon().convertToDouble()) * scale + bias;
  auto follow = [&](Value moving, Term batch) {
    auto argument = dyn_cast<BlockArgument>(moving);
    std::optional<std::string> slot =
        argument ? argumentSlot(function, argument.getArgNumber()) : std::nullopt;
    if (!slot)
      return;
    Term old = x.with(moving);
    Term now = old * momentum + reshape(batch, old.type().getShape()) * (1 - momentum);
    addSlotResult(function, *slot, now);
  };
  follow(op.getMean(), average);
  follow(op.getVariance(), variance);
  op.replaceAllUsesWith(y.get());
  op.erase();
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
