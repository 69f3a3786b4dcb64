// RUN: dlc-opt %s -split-input-file -autodiff-gradient -verify-diagnostics

func.func @main(%x: tensor<1x3x4x4xf32>, %grid: tensor<1x4x4x2xf32>) -> tensor<1x3x4x4xf32> {
  // expected-error @+1 {{'dl.grid_sample' op has no gradient rule: expected an op that can be differentiated}}
  %0 = dl.grid_sample %x, %grid : (tensor<1x3x4x4xf32>, tensor<1x4x4x2xf32>) -> tensor<1x3x4x4xf32>
  return %0 : tensor<1x3x4x4xf32>
}

// -----

// expected-error @+1 {{expected a function 'main' to differentiate, found none of this name}}
module {
  func.func @other(%x: tensor<3xf32>) -> tensor<3xf32> {
    return %x : tensor<3xf32>
  }
}

// -----

func.func @main(%x: tensor<3x4xf32>) -> tensor<4x7xf32> {
  // expected-error @+1 {{'dl.pad' op has a gradient rule for constant padding with a constant value only}}
  %0 = dl.pad %x {low = array<i64: 1, 0>, high = array<i64: 0, 3>, mode = #dl.pad_mode<edge>}
    : (tensor<3x4xf32>) -> tensor<4x7xf32>
  return %0 : tensor<4x7xf32>
}
