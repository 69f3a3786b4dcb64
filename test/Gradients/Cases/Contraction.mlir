// Matrix products in every transposition, batched and broadcast; convolutions.
func.func @matmul(%a: tensor<3x4xf64>, %b: tensor<4x5xf64>) -> tensor<3x5xf64> {
  %y = dl.matmul %a, %b : (tensor<3x4xf64>, tensor<4x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @matmul_tl(%a: tensor<4x3xf64>, %b: tensor<4x5xf64>) -> tensor<3x5xf64> {
  %y = dl.matmul %a, %b {transpose_lhs = true} : (tensor<4x3xf64>, tensor<4x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @matmul_tr(%a: tensor<3x4xf64>, %b: tensor<5x4xf64>) -> tensor<3x5xf64> {
  %y = dl.matmul %a, %b {transpose_rhs = true} : (tensor<3x4xf64>, tensor<5x4xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @matmul_tltr(%a: tensor<4x3xf64>, %b: tensor<5x4xf64>) -> tensor<3x5xf64> {
  %y = dl.matmul %a, %b {transpose_lhs = true, transpose_rhs = true} : (tensor<4x3xf64>, tensor<5x4xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @matmul_batch(%a: tensor<2x3x4xf64>, %b: tensor<2x4x5xf64>) -> tensor<2x3x5xf64> {
  %y = dl.matmul %a, %b : (tensor<2x3x4xf64>, tensor<2x4x5xf64>) -> tensor<2x3x5xf64>
  return %y : tensor<2x3x5xf64>
}
func.func @matmul_batch_shared(%a: tensor<2x3x4xf64>, %b: tensor<4x5xf64>) -> tensor<2x3x5xf64> {
  %y = dl.matmul %a, %b : (tensor<2x3x4xf64>, tensor<4x5xf64>) -> tensor<2x3x5xf64>
  return %y : tensor<2x3x5xf64>
}
func.func @matmul_batch_shared_tr(%a: tensor<2x3x4xf64>, %b: tensor<5x4xf64>) -> tensor<2x3x5xf64> {
  %y = dl.matmul %a, %b {transpose_rhs = true} : (tensor<2x3x4xf64>, tensor<5x4xf64>) -> tensor<2x3x5xf64>
  return %y : tensor<2x3x5xf64>
}
func.func @matmul_batch_shared_tl(%a: tensor<2x4x3xf64>, %b: tensor<4x5xf64>) -> tensor<2x3x5xf64> {
  %y = dl.matmul %a, %b {transpose_lhs = true} : (tensor<2x4x3xf64>, tensor<4x5xf64>) -> tensor<2x3x5xf64>
  return %y : tensor<2x3x5xf64>
}
func.func @matmul_batch_broadcast(%a: tensor<3x1x2x4xf64>, %b: tensor<5x4x1xf64>) -> tensor<3x5x2x1xf64> {
  %y = dl.matmul %a, %b : (tensor<3x1x2x4xf64>, tensor<5x4x1xf64>) -> tensor<3x5x2x1xf64>
  return %y : tensor<3x5x2x1xf64>
}
func.func @conv(%x: tensor<2x3x5x6xf64>, %w: tensor<4x3x3x2xf64>, %b: tensor<4xf64>) -> tensor<2x4x5x6xf64> {
  %y = dl.conv %x, %w, %b {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 0>, pads_end = array<i64: 1, 1>}
      : (tensor<2x3x5x6xf64>, tensor<4x3x3x2xf64>, tensor<4xf64>) -> tensor<2x4x5x6xf64>
  return %y : tensor<2x4x5x6xf64>
}
func.func @conv_strided(%x: tensor<1x2x7x8xf64>, %w: tensor<3x2x3x3xf64>, %b: tensor<3xf64>) -> tensor<1x3x3x4xf64> {
  %y = dl.conv %x, %w, %b {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 1>, pads_end = array<i64: 0, 0>}
      : (tensor<1x2x7x8xf64>, tensor<3x2x3x3xf64>, tensor<3xf64>) -> tensor<1x3x3x4xf64>
  return %y : tensor<1x3x3x4xf64>
}
func.func @conv_dilated(%x: tensor<1x2x9x7xf64>, %w: tensor<2x2x3x2xf64>, %b: tensor<2xf64>) -> tensor<1x2x3x5xf64> {
  %y = dl.conv %x, %w, %b {strides = array<i64: 2, 1>, dilations = array<i64: 2, 3>, pads_begin = array<i64: 0, 1>, pads_end = array<i64: 0, 0>}
      : (tensor<1x2x9x7xf64>, tensor<2x2x3x2xf64>, tensor<2xf64>) -> tensor<1x2x3x5xf64>
  return %y : tensor<1x2x3x5xf64>
}
func.func @conv_groups(%x: tensor<1x4x5x5xf64>, %w: tensor<6x2x3x3xf64>, %b: tensor<6xf64>) -> tensor<1x6x3x3xf64> {
  %y = dl.conv %x, %w, %b {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, groups = 2 : i64}
      : (tensor<1x4x5x5xf64>, tensor<6x2x3x3xf64>, tensor<6xf64>) -> tensor<1x6x3x3xf64>
  return %y : tensor<1x6x3x3xf64>
}
func.func @conv_last(%x: tensor<2x5x6x3xf64>, %w: tensor<4x3x3x2xf64>, %b: tensor<4xf64>) -> tensor<2x5x6x4xf64> {
  %y = dl.conv %x, %w, %b {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 0>, pads_end = array<i64: 1, 1>, layout = #dl.layout<channels_last>}
      : (tensor<2x5x6x3xf64>, tensor<4x3x3x2xf64>, tensor<4xf64>) -> tensor<2x5x6x4xf64>
  return %y : tensor<2x5x6x4xf64>
}
func.func @conv_output_last(%x: tensor<1x7x8x2xf64>, %w: tensor<3x2x2x3xf64>, %b: tensor<3xf64>) -> tensor<1x3x4x3xf64> {
  %y = dl.conv %x, %w, %b {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 1>, output_last = true, layout = #dl.layout<channels_last>}
      : (tensor<1x7x8x2xf64>, tensor<3x2x2x3xf64>, tensor<3xf64>) -> tensor<1x3x4x3xf64>
  return %y : tensor<1x3x4x3xf64>
}
func.func @conv_1d(%x: tensor<2x3x7xf64>, %w: tensor<4x3x3xf64>, %b: tensor<4xf64>) -> tensor<2x4x3xf64> {
  %y = dl.conv %x, %w, %b {strides = array<i64: 2>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>}
      : (tensor<2x3x7xf64>, tensor<4x3x3xf64>, tensor<4xf64>) -> tensor<2x4x3xf64>
  return %y : tensor<2x4x3xf64>
}
func.func @conv_3d(%x: tensor<1x2x4x3x3xf64>, %w: tensor<2x2x2x2x2xf64>, %b: tensor<2xf64>) -> tensor<1x2x3x2x2xf64> {
  %y = dl.conv %x, %w, %b {strides = array<i64: 1, 1, 1>, dilations = array<i64: 1, 1, 1>, pads_begin = array<i64: 0, 0, 0>, pads_end = array<i64: 0, 0, 0>}
      : (tensor<1x2x4x3x3xf64>, tensor<2x2x2x2x2xf64>, tensor<2xf64>) -> tensor<1x2x3x2x2xf64>
  return %y : tensor<1x2x3x2x2xf64>
}
func.func @conv_transpose(%x: tensor<1x3x4x5xf64>, %w: tensor<3x2x3x2xf64>, %b: tensor<2xf64>) -> tensor<1x2x9x10xf64> {
  %y = dl.conv_transpose %x, %w, %b {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, output_padding = array<i64: 0, 0>}
      : (tensor<1x3x4x5xf64>, tensor<3x2x3x2xf64>, tensor<2xf64>) -> tensor<1x2x9x10xf64>
  return %y : tensor<1x2x9x10xf64>
}
func.func @conv_transpose_padded(%x: tensor<1x4x4x3xf64>, %w: tensor<4x3x3x3xf64>, %b: tensor<6xf64>) -> tensor<1x6x8x6xf64> {
  %y = dl.conv_transpose %x, %w, %b {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, groups = 2 : i64, output_padding = array<i64: 1, 1>}
      : (tensor<1x4x4x3xf64>, tensor<4x3x3x3xf64>, tensor<6xf64>) -> tensor<1x6x8x6xf64>
  return %y : tensor<1x6x8x6xf64>
}
