// autodiff-train-step: gradients of the loss by the trainable state, and an optimizer's update.
#include "dlc/Autodiff/Passes.h"
#include "dlc/Autodiff/ReverseMode.h"
#include "dlc/Autodiff/Term.h"
#include "dlc/Dialect/DL/IR/ModelState.h"

using namespace mlir;

namespace dlc::autodiff {

using namespace dl;

#define GEN_PASS_DEF_AUTODIFFTRAINSTEP
#include "dlc/Autodiff/Passes.h.inc"

namespace {

/// One training step under construction: reads and writes of state, and the first content of slots
/// that the optimizer adds.
class Step {
public:
  Step(func::FuncOp step, func::FuncOp init)
      : function(step), init(init), builder(step.getBody().front().getTerminator()) {}

  /// A slot of the optimizer, filled with `first` at the start.
  Term slot(const std::string &name, RankedTensorType type, double first) {
    OpBuilder initBuilder(init.getBody().front().getTerminator());
    Term like(initBuilder, init.getLoc(), constantOf(initBuilder, type.getElementType(), first));
    addSlotResult(init, name, expand(like, type.getShape()));
    return term(addSlotArgument(function, name, type, /*trainable=*/false));
  }
  void update(StringRef name, Term value) { addSlotResult(function, name, value); }
  Term term(Value value) { return {builder, function.getLoc(), value}; }
  OpBuilder &getBuilder() { return builder; }

private:
  static Value constantOf(OpBuilder &builder, Type element, double value) {
    auto type = RankedTensorType::get({}, element);
    auto attribute =
        DenseElementsAttr::get(type, ArrayRef(FloatAttr::get(element, value).getValue()));
    return dl::ConstantOp::create(builder, builder.getUnknownLoc(), type, attribute);
  }

  func::FuncOp function, init;
  OpBuilder builder;
};

struct TrainStepPass : impl::AutodiffTrainStepBase<TrainStepPass> {
  using AutodiffTrainStepBase::AutodiffTrainStepBase;

  void runOnOperation() override {
    auto loss = getOperation().lookupSymbol<func::FuncOp>("loss");
    if (!loss) {
      getOperation().emitError("expected a function 'loss'; run autodiff-loss first");
      return signalPassFailure();
    }
    if (optimizer != "sgd" && optimizer != "adam") {
      getOperation().emitError("knows no optimizer '") << optimizer << "': expected sgd or adam";
      return signalPassFailure();
    }
    loss.setName("train_step");
    if (failed(build(loss)))
      return signalPassFailure();
    getOperation().lookupSymbol<func::FuncOp>("main").setName("predict");
  }

private:
  LogicalResult build(func::FuncOp function) {
    SmallVector<Value> parameters;
    SmallVector<std::string> names;
    for (unsigned index = 0; index < function.getNumArguments(); ++index)
      if (function.getArgAttr(index, trainableAttribute)) {
        parameters.push_back(function.getArgument(index));
        names.push_back(*argumentSlot(function, index));
      }
    if (parameters.empty())
      return function.emitError("has nothing to train: expected weights, found none");
    Step step(function, initFunction(getOperation()));
    Value loss = function.getBody().front().getTerminator()->getOperand(0);
    Term one = step.term(loss).scalar(1);
    FailureOr<SmallVector<Value>> gradients =
        emitReverse(step.getBuilder(), Seed{loss, one}, parameters);
    if (failed(gradients))
      return failure();
    double rate = learningRate > 0 ? learningRate : optimizer == "adam" ? 0.001 : 0.01;
    auto scalar = cast<RankedTensorType>(loss.getType());
    Term lr = step.slot("learning_rate", scalar, rate);
    optimizer == "adam" ? adam(step, lr, parameters, names, *gradients)
                        : sgd(step, lr, parameters, names, *gradients);
    return success();
  }

  void sgd(Step &step, Term lr, ArrayRef<Value> parameters, ArrayRef<std::string> names,
           ArrayRef<Value> gradients) {
    for (auto [parameter, name, gradient] : llvm::zip(parameters, names, gradients)) {
      if (!gradient)
        continue;
      Term p = step.term(parameter), change = lr * step.term(gradient);
      if (momentum == 0) {
        step.update(name, p - change);
        continue;
      }
      Term velocity = step.slot(name + "/momentum", p.type(), 0);
      Term moved = momentum * velocity - change;
      step.update(name + "/momentum", moved);
      step.update(name, nesterov ? p + momentum * moved - change : p + moved);
    }
  }

  void adam(Step &step, Term lr, ArrayRef<Value> parameters, ArrayRef<std::string> names,
            ArrayRef<Value> gradients) {
    Term count = step.slot("iteration", lr.type(), 0) + 1.0;
    step.update("iteration", count);
    Term alpha =
        lr * sqrt(1.0 - pow(lr.scalar(beta2), count)) / (1.0 - pow(lr.scalar(beta1), count));
    for (auto [parameter, name, gradient] : llvm::zip(parameters, names, gradients)) {
      if (!gradient)
        continue;
      Term p = step.term(parameter), g = step.term(gradient);
      Term m = step.slot(name + "/momentum", p.type(), 0);
      Term v = step.slot(name + "/velocity", p.type(), 0);
      Term newM = m + (g - m) * (1 - beta1), newV = v + (g * g - v) * (1 - beta2);
      step.update(name + "/momentum", newM);
      step.update(name + "/velocity", newV);
      step.update(name, p - newM * alpha / (sqrt(newV) + epsilon));
    }
  }
};

} // namespace
} // namespace dlc::autodiff
