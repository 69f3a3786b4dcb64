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
