// RUN: dlc-opt %s -autodiff-split-step | FileCheck %s
// RUN: dlc-opt %s -autodiff-split-step -autodiff-optimizer=kind=sgd | FileCheck %s --check-prefix=SGD
// RUN: not dlc-opt %S/Inputs/class-index-target.mlir -autodiff-split-step 2>&1 | FileCheck %s --check-prefix=NONE

// train_step stays as it is; grad_step adds to sums.
// CHECK-LABEL: func.func @train_step
// CHECK-SAME: tensor<3xf32> {dl.gradient = "w"})
// CHECK-LABEL: func.func @grad_step
// CHECK-SAME: %[[SUM:[^ ]*]]: tensor<3xf32> {dl.state = "w/gradient"}, %[[COUNT:[^ ]*]]: tensor<f32> {dl.state = "gradients/count"}) -> (tensor<f32> {dl.name = "loss"}, tensor<3xf32> {dl.state = "w/gradient"}, tensor<f32> {dl.state = "gradients/count"})
// CHECK: dl.add %[[SUM]],
// CHECK: dl.add %[[COUNT]],
// CHECK-LABEL: func.func @init

// The mean of the sums, which are empty afterwards.
// CHECK-LABEL: func.func @apply_step
// CHECK-SAME: %[[COUNT:[^ ]*]]: tensor<f32> {dl.state = "gradients/count"}
// CHECK: %[[BATCHES:.*]] = dl.max %[[COUNT]],
// CHECK: dl.div %{{.*}}, %[[BATCHES]]

// SGD-LABEL: func.func @apply_step
// SGD-SAME: {dl.state = "learning_rate"}
// SGD-NOT: dl.gradient
// SGD: return
// NONE: has no gradients; run autodiff-backward first
func.func @train_step(%x: tensor<3xf32>, %w: tensor<3xf32> {dl.state = "w", dl.trainable}) -> (tensor<f32> {dl.name = "loss"}, tensor<3xf32> {dl.gradient = "w"}) {
  %0 = dl.mul %x, %w : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %1 = dl.reduce <sum> %0 {axes = array<i64: 0>, keep_dims = false} : (tensor<3xf32>) -> tensor<f32>
  return %1, %x : tensor<f32>, tensor<3xf32>
}
