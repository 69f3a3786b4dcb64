// RUN: dlc-opt %s | FileCheck %s
// RUN: dlc-opt %s --mlir-print-op-generic | dlc-opt | FileCheck %s

// Default attributes are not printed; the others are.
// CHECK-LABEL: func.func @conv
// CHECK: dl.conv %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, groups = 2 : i64,
// CHECK-NOT: layout
// CHECK: return
func.func @conv(%x: tensor<1x4x9x7xf32>, %w: tensor<6x2x3x3xf32>) -> tensor<1x6x5x3xf32> {
  %0 = dl.conv %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, groups = 2,
      pads_begin = array<i64: 1, 0>, pads_end = array<i64: 1, 0>}
    : (tensor<1x4x9x7xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x5x3xf32>
  return %0 : tensor<1x6x5x3xf32>
}

// CHECK-LABEL: func.func @reduce
// CHECK: dl.reduce <log_sum_exp> %{{.*}} {axes = array<i64: 0, 2>, keep_dims = false}
func.func @reduce(%x: tensor<2x3x5xf32>) -> tensor<3xf32> {
  %0 = dl.reduce <log_sum_exp> %x {axes = array<i64: 0, 2>, keep_dims = false}
    : (tensor<2x3x5xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// CHECK-LABEL: func.func @kernel
// CHECK: dl.kernel (%[[A:.*]] = %{{.*}} : tensor<5x3xf32>, %[[W:.*]] = %{{.*}} : tensor<3x4xf32>)
// CHECK-SAME: -> (tensor<5x4xf32>, tensor<5x4xf32>) attributes {name = "fc"} {
// CHECK: %[[P:.*]] = dl.matmul %[[A]], %[[W]]
// CHECK: %[[R:.*]] = dl.relu %[[P]]
// CHECK: dl.yield %[[P]], %[[R]]
func.func @kernel(%x: tensor<5x3xf32>, %w: tensor<3x4xf32>) -> (tensor<5x4xf32>, tensor<5x4xf32>) {
  %0:2 = dl.kernel (%a = %x : tensor<5x3xf32>, %b = %w : tensor<3x4xf32>)
      -> (tensor<5x4xf32>, tensor<5x4xf32>) attributes {name = "fc"} {
    %1 = dl.matmul %a, %b : (tensor<5x3xf32>, tensor<3x4xf32>) -> tensor<5x4xf32>
    %2 = dl.relu %1 : (tensor<5x4xf32>) -> tensor<5x4xf32>
    dl.yield %1, %2 : tensor<5x4xf32>, tensor<5x4xf32>
  }
  return %0#0, %0#1 : tensor<5x4xf32>, tensor<5x4xf32>
}
