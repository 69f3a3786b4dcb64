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

// CHECK-LABEL: @pad_and_resize
func.func @pad_and_resize(%x: tensor<1x5x7x3xf32>, %i: tensor<10xi64>, %j: tensor<14x2xi32>, %w: tensor<14x2xf32>) -> tensor<1x10x14x3xf32> {
  // CHECK-NOT: dl.transpose
  // CHECK: dl.gather %arg0, %arg1 {axis = 1 : i64}
  // CHECK: dl.resample %{{.*}}, %arg2, %arg3 {axis = 2 : i64}
  // CHECK: dl.pad {{.*}}high = array<i64: 0, 0, 1, 0>, low = array<i64: 0, 0, 0, 0>
  // CHECK-NOT: dl.transpose
  // CHECK: return
  %t = dl.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x5x7x3xf32>) -> tensor<1x3x5x7xf32>
  %g = dl.gather %t, %i {axis = 2 : i64} : (tensor<1x3x5x7xf32>, tensor<10xi64>) -> tensor<1x3x10x7xf32>
  %r = dl.resample %g, %j, %w {axis = 3 : i64} : (tensor<1x3x10x7xf32>, tensor<14x2xi32>, tensor<14x2xf32>) -> tensor<1x3x10x14xf32>
  %p = dl.pad %r {low = array<i64: 0, 0, 0, 0>, high = array<i64: 0, 0, 0, 1>} : (tensor<1x3x10x14xf32>) -> tensor<1x3x10x15xf32>
  %s = dl.slice %p {starts = array<i64: 0, 0, 0, 1>, sizes = array<i64: 1, 3, 10, 14>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x3x10x15xf32>) -> tensor<1x3x10x14xf32>
  %u = dl.transpose %s {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x3x10x14xf32>) -> tensor<1x10x14x3xf32>
  return %u : tensor<1x10x14x3xf32>
}

// A vector that is computed broadcasts as well before the transpose as behind it: turning it is a
// reshape.
// CHECK-LABEL: @through_broadcast_of_computed_vector
func.func @through_broadcast_of_computed_vector(%x: tensor<2x5x7x3xf32>, %v: tensor<1x3x1x1xf32>) -> tensor<2x3x5x7xf32> {
  // CHECK: %[[V:.*]] = dl.reshape %arg1 {shape = array<i64: 1, 1, 1, 3>}
  // CHECK: %[[M:.*]] = dl.mul %arg0, %[[V]]
  // CHECK: dl.transpose %[[M]]
  %t = dl.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<2x5x7x3xf32>) -> tensor<2x3x5x7xf32>
  %y = dl.mul %t, %v : (tensor<2x3x5x7xf32>, tensor<1x3x1x1xf32>) -> tensor<2x3x5x7xf32>
  return %y : tensor<2x3x5x7xf32>
}

// The square of a gradient that is transposed anyway: one transpose serves both uses.
// CHECK-LABEL: @take_back_what_ended_in_vain
func.func @take_back_what_ended_in_vain(%x: tensor<2x3xf32>, %m: tensor<3x2xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>) {
  // CHECK: %[[T:.*]] = dl.transpose %arg0
  // CHECK: dl.sub %[[T]], %arg1
  // CHECK: dl.mul %[[T]], %[[T]]
  // CHECK-NOT: dl.transpose
  // CHECK: return
  %t = dl.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %s = dl.sub %t, %m : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %q = dl.mul %t, %t : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %r = dl.sub %q, %m : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  return %s, %r : tensor<3x2xf32>, tensor<3x2xf32>
}

// No other use turns %z: the transpose stays where it moved.
// CHECK-LABEL: @stay_where_one_operand_is_not_turned
func.func @stay_where_one_operand_is_not_turned(%x: tensor<2x3xf32>, %z: tensor<2x3xf32>, %m: tensor<3x2xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>) {
  // CHECK: %[[P:.*]] = dl.mul %arg0, %arg1
  // CHECK: dl.transpose %[[P]]
  %t = dl.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %s = dl.sub %t, %m : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %u = dl.transpose %z {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %q = dl.mul %t, %u : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %r = dl.sub %q, %m : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  return %s, %r : tensor<3x2xf32>, tensor<3x2xf32>
}
