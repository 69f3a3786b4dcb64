// RUN: dlc-opt %s -schedule-assign=vector-bytes=32 -schedule-verify | FileCheck %s
// RUN: dlc-opt %s -schedule-assign=vector-bytes=64 | FileCheck %s

// CHECK-LABEL: @matmul_gets_gemm
func.func @matmul_gets_gemm(%a: tensor<64x64xf32>) -> tensor<64x64xf32> {
  // CHECK: schedule = #dl.gemm<rows_per_tile =
  %k = dl.kernel (%x = %a : tensor<64x64xf32>) -> (tensor<64x64xf32>) {
    %m = dl.matmul %x, %x : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
    dl.yield %m : tensor<64x64xf32>
  }
  return %k : tensor<64x64xf32>
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
