// RUN: dlc-opt %s --split-input-file --verify-diagnostics | FileCheck %s

// Sizes are expressions of the module's symbols; inference computes with them.
// CHECK: #[[H2:.*]] = affine_map<()[s0, s1] -> (s0, 8, s1 floordiv 2 + 1, 16)>
// CHECK-LABEL: func.func @conv
#in = affine_map<()[s0, s1] -> (s0, 3, s1, 32)>
#half = affine_map<()[s0, s1] -> (s0, 8, s1 floordiv 2 + 1, 16)>
module attributes {dl.symbols = ["n", "h"]} {
  func.func @conv(%x: tensor<?x3x?x32xf32, #in>, %f: tensor<8x3x2x2xf32>) -> tensor<?x8x?x16xf32, #half> {
    // CHECK: dl.conv {{.*}} -> tensor<?x8x?x16xf32, #[[H2]]>
    %0 = dl.conv %x, %f {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 0>,
                         pads_end = array<i64: 1, 0>, groups = 1 : i64}
      : (tensor<?x3x?x32xf32, #in>, tensor<8x3x2x2xf32>) -> tensor<?x8x?x16xf32, #half>
    return %0 : tensor<?x8x?x16xf32, #half>
  }
}

// -----

// A reshape may split and join open axes.
#in = affine_map<()[s0, s1] -> (s0, s1, 384)>
#heads = affine_map<()[s0, s1] -> (s0, s1, 12, 32)>
#rows = affine_map<()[s0, s1] -> (s0 * s1, 384)>
// CHECK-LABEL: func.func @reshape
func.func @reshape(%x: tensor<?x?x384xf32, #in>) -> (tensor<?x?x12x32xf32, #heads>, tensor<?x384xf32, #rows>) {
  %0 = dl.reshape %x {shape = array<i64: -9223372036854775808, -9223372036854775808, 12, 32>, symbolic = #heads}
    : (tensor<?x?x384xf32, #in>) -> tensor<?x?x12x32xf32, #heads>
  %1 = dl.reshape %x {shape = array<i64: -9223372036854775808, 384>, symbolic = #rows}
    : (tensor<?x?x384xf32, #in>) -> tensor<?x384xf32, #rows>
  return %0, %1 : tensor<?x?x12x32xf32, #heads>, tensor<?x384xf32, #rows>
}

// -----

#n = affine_map<()[s0] -> (s0, 3)>
#m = affine_map<()[s0, s1] -> (s1, 3)>
func.func @other_symbol(%x: tensor<?x3xf32, #n>, %y: tensor<?x3xf32, #m>) {
  // expected-error @+2 {{shapes s0x3 and s1x3 do not broadcast}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dl.add %x, %y : (tensor<?x3xf32, #n>, tensor<?x3xf32, #m>) -> tensor<?x3xf32, #n>
  return
}

// -----

#n = affine_map<()[s0] -> (s0, 3)>
func.func @wrong_product(%x: tensor<?x3xf32, #n>) {
  // expected-error @+1 {{expects as many elements in the result as in the operand}}
  %0 = dl.reshape %x {shape = array<i64: -9223372036854775808, 3>, symbolic = affine_map<()[s0] -> (s0 + 1, 3)>}
    : (tensor<?x3xf32, #n>) -> tensor<?x3xf32, affine_map<()[s0] -> (s0 + 1, 3)>>
  return
}

// -----

#n = affine_map<()[s0] -> (s0, 3)>
func.func @sizes_and_expressions_differ(%x: tensor<?x3xf32, #n>) {
  // expected-error @+2 {{sizes and their expressions s0x3 differ}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = dl.reshape %x {shape = array<i64: 4, 3>, symbolic = #n} : (tensor<?x3xf32, #n>) -> tensor<?x3xf32, #n>
  return
}

// -----

#n = affine_map<()[s0] -> (s0, 3)>
func.func @backwards(%x: tensor<?x3xf32, #n>) {
  // expected-error @+1 {{reads outside axis 0}}
  %0 = dl.slice %x {starts = array<i64: 0, 0>, sizes = array<i64: -9223372036854775808, 3>, steps = array<i64: -1, 1>,
                    symbolic = #n} : (tensor<?x3xf32, #n>) -> tensor<?x3xf32, #n>
  return
}

// -----

// The last window of ceil_mode that would begin in the padding behind the input is dropped at every size.
#in = affine_map<()[s0] -> (1, 2, s0, s0)>
#out = affine_map<()[s0] -> (1, 2, (s0 + 1) floordiv 2, s0 floordiv 2)>
func.func @ceil_mode(%x: tensor<1x2x?x?xf32, #in>) -> tensor<1x2x?x?xf32, #out> {
  %0 = dl.max_pool %x {
      kernel_shape = array<i64: 2, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>,
      pads_begin = array<i64: 0, 0>, pads_end = array<i64: 1, 0>, ceil_mode = true}
    : (tensor<1x2x?x?xf32, #in>) -> tensor<1x2x?x?xf32, #out>
  return %0 : tensor<1x2x?x?xf32, #out>
}
