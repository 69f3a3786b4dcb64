// Gathers, scatters and pads.
func.func @gather(%x: tensor<4x3xf64>) -> tensor<2x2x3xf64> {
  %i = dl.constant dense<[[0, 3], [3, -1]]> : tensor<2x2xi64>
  %y = dl.gather %x, %i {axis = 0 : i64} : (tensor<4x3xf64>, tensor<2x2xi64>) -> tensor<2x2x3xf64>
  return %y : tensor<2x2x3xf64>
}
func.func @gather_inner(%x: tensor<2x4x3xf64>) -> tensor<2x5x3xf64> {
  %i = dl.constant dense<[0, 3, 1, 1, 0]> : tensor<5xi64>
  %y = dl.gather %x, %i {axis = 1 : i64} : (tensor<2x4x3xf64>, tensor<5xi64>) -> tensor<2x5x3xf64>
  return %y : tensor<2x5x3xf64>
}
func.func @gather_scalar(%x: tensor<2x4x3xf64>) -> tensor<2x4xf64> {
  %i = dl.constant dense<2> : tensor<i64>
  %y = dl.gather %x, %i {axis = 2 : i64} : (tensor<2x4x3xf64>, tensor<i64>) -> tensor<2x4xf64>
  return %y : tensor<2x4xf64>
}
func.func @gather_elements(%x: tensor<3x4xf64>) -> tensor<3x2xf64> {
  %i = dl.constant dense<[[0, 0], [3, 1], [2, 0]]> : tensor<3x2xi64>
  %y = dl.gather_elements %x, %i {axis = 1 : i64} : (tensor<3x4xf64>, tensor<3x2xi64>) -> tensor<3x2xf64>
  return %y : tensor<3x2xf64>
}
func.func @gather_nd(%x: tensor<3x4x2xf64>) -> tensor<3x2xf64> {
  %i = dl.constant dense<[[0, 0], [2, 1], [0, 0]]> : tensor<3x2xi64>
  %y = dl.gather_nd %x, %i : (tensor<3x4x2xf64>, tensor<3x2xi64>) -> tensor<3x2xf64>
  return %y : tensor<3x2xf64>
}
func.func @scatter_elements(%x: tensor<3x4xf64>, %u: tensor<3x2xf64>) -> tensor<3x4xf64> {
  %i = dl.constant dense<[[0, 0], [3, 1], [2, 0]]> : tensor<3x2xi64>
  %y = dl.scatter_elements %x, %i, %u {axis = 1 : i64, kind = #dl.scatter_kind<add>} : (tensor<3x4xf64>, tensor<3x2xi64>, tensor<3x2xf64>) -> tensor<3x4xf64>
  return %y : tensor<3x4xf64>
}
func.func @scatter_nd(%x: tensor<3x4xf64>, %u: tensor<2x4xf64>) -> tensor<3x4xf64> {
  %i = dl.constant dense<[[2], [2]]> : tensor<2x1xi64>
  %y = dl.scatter_nd %x, %i, %u {kind = #dl.scatter_kind<add>} : (tensor<3x4xf64>, tensor<2x1xi64>, tensor<2x4xf64>) -> tensor<3x4xf64>
  return %y : tensor<3x4xf64>
}
func.func @pad(%x: tensor<3x4xf64>) -> tensor<4x7xf64> {
  %y = dl.pad %x {low = array<i64: 1, 0>, high = array<i64: 0, 3>} : (tensor<3x4xf64>) -> tensor<4x7xf64>
  return %y : tensor<4x7xf64>
}
