// The passes of the phase `differentiate`.
#ifndef DLC_AUTODIFF_PASSES_TD
#define DLC_AUTODIFF_PASSES_TD

include "mlir/Pass/PassBase.td"

def AutodiffGradient : Pass<"autodiff-gradient", "::mlir::ModuleOp"> {
  let summary = "Add the function that computes gradients of another, by reverse-mode differentiation";
  let description = [{
    For a function f(x...) -> (y...) adds f_gradient(x..., cotangents of the float y...) -> (y..., gradients of
    the chosen x...): vector-Jacobian products, in one pass over the ops in reverse. Only ops between a chosen
    argument and a result are differentiated; a zero cotangent is never materialised but for an argument that
    no result depends on.
  }];
  let options = [
    Option<"function", "function", "std::string", "\"main\"", "Name of the function to differentiate">,
    ListOption<"wrt", "wrt", "int64_t", "Arguments to differentiate by; every float one by default">,
  ];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def AutodiffParameters : Pass<"autodiff-parameters", "::mlir::ModuleOp"> {
  let summary = "Make the weights of `main` arguments that live in the model's state, and add `init`";
  let description = [{
    After: every float constant of rank 1 or more and more than one element that `main` computes with is an
    argument with `dl.state`, its name, and `dl.trainable` unless it is a statistic of a batch norm or named in
    `freeze`. In a model that marks its variables (`dl.variable`) those are the weights, and no others; a false one
    is not trained. `init` has no arguments and returns the first content of each slot.
    Filters that convolutions alone read are stored as (kernel..., C/groups, O), unless `keep-layouts`.
  }];
  let options = [
    ListOption<"freeze", "freeze", "std::string", "Names of weights that are not trained">,
    Option<"keepLayouts", "keep-layouts", "bool", "false", "Store every weight as the model does">,
  ];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def AutodiffTrainingMode : Pass<"autodiff-training-mode", "::mlir::ModuleOp"> {
  let summary = "Make `main` the `predict`, and add `train_step`, the same in training mode";
  let description = [{
    After: train_step(x..., state...) -> (main's results..., new state...), where batch norms use the statistics of
    the batch and update their moving averages, which are new state, and each dropout has a key, the slot
    `random`: a seed, and a count that every step increases. `predict` is main, with what only training modes mean
    still undecided.
  }];
  let options = [
    Option<"seed", "seed", "int64_t", "0", "First element of the dropouts' key">,
  ];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def AutodiffInferenceMode : Pass<"autodiff-inference-mode"> {
  let summary = "Replace what is undecided by what it is at inference";
  let description = [{
    After: no op in any function is undecided (TrainingModeOpInterface). Dropouts without a key are gone.
  }];
}

def AutodiffVerifyMode : Pass<"autodiff-verify-mode"> {
  let summary = "Check that nothing that only training modes mean is left undecided";
  let description = "Diagnoses the first undecided op (TrainingModeOpInterface). Changes nothing.";
}

def AutodiffLoss : Pass<"autodiff-loss", "::mlir::ModuleOp"> {
  let summary = "Give `train_step` a target and a loss, and add `eval_step`, which is `predict` with both";
  let description = [{
    After: train_step and eval_step are (x..., target[, sample_weight], state...) -> (loss, results..., new
    state...). The loss is that of the first result, averaged over the batch. Where it is a softmax or a sigmoid, a
    cross-entropy is computed from its operand, which is exact where the probability rounds to 0.
    Diagnoses a loss that is not in the table (lib/Autodiff/Training/Losses.cpp).
  }];
  let options = [
    Option<"kind", "kind", "std::string", "\"categorical_crossentropy\"", "Name of the loss, as in Keras">,
    Option<"sampleWeight", "sample-weight", "bool", "false", "Take a weight for each example of the batch">,
  ];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def AutodiffBackward : Pass<"autodiff-backward", "::mlir::ModuleOp"> {
  let summary = "Give `train_step` the gradients of the loss by the trainable state as results";
  let description = [{
    After: train_step has one more result for each trainable slot that the loss depends on, marked
    `dl.gradient` with its name, by reverse-mode differentiation of the first result.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def AutodiffSplitStep : Pass<"autodiff-split-step", "::mlir::ModuleOp"> {
  let summary = "Add `grad_step` and `apply_step`: a step in two, for several batches an update";
  let description = [{
    After: grad_step is train_step, but adds the gradients to sums in the state (`NAME/gradient`,
    `gradients/count`); apply_step returns their means as gradients, for autodiff-optimizer, and empties the sums.
    Runs between autodiff-backward and autodiff-optimizer.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def AutodiffOptimizer : Pass<"autodiff-optimizer", "::mlir::ModuleOp"> {
  let summary = "Replace the gradients that `train_step` and `apply_step` return by new weights";
  let description = [{
    After: train_step(x..., target, state...) -> (loss, results..., new state...), with the optimizer's own
    slots, `iteration` and `learning_rate` as further state, which `init` also fills. Formulas are those of
    Keras 3. Diagnoses an optimizer that is not in the table (lib/Autodiff/Training/Optimizers/Table.cpp).
  }];
  let options = [
    Option<"kind", "kind", "std::string", "\"sgd\"", "Name of the optimizer, as in Keras">,
    Option<"learningRate", "learning-rate", "double", "0", "0: the optimizer's usual one">,
    Option<"momentum", "momentum", "double", "0", "sgd, rmsprop: share of the velocity that stays">,
    Option<"nesterov", "nesterov", "bool", "false", "sgd: look ahead along the velocity">,
    Option<"beta1", "beta-1", "double", "0.9", "adam, adamw: decay of the first moment">,
    Option<"beta2", "beta-2", "double", "0.999", "adam, adamw: decay of the second moment">,
    Option<"rho", "rho", "double", "0.9", "rmsprop: decay of the mean square">,
    Option<"centered", "centered", "bool", "false", "rmsprop: divide by the variance, not the mean square">,
    Option<"epsilon", "epsilon", "double", "1e-7", "What keeps divisors from 0">,
    Option<"weightDecay", "weight-decay", "double", "-1",
           "Share of each weight taken off a step, times the learning rate; negative: the optimizer's usual one">,
  ];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def AutodiffMetrics : Pass<"autodiff-metrics", "::mlir::ModuleOp"> {
  let summary = "Keep means of the loss and of metrics over many steps in the state";
  let description = [{
    After: train_step and eval_step add each batch to sums and counts, the slots `metrics/NAME/total` and
    `metrics/NAME/count` in double; `metrics` returns the mean loss (weighted with the batch sizes) and each metric
    over all that was added since `reset_metrics`. Metrics are of the predictions from before the update.
    Diagnoses a metric that is not in the table (lib/Autodiff/Training/MetricRules.cpp).
  }];
  let options = [
    ListOption<"metrics", "metrics", "std::string", "Kinds of metrics, as Keras names them">,
    ListOption<"names", "names", "std::string", "What they are reported as, one each; their kinds by default">,
  ];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

#endif // DLC_AUTODIFF_PASSES_TD
