// Concats and slices that move nothing: kernels read and write parts of larger tensors. Compiled code against the
// interpreter, for every kind of kernel that can write a part, at odd sizes.
// REQUIRES: dlc
// RUN: dlc compile %s --quiet --compile-to=fuse -o %t.mlir && FileCheck %s --check-prefix=FUSE --input-file=%t.mlir
// RUN: dlc verify %s --random-inputs --threads 2 | FileCheck %s

// FUSE: strides = [array<i64>, {{.*}}array<i64: 3185, 245, 35, 1>]
// FUSE: dl.concat

// CHECK-DAG: ok {{ *}}all:
// CHECK-DAG: ok {{ *}}halves:
// CHECK-DAG: ok {{ *}}rows:
// CHECK-DAG: ok {{ *}}tail:
module attributes {dl.model = "views"} {
  func.func @main(%x: tensor<1x13x7x9xf32> {dl.name = "x"}, %m: tensor<11x8xf32> {dl.name = "m"}) -> (tensor<1x13x7x35xf32> {dl.name = "all"}, tensor<1x13x7x4xf32> {dl.name = "halves"}, tensor<17x8xf32> {dl.name = "rows"}, tensor<3x8xf32> {dl.name = "tail"}) {
    %w = dl.constant dense<0.125> : tensor<5x9x3x3xf32>
    %p = dl.constant dense<0.25> : tensor<10x9x1x1xf32>
    %d = dl.constant dense<0.5> : tensor<9x1x3x3xf32>
    // A convolution with padding, a product, a depthwise convolution with an epilogue, a pool and an elementwise op: 5 + 10 + 9 + 9 + 2.
    %c1 = dl.conv %x, %w {dilations = array<i64: 1, 1>, groups = 1 : i64, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x13x7x9xf32>, tensor<5x9x3x3xf32>) -> tensor<1x13x7x5xf32>
    %c2 = dl.conv %x, %p {dilations = array<i64: 1, 1>, groups = 1 : i64, layout = #dl.layout<channels_last>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x13x7x9xf32>, tensor<10x9x1x1xf32>) -> tensor<1x13x7x10xf32>
    %c3 = dl.conv %x, %d {dilations = array<i64: 1, 1>, groups = 9 : i64, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x13x7x9xf32>, tensor<9x1x3x3xf32>) -> tensor<1x13x7x9xf32>
    %r3 = dl.relu %c3 : (tensor<1x13x7x9xf32>) -> tensor<1x13x7x9xf32>
    %c4 = dl.max_pool %x {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x13x7x9xf32>) -> tensor<1x13x7x9xf32>
    %i = dl.concat %c1, %c2, %r3 {axis = 3 : i64} : (tensor<1x13x7x5xf32>, tensor<1x13x7x10xf32>, tensor<1x13x7x9xf32>) -> tensor<1x13x7x24xf32>
    %e = dl.slice %i {starts = array<i64: 0, 0, 0, 7>, sizes = array<i64: 1, 13, 7, 2>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x13x7x24xf32>) -> tensor<1x13x7x2xf32>
    %a = dl.abs %e : (tensor<1x13x7x2xf32>) -> tensor<1x13x7x2xf32>
    %all = dl.concat %i, %c4, %a {axis = 3 : i64} : (tensor<1x13x7x24xf32>, tensor<1x13x7x9xf32>, tensor<1x13x7x2xf32>) -> tensor<1x13x7x35xf32>
    // Halves of an input's channels, read where they lie, by a window too.
    %l = dl.slice %x {starts = array<i64: 0, 0, 0, 0>, sizes = array<i64: 1, 13, 7, 4>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x13x7x9xf32>) -> tensor<1x13x7x4xf32>
    %h = dl.slice %x {starts = array<i64: 0, 0, 0, 5>, sizes = array<i64: 1, 13, 7, 4>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x13x7x9xf32>) -> tensor<1x13x7x4xf32>
    %lp = dl.max_pool %l {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x13x7x4xf32>) -> tensor<1x13x7x4xf32>
    %halves = dl.add %lp, %h : (tensor<1x13x7x4xf32>, tensor<1x13x7x4xf32>) -> tensor<1x13x7x4xf32>
    // Rows behind one another: parts that need no strides, written by a product and a softmax; one is returned too.
    %k = dl.constant dense<0.375> : tensor<8x8xf32>
    %mm = dl.matmul %m, %k : (tensor<11x8xf32>, tensor<8x8xf32>) -> tensor<11x8xf32>
    %sm = dl.slice %m {starts = array<i64: 2, 0>, sizes = array<i64: 6, 8>, steps = array<i64: 1, 1>} : (tensor<11x8xf32>) -> tensor<6x8xf32>
    %s = dl.softmax %sm {axis = 1 : i64} : (tensor<6x8xf32>) -> tensor<6x8xf32>
    %rows = dl.concat %mm, %s {axis = 0 : i64} : (tensor<11x8xf32>, tensor<6x8xf32>) -> tensor<17x8xf32>
    %tail = dl.slice %rows {starts = array<i64: 10, 0>, sizes = array<i64: 3, 8>, steps = array<i64: 1, 1>} : (tensor<17x8xf32>) -> tensor<3x8xf32>
    return %all, %halves, %rows, %tail : tensor<1x13x7x35xf32>, tensor<1x13x7x4xf32>, tensor<17x8xf32>, tensor<3x8xf32>
  }
}
