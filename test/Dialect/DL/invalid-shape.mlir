// RUN: dlc-opt %s --split-input-file --verify-diagnostics

func.func @reshape_c1(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expects as many elements in the result as in the operand}}
  %0 = dl.reshape %x {shape = array<i64: 4, 2>} : (tensor<2x3xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @transpose_c1(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expects a permutation, got axis 0 twice}}
  %0 = dl.transpose %x {permutation = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @slice_c1(%x: tensor<4x4xf32>) {
  // expected-error @+1 {{expects one start, size and step for each of 2 axes}}
  %0 = dl.slice %x {starts = array<i64: 0, 0>, sizes = array<i64: 2, 2>, steps = array<i64: 1>}
    : (tensor<4x4xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @slice_c2(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{reads outside axis 1 of 'tensor<4x5xf32>'}}
  %0 = dl.slice %x {starts = array<i64: 0, 2>, sizes = array<i64: 4, 3>, steps = array<i64: 1, 2>}
    : (tensor<4x5xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @slice_c2_backwards(%x: tensor<5xf32>) {
  // expected-error @+1 {{reads outside axis 0}}
  %0 = dl.slice %x {starts = array<i64: 2>, sizes = array<i64: 4>, steps = array<i64: -1>}
    : (tensor<5xf32>) -> tensor<4xf32>
  return
}

// -----

// The last element that a slice may read, from either side.
func.func @slice_to_the_edge(%x: tensor<5xf32>) -> (tensor<3xf32>, tensor<5xf32>) {
  %0 = dl.slice %x {starts = array<i64: 0>, sizes = array<i64: 3>, steps = array<i64: 2>}
    : (tensor<5xf32>) -> tensor<3xf32>
  %1 = dl.slice %x {starts = array<i64: 4>, sizes = array<i64: 5>, steps = array<i64: -1>}
    : (tensor<5xf32>) -> tensor<5xf32>
  return %0, %1 : tensor<3xf32>, tensor<5xf32>
}

// -----

func.func @decide_size_c1(%n: tensor<2xi64>) {
  // expected-error @+1 {{expects one number, got 'tensor<2xi64>'}}
  %0 = dl.decide_size %n {symbol = 0 : i64, bound = affine_map<()[s0, s1] -> (s1)>} : (tensor<2xi64>) -> tensor<2xi64>
  return
}

// -----

func.func @decide_size_c2(%n: tensor<i64>) {
  // expected-error @+1 {{expects one size as the bound}}
  %0 = dl.decide_size %n {symbol = 0 : i64, bound = affine_map<()[s0, s1] -> (s1, 2)>} : (tensor<i64>) -> tensor<i64>
  return
}

// -----

func.func @decide_size_c3(%n: tensor<i64>) {
  // expected-error @+1 {{expects a symbol that the bound is not made of, got 1}}
  %0 = dl.decide_size %n {symbol = 1 : i64, bound = affine_map<()[s0, s1] -> (s1 * 2)>} : (tensor<i64>) -> tensor<i64>
  return
}

// -----

func.func @concat(%x: tensor<2x3xf32>, %y: tensor<2x3xi1>) {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'i1'}}
  %0 = dl.concat %x, %y {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x3xi1>) -> tensor<4x3xf32>
  return
}
