// RUN: dlc-opt %s -dl-recognize-attention | FileCheck %s

// As BERT is exported: projections (batch, tokens, heads, size) are transposed, the key to its
// transpose, the scores divided and masked, and the result transposed back.
// CHECK-LABEL: @bert
// CHECK-SAME: (%[[Q:.*]]: tensor<2x5x3x8xf32>, %[[K:.*]]: tensor<2x7x3x8xf32>, %[[V:.*]]: tensor<2x7x3x4xf32>, %[[M:.*]]: tensor<2x1x1x7xf32>)
func.func @bert(%q: tensor<2x5x3x8xf32>, %k: tensor<2x7x3x8xf32>, %v: tensor<2x7x3x4xf32>,
                %mask: tensor<2x1x1x7xf32>) -> tensor<2x5x3x4xf32> {
  // CHECK-NEXT: %[[Y:.*]] = dl.attention %[[Q]], %[[K]], %[[V]], %[[M]] {heads_inner = true, result_heads_inner = true, scale = 5.000000e-01 : f64}
  // CHECK-NEXT: return %[[Y]]
  %two = dl.constant dense<2.0> : tensor<f32>
  %qt = dl.transpose %q {permutation = array<i64: 0, 2, 1, 3>} : (tensor<2x5x3x8xf32>) -> tensor<2x3x5x8xf32>
  %kt = dl.transpose %k {permutation = array<i64: 0, 2, 3, 1>} : (tensor<2x7x3x8xf32>) -> tensor<2x3x8x7xf32>
  %vt = dl.transpose %v {permutation = array<i64: 0, 2, 1, 3>} : (tensor<2x7x3x4xf32>) -> tensor<2x3x7x4xf32>
  %s = dl.matmul %qt, %kt : (tensor<2x3x5x8xf32>, tensor<2x3x8x7xf32>) -> tensor<2x3x5x7xf32>
  %d = dl.div %s, %two : (tensor<2x3x5x7xf32>, tensor<f32>) -> tensor<2x3x5x7xf32>
  %b = dl.add %d, %mask : (tensor<2x3x5x7xf32>, tensor<2x1x1x7xf32>) -> tensor<2x3x5x7xf32>
  %w = dl.softmax %b {axis = 3 : i64} : (tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32>
  %m = dl.matmul %w, %vt : (tensor<2x3x5x7xf32>, tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32>
  %y = dl.transpose %m {permutation = array<i64: 0, 2, 1, 3>} : (tensor<2x3x5x4xf32>) -> tensor<2x5x3x4xf32>
  return %y : tensor<2x5x3x4xf32>
}

// The root of the scale on query and key each, the key transposed on its own, no mask.
// CHECK-LABEL: @scale_on_both
func.func @scale_on_both(%q: tensor<2x3x5x8xf32>, %k: tensor<2x3x7x8xf32>, %v: tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32> {
  // CHECK-NEXT: dl.attention %arg0, %arg1, %arg2 {scale = 2.500000e-01 : f64}
  // CHECK-NEXT: return
  %half = dl.constant dense<0.5> : tensor<f32>
  %qs = dl.mul %q, %half : (tensor<2x3x5x8xf32>, tensor<f32>) -> tensor<2x3x5x8xf32>
  %kt = dl.transpose %k {permutation = array<i64: 0, 1, 3, 2>} : (tensor<2x3x7x8xf32>) -> tensor<2x3x8x7xf32>
  %ks = dl.mul %half, %kt : (tensor<f32>, tensor<2x3x8x7xf32>) -> tensor<2x3x8x7xf32>
  %s = dl.matmul %qs, %ks : (tensor<2x3x5x8xf32>, tensor<2x3x8x7xf32>) -> tensor<2x3x5x7xf32>
  %w = dl.softmax %s {axis = 3 : i64} : (tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32>
  %y = dl.matmul %w, %v : (tensor<2x3x5x7xf32>, tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32>
  return %y : tensor<2x3x5x4xf32>
}

// Heads in the batch axis, as batched products of three axes have them; two masks.
// CHECK-LABEL: @three_axes_two_masks
func.func @three_axes_two_masks(%q: tensor<6x5x8xf32>, %k: tensor<6x7x8xf32>, %v: tensor<6x7x4xf32>,
                      %a: tensor<5x7xf32>, %b: tensor<6x1x7xf32>) -> tensor<6x5x4xf32> {
  // CHECK: %[[M:.*]] = dl.add %arg4, %arg3
  // CHECK: %[[Y:.*]] = dl.attention %{{.*}}, %{{.*}}, %{{.*}}, %[[M]] {scale = 1.000000e+00 : f64} : (tensor<1x6x5x8xf32>
  // CHECK: dl.reshape %[[Y]] {shape = array<i64: 6, 5, 4>}
  %s = dl.matmul %q, %k {transpose_rhs = true} : (tensor<6x5x8xf32>, tensor<6x7x8xf32>) -> tensor<6x5x7xf32>
  %s1 = dl.add %s, %b : (tensor<6x5x7xf32>, tensor<6x1x7xf32>) -> tensor<6x5x7xf32>
  %s2 = dl.add %a, %s1 : (tensor<5x7xf32>, tensor<6x5x7xf32>) -> tensor<6x5x7xf32>
  %w = dl.softmax %s2 {axis = 2 : i64} : (tensor<6x5x7xf32>) -> tensor<6x5x7xf32>
  %y = dl.matmul %w, %v : (tensor<6x5x7xf32>, tensor<6x7x4xf32>) -> tensor<6x5x4xf32>
  return %y : tensor<6x5x4xf32>
}

// Operands whose heads are in different places: the odd one out keeps its transpose.
// CHECK-LABEL: @mixed_places
func.func @mixed_places(%q: tensor<2x5x3x8xf32>, %k: tensor<2x3x7x8xf32>, %v: tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32> {
  // CHECK-NEXT: %[[T:.*]] = dl.transpose %arg0 {permutation = array<i64: 0, 2, 1, 3>}
  // CHECK-NEXT: dl.attention %[[T]], %arg1, %arg2 {scale
  %qt = dl.transpose %q {permutation = array<i64: 0, 2, 1, 3>} : (tensor<2x5x3x8xf32>) -> tensor<2x3x5x8xf32>
  %s = dl.matmul %qt, %k {transpose_rhs = true} : (tensor<2x3x5x8xf32>, tensor<2x3x7x8xf32>) -> tensor<2x3x5x7xf32>
  %w = dl.softmax %s {axis = 3 : i64} : (tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32>
  %y = dl.matmul %w, %v : (tensor<2x3x5x7xf32>, tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32>
  return %y : tensor<2x3x5x4xf32>
}

// CHECK-LABEL: @keep_weights_that_are_a_result
func.func @keep_weights_that_are_a_result(%q: tensor<2x3x5x8xf32>, %k: tensor<2x3x7x8xf32>, %v: tensor<2x3x7x4xf32>)
    -> (tensor<2x3x5x4xf32>, tensor<2x3x5x7xf32>) {
  // CHECK-NOT: dl.attention
  // CHECK: return
  %s = dl.matmul %q, %k {transpose_rhs = true} : (tensor<2x3x5x8xf32>, tensor<2x3x7x8xf32>) -> tensor<2x3x5x7xf32>
  %w = dl.softmax %s {axis = 3 : i64} : (tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32>
  %y = dl.matmul %w, %v : (tensor<2x3x5x7xf32>, tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32>
  return %y, %w : tensor<2x3x5x4xf32>, tensor<2x3x5x7xf32>
}

// CHECK-LABEL: @keep_softmax_over_queries
func.func @keep_softmax_over_queries(%q: tensor<2x3x5x8xf32>, %k: tensor<2x3x7x8xf32>, %v: tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32> {
  // CHECK-NOT: dl.attention
  // CHECK: return
  %s = dl.matmul %q, %k {transpose_rhs = true} : (tensor<2x3x5x8xf32>, tensor<2x3x7x8xf32>) -> tensor<2x3x5x7xf32>
  %w = dl.softmax %s {axis = 2 : i64} : (tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32>
  %y = dl.matmul %w, %v : (tensor<2x3x5x7xf32>, tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32>
  return %y : tensor<2x3x5x4xf32>
}

// The values are a weight that all heads share.
// CHECK-LABEL: @keep_broadcast_values
func.func @keep_broadcast_values(%q: tensor<2x3x5x8xf32>, %k: tensor<2x3x7x8xf32>, %v: tensor<7x4xf32>) -> tensor<2x3x5x4xf32> {
  // CHECK-NOT: dl.attention
  // CHECK: return
  %s = dl.matmul %q, %k {transpose_rhs = true} : (tensor<2x3x5x8xf32>, tensor<2x3x7x8xf32>) -> tensor<2x3x5x7xf32>
  %w = dl.softmax %s {axis = 3 : i64} : (tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32>
  %y = dl.matmul %w, %v : (tensor<2x3x5x7xf32>, tensor<7x4xf32>) -> tensor<2x3x5x4xf32>
  return %y : tensor<2x3x5x4xf32>
}
