// A size that only data decides: counted, decided, and used by what follows; no kernel runs where it is 0.
// REQUIRES: dlc
// RUN: rm -rf %t && mkdir %t
// RUN: dlc verify %s --dim n=1 | FileCheck %s
// RUN: dlc verify %s --dim n=37 --seed 3 --threads 2 | FileCheck %s
// RUN: dlc compile %s --quiet -o %t/m.so
// RUN: dlc run %t/m.so --random-inputs --dim n=50 | FileCheck %s --check-prefix=MANY
// RUN: dlc inspect %s | FileCheck %s --check-prefix=INSPECT
// RUN: FileCheck %s --check-prefix=HEADER --input-file=%t/m.h

// CHECK-DAG: ok {{ *}}places:
// CHECK-DAG: ok {{ *}}rows:
// CHECK-DAG: ok {{ *}}none: int64 2x0

// MANY: places: int64 2x{{[1-9][0-9]*}}
// MANY: none: int64 2x0

// INSPECT: output   places: int64[2,?]

// HEADER: places: int64[2,_]
#x = affine_map<()[s0] -> (s0, 3)>
#flat = affine_map<()[s0] -> (s0 * 3)>
#places = affine_map<()[s0, s1] -> (2, s1)>
#turned = affine_map<()[s0, s1] -> (s1, 2)>
#rows = affine_map<()[s0, s1] -> (s1)>
#none = affine_map<()[s0, s1, s2] -> (2, s2)>
module attributes {dl.model = "net", dl.symbols = ["n", "some", "none"], dl.data_symbols = array<i64: 1, 2>} {
  func.func @main(%x: tensor<?x3xf32, #x> {dl.name = "x"})
      -> (tensor<2x?xi64, #places> {dl.name = "places"}, tensor<?xf32, #rows> {dl.name = "rows"}, tensor<2x?xi64, #none> {dl.name = "none"}) {
    %half = dl.constant dense<0.5> : tensor<f32>
    %many = dl.constant dense<9.0> : tensor<f32>
    %b = dl.greater %x, %half : (tensor<?x3xf32, #x>, tensor<f32>) -> tensor<?x3xi1, #x>
    %c = dl.cast %b {to = i64} : (tensor<?x3xi1, #x>) -> tensor<?x3xi64, #x>
    %count = dl.reduce <sum> %c {axes = array<i64: 0, 1>, keep_dims = false} : (tensor<?x3xi64, #x>) -> tensor<i64>
    %n = dl.decide_size %count {symbol = 1 : i64, bound = #flat} : (tensor<i64>) -> tensor<i64>
    %p = dl.non_zero %b, %n {symbol = 1 : i64} : (tensor<?x3xi1, #x>, tensor<i64>) -> tensor<2x?xi64, #places>
    %t = dl.transpose %p {permutation = array<i64: 1, 0>} : (tensor<2x?xi64, #places>) -> tensor<?x2xi64, #turned>
    %g = dl.gather_nd %x, %t {batch_dims = 0 : i64} : (tensor<?x3xf32, #x>, tensor<?x2xi64, #turned>) -> tensor<?xf32, #rows>
    %e = dl.exp %g : (tensor<?xf32, #rows>) -> tensor<?xf32, #rows>
    %b2 = dl.greater %x, %many : (tensor<?x3xf32, #x>, tensor<f32>) -> tensor<?x3xi1, #x>
    %c2 = dl.cast %b2 {to = i64} : (tensor<?x3xi1, #x>) -> tensor<?x3xi64, #x>
    %count2 = dl.reduce <sum> %c2 {axes = array<i64: 0, 1>, keep_dims = false} : (tensor<?x3xi64, #x>) -> tensor<i64>
    %n2 = dl.decide_size %count2 {symbol = 2 : i64, bound = #flat} : (tensor<i64>) -> tensor<i64>
    %p2 = dl.non_zero %b2, %n2 {symbol = 2 : i64} : (tensor<?x3xi1, #x>, tensor<i64>) -> tensor<2x?xi64, #none>
    return %p, %e, %p2 : tensor<2x?xi64, #places>, tensor<?xf32, #rows>, tensor<2x?xi64, #none>
  }
}
