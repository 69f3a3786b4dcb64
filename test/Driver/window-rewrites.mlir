// Transposed convolutions run as convolutions, and pads inside of the ops that read them: compiled code against the
// interpreter at odd sizes.
// REQUIRES: dlc
// RUN: dlc compile %s --quiet --compile-to=optimize -o %t.mlir && FileCheck %s --check-prefix=OPTIMIZE --input-file=%t.mlir
// RUN: dlc verify %s --random-inputs --threads 2 | FileCheck %s

// OPTIMIZE-NOT: dl.conv_transpose
// OPTIMIZE-NOT: dl.pad
// OPTIMIZE: return

// CHECK-DAG: ok {{ *}}double:
// CHECK-DAG: ok {{ *}}overlap:
// CHECK-DAG: ok {{ *}}line:
// CHECK-DAG: ok {{ *}}gaps:
// CHECK-DAG: ok {{ *}}unit:
// CHECK-DAG: ok {{ *}}padded:
// CHECK-DAG: ok {{ *}}mean:
// CHECK-DAG: ok {{ *}}largest:
module attributes {dl.model = "windows"} {
  func.func @main(%x0: tensor<1x5x7x3xf32> {dl.name = "x0"}, %x1: tensor<2x5x7x3xf32> {dl.name = "x1"}, %x2: tensor<1x9x3xf32> {dl.name = "x2"}, %x3: tensor<1x4x3x5xf32> {dl.name = "x3"}, %x4: tensor<1x4x3x5xf32> {dl.name = "x4"}, %p: tensor<1x5x7x3xf32> {dl.name = "p"}) -> (tensor<1x10x14x4xf32> {dl.name = "double"}, tensor<2x10x13x4xf32> {dl.name = "overlap"}, tensor<1x25x5xf32> {dl.name = "line"}, tensor<1x10x8x2xf32> {dl.name = "gaps"}, tensor<1x6x5x2xf32> {dl.name = "unit"}, tensor<1x7x8x2xf32> {dl.name = "padded"}, tensor<1x6x8x3xf32> {dl.name = "mean"}, tensor<1x5x7x3xf32> {dl.name = "largest"}) {
    %w0 = dl.constant dense<[[[[-1.125, 1.125], [1.0, 0.875]], [[0.75, 0.625], [0.5, 0.375]], [[0.25, 0.125], [0.0, -0.125]], [[-0.25, -0.375], [-0.5, -0.625]]], [[[-0.75, -0.875], [-1.0, -1.125]], [[1.125, 1.0], [0.875, 0.75]], [[0.625, 0.5], [0.375, 0.25]], [[0.125, 0.0], [-0.125, -0.25]]], [[[-0.375, -0.5], [-0.625, -0.75]], [[-0.875, -1.0], [-1.125, 1.125]], [[1.0, 0.875], [0.75, 0.625]], [[0.5, 0.375], [0.25, 0.125]]]]> : tensor<3x4x2x2xf32>
    %b0 = dl.constant dense<[-0.75, -0.25, 0.25, 0.75]> : tensor<4xf32>
    %c0 = dl.conv_transpose %x0, %w0, %b0 {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, output_padding = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x5x7x3xf32>, tensor<3x4x2x2xf32>, tensor<4xf32>) -> tensor<1x10x14x4xf32>
    %r0 = dl.relu %c0 : (tensor<1x10x14x4xf32>) -> tensor<1x10x14x4xf32>
    %w1 = dl.constant dense<[[[[-1.125, 1.125, 1.0], [0.875, 0.75, 0.625], [0.5, 0.375, 0.25]], [[0.125, 0.0, -0.125], [-0.25, -0.375, -0.5], [-0.625, -0.75, -0.875]], [[-1.0, -1.125, 1.125], [1.0, 0.875, 0.75], [0.625, 0.5, 0.375]], [[0.25, 0.125, 0.0], [-0.125, -0.25, -0.375], [-0.5, -0.625, -0.75]]], [[[-0.875, -1.0, -1.125], [1.125, 1.0, 0.875], [0.75, 0.625, 0.5]], [[0.375, 0.25, 0.125], [0.0, -0.125, -0.25], [-0.375, -0.5, -0.625]], [[-0.75, -0.875, -1.0], [-1.125, 1.125, 1.0], [0.875, 0.75, 0.625]], [[0.5, 0.375, 0.25], [0.125, 0.0, -0.125], [-0.25, -0.375, -0.5]]], [[[-0.625, -0.75, -0.875], [-1.0, -1.125, 1.125], [1.0, 0.875, 0.75]], [[0.625, 0.5, 0.375], [0.25, 0.125, 0.0], [-0.125, -0.25, -0.375]], [[-0.5, -0.625, -0.75], [-0.875, -1.0, -1.125], [1.125, 1.0, 0.875]], [[0.75, 0.625, 0.5], [0.375, 0.25, 0.125], [0.0, -0.125, -0.25]]]]> : tensor<3x4x3x3xf32>
    %c1 = dl.conv_transpose %x1, %w1 {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, output_padding = array<i64: 1, 0>, layout = #dl.layout<channels_last>} : (tensor<2x5x7x3xf32>, tensor<3x4x3x3xf32>) -> tensor<2x10x13x4xf32>
    %w2 = dl.constant dense<[[[-1.125, 1.125, 1.0, 0.875], [0.75, 0.625, 0.5, 0.375], [0.25, 0.125, 0.0, -0.125], [-0.25, -0.375, -0.5, -0.625], [-0.75, -0.875, -1.0, -1.125]], [[1.125, 1.0, 0.875, 0.75], [0.625, 0.5, 0.375, 0.25], [0.125, 0.0, -0.125, -0.25], [-0.375, -0.5, -0.625, -0.75], [-0.875, -1.0, -1.125, 1.125]], [[1.0, 0.875, 0.75, 0.625], [0.5, 0.375, 0.25, 0.125], [0.0, -0.125, -0.25, -0.375], [-0.5, -0.625, -0.75, -0.875], [-1.0, -1.125, 1.125, 1.0]]]> : tensor<3x5x4xf32>
    %b2 = dl.constant dense<[-0.75, -0.25, 0.25, 0.75, 1.25]> : tensor<5xf32>
    %c2 = dl.conv_transpose %x2, %w2, %b2 {strides = array<i64: 3>, dilations = array<i64: 1>, pads_begin = array<i64: 1>, pads_end = array<i64: 2>, output_padding = array<i64: 0>, layout = #dl.layout<channels_last>} : (tensor<1x9x3xf32>, tensor<3x5x4xf32>, tensor<5xf32>) -> tensor<1x25x5xf32>
    %r2 = dl.relu %c2 : (tensor<1x25x5xf32>) -> tensor<1x25x5xf32>
    %w3 = dl.constant dense<[[[[-1.125, 1.125]], [[1.0, 0.875]]], [[[0.75, 0.625]], [[0.5, 0.375]]], [[[0.25, 0.125]], [[0.0, -0.125]]], [[[-0.25, -0.375]], [[-0.5, -0.625]]], [[[-0.75, -0.875]], [[-1.0, -1.125]]]]> : tensor<5x2x1x2xf32>
    %c3 = dl.conv_transpose %x3, %w3 {strides = array<i64: 3, 3>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, output_padding = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x4x3x5xf32>, tensor<5x2x1x2xf32>) -> tensor<1x10x8x2xf32>
    %w4 = dl.constant dense<[[[[-1.125, 1.125, 1.0], [0.875, 0.75, 0.625], [0.5, 0.375, 0.25]], [[0.125, 0.0, -0.125], [-0.25, -0.375, -0.5], [-0.625, -0.75, -0.875]]], [[[-1.0, -1.125, 1.125], [1.0, 0.875, 0.75], [0.625, 0.5, 0.375]], [[0.25, 0.125, 0.0], [-0.125, -0.25, -0.375], [-0.5, -0.625, -0.75]]], [[[-0.875, -1.0, -1.125], [1.125, 1.0, 0.875], [0.75, 0.625, 0.5]], [[0.375, 0.25, 0.125], [0.0, -0.125, -0.25], [-0.375, -0.5, -0.625]]], [[[-0.75, -0.875, -1.0], [-1.125, 1.125, 1.0], [0.875, 0.75, 0.625]], [[0.5, 0.375, 0.25], [0.125, 0.0, -0.125], [-0.25, -0.375, -0.5]]], [[[-0.625, -0.75, -0.875], [-1.0, -1.125, 1.125], [1.0, 0.875, 0.75]], [[0.625, 0.5, 0.375], [0.25, 0.125, 0.0], [-0.125, -0.25, -0.375]]]]> : tensor<5x2x3x3xf32>
    %b4 = dl.constant dense<[-0.75, -0.25]> : tensor<2xf32>
    %c4 = dl.conv_transpose %x4, %w4, %b4 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, output_padding = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x4x3x5xf32>, tensor<5x2x3x3xf32>, tensor<2xf32>) -> tensor<1x6x5x2xf32>
    %r4 = dl.relu %c4 : (tensor<1x6x5x2xf32>) -> tensor<1x6x5x2xf32>
    %f = dl.constant dense<0.25> : tensor<2x3x2x3xf32>
    %q = dl.pad %p {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 2, 1, 0>} : (tensor<1x5x7x3xf32>) -> tensor<1x8x8x3xf32>
    %padded = dl.conv %q, %f {dilations = array<i64: 1, 1>, layout = #dl.layout<channels_last>, strides = array<i64: 1, 1>, pads_begin = array<i64: 0, 1>, pads_end = array<i64: 0, 1>} : (tensor<1x8x8x3xf32>, tensor<2x3x2x3xf32>) -> tensor<1x7x8x2xf32>
    %m = dl.pad %p {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>} : (tensor<1x5x7x3xf32>) -> tensor<1x7x9x3xf32>
    %mean = dl.average_pool %m {dilations = array<i64: 1, 1>, layout = #dl.layout<channels_last>, kernel_shape = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x7x9x3xf32>) -> tensor<1x6x8x3xf32>
    %a = dl.relu %p : (tensor<1x5x7x3xf32>) -> tensor<1x5x7x3xf32>
    %n = dl.pad %a {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>} : (tensor<1x5x7x3xf32>) -> tensor<1x7x9x3xf32>
    %largest = dl.max_pool %n {dilations = array<i64: 1, 1>, layout = #dl.layout<channels_last>, kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x7x9x3xf32>) -> tensor<1x5x7x3xf32>
    return %r0, %c1, %r2, %c3, %r4, %padded, %mean, %largest : tensor<1x10x14x4xf32>, tensor<2x10x13x4xf32>, tensor<1x25x5xf32>, tensor<1x10x8x2xf32>, tensor<1x6x5x2xf32>, tensor<1x7x8x2xf32>, tensor<1x6x8x3xf32>, tensor<1x5x7x3xf32>
  }
}
