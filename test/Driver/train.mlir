// REQUIRES: dlc
// A training step from a dump, used from C with gcc alone. 64 bytes a slot: weight, learning rate,
// step count, sum and count of the loss.
// RUN: rm -rf %t && mkdir %t
// RUN: dlc compile %s --compile-from=import --train --loss=mse --learning-rate=0.5 -o %t/tiny.so
// RUN: FileCheck %s --check-prefix=HEADER --input-file=%t/tiny.h
// RUN: gcc -Wall -Werror -DMODEL_HEADER='"%t/tiny.h"' -DMODEL=tiny %dlc_source/examples/train_model.c %t/tiny.so -Wl,-rpath,%t -o %t/train
// RUN: %t/train | FileCheck %s
// RUN: dlc compile %s --compile-from=import --train --loss=mse --compile-to=differentiate -o - | FileCheck %s --check-prefix=IR

// HEADER: #define TINY_STATE_BYTES 320
// HEADER-DAG: tiny_train_step(
// HEADER-DAG: tiny_eval_step(
// HEADER-DAG: tiny_predict(
// HEADER-DAG: tiny_init(

// CHECK: epoch 0: loss 0.
// CHECK: epoch 3: loss 0.00

// IR: func.func @predict
// IR: func.func @train_step
// IR: func.func @init
module attributes {dl.model = "tiny"} {
  func.func @main(%x: tensor<4x3xf32> {dl.name = "x"}) -> (tensor<4x2xf32> {dl.name = "y"}) {
    %w = dl.constant dense<[[0.1, -0.2], [0.3, 0.4], [-0.5, 0.6]]> : tensor<3x2xf32>
    %0 = dl.matmul %x, %w : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
    return %0 : tensor<4x2xf32>
  }
}
