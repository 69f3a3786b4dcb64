// RUN: dlc-opt %s -schedule-assign=vector-bytes=32 -schedule-verify | FileCheck %s
// RUN: dlc-opt %s -schedule-assign=vector-bytes=64 | FileCheck %s --check-prefixes=CHECK,WIDE

// CHECK-LABEL: @matmul_gets_gemm
func.func @matmul_gets_gemm(%a: tensor<64x64xf32>) -> tensor<64x64xf32> {
  // CHECK: schedule = #dl.gemm<rows_per_tile = {{.*}} prefetch = false>
  %k = dl.kernel (%x = %a : tensor<64x64xf32>) -> (tensor<64x64xf32>) {
    %m = dl.matmul %x, %x : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
    dl.yield %m : tensor<64x64xf32>
  }
  return %k : tensor<64x64xf32>
}

// CHECK-LABEL: @attention_gets_blocks
func.func @attention_gets_blocks(%a: tensor<1x4x64x32xf32>) -> tensor<1x4x64x32xf32> {
  // CHECK: schedule = #dl.attention_blocks<rows_per_tile =
  %k = dl.kernel (%x = %a : tensor<1x4x64x32xf32>) -> (tensor<1x4x64x32xf32>) {
    %m = dl.attention %x, %x, %x {scale = 0.5 : f64} : (tensor<1x4x64x32xf32>, tensor<1x4x64x32xf32>, tensor<1x4x64x32xf32>) -> tensor<1x4x64x32xf32>
    dl.yield %m : tensor<1x4x64x32xf32>
  }
  return %k : tensor<1x4x64x32xf32>
}

// A schedule written by hand is kept.
// CHECK-LABEL: @keep_given_schedule
func.func @keep_given_schedule(%a: tensor<64xf32>) -> tensor<64xf32> {
  // CHECK: schedule = #dl.injective<vectors_per_tile = 3, elements_per_task = 5, tasks = 7>
  %k = dl.kernel (%x = %a : tensor<64xf32>) -> (tensor<64xf32>) attributes {schedule = #dl.injective<vectors_per_tile = 3, elements_per_task = 5, tasks = 7>} {
    %m = dl.relu %x : (tensor<64xf32>) -> tensor<64xf32>
    dl.yield %m : tensor<64xf32>
  }
  return %k : tensor<64xf32>
}

// CHECK-LABEL: @pool_gets_window
func.func @pool_gets_window(%a: tensor<1x13x29x37xf32>) -> tensor<1x11x27x37xf32> {
  // CHECK: schedule = #dl.window<vectors_per_tile =
  %k = dl.kernel (%x = %a : tensor<1x13x29x37xf32>) -> (tensor<1x11x27x37xf32>) {
    %m = dl.max_pool %x {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x13x29x37xf32>) -> tensor<1x11x27x37xf32>
    dl.yield %m : tensor<1x11x27x37xf32>
  }
  return %k : tensor<1x11x27x37xf32>
}

// Channels in front are for no template: the fallback.
// CHECK-LABEL: @channels_first_pool
func.func @channels_first_pool(%a: tensor<1x37x13x29xf32>) -> tensor<1x37x11x27xf32> {
  // CHECK: schedule = #dl.injective<
  %k = dl.kernel (%x = %a : tensor<1x37x13x29xf32>) -> (tensor<1x37x11x27xf32>) {
    %m = dl.max_pool %x {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_first>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x37x13x29xf32>) -> tensor<1x37x11x27xf32>
    dl.yield %m : tensor<1x37x11x27xf32>
  }
  return %k : tensor<1x37x11x27xf32>
}

// CHECK-LABEL: @trailing_reduction_gets_row_reduce
func.func @trailing_reduction_gets_row_reduce(%a: tensor<61x29xf32>) -> tensor<61x1xf32> {
  // CHECK: schedule = #dl.row_reduce<accumulators = {{[0-9]+}}, rows_per_block = 1,
  %k = dl.kernel (%x = %a : tensor<61x29xf32>) -> (tensor<61x1xf32>) {
    %m = dl.reduce <sum> %x {axes = array<i64: 1>} : (tensor<61x29xf32>) -> tensor<61x1xf32>
    dl.yield %m : tensor<61x1xf32>
  }
  return %k : tensor<61x1xf32>
}

