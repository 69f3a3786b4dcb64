// What draws random numbers, under a fixed key.
func.func @dropout(%x: tensor<3x5x7xf64>) -> tensor<3x5x7xf64> {
  %key = dl.constant dense<[11, 3]> : tensor<2xi64>
  %y = dl.dropout %x, %key {rate = 0.3 : f64, stream = 2 : i64} : (tensor<3x5x7xf64>, tensor<2xi64>) -> tensor<3x5x7xf64>
  return %y : tensor<3x5x7xf64>
}
func.func @dropout_shared(%x: tensor<3x5x7xf64>) -> tensor<3x5x7xf64> {
  %key = dl.constant dense<[11, 3]> : tensor<2xi64>
  %y = dl.dropout %x, %key {rate = 0.5 : f64, shared_axes = array<i64: 1>} : (tensor<3x5x7xf64>, tensor<2xi64>) -> tensor<3x5x7xf64>
  return %y : tensor<3x5x7xf64>
}
func.func @dropout_all(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %key = dl.constant dense<[11, 3]> : tensor<2xi64>
  %y = dl.dropout %x, %key {rate = 1.0 : f64} : (tensor<3x5xf64>, tensor<2xi64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
