// RUN: not dlc-opt %s -autodiff-training-mode -autodiff-loss=kind=hinge 2>&1 | FileCheck %s --check-prefix=LOSS
// RUN: not dlc-opt %s -autodiff-parameters=freeze=nothing 2>&1 | FileCheck %s --check-prefix=FREEZE
// RUN: not dlc-opt %s -autodiff-loss=kind=mse 2>&1 | FileCheck %s --check-prefix=ORDER
// RUN: not dlc-opt %s -autodiff-training-mode -autodiff-backward 2>&1 | FileCheck %s --check-prefix=NOTHING
// RUN: not dlc-opt %s -autodiff-training-mode -autodiff-optimizer=kind=lion 2>&1 | FileCheck %s --check-prefix=OPTIMIZER
// RUN: not dlc-opt %s -autodiff-training-mode -autodiff-optimizer 2>&1 | FileCheck %s --check-prefix=GRADIENTS
// RUN: not dlc-opt %s -autodiff-training-mode -autodiff-loss=kind=mse -autodiff-metrics=metrics=auc 2>&1 | FileCheck %s --check-prefix=METRIC
// RUN: not dlc-opt %s -autodiff-training-mode -autodiff-metrics 2>&1 | FileCheck %s --check-prefix=TARGET
// RUN: not dlc-opt %s -autodiff-loss=kind=mse -autodiff-training-mode 2>&1 | FileCheck %s --check-prefix=ORDER

// LOSS: knows no loss 'hinge': expected one of categorical_crossentropy, sparse_categorical_crossentropy, binary_crossentropy, mse
// FREEZE: has no weight 'nothing' to freeze
// ORDER: expected a function 'train_step'; run autodiff-training-mode first
// NOTHING: has nothing to train: expected weights, found none
// OPTIMIZER: knows no optimizer 'lion': expected one of sgd, adam
// GRADIENTS: has no gradients; run autodiff-backward first
// METRIC: knows no metric 'auc': expected one of accuracy,
// TARGET: has no target and loss; run autodiff-loss first
func.func @main(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %0 = dl.tanh %x : (tensor<3x2xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}
