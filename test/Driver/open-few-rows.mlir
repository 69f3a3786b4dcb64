// A product by weights has loops of its own for calls with one or two rows, where the rows are open.
// REQUIRES: dlc
// RUN: dlc verify %s --dim n=1 | FileCheck %s
// RUN: dlc verify %s --dim n=2 --threads 2 | FileCheck %s
// RUN: dlc verify %s --dim n=3 | FileCheck %s
// RUN: dlc verify %s --dim n=17 --threads 2 | FileCheck %s
// CHECK-DAG: ok {{ *}}y:
// CHECK-DAG: ok {{ *}}z:
#x = affine_map<()[s0] -> (s0, 113)>
#y = affine_map<()[s0] -> (s0, 37)>
#z = affine_map<()[s0] -> (s0, 512)>
module attributes {dl.model = "net", dl.symbols = ["n"], dl.symbol_estimates = array<i64: 64>} {
  func.func @main(%x: tensor<?x113xf32, #x> {dl.name = "x"}) -> (tensor<?x37xf32, #y> {dl.name = "y"},
                                                              tensor<?x512xf32, #z> {dl.name = "z"}) {
    %w = dl.constant dense<0.25> : tensor<113x37xf32>
    %b = dl.constant dense<-1.5> : tensor<37xf32>
    %v = dl.constant dense<0.5> : tensor<113x512xf32>
    %0 = dl.matmul %x, %w : (tensor<?x113xf32, #x>, tensor<113x37xf32>) -> tensor<?x37xf32, #y>
    %1 = dl.add %0, %b : (tensor<?x37xf32, #y>, tensor<37xf32>) -> tensor<?x37xf32, #y>
    %2 = dl.relu %1 : (tensor<?x37xf32, #y>) -> tensor<?x37xf32, #y>
    %3 = dl.matmul %x, %v : (tensor<?x113xf32, #x>, tensor<113x512xf32>) -> tensor<?x512xf32, #z>
    return %2, %3 : tensor<?x37xf32, #y>, tensor<?x512xf32, #z>
  }
}
