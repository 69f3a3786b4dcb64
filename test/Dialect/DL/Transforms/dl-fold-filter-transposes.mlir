// RUN: dlc-opt %s -dl-fold-filter-transposes | FileCheck %s

// CHECK-LABEL: @keras_order
func.func @keras_order(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x7xf32>) -> tensor<1x6x6x7xf32> {
  // CHECK-NOT: dl.transpose
  // CHECK: dl.conv %arg0, %arg1 {{.*}}output_last = true
  %f = dl.transpose %w {permutation = array<i64: 3, 2, 0, 1>} : (tensor<3x3x4x7xf32>) -> tensor<7x4x3x3xf32>
  %y = dl.conv %x, %f {layout = #dl.layout<channels_last>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x8x8x4xf32>, tensor<7x4x3x3xf32>) -> tensor<1x6x6x7xf32>
  return %y : tensor<1x6x6x7xf32>
}

// What else reads the turned filter keeps it.
// CHECK-LABEL: @keep_for_others
func.func @keep_for_others(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x7xf32>) -> (tensor<1x6x6x7xf32>, tensor<7x4x3x3xf32>) {
  // CHECK: %[[F:.*]] = dl.transpose
  // CHECK: %[[Y:.*]] = dl.conv %arg0, %arg1
  // CHECK: return %[[Y]], %[[F]]
  %f = dl.transpose %w {permutation = array<i64: 3, 2, 0, 1>} : (tensor<3x3x4x7xf32>) -> tensor<7x4x3x3xf32>
  %y = dl.conv %x, %f {layout = #dl.layout<channels_last>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x8x8x4xf32>, tensor<7x4x3x3xf32>) -> tensor<1x6x6x7xf32>
  return %y, %f : tensor<1x6x6x7xf32>, tensor<7x4x3x3xf32>
}

// Another order of axes.
// CHECK-LABEL: @keep_other_order
func.func @keep_other_order(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x7x4xf32>) -> tensor<1x6x6x7xf32> {
  // CHECK: %[[F:.*]] = dl.transpose
  // CHECK: dl.conv %arg0, %[[F]]
  %f = dl.transpose %w {permutation = array<i64: 2, 3, 0, 1>} : (tensor<3x3x7x4xf32>) -> tensor<7x4x3x3xf32>
  %y = dl.conv %x, %f {layout = #dl.layout<channels_last>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x8x8x4xf32>, tensor<7x4x3x3xf32>) -> tensor<1x6x6x7xf32>
  return %y : tensor<1x6x6x7xf32>
}
