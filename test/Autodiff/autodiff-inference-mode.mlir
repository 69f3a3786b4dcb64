// RUN: dlc-opt %s -autodiff-inference-mode -autodiff-verify-mode | FileCheck %s

// An undecided dropout passes its operand on.
// CHECK-LABEL: func.func @undecided
// CHECK-SAME: %[[X:.*]]: tensor<4x2xf32>
// CHECK-NOT: dl.dropout
// CHECK: dl.tanh %[[X]]
func.func @undecided(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %0 = dl.dropout %x {rate = 0.25} : (tensor<4x2xf32>) -> tensor<4x2xf32>
  %1 = dl.tanh %0 : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return %1 : tensor<4x2xf32>
}

// One with a key was decided for training.
// CHECK-LABEL: func.func @keep_decided
// CHECK: dl.dropout
func.func @keep_decided(%x: tensor<4x2xf32>, %key: tensor<2xi64>) -> tensor<4x2xf32> {
  %0 = dl.dropout %x, %key {rate = 0.25} : (tensor<4x2xf32>, tensor<2xi64>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
