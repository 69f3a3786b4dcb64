// RUN: not dlc-opt %s -autodiff-loss=kind=hinge 2>&1 | FileCheck %s --check-prefix=LOSS
// RUN: not dlc-opt %s -autodiff-parameters=freeze=nothing 2>&1 | FileCheck %s --check-prefix=FREEZE
// RUN: not dlc-opt %s -autodiff-train-step 2>&1 | FileCheck %s --check-prefix=ORDER
// RUN: not dlc-opt %s -autodiff-loss=kind=mse -autodiff-train-step=optimizer=lion 2>&1 | FileCheck %s --check-prefix=OPTIMIZER
// RUN: not dlc-opt %s -autodiff-loss=kind=mse -autodiff-train-step 2>&1 | FileCheck %s --check-prefix=NOTHING

// LOSS: knows no loss 'hinge': expected one of categorical_crossentropy, sparse_categorical_crossentropy, mse
// FREEZE: has no weight 'nothing' to freeze
// ORDER: expected a function 'loss'; run autodiff-loss first
// OPTIMIZER: knows no optimizer 'lion': expected sgd or adam
// NOTHING: has nothing to train: expected weights, found none
func.func @main(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %0 = dl.tanh %x : (tensor<3x2xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}
