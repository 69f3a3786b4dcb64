// RUN: dlc-opt %s -fuse-form-kernels -fuse-place-parts -fuse-verify | FileCheck %s

// Channels of one image from two convolutions' epilogues: both write with the row of the whole.
// CHECK-LABEL: @concat_of_channels
func.func @concat_of_channels(%a: tensor<1x5x5x8xf32>, %b: tensor<1x5x5x3xf32>) -> tensor<1x5x5x11xf32> {
  // CHECK: %[[A:.*]] = dl.kernel {{.*}}strides = [array<i64>, array<i64: 275, 55, 11, 1>]
  // CHECK: %[[B:.*]] = dl.kernel {{.*}}strides = [array<i64>, array<i64: 275, 55, 11, 1>]
  // CHECK: dl.concat %[[A]], %[[B]]
  // CHECK-NOT: dl.kernel
  // CHECK: return
  %x = dl.relu %a : (tensor<1x5x5x8xf32>) -> tensor<1x5x5x8xf32>
  %y = dl.neg %b : (tensor<1x5x5x3xf32>) -> tensor<1x5x5x3xf32>
  %c = dl.concat %x, %y {axis = 3 : i64} : (tensor<1x5x5x8xf32>, tensor<1x5x5x3xf32>) -> tensor<1x5x5x11xf32>
  return %c : tensor<1x5x5x11xf32>
}

// Along the outermost axis parts lie row by row: no strides are needed.
// CHECK-LABEL: @concat_of_rows
func.func @concat_of_rows(%a: tensor<3x7xf32>, %b: tensor<2x7xf32>) -> tensor<5x7xf32> {
  // CHECK-NOT: strides
  // CHECK: dl.concat
  // CHECK: return
  %x = dl.relu %a : (tensor<3x7xf32>) -> tensor<3x7xf32>
  %y = dl.softmax %b {axis = 1 : i64} : (tensor<2x7xf32>) -> tensor<2x7xf32>
  %c = dl.concat %x, %y {axis = 0 : i64} : (tensor<3x7xf32>, tensor<2x7xf32>) -> tensor<5x7xf32>
  return %c : tensor<5x7xf32>
}

// The state that a recurrence starts from lies as those that its steps leave: a part is copied.
// CHECK-LABEL: @initial_state
func.func @initial_state(%x: tensor<4x3x16xf32>, %r: tensor<16x16xf32>, %h: tensor<3x2x16xf32>) -> tensor<4x3x16xf32> {
  // CHECK: %[[PART:.*]] = dl.reshape
  // CHECK: %[[COPY:.*]] = dl.kernel (%{{.*}} = %[[PART]]{{.*}}strides = [array<i64: 32, 1>, array<i64>]
  // CHECK: dl.kernel {{.*}} = %[[COPY]]
  // CHECK-NOT: strides
  // CHECK: return
  %part = dl.slice %h {starts = array<i64: 0, 1, 0>, sizes = array<i64: 3, 1, 16>, steps = array<i64: 1, 1, 1>} : (tensor<3x2x16xf32>) -> tensor<3x1x16xf32>
  %state = dl.reshape %part {shape = array<i64: 3, 16>} : (tensor<3x1x16xf32>) -> tensor<3x16xf32>
  %y, %last = dl.simple_rnn %x recurrent %r hidden %state : (tensor<4x3x16xf32>, tensor<16x16xf32>, tensor<3x16xf32>) -> (tensor<4x3x16xf32>, tensor<3x16xf32>)
  return %y : tensor<4x3x16xf32>
}

// A concat of a concat is a part of it; who reads the inner one reads with the outer row.
// CHECK-LABEL: @nested
func.func @nested(%a: tensor<7x3xf32>) -> tensor<7x9xf32> {
  // CHECK-COUNT-2: dl.kernel {{.*}}strides = [array<i64>, array<i64: 9, 1>]
  // CHECK: %[[I:.*]] = dl.concat
  // CHECK: dl.kernel (%{{.*}} = %[[I]]{{.*}}strides = [array<i64: 9, 1>, array<i64>]
  // CHECK: dl.kernel {{.*}}strides = [array<i64>, array<i64: 9, 1>]
  // CHECK: dl.concat %[[I]],
  // CHECK-NOT: dl.kernel
  // CHECK: return
  %x = dl.relu %a : (tensor<7x3xf32>) -> tensor<7x3xf32>
  %y = dl.neg %a : (tensor<7x3xf32>) -> tensor<7x3xf32>
  %i = dl.concat %x, %y {axis = 1 : i64} : (tensor<7x3xf32>, tensor<7x3xf32>) -> tensor<7x6xf32>
  %s = dl.softmax %i {axis = 1 : i64} : (tensor<7x6xf32>) -> tensor<7x6xf32>
  %t = dl.slice %s {starts = array<i64: 0, 0>, sizes = array<i64: 7, 3>, steps = array<i64: 1, 2>} : (tensor<7x6xf32>) -> tensor<7x3xf32>
  %o = dl.concat %i, %t {axis = 1 : i64} : (tensor<7x6xf32>, tensor<7x3xf32>) -> tensor<7x9xf32>
  return %o : tensor<7x9xf32>
}

