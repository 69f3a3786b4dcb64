// REQUIRES: dlc
// RUN: not dlc compile %s --compile-from=import -o %t.so 2> %t.err
// RUN: FileCheck %s --input-file=%t.err
// RUN: test ! -e %t.so

// A step is compiled for the sizes of its layer: a batch that is open is refused, by the layer's name.
// CHECK: dlc: error: {{.*}}: memory: recurrent layers need fixed sizes yet: give the shapes of the model's inputs with --shape
#in = affine_map<()[s0] -> (3, s0, 4)>
#state = affine_map<()[s0] -> (s0, 4)>
module attributes {dl.symbols = ["batch"], dl.symbol_estimates = array<i64: 8>} {
  func.func @main(%x: tensor<3x?x4xf32, #in> {dl.name = "x"}) -> (tensor<3x?x4xf32, #in> {dl.name = "y"}) {
    %r = dl.constant dense<0.5> : tensor<4x4xf32>
    %y:2 = dl.simple_rnn %x recurrent %r : (tensor<3x?x4xf32, #in>, tensor<4x4xf32>) -> (tensor<3x?x4xf32, #in>, tensor<?x4xf32, #state>) loc("memory")
    return %y#0 : tensor<3x?x4xf32, #in>
  }
}
