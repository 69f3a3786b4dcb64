// RUN: dlc-opt %s -dl-conv-transpose-as-conv | FileCheck %s

// Stride and kernel of 2: each pixel becomes four, in one pointwise convolution.
// CHECK-LABEL: @upsample
func.func @upsample(%x: tensor<1x5x7x3xf32>) -> tensor<1x10x14x4xf32> {
  // CHECK: %[[C:.*]] = dl.conv {{.*}} -> tensor<1x5x7x16xf32>
  // CHECK: %[[R:.*]] = dl.relu %[[C]]
  // CHECK: %[[S:.*]] = dl.reshape %[[R]] {{.*}} -> tensor<1x5x7x2x2x4xf32>
  // CHECK: %[[T:.*]] = dl.transpose %[[S]] {permutation = array<i64: 0, 1, 3, 2, 4, 5>}
  // CHECK: %[[Y:.*]] = dl.reshape %[[T]] {{.*}} -> tensor<1x10x14x4xf32>
  // CHECK-NOT: dl.slice
  // CHECK: return %[[Y]]
  %w = dl.constant dense<0.5> : tensor<3x4x2x2xf32>
  %c = dl.conv_transpose %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, output_padding = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x5x7x3xf32>, tensor<3x4x2x2xf32>) -> tensor<1x10x14x4xf32>
  %r = dl.relu %c : (tensor<1x10x14x4xf32>) -> tensor<1x10x14x4xf32>
  return %r : tensor<1x10x14x4xf32>
}

// Overlapping windows: two taps an axis; what the pads cut off is a slice.
// CHECK-LABEL: @overlap
func.func @overlap(%x: tensor<1x5x7x3xf32>) -> tensor<1x9x13x4xf32> {
  // CHECK: dl.constant {{.*}} : tensor<16x3x2x2xf32>
  // CHECK: dl.conv {{.*}}pads_begin = array<i64: 1, 1>, pads_end = array<i64: 0, 0>{{.*}} -> tensor<1x5x7x16xf32>
  // CHECK: dl.slice {{.*}}sizes = array<i64: 1, 9, 13, 4>, starts = array<i64: 0, 1, 1, 0>
  %w = dl.constant dense<0.5> : tensor<3x4x3x3xf32>
  %c = dl.conv_transpose %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, output_padding = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x5x7x3xf32>, tensor<3x4x3x3xf32>) -> tensor<1x9x13x4xf32>
  return %c : tensor<1x9x13x4xf32>
}

// CHECK-LABEL: @grouped
func.func @grouped(%x: tensor<1x5x7x4xf32>) -> tensor<1x10x14x4xf32> {
  // CHECK: dl.conv_transpose
  %w = dl.constant dense<0.5> : tensor<4x2x2x2xf32>
  %c = dl.conv_transpose %x, %w {groups = 2 : i64, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, output_padding = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x5x7x4xf32>, tensor<4x2x2x2xf32>) -> tensor<1x10x14x4xf32>
  return %c : tensor<1x10x14x4xf32>
}
