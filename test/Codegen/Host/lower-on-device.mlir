// Kernels are given addresses on the device; transfers stand at the edges of the entry.
// RUN: dlc-opt --host-lower-to-llvm --host-verify %s | FileCheck %s

module attributes {dl.model = "net", dl.device = #dl.device<kind = opencl, max_threads = 256, shared_bytes = 32768, subgroup = 32, registers = 128>} {
  func.func @main(%x: tensor<2x3xf32> {dl.name = "x"}) -> (tensor<2x3xf32> {dl.name = "y"}) {
    %row = dl.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
    %0 = dl.kernel (%a = %x : tensor<2x3xf32>, %b = %row : tensor<3xf32>) -> (tensor<2x3xf32>) attributes {symbol = "k_add"} {
      %r = dl.add %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
      dl.yield %r : tensor<2x3xf32>
    }
    %1 = dl.kernel (%a = %0 : tensor<2x3xf32>) -> (tensor<2x3xf32>) attributes {symbol = "k_relu"} {
      %r = dl.relu %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
      dl.yield %r : tensor<2x3xf32>
    }
    return %1 : tensor<2x3xf32>
  }
}

// The arena (128 bytes), the input and the output, each from a multiple of 256 bytes on.
// CHECK-LABEL: llvm.func internal @entry_run(%arg0: !llvm.ptr) -> i32
// CHECK:         %[[DRIVER:.*]] = llvm.mlir.addressof @dlcrt_opencl_driver
// CHECK:         %[[BYTES:.*]] = llvm.mlir.constant(536 : i64)
// CHECK:         %[[STATUS:.*]] = llvm.call @dlcrt_device_begin(%arg0, %[[DRIVER]], %[[BYTES]], %[[MEMORY:.*]])
// CHECK:         llvm.icmp "ne" %[[STATUS]]
// CHECK-COUNT-3: llvm.load %{{.*}} : !llvm.ptr -> !llvm.ptr
// CHECK:         llvm.call @dlcrt_device_upload(%arg0, %[[IN:[0-9]+]],
// CHECK:         llvm.call @set_tensor(%{{.*}}, %[[IN]],
// CHECK:         llvm.call @k_add(
// CHECK-NOT:     dlcrt_device
// CHECK:         llvm.call @k_relu(
// CHECK:         llvm.call @dlcrt_device_download(%arg0,
// CHECK:         %[[RESULT:.*]] = llvm.call @dlcrt_device_end(%arg0)
// CHECK:         llvm.return %[[RESULT]]
// The first field of halide_buffer_t is what kernels take, and the driver is the runtime's.
// CHECK-DAG:   llvm.getelementptr %arg0[0, 0] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(i64, ptr, ptr, i64, i64, ptr, ptr)>
// CHECK-DAG:   llvm.mlir.global external hidden constant @dlcrt_opencl_driver()
