// RUN: dlc-opt %s -split-input-file -autodiff-loss=kind=categorical_crossentropy | FileCheck %s
// RUN: dlc-opt %s -split-input-file -autodiff-loss=kind=sparse_categorical_crossentropy | FileCheck %s --check-prefix=SPARSE
// RUN: dlc-opt %s -split-input-file -autodiff-loss=kind=mse | FileCheck %s --check-prefix=MSE

// From the softmax's operand, and averaged over the batch.
// CHECK-LABEL: func.func @eval_step
// CHECK-LABEL: func.func @loss
// CHECK-SAME: (%[[X:.*]]: tensor<4x3xf32>, %[[T:.*]]: tensor<4x3xf32> {dl.name = "target"})
// CHECK-SAME: -> (tensor<f32> {dl.name = "loss"}, tensor<4x3xf32>)
// CHECK: %[[Y:.*]] = dl.softmax %[[X]]
// CHECK: %[[L:.*]] = dl.log_softmax %[[X]]
// CHECK: %[[P:.*]] = dl.mul %[[T]], %[[L]]
// CHECK: dl.reduce <sum> %[[P]] {axes = array<i64: 1>}
// CHECK: dl.reduce <mean>
// CHECK: return %{{.*}}, %[[Y]]

// SPARSE-LABEL: func.func @loss
// SPARSE-SAME: %[[T:.*]]: tensor<4xi64> {dl.name = "target"}
// SPARSE: dl.gather_elements

// MSE-LABEL: func.func @loss
// MSE: %[[D:.*]] = dl.sub %{{.*}}, %{{.*}} : (tensor<4x3xf32>, tensor<4x3xf32>)
// MSE: dl.mul %[[D]], %[[D]]
// MSE-NOT: dl.log_softmax
func.func @main(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %0 = dl.softmax %x {axis = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// -----

// A softmax over another axis is no distribution over classes: probabilities as they are, clipped.
// CHECK-LABEL: func.func @loss
// CHECK: dl.softmax
// CHECK-NOT: dl.log_softmax
// CHECK: dl.clip
// CHECK: dl.log
func.func @main(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %0 = dl.softmax %x {axis = 0 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// -----

// The batch's statistics while training, moving ones in eval_step; the moving ones follow.
// CHECK-LABEL: func.func @eval_step
// CHECK: dl.batch_norm
// CHECK-LABEL: func.func @loss
// CHECK-SAME: -> (tensor<f32> {dl.name = "loss"}, tensor<4x2xf32>, tensor<2xf32> {dl.state = "mean"}, tensor<2xf32> {dl.state = "var"})
// CHECK-NOT: dl.batch_norm
func.func @main(%x: tensor<4x2xf32>, %s: tensor<2xf32>, %m: tensor<2xf32> {dl.state = "mean"}, %v: tensor<2xf32> {dl.state = "var"}) -> tensor<4x2xf32> {
  %y = dl.batch_norm %x, %s, %s, %m, %v : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}
