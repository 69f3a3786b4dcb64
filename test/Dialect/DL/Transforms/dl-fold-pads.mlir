// RUN: dlc-opt %s -dl-fold-pads | FileCheck %s

// CHECK-LABEL: @conv
func.func @conv(%x: tensor<1x8x9x3xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x8x10x4xf32> {
  // CHECK-NOT: dl.pad
  // CHECK: dl.conv %arg0, {{.*}}pads_begin = array<i64: 0, 2>, pads_end = array<i64: 2, 1>
  %p = dl.pad %x {low = array<i64: 0, 0, 1, 0>, high = array<i64: 0, 2, 0, 0>} : (tensor<1x8x9x3xf32>) -> tensor<1x10x10x3xf32>
  %c = dl.conv %p, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 1>, pads_end = array<i64: 0, 1>, layout = #dl.layout<channels_last>} : (tensor<1x10x10x3xf32>, tensor<4x3x3x3xf32>) -> tensor<1x8x10x4xf32>
  return %c : tensor<1x8x10x4xf32>
}

// CHECK-LABEL: @channels_first_conv
func.func @channels_first_conv(%x: tensor<1x3x8x9xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32> {
  // CHECK-NOT: dl.pad
  // CHECK: dl.conv %arg0, {{.*}}pads_begin = array<i64: 1, 0>, pads_end = array<i64: 1, 1>
  %p = dl.pad %x {low = array<i64: 0, 0, 1, 0>, high = array<i64: 0, 0, 1, 1>} : (tensor<1x3x8x9xf32>) -> tensor<1x3x10x10xf32>
  %c = dl.conv %p, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x3x10x10xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32>
  return %c : tensor<1x4x8x8xf32>
}

// A convolution's own padding is of zeros.
// CHECK-LABEL: @other_value
func.func @other_value(%x: tensor<1x8x9x3xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x8x7x4xf32> {
  // CHECK: dl.pad
  %v = dl.constant dense<1.0> : tensor<f32>
  %p = dl.pad %x, %v {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 1, 0, 0>} : (tensor<1x8x9x3xf32>, tensor<f32>) -> tensor<1x10x9x3xf32>
  %c = dl.conv %p, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x10x9x3xf32>, tensor<4x3x3x3xf32>) -> tensor<1x8x7x4xf32>
  return %c : tensor<1x8x7x4xf32>
}

// CHECK-LABEL: @padded_channels
func.func @padded_channels(%x: tensor<1x8x9x2xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x6x7x4xf32> {
  // CHECK: dl.pad
  %p = dl.pad %x {low = array<i64: 0, 0, 0, 1>, high = array<i64: 0, 0, 0, 0>} : (tensor<1x8x9x2xf32>) -> tensor<1x8x9x3xf32>
  %c = dl.conv %p, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x8x9x3xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x7x4xf32>
  return %c : tensor<1x6x7x4xf32>
}

// Zeros that were elements go on counting.
// CHECK-LABEL: @mean
func.func @mean(%x: tensor<1x8x9x3xf32>) -> tensor<1x8x9x3xf32> {
  // CHECK-NOT: dl.pad
  // CHECK: dl.average_pool %arg0 {count_include_pad = true,
  %p = dl.pad %x {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>} : (tensor<1x8x9x3xf32>) -> tensor<1x10x11x3xf32>
  %c = dl.average_pool %p {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x10x11x3xf32>) -> tensor<1x8x9x3xf32>
  return %c : tensor<1x8x9x3xf32>
}

// Zeros lose against what a relu leaves; against anything else they may win.
// CHECK-LABEL: @max_after_relu
func.func @max_after_relu(%x: tensor<1x8x9x3xf32>) -> (tensor<1x8x9x3xf32>, tensor<1x8x9x3xf32>) {
  // CHECK: %[[R:.*]] = dl.relu
  // CHECK: dl.max_pool %[[R]] {{.*}}pads_begin = array<i64: 1, 1>
  // CHECK: %[[P:.*]] = dl.pad
  // CHECK: dl.max_pool %[[P]]
  %r = dl.relu %x : (tensor<1x8x9x3xf32>) -> tensor<1x8x9x3xf32>
  %p = dl.pad %r {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>} : (tensor<1x8x9x3xf32>) -> tensor<1x10x11x3xf32>
  %c = dl.max_pool %p {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x10x11x3xf32>) -> tensor<1x8x9x3xf32>
  %q = dl.pad %x {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>} : (tensor<1x8x9x3xf32>) -> tensor<1x10x11x3xf32>
  %d = dl.max_pool %q {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x10x11x3xf32>) -> tensor<1x8x9x3xf32>
  return %c, %d : tensor<1x8x9x3xf32>, tensor<1x8x9x3xf32>
}
