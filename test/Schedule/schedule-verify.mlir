// RUN: not dlc-opt %s -split-input-file -schedule-verify 2>&1 | FileCheck %s

func.func @missing(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: has no schedule after the phase schedule
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}

// -----

func.func @other_family(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: has a schedule of another family than its anchor: #dl.row_reduce
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.row_reduce<accumulators = 1, rows_per_block = 1, tasks = 1>} {
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
