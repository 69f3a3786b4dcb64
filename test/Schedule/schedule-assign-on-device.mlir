// A module that is compiled for a device gets the device's families.
// RUN: dlc-opt %s -schedule-assign -schedule-verify | FileCheck %s

module attributes {dl.device = #dl.device<kind = cuda, max_threads = 1024, shared_bytes = 49152, subgroup = 32, registers = 255>} {
// CHECK-LABEL: @matmul_gets_gpu_gemm
func.func @matmul_gets_gpu_gemm(%a: tensor<512x512xf32>) -> tensor<512x512xf32> {
  // CHECK: schedule = #dl.gpu_gemm<rows_per_thread = {{[48]}}, columns_per_thread = 4, row_threads =
  %k = dl.kernel (%x = %a : tensor<512x512xf32>) -> (tensor<512x512xf32>) {
    %m = dl.matmul %x, %x : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
    dl.yield %m : tensor<512x512xf32>
  }
  return %k : tensor<512x512xf32>
}

// One row of results cannot fill tiles of many.
// CHECK-LABEL: @few_rows_get_flat_tiles
func.func @few_rows_get_flat_tiles(%a: tensor<1x2048xf32>, %b: tensor<2048x1000xf32>) -> tensor<1x1000xf32> {
  // CHECK: schedule = #dl.gpu_gemm<rows_per_thread = 1
  %k = dl.kernel (%x = %a : tensor<1x2048xf32>, %y = %b : tensor<2048x1000xf32>) -> (tensor<1x1000xf32>) {
    %m = dl.matmul %x, %y : (tensor<1x2048xf32>, tensor<2048x1000xf32>) -> tensor<1x1000xf32>
    dl.yield %m : tensor<1x1000xf32>
  }
  return %k : tensor<1x1000xf32>
}

// CHECK-LABEL: @pool_gets_gpu_window
func.func @pool_gets_gpu_window(%a: tensor<1x13x29x37xf32>) -> tensor<1x11x27x37xf32> {
  // CHECK: schedule = #dl.gpu_window<threads =
  %k = dl.kernel (%x = %a : tensor<1x13x29x37xf32>) -> (tensor<1x11x27x37xf32>) {
    %m = dl.max_pool %x {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x13x29x37xf32>) -> tensor<1x11x27x37xf32>
    dl.yield %m : tensor<1x11x27x37xf32>
  }
  return %k : tensor<1x11x27x37xf32>
}

// CHECK-LABEL: @softmax_gets_gpu_row_reduce
func.func @softmax_gets_gpu_row_reduce(%a: tensor<61x1000xf32>) -> tensor<61x1000xf32> {
  // CHECK: schedule = #dl.gpu_row_reduce<threads_per_row = 128, rows_per_block = 1>
  %k = dl.kernel (%x = %a : tensor<61x1000xf32>) -> (tensor<61x1000xf32>) {
    %m = dl.softmax %x {axis = 1 : i64} : (tensor<61x1000xf32>) -> tensor<61x1000xf32>
    dl.yield %m : tensor<61x1000xf32>
  }
  return %k : tensor<61x1000xf32>
}

// A fold of another axis than the last is none of rows.
// CHECK-LABEL: @column_sums_get_gpu_injective
func.func @column_sums_get_gpu_injective(%a: tensor<61x29xf32>) -> tensor<1x29xf32> {
  // CHECK: schedule = #dl.gpu_injective<threads =
  %k = dl.kernel (%x = %a : tensor<61x29xf32>) -> (tensor<1x29xf32>) {
    %m = dl.reduce <sum> %x {axes = array<i64: 0>} : (tensor<61x29xf32>) -> tensor<1x29xf32>
    dl.yield %m : tensor<1x29xf32>
  }
  return %k : tensor<1x29xf32>
}

// A schedule written by hand is kept.
// CHECK-LABEL: @keep_given_schedule
func.func @keep_given_schedule(%a: tensor<64xf32>) -> tensor<64xf32> {
  // CHECK: schedule = #dl.gpu_injective<threads = 96>
  %k = dl.kernel (%x = %a : tensor<64xf32>) -> (tensor<64xf32>) attributes {schedule = #dl.gpu_injective<threads = 96>} {
    %m = dl.relu %x : (tensor<64xf32>) -> tensor<64xf32>
    dl.yield %m : tensor<64xf32>
  }
  return %k : tensor<64xf32>
}
}
