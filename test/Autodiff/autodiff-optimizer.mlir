// RUN: dlc-opt %s -autodiff-optimizer=kind=sgd -canonicalize -cse | FileCheck %s --check-prefixes=CHECK,SGD
// RUN: dlc-opt %s -autodiff-optimizer="kind=sgd momentum=0.9 nesterov=true" -canonicalize -cse | FileCheck %s --check-prefixes=CHECK,NESTEROV
// RUN: dlc-opt %s -autodiff-optimizer=kind=adam -canonicalize -cse | FileCheck %s --check-prefixes=CHECK,ADAM
// RUN: dlc-opt %s -autodiff-optimizer="kind=sgd weight-decay=0.5" -canonicalize -cse | FileCheck %s --check-prefixes=CHECK,DECAY

// CHECK-LABEL: func.func @train_step
// CHECK-SAME: %[[X:.*]]: tensor<3xf32>, %[[W:.*]]: tensor<3xf32> {dl.state = "w", dl.trainable}, %[[F:.*]]: tensor<3xf32> {dl.state = "frozen"}, %[[LR:[^ ]*]]: tensor<f32> {dl.state = "learning_rate"}
// CHECK-NOT: dl.gradient
// CHECK-NOT: tensor<3xf32> {dl.state = "frozen"}{{.*}} ->

// SGD: %[[STEP:.*]] = dl.mul %[[LR]], %{{.*}}
// SGD: %[[NEW:.*]] = dl.sub %[[W]], %[[STEP]]
// SGD: return %{{.*}}, %{{.*}}, %[[NEW]]

// NESTEROV-SAME: %[[V:[^ ]*]]: tensor<3xf32> {dl.state = "w/momentum"}
// NESTEROV: %[[STEP:.*]] = dl.mul %[[LR]],
// NESTEROV: %[[OLD:.*]] = dl.mul %{{.*}}, %[[V]]
// NESTEROV: %[[MOVED:.*]] = dl.sub %[[OLD]], %[[STEP]]
// NESTEROV: return %{{.*}}, %{{.*}}, %[[MOVED]],

// ADAM-SAME: {dl.state = "iteration"}
// ADAM-SAME: {dl.state = "w/momentum"}
// ADAM-SAME: {dl.state = "w/velocity"}
// ADAM: dl.sqrt

// DECAY: %[[TAKEN:.*]] = dl.mul %[[LR]], %{{.*}} : (tensor<f32>, tensor<f32>)
// DECAY: %[[LOST:.*]] = dl.mul %[[W]], %[[TAKEN]]
// DECAY: %[[LEFT:.*]] = dl.sub %[[W]], %[[LOST]]
// DECAY: dl.sub %[[LEFT]],

// CHECK-LABEL: func.func @init
// CHECK-SAME: {dl.state = "learning_rate"}
func.func @train_step(%x: tensor<3xf32>, %w: tensor<3xf32> {dl.state = "w", dl.trainable}, %f: tensor<3xf32> {dl.state = "frozen"}) -> (tensor<f32> {dl.name = "loss"}, tensor<3xf32> {dl.gradient = "w"}) {
  %0 = dl.mul %x, %w : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %1 = dl.mul %0, %f : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %2 = dl.reduce <sum> %1 {axes = array<i64: 0>, keep_dims = false} : (tensor<3xf32>) -> tensor<f32>
  %3 = dl.mul %x, %f : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %2, %3 : tensor<f32>, tensor<3xf32>
}
