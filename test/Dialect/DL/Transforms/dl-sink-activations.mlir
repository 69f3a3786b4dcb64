// RUN: dlc-opt %s -dl-sink-activations | FileCheck %s

// CHECK-LABEL: @pool_first
func.func @pool_first(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32> {
  // CHECK: %[[P:.*]] = dl.max_pool %arg0
  // CHECK: %[[R:.*]] = dl.relu %[[P]]
  // CHECK: return %[[R]]
  %r = dl.relu %x : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
  %y = dl.max_pool %r {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
  return %y : tensor<1x3x4x4xf32>
}

// The rectified image is used elsewhere.
// CHECK-LABEL: @keep_shared
func.func @keep_shared(%x: tensor<1x3x8x8xf32>) -> (tensor<1x3x4x4xf32>, tensor<1x3x8x8xf32>) {
  // CHECK: %[[R:.*]] = dl.relu %arg0
  // CHECK: dl.max_pool %[[R]]
  %r = dl.relu %x : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
  %y = dl.max_pool %r {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
  return %y, %r : tensor<1x3x4x4xf32>, tensor<1x3x8x8xf32>
}

// A window of padding alone gives the lowest value, and that is not rectified.
// CHECK-LABEL: @keep_empty_window
func.func @keep_empty_window(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x6x6xf32> {
  // CHECK: %[[R:.*]] = dl.relu %arg0
  // CHECK: dl.max_pool %[[R]]
  %r = dl.relu %x : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
  %y = dl.max_pool %r {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 2, 2>, pads_end = array<i64: 2, 2>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x6x6xf32>
  return %y : tensor<1x3x6x6xf32>
}
