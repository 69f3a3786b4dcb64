// RUN: dlc-opt --host-lower-to-llvm --host-verify %s | FileCheck %s
// A dump goes on where it stopped, and is none the worse for cleaning.
// RUN: dlc-opt --host-lower-to-llvm %s | dlc-opt --canonicalize --cse --host-verify | FileCheck %s --check-prefix=DUMP

module attributes {dl.model = "two kernels"} {
  func.func @main(%x: tensor<2x3xf32> {dl.name = "pixels"}) -> (tensor<2x3xf32> {dl.name = "scores"}) {
    %row = dl.constant dense<[[1.0, 2.0, 3.0]]> : tensor<1x3xf32>
    %same = dl.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
    %other = dl.constant dense<5.0> : tensor<3xf32>
    %0 = dl.kernel (%a = %x : tensor<2x3xf32>, %b = %row : tensor<1x3xf32>) -> (tensor<2x3xf32>) attributes {symbol = "k_add"} {
      %r = dl.add %a, %b : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32> loc("Add_0")
      dl.yield %r : tensor<2x3xf32>
    }
    %1 = dl.kernel (%a = %0 : tensor<2x3xf32>, %b = %same : tensor<3xf32>, %c = %other : tensor<3xf32>) -> (tensor<2x3xf32>) attributes {symbol = "k_mul"} {
      %r = dl.mul %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
      %s = dl.add %r, %c : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32> loc("Mul_1")
      dl.yield %s : tensor<2x3xf32>
    }
    return %1 : tensor<2x3xf32>
  }
}

// The blob holds each content once, at multiples of 64.
// CHECK:       module attributes
// CHECK-SAME:  dl.constant_offsets = array<i64: 0, 64>
// CHECK-SAME:  dl.constants = [dense<{{.*}}> : tensor<1x3xf32>, dense<5.000000e+00> : tensor<3xf32>]
// CHECK-LABEL: llvm.func internal @entry_run(%arg0: !llvm.ptr) -> i32
// CHECK:         %[[SLOTS:.*]] = llvm.alloca {{.*}} x !llvm.array<4 x struct<
// CHECK:         llvm.call @set_tensor(%[[SLOTS]],
// CHECK:         llvm.mlir.addressof @dims_1x3
// CHECK:         llvm.call @set_tensor
// CHECK:         llvm.call @dlcrt_kernel_begin(%arg0,
// CHECK:         %[[STATUS:.*]] = llvm.call @k_add(
// CHECK:         llvm.call @dlcrt_kernel_end(%arg0,
// CHECK:         %[[FAILED:.*]] = llvm.icmp "ne" %[[STATUS]]
// CHECK:         llvm.cond_br %[[FAILED]], ^[[END:.*]](%[[STATUS]] : i32), ^{{.*}}
// CHECK:         llvm.call @k_mul(
// CHECK:       ^[[END]](%[[CODE:.*]]: i32):
// CHECK-NEXT:    llvm.return %[[CODE]]
// CHECK:       llvm.mlir.global internal constant @dims_2x3(dense<[0, 3, 1, 0, 0, 2, 3, 0]>
// CHECK-DAG:   llvm.func hidden @k_add(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr) -> i32
// CHECK-DAG:   llvm.mlir.global internal constant @string{{[0-9]+}}("pixels\00")
// CHECK-DAG:   llvm.mlir.global internal constant @string{{[0-9]+}}("Mul_1\00")
// CHECK-DAG:   llvm.mlir.global external hidden constant @dlc_model
// CHECK-DAG:   llvm.func @two_kernels_run(
// CHECK-DAG:   llvm.func @two_kernels_context_create(
// CHECK:       module @kernels {
// CHECK:         func.func @k_add(
// CHECK:         func.func @k_mul(
// CHECK:       module @functions {
// CHECK:         func.func private @main(tensor<2x3xf32> {dl.name = "pixels"}) -> (tensor<2x3xf32> {dl.name = "scores"}) attributes {dl.arena_bytes = 128 : i64}

// DUMP:        llvm.call @k_add
// DUMP:        llvm.func @two_kernels_run(
// DUMP:        dl.kernel
// DUMP:        dl.kernel
