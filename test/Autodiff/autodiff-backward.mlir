// RUN: dlc-opt %s -autodiff-backward -canonicalize -cse | FileCheck %s

// d(sum(x * w * frozen))/dw = x * frozen. Neither what is frozen nor what the loss does not read has a gradient.
// CHECK-LABEL: func.func @train_step
// CHECK-SAME: -> (tensor<f32> {dl.name = "loss"}, tensor<3xf32> {dl.gradient = "w"})
// CHECK: return %{{.*}}, %{{.*}} : tensor<f32>, tensor<3xf32>
func.func @train_step(%x: tensor<3xf32>, %w: tensor<3xf32> {dl.state = "w", dl.trainable}, %f: tensor<3xf32> {dl.state = "frozen"}, %unused: tensor<3xf32> {dl.state = "unused", dl.trainable}) -> (tensor<f32> {dl.name = "loss"}) {
  %0 = dl.mul %x, %w : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %1 = dl.mul %0, %f : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %2 = dl.reduce <sum> %1 {axes = array<i64: 0>, keep_dims = false} : (tensor<3xf32>) -> tensor<f32>
  return %2 : tensor<f32>
}
