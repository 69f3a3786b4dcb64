// RUN: dlc-opt %s -autodiff-train-step=optimizer=sgd -canonicalize -cse | FileCheck %s --check-prefixes=CHECK,SGD
// RUN: dlc-opt %s -autodiff-train-step="optimizer=sgd momentum=0.9 nesterov=true" -canonicalize -cse | FileCheck %s --check-prefixes=CHECK,NESTEROV
// RUN: dlc-opt %s -autodiff-train-step=optimizer=adam -canonicalize -cse | FileCheck %s --check-prefixes=CHECK,ADAM

// CHECK-LABEL: func.func @predict
// CHECK-LABEL: func.func @train_step
// CHECK-SAME: %[[X:.*]]: tensor<3xf32>, %[[W:.*]]: tensor<3xf32> {dl.state = "w", dl.trainable}, %[[F:.*]]: tensor<3xf32> {dl.state = "frozen"}, %[[LR:[^ ]*]]: tensor<f32> {dl.state = "learning_rate"}
// CHECK-NOT: tensor<3xf32> {dl.state = "frozen"}{{.*}} ->

// d(sum(x * w * frozen))/dw = x * frozen.
// SGD: %[[XF:.*]] = dl.mul %{{.*}}, %{{.*}} : (tensor<3xf32>, tensor<3xf32>)
// SGD: %[[STEP:.*]] = dl.mul %[[LR]], %{{.*}}
// SGD: %[[NEW:.*]] = dl.sub %[[W]], %[[STEP]]
// SGD: return %{{.*}}, %[[NEW]]

// NESTEROV-SAME: %[[V:.*]]: tensor<3xf32> {dl.state = "w/momentum"}
// NESTEROV: %[[STEP:.*]] = dl.mul %[[LR]],
// NESTEROV: %[[OLD:.*]] = dl.mul %{{.*}}, %[[V]]
// NESTEROV: %[[MOVED:.*]] = dl.sub %[[OLD]], %[[STEP]]
// NESTEROV: return %{{.*}}, %[[MOVED]],

// ADAM-SAME: {dl.state = "iteration"}
// ADAM-SAME: {dl.state = "w/momentum"}
// ADAM-SAME: {dl.state = "w/velocity"}
// ADAM: dl.sqrt

// CHECK-LABEL: func.func @init
// CHECK-SAME: {dl.state = "learning_rate"}
module {
  func.func @main(%x: tensor<3xf32>, %w: tensor<3xf32> {dl.state = "w", dl.trainable}, %f: tensor<3xf32> {dl.state = "frozen"}) -> tensor<3xf32> {
    %0 = dl.mul %x, %w : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    return %0 : tensor<3xf32>
  }
  func.func @loss(%x: tensor<3xf32>, %w: tensor<3xf32> {dl.state = "w", dl.trainable}, %f: tensor<3xf32> {dl.state = "frozen"}) -> (tensor<f32> {dl.name = "loss"}) {
    %0 = dl.mul %x, %w : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %1 = dl.mul %0, %f : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %2 = dl.reduce <sum> %1 {axes = array<i64: 0>, keep_dims = false} : (tensor<3xf32>) -> tensor<f32>
    return %2 : tensor<f32>
  }
}
