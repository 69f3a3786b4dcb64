// autodiff-loss: main in training mode, and what is to be minimised.
#include "dlc/Autodiff/Passes.h"
#include "dlc/Autodiff/Term.h"
#include "dlc/Dialect/DL/IR/ModelState.h"

using namespace mlir;

namespace dlc::autodiff {

using namespace dl;

#define GEN_PASS_DEF_AUTODIFFLOSS
#include "dlc/Autodiff/Passes.h.inc"

namespace {

/// Keras clips probabilities to [1e-7, 1 - 1e-7] before the logarithm (keras.config.epsilon).
constexpr double kKerasEpsilon = 1e-7;

SmallVector<int64_t> allAxes(Term x) { return llvm::to_vector(llvm::seq<int64_t>(0, x.rank())); }

Term meanOfAll(Term x) { return reshape(mean(x, allAxes(x)), {}); }

/// Logarithms of the probabilities along the last axis, from a softmax's operand where there is
/// one.
Term logProbabilities(Term prediction) {
  int64_t last = prediction.rank() - 1;
  if (auto softmax = prediction.get().getDefiningOp<dl::SoftmaxOp>())
    if (static_cast<int64_t>(softmax.getAxis()) == last)
      return prediction.with(softmax.getOperand()).make<dl::LogSoftmaxOp>(last);
  Term share = prediction / sum(prediction, last);
  return log(share.make<dl::ClipOp>(
      FloatAttr::get(Float64Type::get(share.type().getContext()), kKerasEpsilon),
      FloatAttr::get(Float64Type::get(share.type().getContext()), 1 - kKerasEpsilon)));
}

/// One loss of Keras: what its target looks like, and its value, averaged over the batch.
struct LossRule {
  StringRef name;
  RankedTensorType (*targetType)(RankedTensorType prediction);
  Term (*build)(Term prediction, Term target);
};

RankedTensorType asPrediction(RankedTensorType prediction) { return prediction; }

RankedTensorType classIndex(RankedTensorType prediction) {
  return RankedTensorType::get(prediction.getShape().drop_back(),
                               IntegerType::get(prediction.getContext(), 64));
}

Term categoricalCrossentropy(Term prediction, Term target) {
  Term each = -sum(target * logProbabilities(prediction), prediction.rank() - 1);
  return meanOfAll(each);
}

Term sparseCategoricalCrossentropy(Term prediction, Term target) {
  SmallVector<int64_t> column(target.type().getShape());
  column.push_back(1);
  Term chosen =
      logProbabilities(prediction)
          .make<dl::GatherElementsOp>(reshape(target, column).get(), prediction.rank() - 1);
  return -meanOfAll(chosen);
}

Term meanSquaredError(Term prediction, Term target) {
  Term difference = prediction - target;
  return meanOfAll(difference * difference);
}

const LossRule lossRules[] = {
    {"categorical_crossentropy", asPrediction, categoricalCrossentropy},
    {"sparse_categorical_crossentropy", classIndex, sparseCategoricalCrossentropy},
    {"mse", asPrediction, meanSquaredError},
};

/// y = (x - mean(x)) * rsqrt(var(x) + epsilon) * scale + bias over the batch; the moving averages
/// become moving * momentum + batch * (1 - momentum), with the population variance (Keras 3,
/// layers/normalization/batch_normalization.py).
void trainBatchNorm(dl::BatchNormOp op, func::FuncOp function, double momentum) {
  OpBuilder builder(op);
  Term x(builder, op.getLoc(), op.getInput());
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

struct LossPass : impl::AutodiffLossBase<LossPass> {
  using AutodiffLossBase::AutodiffLossBase;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    const LossRule *rule = llvm::find_if(
        lossRules, [&](const LossRule &known) { return known.name == StringRef(kind); });
    if (rule == std::end(lossRules)) {
      getOperation().emitError("knows no loss '") << kind << "': expected one of " << names();
      return signalPassFailure();
    }
    if (!main || main.getNumResults() == 0 || !isFloatResult(main)) {
      getOperation().emitError("expected a function 'main' whose first result is of floats");
      return signalPassFailure();
    }
    build(main, *rule);
  }

private:
  static std::string names() {
    std::string text;
    for (const LossRule &rule : lossRules)
      text += (text.empty() ? "" : ", ") + rule.name.str();
    return text;
  }

  static bool isFloatResult(func::FuncOp main) {
    auto type = dyn_cast<RankedTensorType>(main.getResultTypes().front());
    return type && isa<FloatType>(type.getElementType()) && type.getRank() > 0;
  }

  /// The arguments of main before its state.
  static unsigned inputsOf(func::FuncOp main) {
    unsigned count = 0;
    while (count < main.getNumArguments() && !argumentSlot(main, count))
      ++count;
    return count;
  }

  /// Adds a copy of main whose first result is the loss.
  func::FuncOp withLoss(func::FuncOp main, StringRef name, const LossRule &rule) {
    func::FuncOp function = main.clone();
    function.setName(name);
    getOperation().insert(std::next(main->getIterator()), function);
    Operation *terminator = function.getBody().front().getTerminator();
    Value prediction = terminator->getOperand(0);
    Builder attributes(&getContext());
    unsigned place = inputsOf(function);
    auto called = [&](StringRef name) {
      return attributes.getDictionaryAttr(
          attributes.getNamedAttr("dl.name", attributes.getStringAttr(name)));
    };
    (void)function.insertArgument(place,
                                  rule.targetType(cast<RankedTensorType>(prediction.getType())),
                                  called("target"), function.getLoc());
    OpBuilder builder(terminator);
    Term term(builder, function.getLoc(), prediction);
    Term value = rule.build(term, term.with(function.getArgument(place)));
    terminator->insertOperands(0, value.get());
    (void)function.insertResult(0, value.get().getType(), called("loss"));
    return function;
  }

  void build(func::FuncOp main, const LossRule &rule) {
    func::FuncOp loss = withLoss(main, "loss", rule);
    for (auto op : llvm::make_early_inc_range(loss.getOps<dl::BatchNormOp>()))
      trainBatchNorm(op, loss, momentum);
    withLoss(main, "eval_step", rule);
  }
};

} // namespace
} // namespace dlc::autodiff
