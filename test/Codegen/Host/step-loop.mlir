// RUN: dlc-opt --host-lower-to-llvm --host-verify %s | FileCheck %s

// Descriptors are made before the loop; a turn stores the addresses of its step.
module attributes {dl.model = "layer"} {
  func.func @main(%s: tensor<7x2x3xf32> {dl.name = "sums"}, %m: tensor<1x3x8xf32> {dl.name = "matrix"}) -> (tensor<7x2x3xf32> {dl.name = "states"}) {
    %k = dl.kernel (%x = %s : tensor<7x2x3xf32>, %r = %m : tensor<1x3x8xf32>) -> (tensor<7x2x3xf32>) attributes {symbol = "k_step"} {
      %y:2 = dl.simple_rnn %x recurrent %r {packed_units = 8 : i64, reverse = true} : (tensor<7x2x3xf32>, tensor<1x3x8xf32>) -> (tensor<7x2x3xf32>, tensor<2x3xf32>)
      dl.yield %y#0 : tensor<7x2x3xf32>
    }
    return %k : tensor<7x2x3xf32>
  }
}

// Without an initial state the first step reads zeros. There are four tensors: sums, matrix, state before, state.
// CHECK:       dl.constants = [dense<0.000000e+00> : tensor<2x3xf32>]
// CHECK-LABEL: llvm.func internal @entry_run
// CHECK:         llvm.alloca {{.*}} x !llvm.array<4 x struct<
// CHECK-COUNT-4: llvm.call @set_tensor
// CHECK:         llvm.call @dlcrt_kernel_begin
// CHECK:         llvm.br ^[[TURN:.*]](%{{.*}} : i64)
// CHECK:       ^[[TURN]](%[[NUMBER:.*]]: i64):
// CHECK:         llvm.select
// CHECK:         %[[STATUS:.*]] = llvm.call @k_step(
// CHECK:         %[[FAILED:.*]] = llvm.icmp "ne" %[[STATUS]]
// CHECK:         llvm.cond_br %[[FAILED]], ^[[END:.*]](%[[STATUS]] : i32), ^[[NEXT:.*]]
// CHECK:       ^[[NEXT]]:
// CHECK:         %[[FOLLOWING:.*]] = llvm.add %[[NUMBER]]
// CHECK:         llvm.cond_br %{{.*}}, ^[[TURN]](%[[FOLLOWING]] : i64), ^[[AFTER:.*]]
// CHECK:       ^[[AFTER]]:
// CHECK-NEXT:    llvm.call @dlcrt_kernel_end