// CHECK-LABEL: @leading_reduction
func.func @leading_reduction(%a: tensor<61x29xf32>) -> tensor<1x29xf32> {
  // CHECK: schedule = #dl.row_reduce<
  %k = dl.kernel (%x = %a : tensor<61x29xf32>) -> (tensor<1x29xf32>) {
    %m = dl.reduce <sum> %x {axes = array<i64: 0>} : (tensor<61x29xf32>) -> tensor<1x29xf32>
    dl.yield %m : tensor<1x29xf32>
  }
  return %k : tensor<1x29xf32>
}

// CHECK-LABEL: @softmax_gets_row_reduce
func.func @softmax_gets_row_reduce(%a: tensor<7x5xf32>) -> tensor<7x5xf32> {
  // CHECK: schedule = #dl.row_reduce<accumulators = {{[0-9]+}}, rows_per_block = 7,
  %k = dl.kernel (%x = %a : tensor<7x5xf32>) -> (tensor<7x5xf32>) {
    %m = dl.softmax %x {axis = 1 : i64} : (tensor<7x5xf32>) -> tensor<7x5xf32>
    dl.yield %m : tensor<7x5xf32>
  }
  return %k : tensor<7x5xf32>
}

// CHECK-LABEL: @transpose_gets_transpose
func.func @transpose_gets_transpose(%a: tensor<37x13xf32>) -> tensor<13x37xf32> {
  // CHECK: schedule = #dl.transpose<tile = {{[0-9]+}}, tasks = 1>
  %k = dl.kernel (%x = %a : tensor<37x13xf32>) -> (tensor<13x37xf32>) {
    %m = dl.transpose %x {permutation = array<i64: 1, 0>} : (tensor<37x13xf32>) -> tensor<13x37xf32>
    dl.yield %m : tensor<13x37xf32>
  }
  return %k : tensor<13x37xf32>
}

// CHECK-LABEL: @cumsum_gets_scan
func.func @cumsum_gets_scan(%a: tensor<3x5x64xf32>) -> tensor<3x5x64xf32> {
  // CHECK: schedule = #dl.scan<vectors_per_tile = {{[0-9]+}}, tasks = 1>
  %k = dl.kernel (%x = %a : tensor<3x5x64xf32>) -> (tensor<3x5x64xf32>) {
    %m = dl.cumsum %x {axis = 1 : i64} : (tensor<3x5x64xf32>) -> tensor<3x5x64xf32>
    dl.yield %m : tensor<3x5x64xf32>
  }
  return %k : tensor<3x5x64xf32>
}

// What is summed in a wider type has no room in the result.
// CHECK-LABEL: @narrow_cumsum
func.func @narrow_cumsum(%a: tensor<3x5xf16>) -> tensor<3x5xf16> {
  // CHECK: schedule = #dl.injective
  %k = dl.kernel (%x = %a : tensor<3x5xf16>) -> (tensor<3x5xf16>) {
    %m = dl.cumsum %x {axis = 1 : i64} : (tensor<3x5xf16>) -> tensor<3x5xf16>
    dl.yield %m : tensor<3x5xf16>
  }
  return %k : tensor<3x5xf16>
}

// Rows that stay whole are copied, not turned.
// CHECK-LABEL: @outer_transpose
func.func @outer_transpose(%a: tensor<3x5x16xf32>) -> tensor<5x3x16xf32> {
  // CHECK: schedule = #dl.injective<
  %k = dl.kernel (%x = %a : tensor<3x5x16xf32>) -> (tensor<5x3x16xf32>) {
    %m = dl.transpose %x {permutation = array<i64: 1, 0, 2>} : (tensor<3x5x16xf32>) -> tensor<5x3x16xf32>
    dl.yield %m : tensor<5x3x16xf32>
  }
  return %k : tensor<5x3x16xf32>
}

