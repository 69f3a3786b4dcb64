// RUN: dlc-opt %s --split-input-file --verify-diagnostics

func.func @pool_c1(%x: tensor<1x3x8x8xf32>) {
  // expected-error @+1 {{expects pads of 0 or more, got -1 and 0}}
  %0 = dl.max_pool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 1, 1>,
      dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, -1>, pads_end = array<i64: 0, 0>}
    : (tensor<1x3x8x8xf32>) -> tensor<1x3x7x6xf32>
  return
}

// -----

// The last window of ceil_mode may not begin in the padding behind the input.
func.func @ceil_mode_drops_a_window_of_padding(%x: tensor<1x1x2x4xf32>) -> tensor<1x1x1x2xf32> {
  %0 = dl.max_pool %x {kernel_shape = array<i64: 1, 1>, strides = array<i64: 2, 2>,
      dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 1, 1>,
      ceil_mode = true}
    : (tensor<1x1x2x4xf32>) -> tensor<1x1x1x2xf32>
  return %0 : tensor<1x1x1x2xf32>
}

// -----

func.func @max_pool_gradient_c1(%x: tensor<1x3x8x8xf32>, %dy: tensor<1x3x3x4xf32>) {
  // expected-error @+1 {{expects a cotangent of the pool's result type 'tensor<1x3x4x4xf32>', got 'tensor<1x3x3x4xf32>'}}
  %0 = dl.max_pool_gradient %x, %dy {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>,
      dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x3x8x8xf32>, tensor<1x3x3x4xf32>) -> tensor<1x3x8x8xf32>
  return
}
