// Sizes that the model has no result for are refused with sizes near them that it takes.
// REQUIRES: dlc
// RUN: dlc compile %s --quiet -o %t.so
// RUN: not dlc run %t.so --random-inputs --shape x=2x3 2>&1 | FileCheck %s
// RUN: dlc run %t.so --random-inputs --shape x=2x8 | FileCheck %s --check-prefix=TAKES
// RUN: not dlc run %t.so --random-inputs --shape x=2x0 2>&1 | FileCheck %s
// RUN: not dlc run %t.so --random-inputs --shape x=2 2>&1 | FileCheck %s --check-prefix=RANK
// RUN: not dlc run %t.so --random-inputs --shape z=2x8 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not dlc bench %t.so --shape z=2x8 2>&1 | FileCheck %s --check-prefix=NAME

// CHECK: {{^}}dlc: error: {{.*}}: run: the model has no result for inputs of these shapes: it needs w {{.*}}; it takes x=2x8{{$}}
// CHECK-NOT: {{.}}
// TAKES: y: float32 2x3
// RANK: dlc: error: --shape x=2: the input has 2 axes
// NAME: dlc: error: --shape z: expected one of the inputs x
#x = affine_map<()[s0, s1] -> (s0, s1)>
#y = affine_map<()[s0, s1] -> (s0, s1 - 5)>
module attributes {dl.model = "net", dl.symbols = ["n", "w"], dl.symbol_estimates = array<i64: 2, 9>} {
  func.func @main(%x: tensor<?x?xf32, #x> {dl.name = "x"}) -> (tensor<?x?xf32, #y> {dl.name = "y"}) {
    %0 = dl.slice %x {starts = array<i64: 0, 5>, sizes = array<i64: -9223372036854775808, -9223372036854775808>, steps = array<i64: 1, 1>, symbolic = #y} : (tensor<?x?xf32, #x>) -> tensor<?x?xf32, #y>
    return %0 : tensor<?x?xf32, #y>
  }
}
