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

// A filter that is computed is rearranged by ops: padded to whole phases, its taps reversed.
// CHECK-LABEL: @computed_filter
func.func @computed_filter(%x: tensor<1x5x7x3xf32>, %w: tensor<3x4x3x3xf32>) -> tensor<1x9x13x4xf32> {
  // CHECK: %[[T:.*]] = dl.transpose %arg1 {permutation = array<i64: 2, 3, 1, 0>}
  // CHECK: %[[P:.*]] = dl.pad %[[T]] {high = array<i64: 1, 1, 0, 0>
  // CHECK: %[[S:.*]] = dl.reshape %[[P]] {{.*}} -> tensor<2x2x2x2x4x3xf32>
  // CHECK: %[[R:.*]] = dl.slice %[[S]] {{.*}}steps = array<i64: -1, 1, -1, 1, 1, 1>
  // CHECK: %[[U:.*]] = dl.transpose %[[R]] {permutation = array<i64: 0, 2, 1, 3, 4, 5>}
  // CHECK: %[[V:.*]] = dl.reshape %[[U]] {{.*}} -> tensor<2x2x16x3xf32>
  // CHECK: %[[F:.*]] = dl.transpose %[[V]] {permutation = array<i64: 2, 3, 0, 1>}
  // CHECK: dl.conv %arg0, %[[F]] {{.*}} -> tensor<1x5x7x16xf32>
  %c = dl.conv_transpose %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, output_padding = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x5x7x3xf32>, tensor<3x4x3x3xf32>) -> tensor<1x9x13x4xf32>
  return %c : tensor<1x9x13x4xf32>
}

// Phases without a tap are not computed: they are zero.
// CHECK-LABEL: @phases_without_taps
func.func @phases_without_taps(%x: tensor<1x5x7x3xf32>, %w: tensor<3x4x1x1xf32>) -> tensor<1x9x13x4xf32> {
  // CHECK: dl.conv {{.*}} -> tensor<1x5x7x4xf32>
  // CHECK: dl.pad {{.*}}high = array<i64: 0, 0, 1, 0, 1, 0>
  %c = dl.conv_transpose %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, output_padding = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x5x7x3xf32>, tensor<3x4x1x1xf32>) -> tensor<1x9x13x4xf32>
  return %c : tensor<1x9x13x4xf32>
}

// Without a stride there is one phase, and its kernel takes it as it is.
// CHECK-LABEL: @computed_filter_without_stride
func.func @computed_filter_without_stride(%x: tensor<1x5x7x3xf32>, %w: tensor<3x4x3x3xf32>) -> tensor<1x5x7x4xf32> {
  // CHECK: dl.conv_transpose %arg0, %arg1
  %c = dl.conv_transpose %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, output_padding = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x5x7x3xf32>, tensor<3x4x3x3xf32>) -> tensor<1x5x7x4xf32>
  return %c : tensor<1x5x7x4xf32>
}

// With groups and a computed filter: zeros between the pixels, channels exchanged in each group, taps reversed.
// CHECK-LABEL: @grouped_computed
// CHECK-DAG: %[[SPLIT:.*]] = dl.reshape %arg0 {{.*}} -> tensor<1x5x1x7x1x4xf32>
// CHECK-DAG: %[[PAD:.*]] = dl.pad %[[SPLIT]] {high = array<i64: 0, 0, 1, 0, 1, 0>
// CHECK-DAG: dl.reshape %[[PAD]] {{.*}} -> tensor<1x10x14x4xf32>
// CHECK-DAG: dl.slice {{.*}}starts = array<i64: 2, 2, 0, 0>, steps = array<i64: -1, -1, 1, 1>{{.*}} -> tensor<3x3x2x6xf32>
// CHECK: dl.conv {{.*}}groups = 2 : i64{{.*}}output_last = true{{.*}}pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>}{{.*}} -> tensor<1x10x14x6xf32>
// CHECK-NOT: dl.conv_transpose
func.func @grouped_computed(%x: tensor<1x5x7x4xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x10x14x6xf32> {
  %c = dl.conv_transpose %x, %w {groups = 2 : i64, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, output_padding = array<i64: 1, 1>, layout = #dl.layout<channels_last>} : (tensor<1x5x7x4xf32>, tensor<4x3x3x3xf32>) -> tensor<1x10x14x6xf32>
  return %c : tensor<1x10x14x6xf32>
}
