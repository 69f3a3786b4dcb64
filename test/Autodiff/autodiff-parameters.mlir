// RUN: dlc-opt %s -split-input-file -autodiff-parameters | FileCheck %s
// RUN: dlc-opt %s -split-input-file -autodiff-parameters=freeze=kernel | FileCheck %s --check-prefix=FROZEN

// Two weights of one name, a scalar that stays, integers that stay.
// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[X:.*]]: tensor<4x3xf32>,
// CHECK-SAME: %[[W:.*]]: tensor<3x5xf32> {dl.state = "kernel", dl.trainable},
// CHECK-SAME: %[[B:.*]]: tensor<5xf32> {dl.state = "kernel_1", dl.trainable})
// CHECK: dl.constant dense<2.000000e+00> : tensor<f32>
// CHECK: dl.constant dense<[1, 0, 2, 4, 3]>
// CHECK: dl.matmul %[[X]], %[[W]]
// CHECK: dl.add %{{.*}}, %[[B]]
// CHECK-LABEL: func.func @init() ->
// CHECK-SAME: (tensor<3x5xf32> {dl.state = "kernel"}, tensor<5xf32> {dl.state = "kernel_1"})
// CHECK: %[[FIRST:.*]] = dl.constant dense<1.000000e+00> : tensor<3x5xf32>
// CHECK: %[[SECOND:.*]] = dl.constant dense<5.000000e-01> : tensor<5xf32>
// CHECK: return %[[FIRST]], %[[SECOND]]

// A frozen weight is state all the same: it is saved and loaded with the others.
// FROZEN-LABEL: func.func @main
// FROZEN-SAME: tensor<3x5xf32> {dl.state = "kernel"}, %{{.*}}: tensor<5xf32> {dl.state = "kernel_1", dl.trainable}
func.func @main(%x: tensor<4x3xf32>) -> tensor<4x5xf32> {
  %w = dl.constant dense<1.0> : tensor<3x5xf32> loc("kernel")
  %b = dl.constant dense<0.5> : tensor<5xf32> loc("kernel")
  %two = dl.constant dense<2.0> : tensor<f32>
  %order = dl.constant dense<[1, 0, 2, 4, 3]> : tensor<5xi64>
  %0 = dl.matmul %x, %w : (tensor<4x3xf32>, tensor<3x5xf32>) -> tensor<4x5xf32>
  %1 = dl.add %0, %b : (tensor<4x5xf32>, tensor<5xf32>) -> tensor<4x5xf32>
  %2 = dl.mul %1, %two : (tensor<4x5xf32>, tensor<f32>) -> tensor<4x5xf32>
  %3 = dl.gather %2, %order {axis = 1 : i64} : (tensor<4x5xf32>, tensor<5xi64>) -> tensor<4x5xf32>
  return %3 : tensor<4x5xf32>
}

// -----

// Statistics of a batch norm are state that no gradient changes.
// CHECK-LABEL: func.func @main
// CHECK-SAME: {dl.state = "kernel", dl.trainable}, %{{.*}}: tensor<2xf32> {dl.state = "mean"}
func.func @main(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %s = dl.constant dense<1.0> : tensor<2xf32> loc("kernel")
  %m = dl.constant dense<0.0> : tensor<2xf32> loc("mean")
  %y = dl.batch_norm %x, %s, %s, %m, %m : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// -----

// A model that marks its variables has no others, and says itself which of them stay as they are.
// CHECK-LABEL: func.func @main
// CHECK-SAME: %{{.*}}: tensor<1xf32> {dl.state = "kernel", dl.trainable}, %{{.*}}: tensor<3xf32> {dl.state = "fixed"})
// CHECK-NEXT: dl.constant dense<2.000000e+00> : tensor<3xf32>
// CHECK-LABEL: func.func @init
// CHECK-NOT: dl.variable
func.func @main(%x: tensor<3xf32>) -> tensor<3xf32> {
  %single = dl.constant {dl.variable = true} dense<1.0> : tensor<1xf32> loc("kernel")
  %fixed = dl.constant {dl.variable = false} dense<3.0> : tensor<3xf32> loc("fixed")
  %number = dl.constant dense<2.0> : tensor<3xf32>
  %0 = dl.mul %x, %single : (tensor<3xf32>, tensor<1xf32>) -> tensor<3xf32>
  %1 = dl.mul %0, %number : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %2 = dl.mul %1, %fixed : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %2 : tensor<3xf32>
}

// -----

// Filters are stored as the kernels of convolutions and of their gradients read and write them.
// CHECK-LABEL: func.func @main
// CHECK-SAME: tensor<3x2x5x7xf32> {dl.state = "kernel", dl.trainable}
// CHECK: dl.conv %{{.*}}output_last = true
// CHECK-LABEL: func.func @init
// CHECK: dl.transpose %{{.*}} {permutation = array<i64: 2, 3, 1, 0>} : (tensor<7x5x3x2xf32>) -> tensor<3x2x5x7xf32>
func.func @main(%x: tensor<1x5x8x8xf32>) -> tensor<1x7x6x7xf32> {
  %w = dl.constant dense<1.0> : tensor<7x5x3x2xf32> loc("kernel")
  %y = dl.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x5x8x8xf32>, tensor<7x5x3x2xf32>) -> tensor<1x7x6x7xf32>
  return %y : tensor<1x7x6x7xf32>
}
