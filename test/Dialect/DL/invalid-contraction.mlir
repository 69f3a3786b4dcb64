// RUN: dlc-opt %s --split-input-file --verify-diagnostics

func.func @matmul_c1(%a: tensor<2x3xf32>, %b: tensor<3x4xf64>) {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'f64'}}
  %0 = dl.matmul %a, %b : (tensor<2x3xf32>, tensor<3x4xf64>) -> tensor<2x4xf32>
  return
}

// -----

func.func @matmul_c2(%a: tensor<2x3xf32>, %b: tensor<3x8xf32>) {
  // expected-error @+1 {{a packed rhs has rank 3 and is not transposed}}
  %0 = dl.matmul %a, %b {packed_columns = 8, columns = 5}
    : (tensor<2x3xf32>, tensor<3x8xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @matmul_c3(%a: tensor<2x3xf32>, %b: tensor<1x3x8xf32>) {
  // expected-error @+1 {{expects side_steps that divide the depth of one packed panel, got 4 columns of 2 steps}}
  %0 = dl.matmul %a, %b {packed_columns = 8, columns = 5, side_columns = 4, side_steps = 2}
    : (tensor<2x3xf32>, tensor<1x3x8xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @matmul_c3_of_two_panels(%a: tensor<2x4xf32>, %b: tensor<2x4x8xf32>) {
  // expected-error @+1 {{expects side_steps that divide the depth of one packed panel, got 4 columns of 2 steps}}
  %0 = dl.matmul %a, %b {packed_columns = 8, columns = 13, side_columns = 4, side_steps = 2}
    : (tensor<2x4xf32>, tensor<2x4x8xf32>) -> tensor<2x13xf32>
  return
}

// -----

func.func @matmul_inner_sizes_differ(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) {
  // expected-error @+2 {{matmul operands 2x3 and 4x5 do not share their inner size}}
  // expected-error @+1 {{'dl.matmul' op failed to infer returned types}}
  %0 = dl.matmul %a, %b : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @conv_c4(%x: tensor<1x8x8x3xf32>, %w: tensor<1x3x3x3x8xf32>) {
  // expected-error @+1 {{expects side_steps that divide the channels of one panel a group, got 4 columns of 2 steps}}
  %0 = dl.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, packed_channels = 8, output_channels = 5,
      side_columns = 4, side_steps = 2, layout = #dl.layout<channels_last>}
    : (tensor<1x8x8x3xf32>, tensor<1x3x3x3x8xf32>) -> tensor<1x6x6x5xf32>
  return
}

// -----

func.func @conv_c1(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf64>) {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'f64'}}
  %0 = dl.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf64>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv_c2(%x: tensor<1x6x8x8xf32>, %w: tensor<4x2x3x3xf32>) {
  // expected-error @+1 {{expects groups (3) to divide the 4 output channels}}
  %0 = dl.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 3,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x6x8x8xf32>, tensor<4x2x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv_c3(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<5xf32>) {
  // expected-error @+1 {{expects a bias of shape 4, got 'tensor<5xf32>'}}
  %0 = dl.conv %x, %w, %b {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<5xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv_channels_differ(%x: tensor<1x3x8x8xf32>, %w: tensor<4x5x3x3xf32>) {
  // expected-error @+2 {{has not the 5 channels}}
  // expected-error @+1 {{'dl.conv' op failed to infer returned types}}
  %0 = dl.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x3x8x8xf32>, tensor<4x5x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv_kernel_larger_than_input(%x: tensor<1x1x4x4xf32>, %w: tensor<1x1x9x9xf32>) {
  // expected-error @+2 {{is larger than padded input}}
  // expected-error @+1 {{'dl.conv' op failed to infer returned types}}
  %0 = dl.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x1x4x4xf32>, tensor<1x1x9x9xf32>) -> tensor<1x1x1x1xf32>
  return
}

// -----

func.func @conv_transpose_channels_differ(%x: tensor<1x3x8x8xf32>, %w: tensor<4x5x3x3xf32>) {
  // expected-error @+2 {{disagree on the channels}}
  // expected-error @+1 {{'dl.conv_transpose' op failed to infer returned types}}
  %0 = dl.conv_transpose %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, output_padding = array<i64: 0, 0>}
    : (tensor<1x3x8x8xf32>, tensor<4x5x3x3xf32>) -> tensor<1x5x10x10xf32>
  return
}

// -----

func.func @conv_filter_gradient_c1(%x: tensor<1x3x8x8xf32>, %dy: tensor<1x4x6x6xf64>) {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'f64'}}
  %0 = dl.conv_filter_gradient %x, %dy {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x3x8x8xf32>, tensor<1x4x6x6xf64>) -> tensor<4x3x3x3xf32>
  return
}

// -----

func.func @conv_filter_gradient_c2(%x: tensor<1x3x8x8xf32>, %dy: tensor<1x4x6x6xf32>) {
  // expected-error @+1 {{expects groups (2) to divide the 3 input channels}}
  %0 = dl.conv_filter_gradient %x, %dy {kernel_shape = array<i64: 3, 3>, groups = 2 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x3x8x8xf32>, tensor<1x4x6x6xf32>) -> tensor<4x1x3x3xf32>
  return
}

// -----

func.func @deform_conv_c1(%x: tensor<1x4x5x5xf32>, %w: tensor<2x4x3x3xf32>, %o: tensor<1x18x3x3xf64>) {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'f64'}}
  %0 = dl.deform_conv %x, %w offset %o {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x4x5x5xf32>, tensor<2x4x3x3xf32>, tensor<1x18x3x3xf64>) -> tensor<1x2x3x3xf32>
  return
}

// -----

func.func @deform_conv_c2(%x: tensor<1x4x5x5xf32>, %w: tensor<3x2x3x3xf32>, %o: tensor<1x18x3x3xf32>) {
  // expected-error @+1 {{expects groups (2) to divide the 3 output channels}}
  %0 = dl.deform_conv %x, %w offset %o {groups = 2 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x4x5x5xf32>, tensor<3x2x3x3xf32>, tensor<1x18x3x3xf32>) -> tensor<1x3x3x3xf32>
  return
}

// -----

func.func @deform_conv_c3(%x: tensor<1x4x5x5xf32>, %w: tensor<2x4x3x3xf32>, %o: tensor<1x54x3x3xf32>) {
  // expected-error @+1 {{expects offset groups (3) to divide the 4 input channels}}
  %0 = dl.deform_conv %x, %w offset %o {offset_groups = 3 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x4x5x5xf32>, tensor<2x4x3x3xf32>, tensor<1x54x3x3xf32>) -> tensor<1x2x3x3xf32>
  return
}

// -----

func.func @deform_conv_c4(%x: tensor<1x4x5x5xf32>, %w: tensor<2x4x3x3xf32>, %o: tensor<1x9x3x3xf32>) {
  // expected-error @+1 {{expects offsets of shape 1x18x3x3, got 'tensor<1x9x3x3xf32>'}}
  %0 = dl.deform_conv %x, %w offset %o {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x4x5x5xf32>, tensor<2x4x3x3xf32>, tensor<1x9x3x3xf32>) -> tensor<1x2x3x3xf32>
  return
}

// -----

func.func @deform_conv_c5(%x: tensor<1x4x5x5xf32>, %w: tensor<2x4x3x3xf32>, %o: tensor<1x18x3x3xf32>, %m: tensor<1x18x3x3xf32>) {
  // expected-error @+1 {{expects a mask of shape 1x9x3x3, got 'tensor<1x18x3x3xf32>'}}
  %0 = dl.deform_conv %x, %w offset %o mask %m {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x4x5x5xf32>, tensor<2x4x3x3xf32>, tensor<1x18x3x3xf32>, tensor<1x18x3x3xf32>) -> tensor<1x2x3x3xf32>
  return
}

// -----

func.func @deform_conv_c6(%x: tensor<1x4x5x5xf32>, %w: tensor<2x4x3x3xf32>, %o: tensor<1x18x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{expects a bias of shape 2, got 'tensor<4xf32>'}}
  %0 = dl.deform_conv %x, %w offset %o bias %b {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x4x5x5xf32>, tensor<2x4x3x3xf32>, tensor<1x18x3x3xf32>, tensor<4xf32>) -> tensor<1x2x3x3xf32>
  return
}

// -----

func.func @deform_conv_channels_differ(%x: tensor<1x4x5x5xf32>, %w: tensor<2x3x3x3xf32>, %o: tensor<1x18x3x3xf32>) {
  // expected-error @+2 {{has not the 6 channels that filter}}
  // expected-error @+1 {{'dl.deform_conv' op failed to infer returned types}}
  %0 = dl.deform_conv %x, %w offset %o {groups = 2 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
    : (tensor<1x4x5x5xf32>, tensor<2x3x3x3xf32>, tensor<1x18x3x3xf32>) -> tensor<1x2x3x3xf32>
  return
}
