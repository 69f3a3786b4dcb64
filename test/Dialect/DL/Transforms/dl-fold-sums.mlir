// RUN: dlc-opt %s -dl-fold-sums | FileCheck %s

// CHECK-LABEL: @bias_before_a_pool
func.func @bias_before_a_pool(%x: tensor<2x7x6x3xf32>, %c: tensor<2x3x3x3xf32>) -> tensor<1x1x1x3xf32> {
  // CHECK: dl.reduce <sum> %arg1 {axes = array<i64: 0, 1, 2>}
  %g = dl.max_pool_gradient %x, %c {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<2x7x6x3xf32>, tensor<2x3x3x3xf32>) -> tensor<2x7x6x3xf32>
  %s = dl.reduce <sum> %g {axes = array<i64: 0, 1, 2>} : (tensor<2x7x6x3xf32>) -> tensor<1x1x1x3xf32>
  return %s : tensor<1x1x1x3xf32>
}

// Windows that overlap give each cotangent to one element all the same.
// CHECK-LABEL: @overlapping_channels_first
func.func @overlapping_channels_first(%x: tensor<2x3x6x6xf32>, %c: tensor<2x3x3x3xf32>) -> tensor<1x3x1x1xf32> {
  // CHECK: dl.reduce <sum> %arg1
  %g = dl.max_pool_gradient %x, %c {kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>} : (tensor<2x3x6x6xf32>, tensor<2x3x3x3xf32>) -> tensor<2x3x6x6xf32>
  %s = dl.reduce <sum> %g {axes = array<i64: 0, 2, 3>} : (tensor<2x3x6x6xf32>) -> tensor<1x3x1x1xf32>
  return %s : tensor<1x3x1x1xf32>
}

// One spatial axis is left, and a mean counts elements.
// CHECK-LABEL: @other_sums
func.func @other_sums(%x: tensor<2x6x6x3xf32>, %c: tensor<2x3x3x3xf32>) -> (tensor<1x1x6x3xf32>, tensor<1x1x1x3xf32>) {
  // CHECK: %[[G:.*]] = dl.max_pool_gradient
  // CHECK: dl.reduce <sum> %[[G]]
  // CHECK: dl.reduce <mean> %[[G]]
  %g = dl.max_pool_gradient %x, %c {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<2x6x6x3xf32>, tensor<2x3x3x3xf32>) -> tensor<2x6x6x3xf32>
  %s = dl.reduce <sum> %g {axes = array<i64: 0, 1>} : (tensor<2x6x6x3xf32>) -> tensor<1x1x6x3xf32>
  %m = dl.reduce <mean> %g {axes = array<i64: 0, 1, 2>} : (tensor<2x6x6x3xf32>) -> tensor<1x1x1x3xf32>
  return %s, %m : tensor<1x1x6x3xf32>, tensor<1x1x1x3xf32>
}

// A window of padding alone gives nothing.
// CHECK-LABEL: @window_in_the_padding
func.func @window_in_the_padding(%x: tensor<2x3x4x4xf32>, %c: tensor<2x3x3x3xf32>) -> tensor<1x3x1x1xf32> {
  // CHECK: %[[G:.*]] = dl.max_pool_gradient
  // CHECK: dl.reduce <sum> %[[G]]
  %g = dl.max_pool_gradient %x, %c {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 2, 2>, pads_end = array<i64: 0, 0>} : (tensor<2x3x4x4xf32>, tensor<2x3x3x3xf32>) -> tensor<2x3x4x4xf32>
  %s = dl.reduce <sum> %g {axes = array<i64: 0, 2, 3>} : (tensor<2x3x4x4xf32>) -> tensor<1x3x1x1xf32>
  return %s : tensor<1x3x1x1xf32>
}
