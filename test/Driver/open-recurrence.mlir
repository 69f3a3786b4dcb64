// Recurrent layers over an open batch and an open length: one artifact, equal to the interpreter at each size.
// REQUIRES: dlc
// RUN: rm -rf %t && mkdir %t
// RUN: dlc verify %s | FileCheck %s
// RUN: dlc verify %s --dim batch=1 --dim length=1 | FileCheck %s
// RUN: dlc verify %s --dim batch=17 --dim length=5 --threads 2 | FileCheck %s
// RUN: dlc compile %s --quiet --compile-to=optimize -o %t/o.mlir && FileCheck %s --check-prefix=OPTIMIZE --input-file=%t/o.mlir

// CHECK-DAG: ok {{ *}}y:
// CHECK-DAG: ok {{ *}}last:
// CHECK-DAG: ok {{ *}}back:

// Zeros of an open size are written: no constant has them.
// OPTIMIZE: %[[ZEROS:.*]] = dl.expand {{.*}} -> tensor<?x4xf32
// OPTIMIZE: dl.simple_rnn {{.*}} hidden %[[ZEROS]]
#in = affine_map<()[s0, s1] -> (s1, s0, 4)>
#state = affine_map<()[s0] -> (s0, 4)>
#cells = affine_map<()[s0, s1] -> (s1, s0, 16)>
#gates = affine_map<()[s0, s1] -> (s1, s0, 16)>
module attributes {dl.model = "memory", dl.symbols = ["batch", "length"], dl.symbol_estimates = array<i64: 8, 6>} {
  func.func @main(%x: tensor<?x?x4xf32, #in> {dl.name = "x"})
      -> (tensor<?x?x4xf32, #in> {dl.name = "y"}, tensor<?x4xf32, #state> {dl.name = "last"}, tensor<?x?x4xf32, #in> {dl.name = "back"}) {
    %r = dl.constant dense<[[0.5, 0.25, 0.125, 0.75], [-0.5, 0.25, 0.3, 0.1], [0.2, -0.4, 0.6, -0.8], [0.9, 0.1, -0.2, 0.3]]> : tensor<4x4xf32>
    %y:2 = dl.simple_rnn %x recurrent %r : (tensor<?x?x4xf32, #in>, tensor<4x4xf32>) -> (tensor<?x?x4xf32, #in>, tensor<?x4xf32, #state>)
    %w = dl.constant dense<0.1> : tensor<4x16xf32>
    %u = dl.constant dense<-0.2> : tensor<4x16xf32>
    %l:5 = dl.lstm %y#0 weights %w recurrent %u : (tensor<?x?x4xf32, #in>, tensor<4x16xf32>, tensor<4x16xf32>) -> (tensor<?x?x4xf32, #in>, tensor<?x4xf32, #state>, tensor<?x4xf32, #state>, tensor<?x?x4xf32, #in>, tensor<?x?x16xf32, #gates>)
    %b:2 = dl.simple_rnn %y#0 recurrent %r {reverse = true} : (tensor<?x?x4xf32, #in>, tensor<4x4xf32>) -> (tensor<?x?x4xf32, #in>, tensor<?x4xf32, #state>)
    return %y#0, %l#1, %b#0 : tensor<?x?x4xf32, #in>, tensor<?x4xf32, #state>, tensor<?x?x4xf32, #in>
  }
}
