// RUN: dlc-opt %s --split-input-file --verify-diagnostics

func.func @scatter_elements_c1(%x: tensor<3x4xf32>, %i: tensor<2x4xi64>, %u: tensor<2x4xf32>) {
  // expected-error @+1 {{expects an axis within rank 2}}
  %0 = dl.scatter_elements %x, %i, %u {axis = 2 : i64}
    : (tensor<3x4xf32>, tensor<2x4xi64>, tensor<2x4xf32>) -> tensor<3x4xf32>
  return
}

// -----

func.func @scatter_elements_c2(%x: tensor<3x4xf32>, %i: tensor<2x4xi64>, %u: tensor<1x4xf32>) {
  // expected-error @+1 {{expects indices and updates of one shape and of the operand's rank}}
  %0 = dl.scatter_elements %x, %i, %u {axis = 0 : i64}
    : (tensor<3x4xf32>, tensor<2x4xi64>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return
}

// -----

func.func @scatter_elements_c3(%x: tensor<3x4xf32>, %i: tensor<2x5xi64>, %u: tensor<2x5xf32>) {
  // expected-error @+1 {{expects indices no larger than the operand on axis 1}}
  %0 = dl.scatter_elements %x, %i, %u {axis = 0 : i64}
    : (tensor<3x4xf32>, tensor<2x5xi64>, tensor<2x5xf32>) -> tensor<3x4xf32>
  return
}

// -----

func.func @scatter_nd_c1(%x: tensor<3x4xf32>, %i: tensor<2x3xi64>, %u: tensor<2xf32>) {
  // expected-error @+1 {{expects indices whose last axis indexes the operand}}
  %0 = dl.scatter_nd %x, %i, %u
    : (tensor<3x4xf32>, tensor<2x3xi64>, tensor<2xf32>) -> tensor<3x4xf32>
  return
}

// -----

func.func @scatter_nd_c2(%x: tensor<3x4xf32>, %i: tensor<2x1xi64>, %u: tensor<2x3xf32>) {
  // expected-error @+1 {{expects updates of shape 2x4, got 'tensor<2x3xf32>'}}
  %0 = dl.scatter_nd %x, %i, %u
    : (tensor<3x4xf32>, tensor<2x1xi64>, tensor<2x3xf32>) -> tensor<3x4xf32>
  return
}

// -----

func.func @scatter_nd_c3(%x: tensor<3x4xf32>, %i: tensor<2x1xi64>, %u: tensor<2x4xi32>) {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'i32'}}
  %0 = dl.scatter_nd %x, %i, %u
    : (tensor<3x4xf32>, tensor<2x1xi64>, tensor<2x4xi32>) -> tensor<3x4xf32>
  return
}

// -----

func.func @scatter_elements_c4(%x: tensor<3xi1>, %i: tensor<2xi64>, %u: tensor<2xi1>) {
  // expected-error @+1 {{sets bools only, got add}}
  %0 = dl.scatter_elements %x, %i, %u {axis = 0 : i64, kind = #dl.scatter_kind<add>}
    : (tensor<3xi1>, tensor<2xi64>, tensor<2xi1>) -> tensor<3xi1>
  return
}

// -----

func.func @pad_c1(%x: tensor<3xf32>) {
  // expected-error @+1 {{expects pads of 0 or more, got -1 and 0}}
  %0 = dl.pad %x {low = array<i64: -1>, high = array<i64: 0>} : (tensor<3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @pad_c2(%x: tensor<0xf32>) {
  // expected-error @+1 {{has no elements on axis 0 to pad with}}
  %0 = dl.pad %x {low = array<i64: 1>, high = array<i64: 0>, mode = #dl.pad_mode<edge>}
    : (tensor<0xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @pad_c3(%x: tensor<3xf32>, %v: tensor<f64>) {
  // expected-error @+1 {{expects a scalar value of the operand's element type, got 'tensor<f64>'}}
  %0 = dl.pad %x, %v {low = array<i64: 1>, high = array<i64: 0>}
    : (tensor<3xf32>, tensor<f64>) -> tensor<4xf32>
  return
}

// -----

func.func @resample_c1(%x: tensor<3xf32>, %i: tensor<2x0xi32>, %w: tensor<2x0xf32>) {
  // expected-error @+1 {{expects at least one tap}}
  %0 = dl.resample %x, %i, %w {axis = 0 : i64}
    : (tensor<3xf32>, tensor<2x0xi32>, tensor<2x0xf32>) -> tensor<2xf32>
  return
}

// -----

#places = affine_map<()[s0] -> (0, s0)>
func.func @non_zero_c1(%x: tensor<f32>, %n: tensor<i64>) {
  // expected-error @+1 {{expects an operand with axes}}
  %0 = dl.non_zero %x, %n {symbol = 0 : i64} : (tensor<f32>, tensor<i64>) -> tensor<0x?xi64, #places>
  return
}

// -----

#places = affine_map<()[s0] -> (1, s0)>
func.func @non_zero_c2(%x: tensor<3xf32>, %n: tensor<1xi64>) {
  // expected-error @+1 {{expects one number of places, got 'tensor<1xi64>'}}
  %0 = dl.non_zero %x, %n {symbol = 0 : i64} : (tensor<3xf32>, tensor<1xi64>) -> tensor<1x?xi64, #places>
  return
}

// -----

// Sizes that are open are no numbers: neither too small for the indices, nor printed as one.
func.func @scatter_open(%x: tensor<?x4xf32, affine_map<()[s0] -> (s0, 4)>>, %i: tensor<3x1xi64>, %j: tensor<2x4xi64>, %u: tensor<2x4xf32>, %v: tensor<3x?xf32, affine_map<()[s0] -> (3, s0)>>) {
  %0 = dl.scatter_elements %x, %j, %u {axis = 1 : i64} : (tensor<?x4xf32, affine_map<()[s0] -> (s0, 4)>>, tensor<2x4xi64>, tensor<2x4xf32>) -> tensor<?x4xf32, affine_map<()[s0] -> (s0, 4)>>
  // expected-error @+1 {{expects updates of shape 3x4, got}}
  %1 = dl.scatter_nd %x, %i, %v : (tensor<?x4xf32, affine_map<()[s0] -> (s0, 4)>>, tensor<3x1xi64>, tensor<3x?xf32, affine_map<()[s0] -> (3, s0)>>) -> tensor<?x4xf32, affine_map<()[s0] -> (s0, 4)>>
  return
}
