// RUN: dlc-opt %s -dl-sink-transposes | FileCheck %s

// CHECK-LABEL: @through_elementwise_to_its_inverse
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x5xf32>)
func.func @through_elementwise_to_its_inverse(%x: tensor<2x3x5xf32>) -> tensor<2x3x5xf32> {
  // CHECK-NEXT: %[[Y:.*]] = dl.relu %[[X]]
  // CHECK-NEXT: return %[[Y]]
  %t = dl.transpose %x {permutation = array<i64: 1, 2, 0>} : (tensor<2x3x5xf32>) -> tensor<3x5x2xf32>
  %r = dl.relu %t : (tensor<3x5x2xf32>) -> tensor<3x5x2xf32>
  %y = dl.transpose %r {permutation = array<i64: 2, 0, 1>} : (tensor<3x5x2xf32>) -> tensor<2x3x5xf32>
  return %y : tensor<2x3x5xf32>
}

// CHECK-LABEL: @both_operands
func.func @both_operands(%x: tensor<2x3xf32>, %z: tensor<2x3xf32>) -> tensor<3x2xf32> {
  // CHECK: %[[S:.*]] = dl.add %{{.*}}, %{{.*}} : (tensor<2x3xf32>, tensor<2x3xf32>)
  // CHECK: dl.transpose %[[S]]
  // CHECK-NOT: dl.transpose
  %a = dl.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %b = dl.transpose %z {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %s = dl.add %a, %b : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  return %s : tensor<3x2xf32>
}

// One operand of two is transposed: moving it would make another transpose, and the next run would move it back.
// CHECK-LABEL: @keep_at_a_tie
func.func @keep_at_a_tie(%x: tensor<2x3xf32>, %z: tensor<3x2xf32>) -> tensor<3x2xf32> {
  // CHECK: %[[T:.*]] = dl.transpose
  // CHECK: dl.add %[[T]]
  %a = dl.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %s = dl.add %a, %z : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  return %s : tensor<3x2xf32>
}

// CHECK-LABEL: @concat_axis
func.func @concat_axis(%x: tensor<2x3xf32>, %z: tensor<2x4xf32>) -> tensor<7x2xf32> {
  // CHECK: dl.concat {{.*}}axis = 1
  // CHECK: dl.transpose
  %a = dl.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %b = dl.transpose %z {permutation = array<i64: 1, 0>} : (tensor<2x4xf32>) -> tensor<4x2xf32>
  %c = dl.concat %a, %b {axis = 0 : i64} : (tensor<3x2xf32>, tensor<4x2xf32>) -> tensor<7x2xf32>
  return %c : tensor<7x2xf32>
}

// CHECK-LABEL: @unit_axes_are_a_reshape
func.func @unit_axes_are_a_reshape(%x: tensor<1x1x1x5xf32>) -> tensor<1x5x1x1xf32> {
  // CHECK: dl.reshape %{{.*}} {shape = array<i64: 1, 5, 1, 1>}
  // CHECK-NOT: dl.transpose
  %t = dl.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x1x1x5xf32>) -> tensor<1x5x1x1xf32>
  return %t : tensor<1x5x1x1xf32>
}
