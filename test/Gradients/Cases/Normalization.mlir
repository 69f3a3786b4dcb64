// Normalizations by every operand.
func.func @softmax_1(%x: tensor<3x5x2xf64>) -> tensor<3x5x2xf64> {
  %y = dl.softmax %x {axis = 1 : i64} : (tensor<3x5x2xf64>) -> tensor<3x5x2xf64>
  return %y : tensor<3x5x2xf64>
}
func.func @softmax_0(%x: tensor<3x5x2xf64>) -> tensor<3x5x2xf64> {
  %y = dl.softmax %x {axis = 0 : i64} : (tensor<3x5x2xf64>) -> tensor<3x5x2xf64>
  return %y : tensor<3x5x2xf64>
}
func.func @softmax_2(%x: tensor<3x5x2xf64>) -> tensor<3x5x2xf64> {
  %y = dl.softmax %x {axis = 2 : i64} : (tensor<3x5x2xf64>) -> tensor<3x5x2xf64>
  return %y : tensor<3x5x2xf64>
}
func.func @log_softmax_1(%x: tensor<3x5x2xf64>) -> tensor<3x5x2xf64> {
  %y = dl.log_softmax %x {axis = 1 : i64} : (tensor<3x5x2xf64>) -> tensor<3x5x2xf64>
  return %y : tensor<3x5x2xf64>
}
func.func @log_softmax_0(%x: tensor<3x5x2xf64>) -> tensor<3x5x2xf64> {
  %y = dl.log_softmax %x {axis = 0 : i64} : (tensor<3x5x2xf64>) -> tensor<3x5x2xf64>
  return %y : tensor<3x5x2xf64>
}
func.func @log_softmax_2(%x: tensor<3x5x2xf64>) -> tensor<3x5x2xf64> {
  %y = dl.log_softmax %x {axis = 2 : i64} : (tensor<3x5x2xf64>) -> tensor<3x5x2xf64>
  return %y : tensor<3x5x2xf64>
}
func.func @layer_norm(%x: tensor<2x3x5xf64>, %s: tensor<3x5xf64>, %b: tensor<5xf64>) -> tensor<2x3x5xf64> {
  %y = dl.layer_norm %x, %s, %b {axis = 1 : i64, epsilon = 0.01 : f64}
      : (tensor<2x3x5xf64>, tensor<3x5xf64>, tensor<5xf64>) -> tensor<2x3x5xf64>
  return %y : tensor<2x3x5xf64>
}
func.func @rms_norm(%x: tensor<3x7xf64>, %s: tensor<7xf64>) -> tensor<3x7xf64> {
  %y = dl.rms_norm %x, %s {axis = 1 : i64, epsilon = 0.01 : f64} : (tensor<3x7xf64>, tensor<7xf64>) -> tensor<3x7xf64>
  return %y : tensor<3x7xf64>
}
func.func @batch_norm(%x: tensor<2x3x5xf64>, %s: tensor<3xf64>, %b: tensor<3xf64>, %m: tensor<3xf64>, %v: tensor<3xf64>)
    -> tensor<2x3x5xf64> attributes {low = 0.3 : f64, high = 2.0 : f64} {
  %y = dl.batch_norm %x, %s, %b, %m, %v {epsilon = 0.01 : f64}
      : (tensor<2x3x5xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>) -> tensor<2x3x5xf64>
  return %y : tensor<2x3x5xf64>
}
func.func @batch_norm_last(%x: tensor<2x5x3xf64>, %s: tensor<3xf64>, %b: tensor<3xf64>, %m: tensor<3xf64>, %v: tensor<3xf64>)
    -> tensor<2x5x3xf64> attributes {low = 0.3 : f64, high = 2.0 : f64} {
  %y = dl.batch_norm %x, %s, %b, %m, %v {layout = #dl.layout<channels_last>}
      : (tensor<2x5x3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>) -> tensor<2x5x3xf64>
  return %y : tensor<2x5x3xf64>
}
// Statistics of the batch itself, as training mode makes them: one rule for all that flows through.
func.func @batch_norm_training(%x: tensor<4x3x5xf64>, %s: tensor<3xf64>, %b: tensor<3xf64>) -> tensor<4x3x5xf64> {
  %m = dl.reduce <mean> %x {axes = array<i64: 0, 2>} : (tensor<4x3x5xf64>) -> tensor<1x3x1xf64>
  %c = dl.sub %x, %m : (tensor<4x3x5xf64>, tensor<1x3x1xf64>) -> tensor<4x3x5xf64>
  %q = dl.mul %c, %c : (tensor<4x3x5xf64>, tensor<4x3x5xf64>) -> tensor<4x3x5xf64>
  %v = dl.reduce <mean> %q {axes = array<i64: 0, 2>} : (tensor<4x3x5xf64>) -> tensor<1x3x1xf64>
  %m1 = dl.reshape %m {shape = array<i64: 3>} : (tensor<1x3x1xf64>) -> tensor<3xf64>
  %v1 = dl.reshape %v {shape = array<i64: 3>} : (tensor<1x3x1xf64>) -> tensor<3xf64>
  %y = dl.batch_norm %x, %s, %b, %m1, %v1 {epsilon = 0.01 : f64}
      : (tensor<4x3x5xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>) -> tensor<4x3x5xf64>
  return %y : tensor<4x3x5xf64>
}
func.func @instance_norm(%x: tensor<2x3x7xf64>, %s: tensor<3xf64>, %b: tensor<3xf64>) -> tensor<2x3x7xf64> {
  %y = dl.instance_norm %x, %s, %b {epsilon = 0.01 : f64} : (tensor<2x3x7xf64>, tensor<3xf64>, tensor<3xf64>) -> tensor<2x3x7xf64>
  return %y : tensor<2x3x7xf64>
}
func.func @group_norm(%x: tensor<2x6x3xf64>, %s: tensor<6xf64>, %b: tensor<6xf64>) -> tensor<2x6x3xf64> {
  %y = dl.group_norm %x, %s, %b {groups = 2 : i64, epsilon = 0.01 : f64} : (tensor<2x6x3xf64>, tensor<6xf64>, tensor<6xf64>) -> tensor<2x6x3xf64>
  return %y : tensor<2x6x3xf64>
}
func.func @lp_normalize_1(%x: tensor<3x5x2xf64>) -> tensor<3x5x2xf64> {
  %y = dl.lp_normalize %x {axis = 1 : i64, p = 1 : i64} : (tensor<3x5x2xf64>) -> tensor<3x5x2xf64>
  return %y : tensor<3x5x2xf64>
}
func.func @lp_normalize_2(%x: tensor<3x5x2xf64>) -> tensor<3x5x2xf64> {
  %y = dl.lp_normalize %x {axis = 2 : i64, p = 2 : i64} : (tensor<3x5x2xf64>) -> tensor<3x5x2xf64>
  return %y : tensor<3x5x2xf64>
}
func.func @lrn_3(%x: tensor<2x7x3x1xf64>) -> tensor<2x7x3x1xf64> {
  %y = dl.lrn %x {size = 3 : i64, alpha = 0.9 : f64, beta = 0.75 : f64, offset = 1.5 : f64} : (tensor<2x7x3x1xf64>) -> tensor<2x7x3x1xf64>
  return %y : tensor<2x7x3x1xf64>
}
func.func @lrn_even(%x: tensor<1x5x3x2xf64>) -> tensor<1x5x3x2xf64> {
  %y = dl.lrn %x {size = 4 : i64, alpha = 0.9 : f64, beta = 0.75 : f64, offset = 1.5 : f64} : (tensor<1x5x3x2xf64>) -> tensor<1x5x3x2xf64>
  return %y : tensor<1x5x3x2xf64>
}
func.func @lrn_wider_than_channels(%x: tensor<2x3x5xf64>) -> tensor<2x3x5xf64> {
  %y = dl.lrn %x {size = 9 : i64, alpha = 0.9 : f64, beta = 0.75 : f64, offset = 1.5 : f64} : (tensor<2x3x5xf64>) -> tensor<2x3x5xf64>
  return %y : tensor<2x3x5xf64>
}
func.func @lrn_1(%x: tensor<2x3x5xf64>) -> tensor<2x3x5xf64> {
  %y = dl.lrn %x {size = 1 : i64, alpha = 0.9 : f64, beta = 0.75 : f64, offset = 1.5 : f64} : (tensor<2x3x5xf64>) -> tensor<2x3x5xf64>
  return %y : tensor<2x3x5xf64>
}
func.func @lrn_last(%x: tensor<2x3x2x7xf64>) -> tensor<2x3x2x7xf64> {
  %y = dl.lrn %x {size = 5 : i64, alpha = 0.9 : f64, beta = 0.75 : f64, offset = 1.5 : f64, layout = #dl.layout<channels_last>} : (tensor<2x3x2x7xf64>) -> tensor<2x3x2x7xf64>
  return %y : tensor<2x3x2x7xf64>
}
func.func @group_norm_last(%x: tensor<2x3x2x6xf64>, %s: tensor<6xf64>, %b: tensor<6xf64>) -> tensor<2x3x2x6xf64> {
  %y = dl.group_norm %x, %s, %b {groups = 3 : i64, epsilon = 0.01 : f64, layout = #dl.layout<channels_last>}
      : (tensor<2x3x2x6xf64>, tensor<6xf64>, tensor<6xf64>) -> tensor<2x3x2x6xf64>
  return %y : tensor<2x3x2x6xf64>
}
func.func @instance_norm_last(%x: tensor<2x7x3xf64>, %s: tensor<3xf64>, %b: tensor<3xf64>) -> tensor<2x7x3xf64> {
  %y = dl.instance_norm %x, %s, %b {epsilon = 0.01 : f64, layout = #dl.layout<channels_last>}
      : (tensor<2x7x3xf64>, tensor<3xf64>, tensor<3xf64>) -> tensor<2x7x3xf64>
  return %y : tensor<2x7x3xf64>
}
