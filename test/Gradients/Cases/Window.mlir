// Pools: overlapping, padded, with ceil_mode, channels last.
func.func @max_pool(%x: tensor<2x3x6x6xf64>) -> tensor<2x3x3x3xf64> {
  %y = dl.max_pool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
      : (tensor<2x3x6x6xf64>) -> tensor<2x3x3x3xf64>
  return %y : tensor<2x3x3x3xf64>
}
func.func @max_pool_overlapping(%x: tensor<1x2x7x5xf64>) -> tensor<1x2x4x5xf64> {
  %y = dl.max_pool %x {kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>}
      : (tensor<1x2x7x5xf64>) -> tensor<1x2x4x5xf64>
  return %y : tensor<1x2x4x5xf64>
}
func.func @max_pool_rest(%x: tensor<1x2x7x5xf64>) -> tensor<1x2x3x2xf64> {
  %y = dl.max_pool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
      : (tensor<1x2x7x5xf64>) -> tensor<1x2x3x2xf64>
  return %y : tensor<1x2x3x2xf64>
}
func.func @max_pool_ceil(%x: tensor<1x1x7x6xf64>) -> tensor<1x1x4x3xf64> {
  %y = dl.max_pool %x {kernel_shape = array<i64: 2, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, ceil_mode = true}
      : (tensor<1x1x7x6xf64>) -> tensor<1x1x4x3xf64>
  return %y : tensor<1x1x4x3xf64>
}
func.func @max_pool_dilated(%x: tensor<1x2x8x7xf64>) -> tensor<1x2x4x3xf64> {
  %y = dl.max_pool %x {kernel_shape = array<i64: 3, 2>, strides = array<i64: 1, 2>, dilations = array<i64: 2, 2>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
      : (tensor<1x2x8x7xf64>) -> tensor<1x2x4x3xf64>
  return %y : tensor<1x2x4x3xf64>
}
func.func @max_pool_last(%x: tensor<2x5x7x3xf64>) -> tensor<2x2x3x3xf64> {
  %y = dl.max_pool %x {kernel_shape = array<i64: 2, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>}
      : (tensor<2x5x7x3xf64>) -> tensor<2x2x3x3xf64>
  return %y : tensor<2x2x3x3xf64>
}
func.func @max_pool_1d(%x: tensor<1x2x9xf64>) -> tensor<1x2x4xf64> {
  %y = dl.max_pool %x {kernel_shape = array<i64: 3>, strides = array<i64: 2>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>}
      : (tensor<1x2x9xf64>) -> tensor<1x2x4xf64>
  return %y : tensor<1x2x4xf64>
}
func.func @average_pool(%x: tensor<2x3x6x6xf64>) -> tensor<2x3x3x3xf64> {
  %y = dl.average_pool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
      : (tensor<2x3x6x6xf64>) -> tensor<2x3x3x3xf64>
  return %y : tensor<2x3x3x3xf64>
}
func.func @average_pool_overlapping(%x: tensor<1x2x7x5xf64>) -> tensor<1x2x4x5xf64> {
  %y = dl.average_pool %x {kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>}
      : (tensor<1x2x7x5xf64>) -> tensor<1x2x4x5xf64>
  return %y : tensor<1x2x4x5xf64>
}
func.func @average_pool_rest(%x: tensor<1x2x7x5xf64>) -> tensor<1x2x3x2xf64> {
  %y = dl.average_pool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
      : (tensor<1x2x7x5xf64>) -> tensor<1x2x3x2xf64>
  return %y : tensor<1x2x3x2xf64>
}
func.func @average_pool_ceil(%x: tensor<1x1x7x6xf64>) -> tensor<1x1x4x3xf64> {
  %y = dl.average_pool %x {kernel_shape = array<i64: 2, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, ceil_mode = true}
      : (tensor<1x1x7x6xf64>) -> tensor<1x1x4x3xf64>
  return %y : tensor<1x1x4x3xf64>
}
func.func @average_pool_dilated(%x: tensor<1x2x8x7xf64>) -> tensor<1x2x4x3xf64> {
  %y = dl.average_pool %x {kernel_shape = array<i64: 3, 2>, strides = array<i64: 1, 2>, dilations = array<i64: 2, 2>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
      : (tensor<1x2x8x7xf64>) -> tensor<1x2x4x3xf64>
  return %y : tensor<1x2x4x3xf64>
}
func.func @average_pool_last(%x: tensor<2x5x7x3xf64>) -> tensor<2x2x3x3xf64> {
  %y = dl.average_pool %x {kernel_shape = array<i64: 2, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>}
      : (tensor<2x5x7x3xf64>) -> tensor<2x2x3x3xf64>
  return %y : tensor<2x2x3x3xf64>
}
func.func @average_pool_1d(%x: tensor<1x2x9xf64>) -> tensor<1x2x4xf64> {
  %y = dl.average_pool %x {kernel_shape = array<i64: 3>, strides = array<i64: 2>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>}
      : (tensor<1x2x9xf64>) -> tensor<1x2x4xf64>
  return %y : tensor<1x2x4xf64>
}
func.func @lp_pool(%x: tensor<2x3x6x6xf64>) -> tensor<2x3x3x3xf64> {
  %y = dl.lp_pool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
      : (tensor<2x3x6x6xf64>) -> tensor<2x3x3x3xf64>
  return %y : tensor<2x3x3x3xf64>
}
func.func @lp_pool_overlapping(%x: tensor<1x2x7x5xf64>) -> tensor<1x2x4x5xf64> {
  %y = dl.lp_pool %x {kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>}
      : (tensor<1x2x7x5xf64>) -> tensor<1x2x4x5xf64>
  return %y : tensor<1x2x4x5xf64>
}
func.func @lp_pool_rest(%x: tensor<1x2x7x5xf64>) -> tensor<1x2x3x2xf64> {
  %y = dl.lp_pool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
      : (tensor<1x2x7x5xf64>) -> tensor<1x2x3x2xf64>
  return %y : tensor<1x2x3x2xf64>
}
func.func @lp_pool_ceil(%x: tensor<1x1x7x6xf64>) -> tensor<1x1x4x3xf64> {
  %y = dl.lp_pool %x {kernel_shape = array<i64: 2, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, ceil_mode = true}
      : (tensor<1x1x7x6xf64>) -> tensor<1x1x4x3xf64>
  return %y : tensor<1x1x4x3xf64>
}
func.func @lp_pool_dilated(%x: tensor<1x2x8x7xf64>) -> tensor<1x2x4x3xf64> {
  %y = dl.lp_pool %x {kernel_shape = array<i64: 3, 2>, strides = array<i64: 1, 2>, dilations = array<i64: 2, 2>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
      : (tensor<1x2x8x7xf64>) -> tensor<1x2x4x3xf64>
  return %y : tensor<1x2x4x3xf64>
}
func.func @lp_pool_last(%x: tensor<2x5x7x3xf64>) -> tensor<2x2x3x3xf64> {
  %y = dl.lp_pool %x {kernel_shape = array<i64: 2, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>}
      : (tensor<2x5x7x3xf64>) -> tensor<2x2x3x3xf64>
  return %y : tensor<2x2x3x3xf64>
}
func.func @lp_pool_1d(%x: tensor<1x2x9xf64>) -> tensor<1x2x4xf64> {
  %y = dl.lp_pool %x {kernel_shape = array<i64: 3>, strides = array<i64: 2>, dilations = array<i64: 1>, pads_begin = array<i64: 0>, pads_end = array<i64: 0>}
      : (tensor<1x2x9xf64>) -> tensor<1x2x4xf64>
  return %y : tensor<1x2x4xf64>
}
func.func @average_pool_counted(%x: tensor<1x2x5x5xf64>) -> tensor<1x2x3x3xf64> {
  %y = dl.average_pool %x {kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, count_include_pad = true}
      : (tensor<1x2x5x5xf64>) -> tensor<1x2x3x3xf64>
  return %y : tensor<1x2x3x3xf64>
}
