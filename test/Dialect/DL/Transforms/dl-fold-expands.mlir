// RUN: dlc-opt %s -dl-fold-expands | FileCheck %s

// CHECK-LABEL: @broadcast
func.func @broadcast(%v: tensor<1x5x1xf32>, %x: tensor<2x5x7xf32>) -> tensor<2x5x7xf32> {
  // CHECK: dl.mul %arg0, %arg1 : (tensor<1x5x1xf32>, tensor<2x5x7xf32>)
  %e = dl.expand %v {shape = array<i64: 2, 5, 7>} : (tensor<1x5x1xf32>) -> tensor<2x5x7xf32>
  %y = dl.mul %e, %x : (tensor<2x5x7xf32>, tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

// The other operand does not have the whole shape.
// CHECK-LABEL: @keep_shape
func.func @keep_shape(%v: tensor<1x5x1xf32>, %x: tensor<5x7xf32>) -> tensor<2x5x7xf32> {
  // CHECK: %[[E:.*]] = dl.expand
  // CHECK: dl.mul %[[E]], %arg1
  %e = dl.expand %v {shape = array<i64: 2, 5, 7>} : (tensor<1x5x1xf32>) -> tensor<2x5x7xf32>
  %y = dl.mul %e, %x : (tensor<2x5x7xf32>, tensor<5x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

// Of two, one has to stay.
// CHECK-LABEL: @keep_one
func.func @keep_one(%v: tensor<5x1xf32>) -> tensor<5x7xf32> {
  // CHECK: %[[E:.*]] = dl.expand
  // CHECK: dl.mul %arg0, %[[E]]
  %e = dl.expand %v {shape = array<i64: 5, 7>} : (tensor<5x1xf32>) -> tensor<5x7xf32>
  %y = dl.mul %e, %e : (tensor<5x7xf32>, tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}

// A unary op computes more elements, but has none to broadcast to.
// CHECK-LABEL: @keep_unary
func.func @keep_unary(%v: tensor<5x1xf32>) -> tensor<5x7xf32> {
  // CHECK: dl.expand
  %e = dl.expand %v {shape = array<i64: 5, 7>} : (tensor<5x1xf32>) -> tensor<5x7xf32>
  %y = dl.neg %e : (tensor<5x7xf32>) -> tensor<5x7xf32>
  return %y : tensor<5x7xf32>
}
