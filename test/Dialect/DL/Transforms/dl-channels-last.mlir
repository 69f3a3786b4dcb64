// RUN: dlc-opt %s -dl-channels-last | FileCheck %s

// CHECK-LABEL: @conv
// CHECK-SAME: (%[[X:.*]]: tensor<1x3x8x9xf32>, %[[W:.*]]: tensor<4x3x3x3xf32>)
func.func @conv(%x: tensor<1x3x8x9xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6x7xf32> {
  // CHECK: %[[T:.*]] = dl.transpose %[[X]] {permutation = array<i64: 0, 2, 3, 1>}
  // CHECK: %[[C:.*]] = dl.conv %[[T]], %[[W]] {{.*}}layout = #dl.layout<channels_last>{{.*}} -> tensor<1x6x7x4xf32>
  // CHECK: %[[Y:.*]] = dl.transpose %[[C]] {permutation = array<i64: 0, 3, 1, 2>}
  // CHECK: return %[[Y]]
  %c = dl.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x3x8x9xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x7xf32>
  return %c : tensor<1x4x6x7xf32>
}

// CHECK-LABEL: @keep_channels_last
func.func @keep_channels_last(%x: tensor<1x8x9x3xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x6x7x4xf32> {
  // CHECK-NOT: dl.transpose
  %c = dl.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x8x9x3xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x7x4xf32>
  return %c : tensor<1x6x7x4xf32>
}

// Two images in, none out.
// CHECK-LABEL: @filter_gradient
func.func @filter_gradient(%x: tensor<1x3x8x9xf32>, %dy: tensor<1x4x6x7xf32>) -> tensor<4x3x3x3xf32> {
  // CHECK-DAG: %[[X:.*]] = dl.transpose %arg0 {permutation = array<i64: 0, 2, 3, 1>}
  // CHECK-DAG: %[[D:.*]] = dl.transpose %arg1 {permutation = array<i64: 0, 2, 3, 1>}
  // CHECK: %[[G:.*]] = dl.conv_filter_gradient %[[X]], %[[D]] {{.*}}layout = #dl.layout<channels_last>
  // CHECK: return %[[G]]
  %g = dl.conv_filter_gradient %x, %dy {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x3x8x9xf32>, tensor<1x4x6x7xf32>) -> tensor<4x3x3x3xf32>
  return %g : tensor<4x3x3x3xf32>
}
