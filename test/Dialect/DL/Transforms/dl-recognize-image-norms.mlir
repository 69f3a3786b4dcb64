// RUN: dlc-opt %s -dl-recognize-image-norms | FileCheck %s

// As PyTorch exports GroupNorm.
// CHECK-LABEL: @group_norm
// CHECK-SAME: (%[[X:.*]]: tensor<2x6x5x7xf32>, %[[W:.*]]: tensor<6x1x1xf32>, %[[B:.*]]: tensor<6x1x1xf32>)
func.func @group_norm(%x: tensor<2x6x5x7xf32>, %w: tensor<6x1x1xf32>, %b: tensor<6x1x1xf32>) -> tensor<2x6x5x7xf32> {
  // CHECK-DAG: %[[W1:.*]] = dl.reshape %[[W]] {{.*}} -> tensor<6xf32>
  // CHECK-DAG: %[[B1:.*]] = dl.reshape %[[B]] {{.*}} -> tensor<6xf32>
  // CHECK: %[[Y:.*]] = dl.group_norm %[[X]], %[[W1]], %[[B1]] {epsilon = 1.000000e-03 : f64, groups = 3 : i64}
  // CHECK-NEXT: return %[[Y]]
  %one = dl.constant dense<1.0> : tensor<3xf32>
  %zero = dl.constant dense<0.0> : tensor<3xf32>
  %r = dl.reshape %x {shape = array<i64: 2, 3, 70>} : (tensor<2x6x5x7xf32>) -> tensor<2x3x70xf32>
  %n = dl.instance_norm %r, %one, %zero {epsilon = 1.0e-3 : f64} : (tensor<2x3x70xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x70xf32>
  %i = dl.reshape %n {shape = array<i64: 2, 6, 5, 7>} : (tensor<2x3x70xf32>) -> tensor<2x6x5x7xf32>
  %s = dl.mul %i, %w : (tensor<2x6x5x7xf32>, tensor<6x1x1xf32>) -> tensor<2x6x5x7xf32>
  %y = dl.add %b, %s : (tensor<6x1x1xf32>, tensor<2x6x5x7xf32>) -> tensor<2x6x5x7xf32>
  return %y : tensor<2x6x5x7xf32>
}

// One parameter a group is one for each of its channels.
// CHECK-LABEL: @group_norm_with_parameters_of_groups
func.func @group_norm_with_parameters_of_groups(%x: tensor<2x6x5xf32>, %w: tensor<3xf32>) -> tensor<2x6x5xf32> {
  // CHECK: dl.constant dense<5.000000e-01> : tensor<6xf32>
  // CHECK: dl.expand {{.*}} -> tensor<3x2xf32>
  // CHECK: %[[W:.*]] = dl.reshape {{.*}} -> tensor<6xf32>
  // CHECK: dl.group_norm %{{.*}}, %[[W]], %{{.*}} {groups = 3 : i64}
  // CHECK-NEXT: return
  %half = dl.constant dense<0.5> : tensor<3xf32>
  %r = dl.reshape %x {shape = array<i64: 2, 3, 10>} : (tensor<2x6x5xf32>) -> tensor<2x3x10xf32>
  %n = dl.instance_norm %r, %w, %half : (tensor<2x3x10xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x10xf32>
  %y = dl.reshape %n {shape = array<i64: 2, 6, 5>} : (tensor<2x3x10xf32>) -> tensor<2x6x5xf32>
  return %y : tensor<2x6x5xf32>
}

// CHECK-LABEL: @instance_norm_takes_its_parameters
func.func @instance_norm_takes_its_parameters(%x: tensor<2x6x5xf32>, %w: tensor<1x6x1xf32>, %b: tensor<6x1xf32>) -> tensor<2x6x5xf32> {
  // CHECK: %[[Y:.*]] = dl.instance_norm %{{.*}}, %{{.*}}, %{{.*}}
  // CHECK-NEXT: return %[[Y]]
  %one = dl.constant dense<1.0> : tensor<6xf32>
  %zero = dl.constant dense<0.0> : tensor<6xf32>
  %n = dl.instance_norm %x, %one, %zero : (tensor<2x6x5xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<2x6x5xf32>
  %s = dl.mul %w, %n : (tensor<1x6x1xf32>, tensor<2x6x5xf32>) -> tensor<2x6x5xf32>
  %y = dl.add %s, %b : (tensor<2x6x5xf32>, tensor<6x1xf32>) -> tensor<2x6x5xf32>
  return %y : tensor<2x6x5xf32>
}

// CHECK-LABEL: @keep_norm_with_two_uses
func.func @keep_norm_with_two_uses(%x: tensor<2x6x5xf32>) -> (tensor<2x6x5xf32>, tensor<2x3x10xf32>) {
  // CHECK: dl.instance_norm
  // CHECK-NOT: dl.group_norm
  %one = dl.constant dense<1.0> : tensor<3xf32>
  %zero = dl.constant dense<0.0> : tensor<3xf32>
  %r = dl.reshape %x {shape = array<i64: 2, 3, 10>} : (tensor<2x6x5xf32>) -> tensor<2x3x10xf32>
  %n = dl.instance_norm %r, %one, %zero : (tensor<2x3x10xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x10xf32>
  %y = dl.reshape %n {shape = array<i64: 2, 6, 5>} : (tensor<2x3x10xf32>) -> tensor<2x6x5xf32>
  return %y, %n : tensor<2x6x5xf32>, tensor<2x3x10xf32>
}

// Rows of the image, not channels: six groups of a batch of four channels.
// CHECK-LABEL: @keep_groups_that_cut_channels
func.func @keep_groups_that_cut_channels(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  // CHECK: dl.instance_norm
  // CHECK-NOT: dl.group_norm
  %one = dl.constant dense<1.0> : tensor<6xf32>
  %zero = dl.constant dense<0.0> : tensor<6xf32>
  %r = dl.reshape %x {shape = array<i64: 2, 6, 4>} : (tensor<2x4x6xf32>) -> tensor<2x6x4xf32>
  %n = dl.instance_norm %r, %one, %zero : (tensor<2x6x4xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<2x6x4xf32>
  %y = dl.reshape %n {shape = array<i64: 2, 4, 6>} : (tensor<2x6x4xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// CHECK-LABEL: @keep_images_that_are_joined
func.func @keep_images_that_are_joined(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  // CHECK: dl.instance_norm
  // CHECK-NOT: dl.group_norm
  %one = dl.constant dense<1.0> : tensor<4xf32>
  %zero = dl.constant dense<0.0> : tensor<4xf32>
  %r = dl.reshape %x {shape = array<i64: 1, 4, 12>} : (tensor<2x4x6xf32>) -> tensor<1x4x12xf32>
  %n = dl.instance_norm %r, %one, %zero : (tensor<1x4x12xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x12xf32>
  %y = dl.reshape %n {shape = array<i64: 2, 4, 6>} : (tensor<1x4x12xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// A factor an element of the last axis, which has as many as there are channels.
// CHECK-LABEL: @keep_factor_along_another_axis
func.func @keep_factor_along_another_axis(%x: tensor<2x5x5xf32>, %w: tensor<5xf32>) -> tensor<2x5x5xf32> {
  // CHECK: dl.instance_norm
  // CHECK: dl.mul
  %one = dl.constant dense<1.0> : tensor<5xf32>
  %zero = dl.constant dense<0.0> : tensor<5xf32>
  %n = dl.instance_norm %x, %one, %zero : (tensor<2x5x5xf32>, tensor<5xf32>, tensor<5xf32>) -> tensor<2x5x5xf32>
  %y = dl.mul %n, %w : (tensor<2x5x5xf32>, tensor<5xf32>) -> tensor<2x5x5xf32>
  return %y : tensor<2x5x5xf32>
}

// The factor would multiply the bias too.
// CHECK-LABEL: @keep_factor_behind_a_bias
func.func @keep_factor_behind_a_bias(%x: tensor<2x5x3xf32>, %b: tensor<5xf32>, %w: tensor<5x1xf32>) -> tensor<2x5x3xf32> {
  // CHECK: dl.instance_norm
  // CHECK: dl.mul
  %one = dl.constant dense<1.0> : tensor<5xf32>
  %n = dl.instance_norm %x, %one, %b : (tensor<2x5x3xf32>, tensor<5xf32>, tensor<5xf32>) -> tensor<2x5x3xf32>
  %y = dl.mul %n, %w : (tensor<2x5x3xf32>, tensor<5x1xf32>) -> tensor<2x5x3xf32>
  return %y : tensor<2x5x3xf32>
}
