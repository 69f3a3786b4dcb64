// Movements.
func.func @reshape(%x: tensor<3x4xf64>) -> tensor<2x6xf64> {
  %y = dl.reshape %x {shape = array<i64: 2, 6>} : (tensor<3x4xf64>) -> tensor<2x6xf64>
  return %y : tensor<2x6xf64>
}
func.func @transpose(%x: tensor<2x3x5xf64>) -> tensor<5x2x3xf64> {
  %y = dl.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<2x3x5xf64>) -> tensor<5x2x3xf64>
  return %y : tensor<5x2x3xf64>
}
func.func @expand(%x: tensor<3x1xf64>) -> tensor<2x3x5xf64> {
  %y = dl.expand %x {shape = array<i64: 2, 3, 5>} : (tensor<3x1xf64>) -> tensor<2x3x5xf64>
  return %y : tensor<2x3x5xf64>
}
func.func @concat(%a: tensor<2x3xf64>, %b: tensor<2x1xf64>, %c: tensor<2x3xf64>) -> tensor<2x7xf64> {
  %y = dl.concat %a, %b, %c {axis = 1 : i64} : (tensor<2x3xf64>, tensor<2x1xf64>, tensor<2x3xf64>) -> tensor<2x7xf64>
  return %y : tensor<2x7xf64>
}
func.func @slice(%x: tensor<5x7xf64>) -> tensor<3x2xf64> {
  %y = dl.slice %x {starts = array<i64: 1, 4>, sizes = array<i64: 3, 2>, steps = array<i64: 1, 1>} : (tensor<5x7xf64>) -> tensor<3x2xf64>
  return %y : tensor<3x2xf64>
}
func.func @slice_strided(%x: tensor<5x7xf64>) -> tensor<2x3xf64> {
  %y = dl.slice %x {starts = array<i64: 1, 0>, sizes = array<i64: 2, 3>, steps = array<i64: 3, 2>} : (tensor<5x7xf64>) -> tensor<2x3xf64>
  return %y : tensor<2x3xf64>
}
func.func @slice_reversed(%x: tensor<5x7xf64>) -> tensor<5x3xf64> {
  %y = dl.slice %x {starts = array<i64: 4, 6>, sizes = array<i64: 5, 3>, steps = array<i64: -1, -3>} : (tensor<5x7xf64>) -> tensor<5x3xf64>
  return %y : tensor<5x3xf64>
}
