// RUN: dlc-opt %s -split-input-file -host-lower-to-llvm -verify-diagnostics

module {
  func.func @one(%w: tensor<3xf32> {dl.state = "w"}) -> tensor<3xf32> {
    return %w : tensor<3xf32>
  }
  // expected-error @+1 {{state 'w' is 'tensor<4xf32>' here and 'tensor<3xf32>' in another function}}
  func.func @two(%w: tensor<4xf32> {dl.state = "w"}) -> tensor<4xf32> {
    return %w : tensor<4xf32>
  }
}

// -----

// expected-error @+1 {{moves state into 'a': expected a new value, found other state as it was}}
func.func @swap(%a: tensor<3xf32> {dl.state = "a"}, %b: tensor<3xf32> {dl.state = "b"}) -> (tensor<3xf32> {dl.state = "a"}) {
  return %b : tensor<3xf32>
}
