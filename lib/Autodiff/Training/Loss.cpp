// autodiff-loss: what is to be minimised, of the first result of train_step and of predict.
#include "dlc/Autodiff/Passes.h"

#include "Training/Losses.h"
#include "Training/TrainingFunctions.h"

using namespace mlir;

namespace dlc::autodiff {

using namespace dl;

#define GEN_PASS_DEF_AUTODIFFLOSS
#include "dlc/Autodiff/Passes.h.inc"

namespace {

/// `each` times the weights of the examples, which have as many leading axes as they have in
/// common.
Term weighted(Term each, Term weights) {
  SmallVector<int64_t> shape(weights.type().getShape());
  shape.resize(each.rank(), 1);
  return each * reshape(weights, shape);
}

/// Over all elements, weights or none (Keras's "sum_over_batch_size").
Term meanOfAll(Term x) {
  return reshape(mean(x, llvm::to_vector(llvm::seq<int64_t>(0, x.rank()))), {});
}

struct LossPass : impl::AutodiffLossBase<LossPass> {
  using AutodiffLossBase::AutodiffLossBase;

  void runOnOperation() override {
    const LossRule *rule = findLoss(kind);
    if (!rule) {
      getOperation().emitError("knows no loss '") << kind << "': expected one of " << names();
      return signalPassFailure();
    }
    func::FuncOp step = requireFunction(getOperation(), "train_step", "autodiff-training-mode");
    func::FuncOp predict = requireFunction(getOperation(), "predict", "autodiff-training-mode");
    if (!step || !predict)
      return signalPassFailure();
    if (predict.getNumResults() == 0 || !isFloatResult(predict)) {
      predict.emitError("expected a first result of floats with an axis of examples, to compute '")
          << kind << "' of";
      return signalPassFailure();
    }
    func::FuncOp evaluate = predict.clone();
    evaluate.setName("eval_step");
    getOperation().insert(std::next(step->getIterator()), evaluate);
    addLoss(step, *rule);
    addLoss(evaluate, *rule);
  }

private:
  static std::string names() {
    std::string text;
    for (const LossRule &rule : lossRules())
      text += (text.empty() ? "" : ", ") + rule.name.str();
    return text;
  }

  static bool isFloatResult(func::FuncOp main) {
    auto type = dyn_cast<RankedTensorType>(main.getResultTypes().front());
    return type && isa<FloatType>(type.getElementType()) && type.getRank() > 0;
  }

  /// Adds the target (and the weights) to the inputs, and the loss as the first result.
  void addLoss(func::FuncOp function, const LossRule &rule) {
    Value prediction = returnedValue(function, 0);
    auto type = cast<RankedTensorType>(prediction.getType());
    Value target = addInput(function, "target", rule.targetType(type));
    OpBuilder builder(function.getBody().front().getTerminator());
    Term term(builder, function.getLoc(), prediction);
    Term each = rule.build(term, term.with(target));
    if (sampleWeight)
      each = weighted(each, term.with(addInput(function, "sample_weight",
                                               RankedTensorType::get(type.getShape().take_front(),
                                                                     type.getElementType()))));
    Value loss = meanOfAll(each);
    function.getBody().front().getTerminator()->insertOperands(0, loss);
    auto name = builder.getNamedAttr("dl.name", builder.getStringAttr("loss"));
    (void)function.insertResult(0, loss.getType(), builder.getDictionaryAttr(name));
  }
};

} // namespace
} // namespace dlc::autodiff
