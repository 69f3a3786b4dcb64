// Sizes as data, and places along axes of open sizes: a kernel gets the symbols that its ops compute with, also where no tensor
// of its own has them.
// REQUIRES: dlc
// RUN: dlc verify %s --threads 2 | FileCheck %s
// RUN: dlc verify %s --dim n=1 --dim m=17 | FileCheck %s
// RUN: dlc verify %s --dim n=131 --dim m=2 --threads 2 | FileCheck %s
// RUN: dlc run %s --random-inputs --dim n=7 --dim m=5 | FileCheck %s --check-prefix=RESULTS

// CHECK-DAG: ok {{ *}}sizes:
// CHECK-DAG: ok {{ *}}mean:
// CHECK-DAG: ok {{ *}}causal:
// CHECK-DAG: ok {{ *}}table:

// 7, 35 and 5; 10 * i + j.
// RESULTS: sizes: int64 3, min 5.000000, mean 15.666667, max 35.000000 at 1
// RESULTS: table: int64 7x5, min 0.000000, mean 32.000000, max 64.000000 at 34
#n = affine_map<()[s0] -> (s0, 3)>
#nm = affine_map<()[s0, s1] -> (s0, s1)>
#rows = affine_map<()[s0] -> (s0, 1)>
#columns = affine_map<()[s0, s1] -> (1, s1)>
#sizes = affine_map<()[s0, s1] -> (s0, s0 * s1, s1 floordiv 2 + 3)>
#m = affine_map<()[s0, s1] -> (s1)>
module attributes {dl.model = "places", dl.symbols = ["n", "m"], dl.symbol_estimates = array<i64: 9, 6>} {
  func.func @main(%x: tensor<?x3xf32, #n> {dl.name = "x"}, %y: tensor<?x?xf32, #nm> {dl.name = "y"})
      -> (tensor<3xi64> {dl.name = "sizes"}, tensor<?x3xf32, #n> {dl.name = "mean"}, tensor<?x?xf32, #nm> {dl.name = "causal"},
          tensor<?x?xi64, #nm> {dl.name = "table"}) {
    %sizes = dl.sizes {dims = #sizes} : tensor<3xi64>
    // m is no size of x.
    %m = dl.sizes {dims = #m} : tensor<1xi64>
    %f = dl.cast %m {to = f32} : (tensor<1xi64>) -> tensor<1xf32>
    %mean = dl.div %x, %f : (tensor<?x3xf32, #n>, tensor<1xf32>) -> tensor<?x3xf32, #n>
    %row = dl.iota {dims = #rows, axis = 0, element = i64} : tensor<?x1xi64, #rows>
    %column = dl.iota {dims = #columns, axis = 1, element = i64} : tensor<1x?xi64, #columns>
    %mask = dl.less_or_equal %column, %row
      : (tensor<1x?xi64, #columns>, tensor<?x1xi64, #rows>) -> tensor<?x?xi1, #nm>
    %zero = dl.constant dense<0.0> : tensor<f32>
    %causal = dl.where %mask, %y, %zero : (tensor<?x?xi1, #nm>, tensor<?x?xf32, #nm>, tensor<f32>) -> tensor<?x?xf32, #nm>
    %ten = dl.constant dense<10> : tensor<i64>
    %tens = dl.mul %row, %ten : (tensor<?x1xi64, #rows>, tensor<i64>) -> tensor<?x1xi64, #rows>
    %table = dl.add %tens, %column
      : (tensor<?x1xi64, #rows>, tensor<1x?xi64, #columns>) -> tensor<?x?xi64, #nm>
    return %sizes, %mean, %causal, %table : tensor<3xi64>, tensor<?x3xf32, #n>, tensor<?x?xf32, #nm>, tensor<?x?xi64, #nm>
  }
}
