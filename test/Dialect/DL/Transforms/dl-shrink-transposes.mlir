// RUN: dlc-opt %s -dl-shrink-transposes -cse | FileCheck %s

// CHECK-LABEL: @behind_a_product
func.func @behind_a_product(%x: tensor<2x5x9xf32>, %w: tensor<9x3xf32>) -> tensor<5x2x3xf32> {
  // CHECK: %[[Y:.*]] = dl.matmul %arg0, %arg1 : (tensor<2x5x9xf32>, tensor<9x3xf32>) -> tensor<2x5x3xf32>
  // CHECK: dl.transpose %[[Y]] {permutation = array<i64: 1, 0, 2>}
  %t = dl.transpose %x {permutation = array<i64: 1, 0, 2>} : (tensor<2x5x9xf32>) -> tensor<5x2x9xf32>
  %y = dl.matmul %t, %w : (tensor<5x2x9xf32>, tensor<9x3xf32>) -> tensor<5x2x3xf32>
  return %y : tensor<5x2x3xf32>
}

// CHECK-LABEL: @before_a_product
func.func @before_a_product(%d: tensor<5x2x3xf32>, %w: tensor<9x3xf32>) -> tensor<2x5x9xf32> {
  // CHECK: %[[T:.*]] = dl.transpose %arg0
  // CHECK: dl.matmul %[[T]], %arg1 {transpose_rhs = true} : (tensor<2x5x3xf32>, tensor<9x3xf32>) -> tensor<2x5x9xf32>
  %g = dl.matmul %d, %w {transpose_rhs = true} : (tensor<5x2x3xf32>, tensor<9x3xf32>) -> tensor<5x2x9xf32>
  %t = dl.transpose %g {permutation = array<i64: 1, 0, 2>} : (tensor<5x2x9xf32>) -> tensor<2x5x9xf32>
  return %t : tensor<2x5x9xf32>
}

// A layer and its gradient: the one large transpose goes, two small ones come.
// CHECK-LABEL: @layer_and_gradient
func.func @layer_and_gradient(%x: tensor<2x5x29xf32>, %w: tensor<29x3xf32>, %d: tensor<5x2x3xf32>) -> (tensor<5x2x3xf32>, tensor<29x3xf32>) {
  // CHECK-NOT: tensor<5x2x29xf32>
  // CHECK: %[[L:.*]] = dl.reshape %arg0 {shape = array<i64: 10, 29>}
  // CHECK: %[[R:.*]] = dl.reshape %{{.*}} {shape = array<i64: 10, 3>}
  // CHECK: dl.matmul %[[L]], %[[R]] {transpose_lhs = true}
  %t = dl.transpose %x {permutation = array<i64: 1, 0, 2>} : (tensor<2x5x29xf32>) -> tensor<5x2x29xf32>
  %y = dl.matmul %t, %w : (tensor<5x2x29xf32>, tensor<29x3xf32>) -> tensor<5x2x3xf32>
  %l = dl.reshape %t {shape = array<i64: 10, 29>} : (tensor<5x2x29xf32>) -> tensor<10x29xf32>
  %r = dl.reshape %d {shape = array<i64: 10, 3>} : (tensor<5x2x3xf32>) -> tensor<10x3xf32>
  %g = dl.matmul %l, %r {transpose_lhs = true} : (tensor<10x29xf32>, tensor<10x3xf32>) -> tensor<29x3xf32>
  return %y, %g : tensor<5x2x3xf32>, tensor<29x3xf32>
}

// The result is larger; another use keeps the transpose; a matrix a batch.
// CHECK-LABEL: @stays
func.func @stays(%x: tensor<2x5x3xf32>, %w: tensor<3x9xf32>, %b: tensor<5x3x1xf32>) -> (tensor<5x2x9xf32>, tensor<5x2x1xf32>) {
  // CHECK: %[[T:.*]] = dl.transpose %arg0
  // CHECK: dl.matmul %[[T]], %arg1
  // CHECK: dl.matmul %[[T]], %arg2
  %t = dl.transpose %x {permutation = array<i64: 1, 0, 2>} : (tensor<2x5x3xf32>) -> tensor<5x2x3xf32>
  %y = dl.matmul %t, %w : (tensor<5x2x3xf32>, tensor<3x9xf32>) -> tensor<5x2x9xf32>
  %z = dl.matmul %t, %b : (tensor<5x2x3xf32>, tensor<5x3x1xf32>) -> tensor<5x2x1xf32>
  return %y, %z : tensor<5x2x9xf32>, tensor<5x2x1xf32>
}

// The last axis is what is summed over.
// CHECK-LABEL: @last_axis
func.func @last_axis(%x: tensor<9x5xf32>, %w: tensor<9x1xf32>) -> tensor<5x1xf32> {
  // CHECK: %[[T:.*]] = dl.transpose
  // CHECK: dl.matmul %[[T]], %arg1
  %t = dl.transpose %x {permutation = array<i64: 1, 0>} : (tensor<9x5xf32>) -> tensor<5x9xf32>
  %y = dl.matmul %t, %w : (tensor<5x9xf32>, tensor<9x1xf32>) -> tensor<5x1xf32>
  return %y : tensor<5x1xf32>
}