// All rows pass each panel of weights once; the next panel comes into L2 meanwhile.
// CHECK-LABEL: @few_rows_of_many_weights
func.func @few_rows_of_many_weights(%a: tensor<49x512xf32>, %w: tensor<512x2048xf32>) -> tensor<49x2048xf32> {
  // CHECK: schedule = #dl.gemm<{{.*}} columns_outer = true, {{.*}} prefetch = true>
  %k = dl.kernel (%x = %a : tensor<49x512xf32>, %y = %w : tensor<512x2048xf32>) -> (tensor<49x2048xf32>) {
    %m = dl.matmul %x, %y : (tensor<49x512xf32>, tensor<512x2048xf32>) -> tensor<49x2048xf32>
    dl.yield %m : tensor<49x2048xf32>
  }
  return %k : tensor<49x2048xf32>
}

// Weights that are stored stream by once, beside one tile of all rows where the registers hold it.
// CHECK-LABEL: @one_tile_of_rows
func.func @one_tile_of_rows(%a: tensor<16x512xf32>) -> tensor<16x2048xf32> {
  // WIDE: schedule = #dl.gemm<rows_per_tile = 16, vectors_per_tile = 1,{{.*}} columns_outer = true,{{.*}} prefetch = true>
  %w = dl.constant dense<1.0> : tensor<512x2048xf32>
  %k = dl.kernel (%x = %a : tensor<16x512xf32>, %y = %w : tensor<512x2048xf32>) -> (tensor<16x2048xf32>) {
    %m = dl.matmul %x, %y : (tensor<16x512xf32>, tensor<512x2048xf32>) -> tensor<16x2048xf32>
    dl.yield %m : tensor<16x2048xf32>
  }
  return %k : tensor<16x2048xf32>
}

// Of a number that a call decides there may be more.
// CHECK-LABEL: @open_rows
func.func @open_rows(%a: tensor<?x512xf32>) -> tensor<?x2048xf32> {
  // WIDE: schedule = #dl.gemm<rows_per_tile = {{[1-8]}},
  %w = dl.constant dense<1.0> : tensor<512x2048xf32>
  %k = dl.kernel (%x = %a : tensor<?x512xf32>, %y = %w : tensor<512x2048xf32>) -> (tensor<?x2048xf32>) {
    %m = dl.matmul %x, %y : (tensor<?x512xf32>, tensor<512x2048xf32>) -> tensor<?x2048xf32>
    dl.yield %m : tensor<?x2048xf32>
  }
  return %k : tensor<?x2048xf32>
}

