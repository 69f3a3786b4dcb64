// RUN: dlc-opt %s --split-input-file --verify-diagnostics

func.func @dropout_c1(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expects a rate from 0 to 1, got 1.5}}
  %0 = dl.dropout %x {rate = 1.5} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @dropout_c2(%x: tensor<2x3xf32>, %key: tensor<3xi64>) {
  // expected-error @+1 {{expects a key of two elements, seed and step, got 'tensor<3xi64>'}}
  %0 = dl.dropout %x, %key {rate = 0.5} : (tensor<2x3xf32>, tensor<3xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @dropout_c3(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expects shared axes in increasing order within rank 2, got 2}}
  %0 = dl.dropout %x {rate = 0.5, shared_axes = array<i64: 0, 2>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}
