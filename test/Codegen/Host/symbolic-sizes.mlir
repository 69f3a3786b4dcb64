// RUN: dlc-opt --host-print-arena-plan %s -o /dev/null 2>&1 | FileCheck %s --check-prefix=PLAN
// RUN: dlc-opt --host-lower-to-llvm %s | FileCheck %s

// Offsets are formulas: each value lies behind those that it meets.
// PLAN:      arena of @main
// PLAN:      0      0      2  n*12, at 0  k0
// PLAN-NEXT: 1      1      2  n*12, behind 0  k1
// PLAN-NEXT: at the estimates: total 256 bytes, lower bound 256 bytes

// What must hold is checked before anything is computed; derived sizes are stored behind the symbols.
// CHECK-LABEL: llvm.func internal @derive_entry_run
// CHECK:         llvm.icmp "slt"
// CHECK:         llvm.store
// CHECK-LABEL: llvm.func internal @layout_entry_run
// CHECK-LABEL: llvm.func internal @arena_entry_run
// CHECK:         llvm.call @layout_entry_run
// CHECK-LABEL: llvm.func internal @entry_run
// CHECK:         llvm.call @layout_entry_run
// Kernels take the symbols that they mention, after the context.
// CHECK:         llvm.call @k0({{.*}}) : (!llvm.ptr, i32, !llvm.ptr, !llvm.ptr) -> i32
// CHECK-DAG: "n >= 0\00"
// CHECK-DAG: "n >= 2\00"
// CHECK-DAG: "n/2\00"
#in = affine_map<()[s0] -> (s0, 3)>
#half = affine_map<()[s0] -> (s0 floordiv 2, 3)>
module attributes {dl.symbols = ["n"], dl.symbol_estimates = array<i64: 8>,
                   dl.symbol_bounds = affine_map<()[s0] -> (s0 - 2)>} {
  func.func @main(%x: tensor<?x3xf32, #in> {dl.name = "x"}) -> (tensor<?x3xf32, #in> {dl.name = "y"},
                                                                tensor<?x3xf32, #half> {dl.name = "z"}) {
    %0 = dl.kernel (%a = %x : tensor<?x3xf32, #in>) -> (tensor<?x3xf32, #in>) attributes {symbol = "k0"} {
      %r = dl.relu %a : (tensor<?x3xf32, #in>) -> tensor<?x3xf32, #in>
      dl.yield %r : tensor<?x3xf32, #in>
    }
    %1 = dl.kernel (%a = %0 : tensor<?x3xf32, #in>) -> (tensor<?x3xf32, #in>) attributes {symbol = "k1"} {
      %r = dl.exp %a : (tensor<?x3xf32, #in>) -> tensor<?x3xf32, #in>
      dl.yield %r : tensor<?x3xf32, #in>
    }
    %2 = dl.kernel (%a = %0 : tensor<?x3xf32, #in>, %b = %1 : tensor<?x3xf32, #in>) -> (tensor<?x3xf32, #in>)
        attributes {symbol = "k2"} {
      %r = dl.add %a, %b : (tensor<?x3xf32, #in>, tensor<?x3xf32, #in>) -> tensor<?x3xf32, #in>
      dl.yield %r : tensor<?x3xf32, #in>
    }
    %3 = dl.kernel (%a = %x : tensor<?x3xf32, #in>) -> (tensor<?x3xf32, #half>) attributes {symbol = "k3"} {
      %r = dl.slice %a {starts = array<i64: 0, 0>, sizes = array<i64: -9223372036854775808, 3>,
                        steps = array<i64: 2, 1>, symbolic = #half} : (tensor<?x3xf32, #in>) -> tensor<?x3xf32, #half>
      dl.yield %r : tensor<?x3xf32, #half>
    }
    return %2, %3 : tensor<?x3xf32, #in>, tensor<?x3xf32, #half>
  }
}
