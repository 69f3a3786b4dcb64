// RUN: dlc-opt --host-lower-to-llvm %s | FileCheck %s

// Before a call the symbol counts as its bound; the entry reads the count behind its kernel, keeps it within the bound,
// asks for the output's memory, and calls no kernel for nothing.
// CHECK-LABEL: llvm.func internal @derive_entry_run
// CHECK:         %[[BOUND:.*]] = llvm.mul
// CHECK:         llvm.store %[[BOUND]]
// CHECK-LABEL: llvm.func internal @entry_run
// CHECK:         llvm.call @count
// CHECK:         %[[FOUND:.*]] = llvm.load {{.*}} -> i64
// CHECK:         %[[MOST:.*]] = llvm.intr.smin(%[[FOUND]],
// CHECK:         %[[N:.*]] = llvm.intr.smax(%[[MOST]],
// CHECK:         llvm.store %[[N]]
// CHECK:         llvm.call @dlcrt_output_alloc
// CHECK:         %[[SOME:.*]] = llvm.icmp "sgt"
// CHECK:         llvm.cond_br %[[SOME]]
// CHECK:         llvm.call @places
// -9223372036854775808 is DLC_DIM_UNKNOWN.
// CHECK: dense<[2, -9223372036854775808]>
#x = affine_map<()[s0] -> (s0, 3)>
#places = affine_map<()[s0, s1] -> (2, s1)>
module attributes {dl.symbols = ["n", "some"], dl.data_symbols = array<i64: 1>} {
  func.func @main(%x: tensor<?x3xi64, #x> {dl.name = "x"}) -> (tensor<2x?xi64, #places> {dl.name = "y"}) {
    %count = dl.kernel (%a = %x : tensor<?x3xi64, #x>) -> (tensor<i64>) attributes {symbol = "count"} {
      %r = dl.reduce <sum> %a {axes = array<i64: 0, 1>, keep_dims = false} : (tensor<?x3xi64, #x>) -> tensor<i64>
      dl.yield %r : tensor<i64>
    }
    %n = dl.decide_size %count {symbol = 1 : i64, bound = affine_map<()[s0] -> (s0 * 3)>} : (tensor<i64>) -> tensor<i64>
    %p = dl.kernel (%a = %x : tensor<?x3xi64, #x>, %b = %n : tensor<i64>) -> (tensor<2x?xi64, #places>)
        attributes {symbol = "places"} {
      %r = dl.non_zero %a, %b {symbol = 1 : i64} : (tensor<?x3xi64, #x>, tensor<i64>) -> tensor<2x?xi64, #places>
      dl.yield %r : tensor<2x?xi64, #places>
    }
    return %p : tensor<2x?xi64, #places>
  }
}
