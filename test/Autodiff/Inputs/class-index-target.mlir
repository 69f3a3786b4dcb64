func.func @train_step(%x: tensor<4x3xf32>, %t: tensor<4xi64> {dl.name = "target"}) -> (tensor<f32> {dl.name = "loss"}, tensor<4x3xf32>) {
  %0 = dl.reduce <sum> %x {axes = array<i64: 0, 1>, keep_dims = false} : (tensor<4x3xf32>) -> tensor<f32>
  return %0, %x : tensor<f32>, tensor<4x3xf32>
}
func.func @eval_step(%x: tensor<4x3xf32>, %t: tensor<4xi64> {dl.name = "target"}) -> (tensor<f32> {dl.name = "loss"}, tensor<4x3xf32>) {
  %0 = dl.reduce <sum> %x {axes = array<i64: 0, 1>, keep_dims = false} : (tensor<4x3xf32>) -> tensor<f32>
  return %0, %x : tensor<f32>, tensor<4x3xf32>
}
