// Concats and slices of open sizes move nothing: strides and offsets of parts are expressions, in kernels and in the arena.
// REQUIRES: dlc
// RUN: dlc compile %s --quiet --compile-to=fuse -o %t.mlir && FileCheck %s --check-prefix=FUSE --input-file=%t.mlir
// RUN: dlc compile %t.mlir --quiet --compile-from=fuse --compile-to=schedule -o %t.schedule.mlir
// RUN: dlc compile %t.schedule.mlir --quiet --compile-from=schedule -o %t.so
// RUN: dlc verify %s --threads 2 | FileCheck %s
// RUN: dlc verify %s --dim n=3 --dim h=13 --dim w=7 --threads 2 | FileCheck %s
// RUN: dlc verify %s --dim n=1 --dim h=2 --dim w=1 | FileCheck %s
// RUN: dlc inspect %s --plan | FileCheck %s --check-prefix=PLAN

// FUSE-NOT: "dl.kernel"
// FUSE: #[[PART:.*]] = affine_map<()[s0, s1, s2] -> ((s1 * s2) * 24, s2 * 24, 24, 1)>
// FUSE: strides = [array<i64>, {{.*}}#[[PART]]]
// FUSE: dl.concat

// CHECK-DAG: ok {{ *}}all:
// CHECK-DAG: ok {{ *}}rows:
// CHECK-DAG: ok {{ *}}tail:
// CHECK-DAG: ok {{ *}}grown:
// CHECK-DAG: ok {{ *}}column:

