// Reductions of every kind, over one, several and all axes; scans and top-k.
func.func @reduce_sum(%x: tensor<3x4x5xf64>) -> tensor<3x1x5xf64> {
  %y = dl.reduce <sum> %x {axes = array<i64: 1>} : (tensor<3x4x5xf64>) -> tensor<3x1x5xf64>
  return %y : tensor<3x1x5xf64>
}
func.func @reduce_sum_dropped(%x: tensor<3x4x5xf64>) -> tensor<4xf64> {
  %y = dl.reduce <sum> %x {axes = array<i64: 0, 2>, keep_dims = false} : (tensor<3x4x5xf64>) -> tensor<4xf64>
  return %y : tensor<4xf64>
}
func.func @reduce_mean(%x: tensor<3x4x5xf64>) -> tensor<3x1x5xf64> {
  %y = dl.reduce <mean> %x {axes = array<i64: 1>} : (tensor<3x4x5xf64>) -> tensor<3x1x5xf64>
  return %y : tensor<3x1x5xf64>
}
func.func @reduce_mean_dropped(%x: tensor<3x4x5xf64>) -> tensor<4xf64> {
  %y = dl.reduce <mean> %x {axes = array<i64: 0, 2>, keep_dims = false} : (tensor<3x4x5xf64>) -> tensor<4xf64>
  return %y : tensor<4xf64>
}
func.func @reduce_max(%x: tensor<3x4x5xf64>) -> tensor<3x1x5xf64> {
  %y = dl.reduce <max> %x {axes = array<i64: 1>} : (tensor<3x4x5xf64>) -> tensor<3x1x5xf64>
  return %y : tensor<3x1x5xf64>
}
func.func @reduce_max_dropped(%x: tensor<3x4x5xf64>) -> tensor<4xf64> {
  %y = dl.reduce <max> %x {axes = array<i64: 0, 2>, keep_dims = false} : (tensor<3x4x5xf64>) -> tensor<4xf64>
  return %y : tensor<4xf64>
}
func.func @reduce_min(%x: tensor<3x4x5xf64>) -> tensor<3x1x5xf64> {
  %y = dl.reduce <min> %x {axes = array<i64: 1>} : (tensor<3x4x5xf64>) -> tensor<3x1x5xf64>
  return %y : tensor<3x1x5xf64>
}
func.func @reduce_min_dropped(%x: tensor<3x4x5xf64>) -> tensor<4xf64> {
  %y = dl.reduce <min> %x {axes = array<i64: 0, 2>, keep_dims = false} : (tensor<3x4x5xf64>) -> tensor<4xf64>
  return %y : tensor<4xf64>
}
func.func @reduce_prod(%x: tensor<3x4x5xf64>) -> tensor<3x1x5xf64> {
  %y = dl.reduce <prod> %x {axes = array<i64: 1>} : (tensor<3x4x5xf64>) -> tensor<3x1x5xf64>
  return %y : tensor<3x1x5xf64>
}
func.func @reduce_prod_dropped(%x: tensor<3x4x5xf64>) -> tensor<4xf64> {
  %y = dl.reduce <prod> %x {axes = array<i64: 0, 2>, keep_dims = false} : (tensor<3x4x5xf64>) -> tensor<4xf64>
  return %y : tensor<4xf64>
}
func.func @reduce_l1(%x: tensor<3x4x5xf64>) -> tensor<3x1x5xf64> {
  %y = dl.reduce <l1> %x {axes = array<i64: 1>} : (tensor<3x4x5xf64>) -> tensor<3x1x5xf64>
  return %y : tensor<3x1x5xf64>
}
func.func @reduce_l1_dropped(%x: tensor<3x4x5xf64>) -> tensor<4xf64> {
  %y = dl.reduce <l1> %x {axes = array<i64: 0, 2>, keep_dims = false} : (tensor<3x4x5xf64>) -> tensor<4xf64>
  return %y : tensor<4xf64>
}
func.func @reduce_l2(%x: tensor<3x4x5xf64>) -> tensor<3x1x5xf64> {
  %y = dl.reduce <l2> %x {axes = array<i64: 1>} : (tensor<3x4x5xf64>) -> tensor<3x1x5xf64>
  return %y : tensor<3x1x5xf64>
}
func.func @reduce_l2_dropped(%x: tensor<3x4x5xf64>) -> tensor<4xf64> {
  %y = dl.reduce <l2> %x {axes = array<i64: 0, 2>, keep_dims = false} : (tensor<3x4x5xf64>) -> tensor<4xf64>
  return %y : tensor<4xf64>
}
func.func @reduce_log_sum(%x: tensor<3x4x5xf64>) -> tensor<3x1x5xf64> attributes {low = 0.2 : f64, high = 2.0 : f64} {
  %y = dl.reduce <log_sum> %x {axes = array<i64: 1>} : (tensor<3x4x5xf64>) -> tensor<3x1x5xf64>
  return %y : tensor<3x1x5xf64>
}
func.func @reduce_log_sum_dropped(%x: tensor<3x4x5xf64>) -> tensor<4xf64> attributes {low = 0.2 : f64, high = 2.0 : f64} {
  %y = dl.reduce <log_sum> %x {axes = array<i64: 0, 2>, keep_dims = false} : (tensor<3x4x5xf64>) -> tensor<4xf64>
  return %y : tensor<4xf64>
}
func.func @reduce_log_sum_exp(%x: tensor<3x4x5xf64>) -> tensor<3x1x5xf64> {
  %y = dl.reduce <log_sum_exp> %x {axes = array<i64: 1>} : (tensor<3x4x5xf64>) -> tensor<3x1x5xf64>
  return %y : tensor<3x1x5xf64>
}
func.func @reduce_log_sum_exp_dropped(%x: tensor<3x4x5xf64>) -> tensor<4xf64> {
  %y = dl.reduce <log_sum_exp> %x {axes = array<i64: 0, 2>, keep_dims = false} : (tensor<3x4x5xf64>) -> tensor<4xf64>
  return %y : tensor<4xf64>
}
func.func @reduce_sum_square(%x: tensor<3x4x5xf64>) -> tensor<3x1x5xf64> {
  %y = dl.reduce <sum_square> %x {axes = array<i64: 1>} : (tensor<3x4x5xf64>) -> tensor<3x1x5xf64>
  return %y : tensor<3x1x5xf64>
}
func.func @reduce_sum_square_dropped(%x: tensor<3x4x5xf64>) -> tensor<4xf64> {
  %y = dl.reduce <sum_square> %x {axes = array<i64: 0, 2>, keep_dims = false} : (tensor<3x4x5xf64>) -> tensor<4xf64>
  return %y : tensor<4xf64>
}
func.func @cumsum_false_false(%x: tensor<3x4xf64>) -> tensor<3x4xf64> {
  %y = dl.cumsum %x {axis = 1 : i64, exclusive = false, reverse = false} : (tensor<3x4xf64>) -> tensor<3x4xf64>
  return %y : tensor<3x4xf64>
}
func.func @cumsum_false_true(%x: tensor<3x4xf64>) -> tensor<3x4xf64> {
  %y = dl.cumsum %x {axis = 1 : i64, exclusive = false, reverse = true} : (tensor<3x4xf64>) -> tensor<3x4xf64>
  return %y : tensor<3x4xf64>
}
func.func @cumsum_true_false(%x: tensor<3x4xf64>) -> tensor<3x4xf64> {
  %y = dl.cumsum %x {axis = 1 : i64, exclusive = true, reverse = false} : (tensor<3x4xf64>) -> tensor<3x4xf64>
  return %y : tensor<3x4xf64>
}
func.func @cumsum_true_true(%x: tensor<3x4xf64>) -> tensor<3x4xf64> {
  %y = dl.cumsum %x {axis = 1 : i64, exclusive = true, reverse = true} : (tensor<3x4xf64>) -> tensor<3x4xf64>
  return %y : tensor<3x4xf64>
}
func.func @cumprod_false_false(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.cumprod %x {axis = 1 : i64, exclusive = false, reverse = false} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @cumprod_false_true(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.cumprod %x {axis = 1 : i64, exclusive = false, reverse = true} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @cumprod_true_false(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.cumprod %x {axis = 1 : i64, exclusive = true, reverse = false} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @cumprod_true_true(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
  %y = dl.cumprod %x {axis = 1 : i64, exclusive = true, reverse = true} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @cumprod_outer(%x: tensor<3x1x7xf64>) -> tensor<3x1x7xf64> {
  %y = dl.cumprod %x {axis = 0 : i64} : (tensor<3x1x7xf64>) -> tensor<3x1x7xf64>
  return %y : tensor<3x1x7xf64>
}
// Elements that are zero, one and several in a row.
func.func @cumprod_of_zeros_inclusive(%x: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = 1.0 : f64, high = 1.0 : f64} {
  %minus = dl.constant dense<[[0.5, 1.0, -0.5, 3.0, -1.0], [1.0, 0.5, 1.0, 0.25, 1.0], [2.0, -1.0, 3.0, 0.5, 1.0]]> : tensor<3x5xf64>
  %z = dl.sub %x, %minus : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  %y = dl.cumprod %z {axis = 1 : i64, exclusive = false, reverse = false} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @cumprod_of_zeros_exclusive(%x: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = 1.0 : f64, high = 1.0 : f64} {
  %minus = dl.constant dense<[[0.5, 1.0, -0.5, 3.0, -1.0], [1.0, 0.5, 1.0, 0.25, 1.0], [2.0, -1.0, 3.0, 0.5, 1.0]]> : tensor<3x5xf64>
  %z = dl.sub %x, %minus : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  %y = dl.cumprod %z {axis = 1 : i64, exclusive = true, reverse = false} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @cumprod_of_zeros_reverse(%x: tensor<3x5xf64>) -> tensor<3x5xf64> attributes {low = 1.0 : f64, high = 1.0 : f64} {
  %minus = dl.constant dense<[[0.5, 1.0, -0.5, 3.0, -1.0], [1.0, 0.5, 1.0, 0.25, 1.0], [2.0, -1.0, 3.0, 0.5, 1.0]]> : tensor<3x5xf64>
  %z = dl.sub %x, %minus : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  %y = dl.cumprod %z {axis = 1 : i64, exclusive = false, reverse = true} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  return %y : tensor<3x5xf64>
}
func.func @top_k(%x: tensor<3x7xf64>) -> (tensor<3x4xf64>, tensor<3x4xi64>) {
  %v, %i = dl.top_k %x {k = 4 : i64, axis = 1 : i64} : (tensor<3x7xf64>) -> (tensor<3x4xf64>, tensor<3x4xi64>)
  return %v, %i : tensor<3x4xf64>, tensor<3x4xi64>
}
