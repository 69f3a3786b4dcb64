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
    `freeze`. `init` has no arguments and returns the first content of each slot.
  }];
  let options = [
    ListOption<"freeze", "freeze", "std::string", "Names of weights that are not trained">,
  ];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def AutodiffLoss : Pass<"autodiff-loss", "::mlir::ModuleOp"> {
  let summary = "Add `loss` (`main` in training mode and a loss of its first result) and `eval_step`";
  let description = [{
    After: loss(x..., target, state...) -> (loss, main's results..., new state...), where batch norms use the
    statistics of the batch and update their moving averages, which are new state; and eval_step, the same as
    main evaluates it, without new state. A cross-entropy of a softmax
    is computed from its operand (log-softmax), which is exact where the probability rounds to 0.
  }];
  let options = [
    Option<"kind", "kind", "std::string", "\"categorical_crossentropy\"",
           "categorical_crossentropy, sparse_categorical_crossentropy or mse">,
    Option<"momentum", "batch-norm-momentum", "double", "0.99", "Share of the old moving average that stays">,
  ];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def AutodiffTrainStep : Pass<"autodiff-train-step", "::mlir::ModuleOp"> {
  let summary = "Make `loss` the `train_step`: gradients, then an optimizer; `main` becomes `predict`";
  let description = [{
    After: train_step(x..., target, state...) -> (loss, results..., new state...), with the optimizer's own
    slots, its step count and the learning rate as further state, which `init` also fills. Formulas are those of
    Keras 3 (optimizers/sgd.py, optimizers/adam.py).
  }];
  let options = [
    Option<"optimizer", "optimizer", "std::string", "\"sgd\"", "sgd or adam">,
    Option<"learningRate", "learning-rate", "double", "0", "0: 0.01 for sgd, 0.001 for adam">,
    Option<"momentum", "momentum", "double", "0", "sgd: share of the velocity that stays">,
    Option<"nesterov", "nesterov", "bool", "false", "sgd: look ahead along the velocity">,
    Option<"beta1", "beta-1", "double", "0.9", "adam: decay of the first moment">,
    Option<"beta2", "beta-2", "double", "0.999", "adam: decay of the second moment">,
    Option<"epsilon", "epsilon", "double", "1e-7", "adam: added to the root of the second moment">,
  ];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

#endif // DLC_AUTODIFF_PASSES_TD
