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

// An image with its channels last that is enlarged by repeating its pixels.
// CHECK-LABEL: @through_repeated_pixels
func.func @through_repeated_pixels(%x: tensor<2x5x7x3xf32>) -> tensor<2x10x14x3xf32> {
  // CHECK-NEXT: %[[R:.*]] = dl.reshape %arg0 {shape = array<i64: 2, 5, 1, 7, 1, 3>}
  // CHECK-NEXT: %[[E:.*]] = dl.expand %[[R]] {shape = array<i64: 2, 5, 2, 7, 2, 3>}
  // CHECK-NEXT: %[[J:.*]] = dl.reshape %[[E]] {shape = array<i64: 2, 10, 14, 3>}
  // CHECK-NEXT: return %[[J]]
  %t = dl.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<2x5x7x3xf32>) -> tensor<2x3x5x7xf32>
  %r = dl.reshape %t {shape = array<i64: 2, 3, 5, 1, 7, 1>} : (tensor<2x3x5x7xf32>) -> tensor<2x3x5x1x7x1xf32>
  %e = dl.expand %r {shape = array<i64: 2, 3, 5, 2, 7, 2>} : (tensor<2x3x5x1x7x1xf32>) -> tensor<2x3x5x2x7x2xf32>
  %j = dl.reshape %e {shape = array<i64: 2, 3, 10, 14>} : (tensor<2x3x5x2x7x2xf32>) -> tensor<2x3x10x14xf32>
  %u = dl.transpose %j {permutation = array<i64: 0, 2, 3, 1>} : (tensor<2x3x10x14xf32>) -> tensor<2x10x14x3xf32>
  return %u : tensor<2x10x14x3xf32>
}

// The same of open sizes.
#image = affine_map<()[s0, s1] -> (s0, (s1 + 1) floordiv 2, s1, 3)>
#turned = affine_map<()[s0, s1] -> (s0, 3, (s1 + 1) floordiv 2, s1)>
#split = affine_map<()[s0, s1] -> (s0, 3, (s1 + 1) floordiv 2, 1, s1, 1)>
#repeated = affine_map<()[s0, s1] -> (s0, 3, (s1 + 1) floordiv 2, 2, s1, 2)>
#joined = affine_map<()[s0, s1] -> (s0, 3, ((s1 + 1) floordiv 2) * 2, s1 * 2)>
#result = affine_map<()[s0, s1] -> (s0, ((s1 + 1) floordiv 2) * 2, s1 * 2, 3)>
// CHECK-LABEL: @through_repeated_pixels_of_open_sizes
func.func @through_repeated_pixels_of_open_sizes(%x: tensor<?x?x?x3xf32, #image>) -> tensor<?x?x?x3xf32, #result> {
  // CHECK-NOT: dl.transpose
  // CHECK: return
  %t = dl.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<?x?x?x3xf32, #image>) -> tensor<?x3x?x?xf32, #turned>
  %r = dl.reshape %t {shape = array<i64: -9223372036854775808, 3, -9223372036854775808, 1, -9223372036854775808, 1>, symbolic = #split} : (tensor<?x3x?x?xf32, #turned>) -> tensor<?x3x?x1x?x1xf32, #split>
  %e = dl.expand %r {shape = array<i64: -9223372036854775808, 3, -9223372036854775808, 2, -9223372036854775808, 2>, symbolic = #repeated} : (tensor<?x3x?x1x?x1xf32, #split>) -> tensor<?x3x?x2x?x2xf32, #repeated>
  %j = dl.reshape %e {shape = array<i64: -9223372036854775808, 3, -9223372036854775808, -9223372036854775808>, symbolic = #joined} : (tensor<?x3x?x2x?x2xf32, #repeated>) -> tensor<?x3x?x?xf32, #joined>
  %u = dl.transpose %j {permutation = array<i64: 0, 2, 3, 1>} : (tensor<?x3x?x?xf32, #joined>) -> tensor<?x?x?x3xf32, #result>
  return %u : tensor<?x?x?x3xf32, #result>
}

// The reshape joins axes that were apart before the transpose: the bytes have to move.
// CHECK-LABEL: @keep_where_joined_axes_were_apart
func.func @keep_where_joined_axes_were_apart(%x: tensor<2x5x7x3xf32>) -> tensor<2x105xf32> {
  // CHECK: %[[T:.*]] = dl.transpose
  // CHECK: dl.reshape %[[T]]
  %t = dl.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<2x5x7x3xf32>) -> tensor<2x3x5x7xf32>
  %r = dl.reshape %t {shape = array<i64: 2, 105>} : (tensor<2x3x5x7xf32>) -> tensor<2x105xf32>
  return %r : tensor<2x105xf32>
}

// Channels last, shuffled by ops that have them first: one transpose is left, of the groups.
// CHECK-LABEL: @join_around_reshape
func.func @join_around_reshape(%x: tensor<2x5x7x12xf32>) -> tensor<2x5x7x12xf32> {
  // CHECK-NEXT: %[[G:.*]] = dl.reshape %arg0 {shape = array<i64: 2, 5, 7, 3, 4>}
  // CHECK-NEXT: %[[T:.*]] = dl.transpose %[[G]] {permutation = array<i64: 0, 1, 2, 4, 3>}
  // CHECK-NEXT: %[[J:.*]] = dl.reshape %[[T]] {shape = array<i64: 2, 5, 7, 12>}
  // CHECK-NEXT: return %[[J]]
  %f = dl.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<2x5x7x12xf32>) -> tensor<2x12x5x7xf32>
  %g = dl.reshape %f {shape = array<i64: 2, 3, 4, 5, 7>} : (tensor<2x12x5x7xf32>) -> tensor<2x3x4x5x7xf32>
  %s = dl.transpose %g {permutation = array<i64: 0, 2, 1, 3, 4>} : (tensor<2x3x4x5x7xf32>) -> tensor<2x4x3x5x7xf32>
  %j = dl.reshape %s {shape = array<i64: 2, 12, 5, 7>} : (tensor<2x4x3x5x7xf32>) -> tensor<2x12x5x7xf32>
  %l = dl.transpose %j {permutation = array<i64: 0, 2, 3, 1>} : (tensor<2x12x5x7xf32>) -> tensor<2x5x7x12xf32>
  return %l : tensor<2x5x7x12xf32>
}

// The last transpose takes apart axes that the reshape split: it cannot stand before it.
// CHECK-LABEL: @keep_where_split_axes_part
func.func @keep_where_split_axes_part(%x: tensor<2x12x5xf32>) -> tensor<4x5x6xf32> {
  // CHECK: %[[T:.*]] = dl.transpose %arg0
  // CHECK: %[[R:.*]] = dl.reshape %[[T]] {shape = array<i64: 5, 4, 6>}
  // CHECK: dl.transpose %[[R]]
  %t = dl.transpose %x {permutation = array<i64: 2, 1, 0>} : (tensor<2x12x5xf32>) -> tensor<5x12x2xf32>
  %r = dl.reshape %t {shape = array<i64: 5, 4, 6>} : (tensor<5x12x2xf32>) -> tensor<5x4x6xf32>
  %u = dl.transpose %r {permutation = array<i64: 1, 0, 2>} : (tensor<5x4x6xf32>) -> tensor<4x5x6xf32>
  return %u : tensor<4x5x6xf32>
}
