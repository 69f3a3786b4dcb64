// RUN: not dlc-opt %s -split-input-file -schedule-verify 2>&1 | FileCheck %s

module attributes {dl.device = #dl.device<kind = opencl, max_threads = 256, shared_bytes = 32768, subgroup = 32, registers = 128>} {
func.func @schedule_c3(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: has a schedule for the host, the module is compiled for a device: #dl.injective
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.injective<vectors_per_tile = 1, elements_per_task = 1, tasks = 1>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}
}

// -----

func.func @device_schedule_on_host(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: has a schedule for a device, the module is compiled for the host: #dl.gpu_injective
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.gpu_injective<threads = 32>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}

// -----

module attributes {dl.device = #dl.device<kind = opencl, max_threads = 256, shared_bytes = 32768, subgroup = 32, registers = 128>} {
func.func @schedule_c4(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: has a schedule beyond the device's limits: a block of 512 threads, the device takes 256
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.gpu_injective<threads = 512>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}
}

// -----

module attributes {dl.device = #dl.device<kind = opencl, max_threads = 256, shared_bytes = 32768, subgroup = 32, registers = 128>} {
func.func @too_much_shared_memory(%a: tensor<64x64xf32>) -> tensor<64x64xf32> {
  // CHECK: has a schedule beyond the device's limits: 45056 bytes of shared memory in a block, the device has 32768
  %k = dl.kernel (%x = %a : tensor<64x64xf32>) -> (tensor<64x64xf32>) attributes {schedule = #dl.gpu_gemm<rows_per_thread = 8, columns_per_thread = 4, row_threads = 16, column_threads = 16, depth_per_step = 16, unroll = 4>} {
    %m = dl.matmul %x, %x : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
    dl.yield %m : tensor<64x64xf32>
  }
  return %k : tensor<64x64xf32>
}
}

// -----

module attributes {dl.device = #dl.device<kind = opencl, max_threads = 256, shared_bytes = 32768, subgroup = 32, registers = 128>} {
func.func @device_schedule_of_another_anchor(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: has a schedule of another family than its anchor: #dl.gpu_row_reduce
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.gpu_row_reduce<threads_per_row = 4, rows_per_block = 1>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}
}

// -----

func.func @no_threads(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: expects between 1 and 1024 threads in a block, got 0
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.gpu_window<threads = 0>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}

// -----

func.func @too_many_threads(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: expects between 1 and 1024 threads in a block, got 2048
  %k = dl.kernel (%x = %a : tensor<4xf32>) -> (tensor<4xf32>) attributes {schedule = #dl.gpu_gemm<rows_per_thread = 1, columns_per_thread = 1, row_threads = 64, column_threads = 32, depth_per_step = 1, unroll = 1>} {
    %m = dl.relu %x : (tensor<4xf32>) -> tensor<4xf32>
    dl.yield %m : tensor<4xf32>
  }
  return %k : tensor<4xf32>
}

// -----

// CHECK: expects subgroup of at least 1, got 0
module attributes {dl.device = #dl.device<kind = cuda, max_threads = 256, shared_bytes = 0, subgroup = 0, registers = 64>} {}
