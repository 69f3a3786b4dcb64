// RUN: dlc-opt %s --dl-hoist-recurrent-inputs --split-input-file | FileCheck %s

// CHECK-LABEL: @lstm
// CHECK-SAME: %[[X:.*]]: tensor<3x2x5xf32>, %[[W:.*]]: tensor<5x16xf32>, %[[R:.*]]: tensor<4x16xf32>, %[[B:.*]]: tensor<16xf32>
// CHECK: %[[P:.*]] = dl.matmul %[[X]], %[[W]] : {{.*}} -> tensor<3x2x16xf32>
// CHECK: %[[S:.*]] = dl.add %[[P]], %[[B]]
// CHECK: %[[Y:.*]], %{{.*}}, %[[C:.*]], %{{.*}}, %{{.*}} = dl.lstm %[[S]] recurrent %[[R]]
// CHECK: %[[E:.*]] = dl.slice %[[Y]] {sizes = array<i64: 1, 2, 4>, starts = array<i64: 2, 0, 0>, steps = array<i64: 1, 1, 1>}
// CHECK: %[[H:.*]] = dl.reshape %[[E]] {shape = array<i64: 2, 4>}
// CHECK: return %[[H]], %[[C]]
func.func @lstm(%x: tensor<3x2x5xf32>, %w: tensor<5x16xf32>, %r: tensor<4x16xf32>, %b: tensor<16xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  %y:5 = dl.lstm %x weights %w recurrent %r bias %b : (tensor<3x2x5xf32>, tensor<5x16xf32>, tensor<4x16xf32>, tensor<16xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>)
  return %y#1, %y#2 : tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// The states of all steps are there: the last is one of them. Backwards it is that of step 0.
// CHECK-LABEL: @saved_cells
// CHECK: %{{.*}}, %{{.*}}, %{{.*}}, %[[A:.*]], %{{.*}} = dl.lstm
// CHECK: %[[E:.*]] = dl.slice %[[A]] {{.*}}starts = array<i64: 0, 0, 0>
// CHECK: %[[C:.*]] = dl.reshape %[[E]]
// CHECK: return %[[C]], %[[A]]
func.func @saved_cells(%x: tensor<3x2x16xf32>, %r: tensor<4x16xf32>) -> (tensor<2x4xf32>, tensor<3x2x4xf32>) {
  %y:5 = dl.lstm %x recurrent %r {reverse = true} : (tensor<3x2x16xf32>, tensor<4x16xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>)
  return %y#2, %y#3 : tensor<2x4xf32>, tensor<3x2x4xf32>
}

// -----

// CHECK-LABEL: @gru
// CHECK: %[[S:.*]] = dl.matmul
// CHECK: dl.gru %[[S]] recurrent %{{.*}} recurrent_bias
func.func @gru(%x: tensor<3x2x5xf32>, %w: tensor<5x12xf32>, %r: tensor<4x12xf32>, %b: tensor<12xf32>) -> tensor<3x2x4xf32> {
  %y:3 = dl.gru %x weights %w recurrent %r recurrent_bias %b : (tensor<3x2x5xf32>, tensor<5x12xf32>, tensor<4x12xf32>, tensor<12xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>, tensor<3x2x16xf32>)
  return %y#0 : tensor<3x2x4xf32>
}

// -----

// CHECK-LABEL: @keep_projected_inputs
// CHECK-NEXT: dl.simple_rnn %arg0 recurrent %arg1
// CHECK-NEXT: return
func.func @keep_projected_inputs(%x: tensor<3x2x4xf32>, %r: tensor<4x4xf32>) -> tensor<3x2x4xf32> {
  %y:2 = dl.simple_rnn %x recurrent %r : (tensor<3x2x4xf32>, tensor<4x4xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>)
  return %y#0 : tensor<3x2x4xf32>
}