// An input, and what a row-wise kernel makes, are copied to their places, each by a straight copy.
// CHECK-LABEL: @copies
func.func @copies(%a: tensor<63x128xf32>, %b: tensor<63x3xf32>) -> tensor<63x131xf32> {
  // CHECK: %[[S:.*]] = dl.kernel
  // CHECK-NEXT: dl.softmax
  // CHECK: %[[A:.*]] = dl.kernel (%[[X:.*]] = %{{.*}}) ->
  // CHECK-NEXT: dl.yield %[[X]]
  // CHECK: %[[B:.*]] = dl.kernel (%[[Y:.*]] = %[[S]]
  // CHECK-NEXT: dl.yield %[[Y]]
  // CHECK: dl.concat %[[A]], %[[B]]
  %s = dl.softmax %b {axis = 1 : i64} : (tensor<63x3xf32>) -> tensor<63x3xf32>
  %c = dl.concat %a, %s {axis = 1 : i64} : (tensor<63x128xf32>, tensor<63x3xf32>) -> tensor<63x131xf32>
  return %c : tensor<63x131xf32>
}

// Not worth a kernel an operand: one kernel selects.
// CHECK-LABEL: @small_concat_of_inputs
func.func @small_concat_of_inputs(%a: tensor<3x2xf32>, %b: tensor<3x3xf32>) -> tensor<3x5xf32> {
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.concat
  %c = dl.concat %a, %b {axis = 1 : i64} : (tensor<3x2xf32>, tensor<3x3xf32>) -> tensor<3x5xf32>
  return %c : tensor<3x5xf32>
}

// CHECK-LABEL: @split
func.func @split(%a: tensor<5x7xf32>) -> tensor<5x3xf32> {
  // CHECK: %[[L:.*]] = dl.slice
  // CHECK: %[[R:.*]] = dl.slice
  // CHECK: dl.kernel (%{{.*}} = %[[L]] : tensor<5x3xf32>, %{{.*}} = %[[R]] : tensor<5x3xf32>) {{.*}}strides = [array<i64: 7, 1>, array<i64: 7, 1>, array<i64>]
  %l = dl.slice %a {starts = array<i64: 0, 0>, sizes = array<i64: 5, 3>, steps = array<i64: 1, 1>} : (tensor<5x7xf32>) -> tensor<5x3xf32>
  %r = dl.slice %a {starts = array<i64: 0, 4>, sizes = array<i64: 5, 3>, steps = array<i64: 1, 1>} : (tensor<5x7xf32>) -> tensor<5x3xf32>
  %s = dl.add %l, %r : (tensor<5x3xf32>, tensor<5x3xf32>) -> tensor<5x3xf32>
  return %s : tensor<5x3xf32>
}

// What is returned lies row by row: this slice has to move.
// CHECK-LABEL: @returned_slice
func.func @returned_slice(%a: tensor<5x7xf32>) -> tensor<5x3xf32> {
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.slice
  %l = dl.slice %a {starts = array<i64: 0, 0>, sizes = array<i64: 5, 3>, steps = array<i64: 1, 1>} : (tensor<5x7xf32>) -> tensor<5x3xf32>
  return %l : tensor<5x3xf32>
}

// Steps are read element by element.
// CHECK-LABEL: @strided_slice
func.func @strided_slice(%a: tensor<5x7xf32>) -> tensor<5x3xf32> {
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.slice
  // CHECK-NEXT: dl.relu
  %l = dl.slice %a {starts = array<i64: 0, 0>, sizes = array<i64: 5, 3>, steps = array<i64: 1, 2>} : (tensor<5x7xf32>) -> tensor<5x3xf32>
  %s = dl.relu %l : (tensor<5x3xf32>) -> tensor<5x3xf32>
  return %s : tensor<5x3xf32>
}

// A reshape that keeps the parts' rows sees them in place; one that does not gets a copy.
// CHECK-LABEL: @reshaped_part
func.func @reshaped_part(%a: tensor<2x5x7x4xf32>, %b: tensor<2x5x7x3xf32>) -> (tensor<2x5x7x7xf32>, tensor<70x4xf32>, tensor<210xf32>) {
  // CHECK: dl.concat
  // CHECK: dl.kernel {{.*}} : tensor<70x4xf32>) {{.*}}strides = [array<i64: 7, 1>, array<i64>]
  // CHECK: return
  %x = dl.relu %a : (tensor<2x5x7x4xf32>) -> tensor<2x5x7x4xf32>
  %y = dl.neg %b : (tensor<2x5x7x3xf32>) -> tensor<2x5x7x3xf32>
  %c = dl.concat %x, %y {axis = 3 : i64} : (tensor<2x5x7x4xf32>, tensor<2x5x7x3xf32>) -> tensor<2x5x7x7xf32>
  %r = dl.reshape %x {shape = array<i64: 70, 4>} : (tensor<2x5x7x4xf32>) -> tensor<70x4xf32>
  %s = dl.abs %r : (tensor<70x4xf32>) -> tensor<70x4xf32>
  %t = dl.reshape %y {shape = array<i64: 210>} : (tensor<2x5x7x3xf32>) -> tensor<210xf32>
  %u = dl.abs %t : (tensor<210xf32>) -> tensor<210xf32>
  return %c, %s, %u : tensor<2x5x7x7xf32>, tensor<70x4xf32>, tensor<210xf32>
}
