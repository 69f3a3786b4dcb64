// RUN: dlc-opt %s -schedule-pack-weights=vector-bytes=32 | FileCheck %s

#gemm = #dl.gemm<rows_per_tile = 6, vectors_per_tile = 2, unroll = 1, reduction_block = 0, tiles_per_block = 1, columns_outer = false, tasks = 1, pad_block = false, prefetch = false>

// Ten columns in panels of 2 vectors of 8 lanes: one panel.
// CHECK-LABEL: @matmul
func.func @matmul(%a: tensor<3x4xf32>) -> tensor<3x10xf32> {
  // CHECK: dl.constant dense<{{.*}}0.000000e+00{{.*}}> : tensor<1x4x16xf32>
  // CHECK: dl.matmul {{.*}}columns = 10 : i64, packed_columns = 16 : i64
  %b = dl.constant dense<1.0> : tensor<4x10xf32>
  %k = dl.kernel (%x = %a : tensor<3x4xf32>, %y = %b : tensor<4x10xf32>) -> (tensor<3x10xf32>) attributes {schedule = #gemm} {
    %m = dl.matmul %x, %y : (tensor<3x4xf32>, tensor<4x10xf32>) -> tensor<3x10xf32>
    dl.yield %m : tensor<3x10xf32>
  }
  return %k : tensor<3x10xf32>
}

#narrow = #dl.gemm<rows_per_tile = 6, vectors_per_tile = 2, unroll = 1, reduction_block = 0, tiles_per_block = 1, columns_outer = false, tasks = 1, pad_block = false, prefetch = false, vector_bytes = 16>

// Ten columns in panels of 2 vectors of 4 lanes: two panels.
// CHECK-LABEL: @narrow_vectors
func.func @narrow_vectors(%a: tensor<3x4xf32>) -> tensor<3x10xf32> {
  // CHECK: dl.constant dense<{{.*}}0.000000e+00{{.*}}> : tensor<2x4x8xf32>
  // CHECK: dl.matmul {{.*}}columns = 10 : i64, packed_columns = 8 : i64
  %b = dl.constant dense<1.0> : tensor<4x10xf32>
  %k = dl.kernel (%x = %a : tensor<3x4xf32>, %y = %b : tensor<4x10xf32>) -> (tensor<3x10xf32>) attributes {schedule = #narrow} {
    %m = dl.matmul %x, %y : (tensor<3x4xf32>, tensor<4x10xf32>) -> tensor<3x10xf32>
    dl.yield %m : tensor<3x10xf32>
  }
  return %k : tensor<3x10xf32>
}

// CHECK-LABEL: @keep_computed_operand
func.func @keep_computed_operand(%a: tensor<3x4xf32>, %b: tensor<4x10xf32>) -> tensor<3x10xf32> {
  // CHECK-NOT: packed_columns
  // CHECK: return
  %k = dl.kernel (%x = %a : tensor<3x4xf32>, %y = %b : tensor<4x10xf32>) -> (tensor<3x10xf32>) attributes {schedule = #gemm} {
    %m = dl.matmul %x, %y : (tensor<3x4xf32>, tensor<4x10xf32>) -> tensor<3x10xf32>
    dl.yield %m : tensor<3x10xf32>
  }
  return %k : tensor<3x10xf32>
}

#steps = #dl.gemm<rows_per_tile = 6, vectors_per_tile = 2, unroll = 1, reduction_block = 0, tiles_per_block = 1, columns_outer = false, tasks = 1, pad_block = false, prefetch = false, steps_side_by_side = 2>

// Ten columns: eight are a vector, the two others, of four, have two steps side by side.
// CHECK-LABEL: @steps_side_by_side
func.func @steps_side_by_side(%a: tensor<3x2xf32>) -> tensor<3x10xf32> {
  // CHECK: dl.constant dense<{{\[\[\[}}1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00, 5.000000e+00, 6.000000e+00, 7.000000e+00, 8.000000e+00, 1.100000e+01, 1.200000e+01, 1.300000e+01, 1.400000e+01], [1.500000e+01, 1.600000e+01, 1.700000e+01, 1.800000e+01, 9.000000e+00, 1.900000e+01, 1.000000e+01, 2.000000e+01, 0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00]]]> : tensor<1x2x12xf32>
  // CHECK: dl.matmul {{.*}}columns = 10 : i64, packed_columns = 12 : i64, side_columns = 4 : i64, side_steps = 2 : i64
  %b = dl.constant dense<[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0], [11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0, 20.0]]> : tensor<2x10xf32>
  %k = dl.kernel (%x = %a : tensor<3x2xf32>, %y = %b : tensor<2x10xf32>) -> (tensor<3x10xf32>) attributes {schedule = #steps} {
    %m = dl.matmul %x, %y : (tensor<3x2xf32>, tensor<2x10xf32>) -> tensor<3x10xf32>
    dl.yield %m : tensor<3x10xf32>
  }
  return %k : tensor<3x10xf32>
}

// What the steps do not fit stays in panels of whole vectors.
// CHECK-LABEL: @steps_that_do_not_divide
func.func @steps_that_do_not_divide(%a: tensor<3x3xf32>) -> tensor<3x10xf32> {
  // CHECK: dl.matmul {{.*}}columns = 10 : i64, packed_columns = 16 : i64}
  %b = dl.constant dense<1.0> : tensor<3x10xf32>
  %k = dl.kernel (%x = %a : tensor<3x3xf32>, %y = %b : tensor<3x10xf32>) -> (tensor<3x10xf32>) attributes {schedule = #steps} {
    %m = dl.matmul %x, %y : (tensor<3x3xf32>, tensor<3x10xf32>) -> tensor<3x10xf32>
    dl.yield %m : tensor<3x10xf32>
  }
  return %k : tensor<3x10xf32>
}
