// A hundred training steps of a small convolutional net with a dropout, and the reading of its metrics
// after each, allocate nothing, and nothing is lost when the context is destroyed.
// REQUIRES: dlc
// RUN: rm -rf %t && mkdir %t
// RUN: dlc compile %s --compile-from=import --train --loss=mse --metrics=rmse,mae --optimizer=adam -o %t/net.so
// RUN: gcc -Wall -Werror -g -fsanitize=address -DMODEL_HEADER='"%t/net.h"' %S/Inputs/leak_check.c %t/net.so -Wl,-rpath,%t -o %t/train
// RUN: %t/train | FileCheck %s

// CHECK: 100 steps made 0 allocations and hold 0 bytes
module attributes {dl.model = "net"} {
  func.func @main(%x: tensor<5x3x8x8xf32> {dl.name = "x"}) -> (tensor<5x7xf32> {dl.name = "y"}) {
    %w = dl.constant dense<0.1> : tensor<6x3x3x3xf32>
    %b = dl.constant dense<[0.1, -0.2, 0.3, -0.4, 0.5, -0.6]> : tensor<6xf32>
    %scale = dl.constant dense<[1.1, 0.9, 1.2, 0.8, 1.3, 0.7]> : tensor<6xf32>
    %shift = dl.constant dense<[0.0, 0.1, 0.2, 0.3, 0.4, 0.5]> : tensor<6xf32>
    %mean = dl.constant dense<[0.5, 0.4, 0.3, 0.2, 0.1, 0.6]> : tensor<6xf32>
    %variance = dl.constant dense<[1.0, 1.1, 1.2, 1.3, 1.4, 1.5]> : tensor<6xf32>
    %v = dl.constant dense<0.05> : tensor<96x7xf32>
    %c = dl.conv %x, %w, %b {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>}
        : (tensor<5x3x8x8xf32>, tensor<6x3x3x3xf32>, tensor<6xf32>) -> tensor<5x6x8x8xf32>
    %n = dl.batch_norm %c, %scale, %shift, %mean, %variance {epsilon = 0.01 : f64}
        : (tensor<5x6x8x8xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<5x6x8x8xf32>
    %r = dl.relu %n : (tensor<5x6x8x8xf32>) -> tensor<5x6x8x8xf32>
    %p = dl.max_pool %r {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>}
        : (tensor<5x6x8x8xf32>) -> tensor<5x6x4x4xf32>
    %f = dl.reshape %p {shape = array<i64: 5, 96>} : (tensor<5x6x4x4xf32>) -> tensor<5x96xf32>
    %d = dl.dropout %f {rate = 0.25 : f64} : (tensor<5x96xf32>) -> tensor<5x96xf32>
    %y = dl.matmul %d, %v : (tensor<5x96xf32>, tensor<96x7xf32>) -> tensor<5x7xf32>
    return %y : tensor<5x7xf32>
  }
}
