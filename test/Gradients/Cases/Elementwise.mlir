// Elementwise ops, one function each; binary ones also with broadcasting.
func.func @sqrt(%x: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = 0.3 : f64, high = 3.0 : f64} {
  %y = dl.sqrt %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @rsqrt(%x: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = 0.3 : f64, high = 3.0 : f64} {
  %y = dl.rsqrt %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @log(%x: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = 0.3 : f64, high = 3.0 : f64} {
  %y = dl.log %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @reciprocal(%x: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = 0.3 : f64, high = 3.0 : f64} {
  %y = dl.reciprocal %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @abs(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.abs %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @neg(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.neg %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @exp(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.exp %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @erf(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.erf %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @sin(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.sin %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @cos(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.cos %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @atan(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.atan %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @sinh(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.sinh %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @cosh(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.cosh %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @tanh(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.tanh %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @asinh(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.asinh %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @relu(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.relu %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @sigmoid(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.sigmoid %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @softplus(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.softplus %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @softsign(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.softsign %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @hard_swish(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.hard_swish %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @mish(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.mish %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @gelu(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.gelu %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @hard_swish_saturated(%x: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = -6.0 : f64, high = 6.0 : f64} {
  %y = dl.hard_swish %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @tan(%x: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = -0.9 : f64, high = 0.9 : f64} {
  %y = dl.tan %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @asin(%x: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = -0.9 : f64, high = 0.9 : f64} {
  %y = dl.asin %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @acos(%x: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = -0.9 : f64, high = 0.9 : f64} {
  %y = dl.acos %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @atanh(%x: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = -0.9 : f64, high = 0.9 : f64} {
  %y = dl.atanh %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @acosh(%x: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = 1.2 : f64, high = 3.0 : f64} {
  %y = dl.acosh %x : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @gelu_tanh(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.gelu %x {approximate = true} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @swish(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.swish %x {alpha = 1.7 : f64} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @elu(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.elu %x {alpha = 0.8 : f64} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @selu(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.selu %x {alpha = 1.67 : f64, gamma = 1.05 : f64} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @celu(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.celu %x {alpha = 1.3 : f64} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @leaky_relu(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.leaky_relu %x {alpha = 0.1 : f64} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @thresholded_relu(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.thresholded_relu %x {alpha = 0.5 : f64} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @hard_sigmoid(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.hard_sigmoid %x {alpha = 0.4 : f64, beta = 0.5 : f64} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @shrink(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.shrink %x {bias = 0.2 : f64, lambd = 0.5 : f64} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @clip(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.clip %x {minimum = -0.7 : f64, maximum = 1.1 : f64} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @clip_below(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.clip %x {minimum = -0.7 : f64} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @add(%a: tensor<3x5xf64>, %b: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.add %a, %b : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @add_broadcast(%a: tensor<3x1x5xf64>, %b: tensor<7x1xf64>) -> tensor<3x7x5xf64> {
  %y = dl.add %a, %b : (tensor<3x1x5xf64>, tensor<7x1xf64>) -> tensor<3x7x5xf64>
  return %y : tensor<3x7x5xf64>
}
func.func @add_scalar(%a: tensor<2x3xf64>, %b: tensor<f64>) -> tensor<2x3xf64> {
  %y = dl.add %a, %b : (tensor<2x3xf64>, tensor<f64>) -> tensor<2x3xf64>
  return %y : tensor<2x3xf64>
}
func.func @sub(%a: tensor<3x5xf64>, %b: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.sub %a, %b : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @sub_broadcast(%a: tensor<3x1x5xf64>, %b: tensor<7x1xf64>) -> tensor<3x7x5xf64> {
  %y = dl.sub %a, %b : (tensor<3x1x5xf64>, tensor<7x1xf64>) -> tensor<3x7x5xf64>
  return %y : tensor<3x7x5xf64>
}
func.func @sub_scalar(%a: tensor<2x3xf64>, %b: tensor<f64>) -> tensor<2x3xf64> {
  %y = dl.sub %a, %b : (tensor<2x3xf64>, tensor<f64>) -> tensor<2x3xf64>
  return %y : tensor<2x3xf64>
}
func.func @mul(%a: tensor<3x5xf64>, %b: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.mul %a, %b : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @mul_broadcast(%a: tensor<3x1x5xf64>, %b: tensor<7x1xf64>) -> tensor<3x7x5xf64> {
  %y = dl.mul %a, %b : (tensor<3x1x5xf64>, tensor<7x1xf64>) -> tensor<3x7x5xf64>
  return %y : tensor<3x7x5xf64>
}
func.func @mul_scalar(%a: tensor<2x3xf64>, %b: tensor<f64>) -> tensor<2x3xf64> {
  %y = dl.mul %a, %b : (tensor<2x3xf64>, tensor<f64>) -> tensor<2x3xf64>
  return %y : tensor<2x3xf64>
}
func.func @max(%a: tensor<3x5xf64>, %b: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.max %a, %b : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @max_broadcast(%a: tensor<3x1x5xf64>, %b: tensor<7x1xf64>) -> tensor<3x7x5xf64> {
  %y = dl.max %a, %b : (tensor<3x1x5xf64>, tensor<7x1xf64>) -> tensor<3x7x5xf64>
  return %y : tensor<3x7x5xf64>
}
func.func @max_scalar(%a: tensor<2x3xf64>, %b: tensor<f64>) -> tensor<2x3xf64> {
  %y = dl.max %a, %b : (tensor<2x3xf64>, tensor<f64>) -> tensor<2x3xf64>
  return %y : tensor<2x3xf64>
}
func.func @min(%a: tensor<3x5xf64>, %b: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.min %a, %b : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @min_broadcast(%a: tensor<3x1x5xf64>, %b: tensor<7x1xf64>) -> tensor<3x7x5xf64> {
  %y = dl.min %a, %b : (tensor<3x1x5xf64>, tensor<7x1xf64>) -> tensor<3x7x5xf64>
  return %y : tensor<3x7x5xf64>
}
func.func @min_scalar(%a: tensor<2x3xf64>, %b: tensor<f64>) -> tensor<2x3xf64> {
  %y = dl.min %a, %b : (tensor<2x3xf64>, tensor<f64>) -> tensor<2x3xf64>
  return %y : tensor<2x3xf64>
}
func.func @prelu(%a: tensor<3x5xf64>, %b: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.prelu %a, %b : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @prelu_broadcast(%a: tensor<3x1x5xf64>, %b: tensor<7x1xf64>) -> tensor<3x7x5xf64> {
  %y = dl.prelu %a, %b : (tensor<3x1x5xf64>, tensor<7x1xf64>) -> tensor<3x7x5xf64>
  return %y : tensor<3x7x5xf64>
}
func.func @prelu_scalar(%a: tensor<2x3xf64>, %b: tensor<f64>) -> tensor<2x3xf64> {
  %y = dl.prelu %a, %b : (tensor<2x3xf64>, tensor<f64>) -> tensor<2x3xf64>
  return %y : tensor<2x3xf64>
}
func.func @div(%a: tensor<3x5xf64>, %b: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = 0.5 : f64, high = 3.0 : f64} {
  %y = dl.div %a, %b : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @div_broadcast(%a: tensor<1x5xf64>, %b: tensor<3x1xf64>) -> tensor<3x5xf64> attributes {low = 0.5 : f64, high = 3.0 : f64} {
  %y = dl.div %a, %b : (tensor<1x5xf64>, tensor<3x1xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @pow(%a: tensor<3x5xf64>, %b: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = 0.5 : f64, high = 3.0 : f64} {
  %y = dl.pow %a, %b : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @pow_broadcast(%a: tensor<1x5xf64>, %b: tensor<3x1xf64>) -> tensor<3x5xf64> attributes {low = 0.5 : f64, high = 3.0 : f64} {
  %y = dl.pow %a, %b : (tensor<1x5xf64>, tensor<3x1xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @mod(%a: tensor<3x5xf64>, %b: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = 0.5 : f64, high = 3.0 : f64} {
  %y = dl.mod %a, %b : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @mod_broadcast(%a: tensor<1x5xf64>, %b: tensor<3x1xf64>) -> tensor<3x5xf64> attributes {low = 0.5 : f64, high = 3.0 : f64} {
  %y = dl.mod %a, %b : (tensor<1x5xf64>, tensor<3x1xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @fmod(%a: tensor<3x5xf64>, %b: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = -3.0 : f64, high = -0.5 : f64} {
  %y = dl.mod %a, %b {fmod = true} : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
// A power at zero with an exponent that does not depend on an argument.
func.func @square(%x: tensor<7xf64>) -> tensor<7xf64> {
  %two = dl.constant dense<2.0> : tensor<f64>
  %y = dl.pow %x, %two : (tensor<7xf64>, tensor<f64>) -> tensor<7xf64>
  return %y : tensor<7xf64>
}
func.func @where(%a: tensor<3x5xf64>, %b: tensor<5xf64>) -> tensor<3x5xf64> {
  %c = dl.less %a, %b : (tensor<3x5xf64>, tensor<5xf64>) -> tensor<3x5xi1>
  %y = dl.where %c, %a, %b : (tensor<3x5xi1>, tensor<3x5xf64>, tensor<5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @cast(%x: tensor<3xf64>) -> tensor<3xf64> {
  %n = dl.cast %x {to = f32} : (tensor<3xf64>) -> tensor<3xf32>
  %y = dl.cast %n {to = f64} : (tensor<3xf32>) -> tensor<3xf64>
  return %y : tensor<3xf64>
}
// A value used twice, one that stops at a floor, and a result that is an argument.
func.func @shared(%x: tensor<3xf64>, %unused: tensor<2xf64>) -> (tensor<3xf64>, tensor<3xf64>) {
  %a = dl.exp %x : (tensor<3xf64>) -> tensor<3xf64>
  %f = dl.floor %a : (tensor<3xf64>) -> tensor<3xf64>
  %b = dl.mul %a, %x : (tensor<3xf64>, tensor<3xf64>) -> tensor<3xf64>
  %c = dl.add %b, %f : (tensor<3xf64>, tensor<3xf64>) -> tensor<3xf64>
  return %c, %x : tensor<3xf64>, tensor<3xf64>
}
