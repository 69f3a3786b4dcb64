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
func.func @top_k(%x: tensor<3x7xf64>) -> (tensor<3x4xf64>, tensor<3x4xi64>) {
  %v, %i = dl.top_k %x {k = 4 : i64, axis = 1 : i64} : (tensor<3x7xf64>) -> (tensor<3x4xf64>, tensor<3x4xi64>)
  return %v, %i : tensor<3x4xf64>, tensor<3x4xi64>
}
