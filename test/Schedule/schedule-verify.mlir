// RUN: not dlc-opt %s -split-input-file -schedule-verify 2>&1 | FileCheck %s

func.func @schedule_c1(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: has no schedule after the phase schedule
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}

// -----

func.func @schedule_c2(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: has a schedule of another family than its anchor: #dl.row_reduce
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.row_reduce<accumulators = 1, rows_per_block = 1, tasks = 1>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}

// -----

func.func @attention_schedule_of_another_anchor(%a: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // CHECK: has a schedule of another family than its anchor: #dl.attention_blocks
  %k = dl.kernel (%x = %a : tensor<4x4xf32>) -> (tensor<4x4xf32>) attributes {schedule = #dl.attention_blocks<rows_per_tile = 1, score_vectors = 1, value_vectors = 1, unroll = 1, tiles_per_block = 1, tasks = 1>} {
    %m = dl.matmul %x, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    dl.yield %m : tensor<4x4xf32>
  }
  return %k : tensor<4x4xf32>
}

// -----

func.func @too_large_attention_tile(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: expects a register tile of at most 64 vectors, got 72
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.attention_blocks<rows_per_tile = 8, score_vectors = 9, value_vectors = 1, unroll = 1, tiles_per_block = 1, tasks = 1>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}

// -----

func.func @schedule_c5(%a: tensor<9x4xf32>, %b: tensor<4x3xf32>) -> tensor<9x3xf32> {
  // CHECK: has steps side by side, which need constant weights and a left operand whose innermost axis they divide: #dl.gemm<
  %k = dl.kernel (%x = %a : tensor<9x4xf32>, %y = %b : tensor<4x3xf32>) -> (tensor<9x3xf32>) attributes {schedule = #dl.gemm<rows_per_tile = 4, vectors_per_tile = 1, unroll = 1, reduction_block = 0, tiles_per_block = 1, columns_outer = false, tasks = 1, pad_block = false, prefetch = false, steps_side_by_side = 2>} {
    %m = dl.matmul %x, %y : (tensor<9x4xf32>, tensor<4x3xf32>) -> tensor<9x3xf32>
    dl.yield %m : tensor<9x3xf32>
  }
  return %k : tensor<9x3xf32>
}

// -----

func.func @steps_side_by_side_of_no_power_of_two(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: expects steps_side_by_side to be a power of two, got 3
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.gemm<rows_per_tile = 4, vectors_per_tile = 1, unroll = 1, reduction_block = 0, tiles_per_block = 1, columns_outer = false, tasks = 1, pad_block = false, prefetch = false, steps_side_by_side = 3>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}

// -----

func.func @vectors_of_no_power_of_two(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: expects vector_bytes of 16, 32, 64, or 0 for the widest, got 24
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.gemm<rows_per_tile = 4, vectors_per_tile = 1, unroll = 1, reduction_block = 0, tiles_per_block = 1, columns_outer = false, tasks = 1, pad_block = false, prefetch = false, vector_bytes = 24>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}

// -----

func.func @steps_side_by_side_in_slices(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: expects no reduction_block beside steps_side_by_side, got 8
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.gemm<rows_per_tile = 4, vectors_per_tile = 1, unroll = 1, reduction_block = 8, tiles_per_block = 1, columns_outer = false, tasks = 1, pad_block = false, prefetch = false, steps_side_by_side = 2>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}

// -----

func.func @illegal_parameter(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: expects tasks of at least 1, got 0
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.injective<vectors_per_tile = 1, elements_per_task = 1, tasks = 0>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}

// -----

func.func @row_reduce_of_middle_axis(%a: tensor<3x61x29xf32>) -> tensor<3x1x29xf32> {
  // CHECK: has a schedule of another family than its anchor: #dl.row_reduce
  %k = dl.kernel (%x = %a : tensor<3x61x29xf32>) -> (tensor<3x1x29xf32>) attributes {schedule = #dl.row_reduce<accumulators = 1, rows_per_block = 1, tasks = 1>} {
    %m = dl.reduce <sum> %x {axes = array<i64: 1>} : (tensor<3x61x29xf32>) -> tensor<3x1x29xf32>
    dl.yield %m : tensor<3x1x29xf32>
  }
  return %k : tensor<3x1x29xf32>
}

