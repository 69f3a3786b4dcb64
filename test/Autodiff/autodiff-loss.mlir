// RUN: dlc-opt %s -split-input-file -autodiff-training-mode -autodiff-loss=kind=categorical_crossentropy | FileCheck %s
// RUN: dlc-opt %s -split-input-file -autodiff-training-mode -autodiff-loss=kind=sparse_categorical_crossentropy | FileCheck %s --check-prefix=SPARSE
// RUN: dlc-opt %s -split-input-file -autodiff-training-mode -autodiff-loss="kind=mse sample-weight=true" | FileCheck %s --check-prefix=WEIGHT
// RUN: dlc-opt %s -split-input-file -autodiff-training-mode -autodiff-loss=kind=mean_squared_error | FileCheck %s --check-prefix=MSE

// From the softmax's operand, and averaged over the batch.
// CHECK-LABEL: func.func @train_step
// CHECK-SAME: (%[[X:.*]]: tensor<4x3xf32>, %[[T:.*]]: tensor<4x3xf32> {dl.name = "target"})
// CHECK-SAME: -> (tensor<f32> {dl.name = "loss"}, tensor<4x3xf32>)
// CHECK: %[[Y:.*]] = dl.softmax %[[X]]
// CHECK: %[[L:.*]] = dl.log_softmax %[[X]]
// CHECK: %[[P:.*]] = dl.mul %[[T]], %[[L]]
// CHECK: dl.reduce <sum> %[[P]] {axes = array<i64: 1>}
// CHECK: dl.reduce <mean>
// CHECK: return %{{.*}}, %[[Y]]
// CHECK-LABEL: func.func @eval_step
// CHECK-SAME: -> (tensor<f32> {dl.name = "loss"}, tensor<4x3xf32>)

// SPARSE-LABEL: func.func @train_step
// SPARSE-SAME: %[[T:.*]]: tensor<4xi64> {dl.name = "target"}
// SPARSE: dl.gather_elements

// MSE-LABEL: func.func @train_step
// MSE: %[[D:.*]] = dl.sub %{{.*}}, %{{.*}} : (tensor<4x3xf32>, tensor<4x3xf32>)
// MSE: dl.mul %[[D]], %[[D]]
// MSE-NOT: dl.log_softmax

// Weights multiply each example's loss before the mean over the batch.
// WEIGHT-LABEL: func.func @train_step
// WEIGHT-SAME: %{{.*}}: tensor<4x3xf32> {dl.name = "target"}, %[[W:.*]]: tensor<4xf32> {dl.name = "sample_weight"})
// WEIGHT: dl.reduce <mean>
// WEIGHT: %[[EACH:.*]] = dl.mul %{{.*}}, %[[W]] : (tensor<4xf32>, tensor<4xf32>)
// WEIGHT: dl.reduce <mean> %[[EACH]]
func.func @main(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %0 = dl.softmax %x {axis = 1 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// -----

// A softmax over another axis is no distribution over classes: probabilities as they are, clipped.
// CHECK-LABEL: func.func @train_step
// CHECK: dl.softmax
// CHECK-NOT: dl.log_softmax
// CHECK: dl.clip
// CHECK: dl.log
func.func @main(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %0 = dl.softmax %x {axis = 0 : i64} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// -----

// Of a sigmoid, from its operand: log(1 + e^x) - x * t.
// RUN: dlc-opt %s -split-input-file -autodiff-training-mode -autodiff-loss=kind=binary_crossentropy | FileCheck %s --check-prefix=BINARY
// BINARY-LABEL: func.func @predict(%{{.*}}: tensor<5x1xf32>)
// BINARY-LABEL: func.func @train_step
// BINARY-SAME: %[[X:.*]]: tensor<5x1xf32>, %[[T:.*]]: tensor<5x1xf32> {dl.name = "target"}
// BINARY: %[[S:.*]] = dl.softplus %[[X]]
// BINARY: %[[P:.*]] = dl.mul %[[X]], %[[T]]
// BINARY: dl.sub %[[S]], %[[P]]
func.func @main(%x: tensor<5x1xf32>) -> tensor<5x1xf32> {
  %0 = dl.sigmoid %x : (tensor<5x1xf32>) -> tensor<5x1xf32>
  return %0 : tensor<5x1xf32>
}
