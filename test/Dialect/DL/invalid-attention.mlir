// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @attention_c1(%q: tensor<2x3x5x8xf32>, %k: tensor<2x3x7x8xf64>, %v: tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32> {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'f64'}}
  %y = dl.attention %q, %k, %v {scale = 1.0 : f64} : (tensor<2x3x5x8xf32>, tensor<2x3x7x8xf64>, tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32>
  return %y : tensor<2x3x5x4xf32>
}

// -----

func.func @attention_c2(%q: tensor<2x3x5x8xf32>, %k: tensor<2x3x7x8xf32>, %v: tensor<2x3x7x4xf32>, %b: tensor<5x6xf32>) -> tensor<2x3x5x4xf32> {
  // expected-error @+1 {{expects a bias that broadcasts to the scores, got 'tensor<5x6xf32>'}}
  %y = dl.attention %q, %k, %v, %b {scale = 1.0 : f64} : (tensor<2x3x5x8xf32>, tensor<2x3x7x8xf32>, tensor<2x3x7x4xf32>, tensor<5x6xf32>) -> tensor<2x3x5x4xf32>
  return %y : tensor<2x3x5x4xf32>
}

// -----

func.func @ranks(%q: tensor<3x5x8xf32>, %k: tensor<3x7x8xf32>, %v: tensor<3x7x4xf32>) -> tensor<3x5x4xf32> {
  // expected-error @+2 {{attention expects operands of rank 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = dl.attention %q, %k, %v {scale = 1.0 : f64} : (tensor<3x5x8xf32>, tensor<3x7x8xf32>, tensor<3x7x4xf32>) -> tensor<3x5x4xf32>
  return %y : tensor<3x5x4xf32>
}

// -----

func.func @heads_that_do_not_divide(%q: tensor<2x3x5x8xf32>, %k: tensor<2x2x7x8xf32>, %v: tensor<2x2x7x4xf32>) -> tensor<2x3x5x4xf32> {
  // expected-error @+2 {{do not agree on batch, heads, keys or depth}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = dl.attention %q, %k, %v {scale = 1.0 : f64} : (tensor<2x3x5x8xf32>, tensor<2x2x7x8xf32>, tensor<2x2x7x4xf32>) -> tensor<2x3x5x4xf32>
  return %y : tensor<2x3x5x4xf32>
}