// PLAN: sizes    n=2, h=9, w=5 in the figures here
#x = affine_map<()[s0, s1, s2] -> (s0, s1, s2, 9)>
#c1 = affine_map<()[s0, s1, s2] -> (s0, s1, s2, 5)>
#c2 = affine_map<()[s0, s1, s2] -> (s0, s1, s2, 10)>
#all = affine_map<()[s0, s1, s2] -> (s0, s1, s2, 24)>
#g5 = affine_map<()[s0, s1, s2] -> (s0, s1 + 2, s2 + 2, 5)>
#g10 = affine_map<()[s0, s1, s2] -> (s0, s1 + 2, s2 + 2, 10)>
#one = affine_map<()[s0, s1] -> (s1, 1)>
#nine = affine_map<()[s0, s1, s2] -> (s1, s2 + 1)>
#w = affine_map<()[s0, s1, s2] -> (s1, s2)>
#m = affine_map<()[s0, s1] -> (s1, 8)>
#rows = affine_map<()[s0, s1] -> (s1 + 6, 8)>
module attributes {dl.model = "views", dl.symbols = ["n", "h", "w"], dl.symbol_estimates = array<i64: 2, 9, 5>} {
  func.func @main(%x: tensor<?x?x?x9xf32, #x> {dl.name = "x"}, %m: tensor<?x8xf32, #m> {dl.name = "m"},
                  %past: tensor<?x?xf32, #w> {dl.name = "past"}, %new: tensor<?x1xf32, #one> {dl.name = "new"})
      -> (tensor<?x?x?x24xf32, #all> {dl.name = "all"}, tensor<?x8xf32, #rows> {dl.name = "rows"},
          tensor<?x8xf32, #m> {dl.name = "tail"}, tensor<?x?x?x10xf32, #g10> {dl.name = "grown"},
          tensor<?x?xf32, #nine> {dl.name = "column"}) {
    %w = dl.constant dense<0.125> : tensor<5x9x3x3xf32>
    %p = dl.constant dense<0.25> : tensor<10x9x1x1xf32>
    // A convolution with padding, a product, a pool with an epilogue: 5 + 10 + 9, which a last kernel reads.
    %a = dl.conv %x, %w {dilations = array<i64: 1, 1>, groups = 1 : i64, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<?x?x?x9xf32, #x>, tensor<5x9x3x3xf32>) -> tensor<?x?x?x5xf32, #c1>
    %b = dl.conv %x, %p {dilations = array<i64: 1, 1>, groups = 1 : i64, layout = #dl.layout<channels_last>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<?x?x?x9xf32, #x>, tensor<10x9x1x1xf32>) -> tensor<?x?x?x10xf32, #c2>
    %c = dl.max_pool %x {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<?x?x?x9xf32, #x>) -> tensor<?x?x?x9xf32, #x>
    %d = dl.relu %c : (tensor<?x?x?x9xf32, #x>) -> tensor<?x?x?x9xf32, #x>
    %all = dl.concat %a, %b, %d {axis = 3 : i64} : (tensor<?x?x?x5xf32, #c1>, tensor<?x?x?x10xf32, #c2>, tensor<?x?x?x9xf32, #x>) -> tensor<?x?x?x24xf32, #all>
    %out = dl.tanh %all : (tensor<?x?x?x24xf32, #all>) -> tensor<?x?x?x24xf32, #all>
    // Along an open axis: the second part begins where the first ends, at an offset that is an expression.
    %e = dl.exp %m : (tensor<?x8xf32, #m>) -> tensor<?x8xf32, #m>
    %k = dl.constant dense<0.5> : tensor<8x8xf32>
    %z = dl.constant dense<2.0> : tensor<6x8xf32>
    %f = dl.matmul %z, %k : (tensor<6x8xf32>, tensor<8x8xf32>) -> tensor<6x8xf32>
    %rows = dl.concat %e, %f {axis = 0 : i64} : (tensor<?x8xf32, #m>, tensor<6x8xf32>) -> tensor<?x8xf32, #rows>
    %t = dl.slice %rows {starts = array<i64: 6, 0>, sizes = array<i64: -9223372036854775808, 8>, steps = array<i64: 1, 1>, symbolic = #m} : (tensor<?x8xf32, #rows>) -> tensor<?x8xf32, #m>
    %tail = dl.abs %t : (tensor<?x8xf32, #m>) -> tensor<?x8xf32, #m>
    // Lines whose stride is a sum in the attribute, 10 * w + 20.
    %g = dl.conv %x, %w {dilations = array<i64: 1, 1>, groups = 1 : i64, layout = #dl.layout<channels_last>, pads_begin = array<i64: 2, 2>, pads_end = array<i64: 2, 2>, strides = array<i64: 1, 1>} : (tensor<?x?x?x9xf32, #x>, tensor<5x9x3x3xf32>) -> tensor<?x?x?x5xf32, #g5>
    %v = dl.constant dense<-0.5> : tensor<5x9x3x3xf32>
    %h = dl.conv %x, %v {dilations = array<i64: 1, 1>, groups = 1 : i64, layout = #dl.layout<channels_last>, pads_begin = array<i64: 2, 2>, pads_end = array<i64: 2, 2>, strides = array<i64: 1, 1>} : (tensor<?x?x?x9xf32, #x>, tensor<5x9x3x3xf32>) -> tensor<?x?x?x5xf32, #g5>
    %grown = dl.concat %g, %h {axis = 3 : i64} : (tensor<?x?x?x5xf32, #g5>, tensor<?x?x?x5xf32, #g5>) -> tensor<?x?x?x10xf32, #g10>
    // A part of one column: its rows lie w + 1 apart, which is the stride of its only loop.
    %old = dl.exp %past : (tensor<?x?xf32, #w>) -> tensor<?x?xf32, #w>
    %last = dl.exp %new : (tensor<?x1xf32, #one>) -> tensor<?x1xf32, #one>
    %column = dl.concat %old, %last {axis = 1 : i64} : (tensor<?x?xf32, #w>, tensor<?x1xf32, #one>) -> tensor<?x?xf32, #nine>
    return %out, %rows, %tail, %grown, %column : tensor<?x?x?x24xf32, #all>, tensor<?x8xf32, #rows>, tensor<?x8xf32, #m>, tensor<?x?x?x10xf32, #g10>, tensor<?x?xf32, #nine>
  }
}