// -----

func.func @transpose_without_one(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: has a schedule of another family than its anchor: #dl.transpose
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.transpose<tile = 8, tasks = 1>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}

// -----

func.func @illegal_tile(%a: tensor<37x13xf32>) -> tensor<13x37xf32> {
  // CHECK: expects tile of at least 1, got 0
  %k = dl.kernel (%x = %a : tensor<37x13xf32>) -> (tensor<13x37xf32>) attributes {schedule = #dl.transpose<tile = 0, tasks = 1>} {
    %m = dl.transpose %x {permutation = array<i64: 1, 0>} : (tensor<37x13xf32>) -> tensor<13x37xf32>
    dl.yield %m : tensor<13x37xf32>
  }
  return %k : tensor<13x37xf32>
}

// -----

func.func @scan_without_one(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: has a schedule of another family than its anchor: #dl.scan
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.scan<vectors_per_tile = 4, tasks = 1>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}

// -----

// What has no form without a template cannot have the family that is the fallback.
func.func @injective_norm(%a: tensor<3x37xf32>, %b: tensor<37xf32>) -> tensor<3x37xf32> {
  // CHECK: has a schedule of another family than its anchor: #dl.injective
  %k = dl.kernel (%x = %a : tensor<3x37xf32>, %s = %b : tensor<37xf32>) -> (tensor<3x37xf32>) attributes {schedule = #dl.injective<vectors_per_tile = 1, elements_per_task = 1, tasks = 1>} {
    %m = dl.layer_norm %x, %s {axis = 1 : i64, epsilon = 1.0e-5 : f64} : (tensor<3x37xf32>, tensor<37xf32>) -> tensor<3x37xf32>
    dl.yield %m : tensor<3x37xf32>
  }
  return %k : tensor<3x37xf32>
}

// -----

func.func @rows_of_a_tile(%a: tensor<1x5x5x4xf32>) -> tensor<1x3x3x4xf32> {
  // CHECK: expects rows_per_tile of at least 1, got 0
  %k = dl.kernel (%x = %a : tensor<1x5x5x4xf32>) -> (tensor<1x3x3x4xf32>) attributes {schedule = #dl.window<vectors_per_tile = 1, columns_per_tile = 1, rows_per_block = 1, tasks = 1, rows_per_tile = 0>} {
    %m = dl.max_pool %x {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x5x5x4xf32>) -> tensor<1x3x3x4xf32>
    dl.yield %m : tensor<1x3x3x4xf32>
  }
  return %k : tensor<1x3x3x4xf32>
}

// -----

// The filter of a depthwise convolution that is computed is not stored as the template reads it.
func.func @depthwise_of_computed_filter(%a: tensor<1x5x5x4xf32>, %w: tensor<4x1x3x3xf32>) -> tensor<1x3x3x4xf32> {
  // CHECK: has a schedule of another family than its anchor: #dl.depthwise_conv
  %k = dl.kernel (%x = %a : tensor<1x5x5x4xf32>, %f = %w : tensor<4x1x3x3xf32>) -> (tensor<1x3x3x4xf32>) attributes {schedule = #dl.depthwise_conv<vectors_per_tile = 1, columns_per_tile = 1, rows_per_block = 1, tasks = 1, pad_block = false>} {
    %m = dl.conv %x, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, groups = 4 : i64, layout = #dl.layout<channels_last>} : (tensor<1x5x5x4xf32>, tensor<4x1x3x3xf32>) -> tensor<1x3x3x4xf32>
    dl.yield %m : tensor<1x3x3x4xf32>
  }
  return %k : tensor<1x3x3x4xf32>
}