// A filter that is computed is packed by the kernel.
// CHECK-LABEL: @conv_with_computed_filter
func.func @conv_with_computed_filter(%a: tensor<1x5x5x4xf32>, %w: tensor<8x4x3x3xf32>) -> tensor<1x3x3x8xf32> {
  // CHECK: schedule = #dl.gemm<
  %k = dl.kernel (%x = %a : tensor<1x5x5x4xf32>, %f = %w : tensor<8x4x3x3xf32>) -> (tensor<1x3x3x8xf32>) {
    %m = dl.conv %x, %f {dilations = array<i64: 1, 1>, groups = 1 : i64, layout = #dl.layout<channels_last>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x5x5x4xf32>, tensor<8x4x3x3xf32>) -> tensor<1x3x3x8xf32>
    dl.yield %m : tensor<1x3x3x8xf32>
  }
  return %k : tensor<1x3x3x8xf32>
}

// A depthwise filter is not: the depthwise template reads it as it is stored with its outputs last.
// CHECK-LABEL: @depthwise_with_computed_filter
func.func @depthwise_with_computed_filter(%a: tensor<1x5x5x8xf32>, %w: tensor<8x1x3x3xf32>, %v: tensor<3x3x1x8xf32>) -> (tensor<1x3x3x8xf32>, tensor<1x3x3x8xf32>) {
  // CHECK: schedule = #dl.injective<
  // CHECK: schedule = #dl.depthwise_conv<
  %k = dl.kernel (%x = %a : tensor<1x5x5x8xf32>, %f = %w : tensor<8x1x3x3xf32>) -> (tensor<1x3x3x8xf32>) {
    %m = dl.conv %x, %f {dilations = array<i64: 1, 1>, groups = 8 : i64, layout = #dl.layout<channels_last>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x5x5x8xf32>, tensor<8x1x3x3xf32>) -> tensor<1x3x3x8xf32>
    dl.yield %m : tensor<1x3x3x8xf32>
  }
  %l = dl.kernel (%x = %a : tensor<1x5x5x8xf32>, %f = %v : tensor<3x3x1x8xf32>) -> (tensor<1x3x3x8xf32>) {
    %m = dl.conv %x, %f {dilations = array<i64: 1, 1>, groups = 8 : i64, layout = #dl.layout<channels_last>, output_last = true, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x5x5x8xf32>, tensor<3x3x1x8xf32>) -> tensor<1x3x3x8xf32>
    dl.yield %m : tensor<1x3x3x8xf32>
  }
  return %k, %l : tensor<1x3x3x8xf32>, tensor<1x3x3x8xf32>
}

// Without a stride the gradient by the input is a convolution; with one it is not.
// CHECK-LABEL: @conv_transpose
func.func @conv_transpose(%a: tensor<1x5x5x8xf32>, %w: tensor<8x4x3x3xf32>) -> (tensor<1x5x5x4xf32>, tensor<1x11x11x4xf32>) {
  // CHECK: schedule = #dl.gemm<
  // CHECK: schedule = #dl.injective<
  %k = dl.kernel (%x = %a : tensor<1x5x5x8xf32>, %f = %w : tensor<8x4x3x3xf32>) -> (tensor<1x5x5x4xf32>) {
    %m = dl.conv_transpose %x, %f {dilations = array<i64: 1, 1>, layout = #dl.layout<channels_last>, output_padding = array<i64: 0, 0>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x5x5x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x5x5x4xf32>
    dl.yield %m : tensor<1x5x5x4xf32>
  }
  %l = dl.kernel (%x = %a : tensor<1x5x5x8xf32>, %f = %w : tensor<8x4x3x3xf32>) -> (tensor<1x11x11x4xf32>) {
    %m = dl.conv_transpose %x, %f {dilations = array<i64: 1, 1>, layout = #dl.layout<channels_last>, output_padding = array<i64: 0, 0>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x5x5x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x11x11x4xf32>
    dl.yield %m : tensor<1x11x11x4xf32>
  }
  return %k, %l : tensor<1x5x5x4xf32>, tensor<1x11x11x4xf32>
}

// A filter's gradient is a product where its kernel turns it; as it is, it is not.
// CHECK-LABEL: @filter_gradient
func.func @filter_gradient(%a: tensor<1x5x5x4xf32>, %b: tensor<1x5x5x8xf32>) -> (tensor<3x3x4x8xf32>, tensor<8x4x3x3xf32>) {
  // CHECK: schedule = #dl.gemm<
  // CHECK: schedule = #dl.injective<
  %k = dl.kernel (%x = %a : tensor<1x5x5x4xf32>, %d = %b : tensor<1x5x5x8xf32>) -> (tensor<3x3x4x8xf32>) {
    %g = dl.conv_filter_gradient %x, %d {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x5x5x4xf32>, tensor<1x5x5x8xf32>) -> tensor<8x4x3x3xf32>
    %t = dl.transpose %g {permutation = array<i64: 2, 3, 1, 0>} : (tensor<8x4x3x3xf32>) -> tensor<3x3x4x8xf32>
    dl.yield %t : tensor<3x3x4x8xf32>
  }
  %l = dl.kernel (%x = %a : tensor<1x5x5x4xf32>, %d = %b : tensor<1x5x5x8xf32>) -> (tensor<8x4x3x3xf32>) {
    %g = dl.conv_filter_gradient %x, %d {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x5x5x4xf32>, tensor<1x5x5x8xf32>) -> tensor<8x4x3x3xf32>
    dl.yield %g : tensor<8x4x3x3xf32>
  }
  return %k, %l : tensor<3x3x4x8xf32>, tensor<8x4x3x3xf32>
}

// With groups it is a product for each of them; with one channel a group, a fold of pixels.
// CHECK-LABEL: @grouped_filter_gradient
func.func @grouped_filter_gradient(%a: tensor<1x5x5x4xf32>, %b: tensor<1x5x5x8xf32>) -> (tensor<3x3x2x8xf32>, tensor<3x3x1x8xf32>) {
  // CHECK: schedule = #dl.gemm<
  // CHECK: schedule = #dl.row_reduce<
  %k = dl.kernel (%x = %a : tensor<1x5x5x4xf32>, %d = %b : tensor<1x5x5x8xf32>) -> (tensor<3x3x2x8xf32>) {
    %g = dl.conv_filter_gradient %x, %d {dilations = array<i64: 1, 1>, groups = 2 : i64, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x5x5x4xf32>, tensor<1x5x5x8xf32>) -> tensor<8x2x3x3xf32>
    %t = dl.transpose %g {permutation = array<i64: 2, 3, 1, 0>} : (tensor<8x2x3x3xf32>) -> tensor<3x3x2x8xf32>
    dl.yield %t : tensor<3x3x2x8xf32>
  }
  %l = dl.kernel (%x = %a : tensor<1x5x5x4xf32>, %d = %b : tensor<1x5x5x8xf32>) -> (tensor<3x3x1x8xf32>) {
    %g = dl.conv_filter_gradient %x, %d {dilations = array<i64: 1, 1>, groups = 4 : i64, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x5x5x4xf32>, tensor<1x5x5x8xf32>) -> tensor<8x1x3x3xf32>
    %t = dl.transpose %g {permutation = array<i64: 2, 3, 1, 0>} : (tensor<8x1x3x3xf32>) -> tensor<3x3x1x8xf32>
    dl.yield %t : tensor<3x3x1x8xf32>
  }
  return %k, %l : tensor<3x3x2x8xf32>, tensor<3x3x1x8xf32>
}

// Leading axes are folded column by column; axes in the middle have no template.
// CHECK-LABEL: @column_sums
func.func @column_sums(%a: tensor<4x5x6xf32>) -> (tensor<6xf32>, tensor<4x6xf32>) {
  // CHECK: schedule = #dl.row_reduce<
  // CHECK: schedule = #dl.injective<
  %k = dl.kernel (%x = %a : tensor<4x5x6xf32>) -> (tensor<6xf32>) {
    %m = dl.reduce <sum> %x {axes = array<i64: 0, 1>, keep_dims = false} : (tensor<4x5x6xf32>) -> tensor<6xf32>
    dl.yield %m : tensor<6xf32>
  }
  %l = dl.kernel (%x = %a : tensor<4x5x6xf32>) -> (tensor<4x6xf32>) {
    %m = dl.reduce <sum> %x {axes = array<i64: 1>, keep_dims = false} : (tensor<4x5x6xf32>) -> tensor<4x6xf32>
    dl.yield %m : tensor<4x6xf32>
  }
  return %k, %l : tensor<6xf32>, tensor<4x6xf32>
}

// Three columns of a constant matrix leave most of a vector empty.
// CHECK-LABEL: @few_columns_get_steps_side_by_side
func.func @few_columns_get_steps_side_by_side(%a: tensor<640x64xf32>) -> tensor<640x3xf32> {
  // CHECK: schedule = #dl.gemm<{{.*}}, vectors_per_tile = 3, {{.*}}, steps_side_by_side = {{(8|16)[,>]}}
  %b = dl.constant dense<1.0> : tensor<64x3xf32>
  %k = dl.kernel (%x = %a : tensor<640x64xf32>, %y = %b : tensor<64x3xf32>) -> (tensor<640x3xf32>) {
    %m = dl.matmul %x, %y : (tensor<640x64xf32>, tensor<64x3xf32>) -> tensor<640x3xf32>
    dl.yield %m : tensor<640x3xf32>
  }
  return %k : tensor<640x3xf32>
}

// Not so where the matrix is computed, as in training, where its columns fill vectors, where steps do not divide the
// depth, and where the left operand is turned.
// CHECK-LABEL: @no_steps_side_by_side
// CHECK-NOT: steps_side_by_side
// CHECK: return
func.func @no_steps_side_by_side(%a: tensor<640x64xf32>, %b: tensor<64x3xf32>, %c: tensor<640x63xf32>) -> (tensor<640x3xf32>, tensor<640x16xf32>, tensor<640x3xf32>, tensor<64x3xf32>) {
  %computed = dl.kernel (%x = %a : tensor<640x64xf32>, %y = %b : tensor<64x3xf32>) -> (tensor<640x3xf32>) {
    %m = dl.matmul %x, %y : (tensor<640x64xf32>, tensor<64x3xf32>) -> tensor<640x3xf32>
    dl.yield %m : tensor<640x3xf32>
  }
  %w = dl.constant dense<1.0> : tensor<64x16xf32>
  %whole = dl.kernel (%x = %a : tensor<640x64xf32>, %y = %w : tensor<64x16xf32>) -> (tensor<640x16xf32>) {
    %m = dl.matmul %x, %y : (tensor<640x64xf32>, tensor<64x16xf32>) -> tensor<640x16xf32>
    dl.yield %m : tensor<640x16xf32>
  }
  %v = dl.constant dense<1.0> : tensor<63x3xf32>
  %odd = dl.kernel (%x = %c : tensor<640x63xf32>, %y = %v : tensor<63x3xf32>) -> (tensor<640x3xf32>) {
    %m = dl.matmul %x, %y : (tensor<640x63xf32>, tensor<63x3xf32>) -> tensor<640x3xf32>
    dl.yield %m : tensor<640x3xf32>
  }
  %u = dl.constant dense<1.0> : tensor<640x3xf32>
  %turned = dl.kernel (%x = %a : tensor<640x64xf32>, %y = %u : tensor<640x3xf32>) -> (tensor<64x3xf32>) {
    %m = dl.matmul %x, %y {transpose_lhs = true} : (tensor<640x64xf32>, tensor<640x3xf32>) -> tensor<64x3xf32>
    dl.yield %m : tensor<64x3xf32>
  }
  return %computed, %whole, %odd, %turned : tensor<640x3xf32>, tensor<640x16xf32>, tensor<640x3xf32>, tensor<64x3xf32>
}

// Padded groups of few channels have one address a tile that never wraps around a line, and share vectors where their
// columns are a power of two; others have steps side by side.
// CHECK-LABEL: @padded_groups
func.func @padded_groups(%a: tensor<1x28x28x256xf32>, %b: tensor<1x28x28x192xf32>) -> (tensor<1x28x28x256xf32>, tensor<1x28x28x96xf32>) {
  // CHECK: schedule = #dl.gemm<rows_per_tile = 14, vectors_per_tile = 1, {{.*}} pad_block = true, prefetch = false{{(, vector_bytes = 32)?}}>
  %f = dl.constant dense<1.0> : tensor<256x8x3x3xf32>
  %k = dl.kernel (%x = %a : tensor<1x28x28x256xf32>, %y = %f : tensor<256x8x3x3xf32>) -> (tensor<1x28x28x256xf32>) {
    %m = dl.conv %x, %y {dilations = array<i64: 1, 1>, groups = 32 : i64, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x28x28x256xf32>, tensor<256x8x3x3xf32>) -> tensor<1x28x28x256xf32>
    dl.yield %m : tensor<1x28x28x256xf32>
  }
  // CHECK: schedule = #dl.gemm<{{.*}} pad_block = true, prefetch = false, steps_side_by_side = {{[24][,>]}}
  %g = dl.constant dense<1.0> : tensor<96x6x3x3xf32>
  %l = dl.kernel (%x = %b : tensor<1x28x28x192xf32>, %y = %g : tensor<96x6x3x3xf32>) -> (tensor<1x28x28x96xf32>) {
    %m = dl.conv %x, %y {dilations = array<i64: 1, 1>, groups = 32 : i64, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x28x28x192xf32>, tensor<96x6x3x3xf32>) -> tensor<1x28x28x96xf32>
    dl.yield %m : tensor<1x28x28x96xf32>
  }
  return %k, %l : tensor<1x28x28x256xf32>, tensor<1x28x28x96xf32>
}
