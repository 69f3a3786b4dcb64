// RUN: dlc-opt %s -split-input-file -autodiff-gradient -canonicalize -cse | FileCheck %s
// RUN: dlc-opt %s -split-input-file -autodiff-gradient=wrt=1 -canonicalize -cse | FileCheck %s --check-prefix=ONE

// d/dx of tanh(x * w): the cotangent comes in as the last argument; the broadcast w is summed down.
// CHECK-LABEL: func.func @main_gradient
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>, %[[W:.*]]: tensor<3xf32>, %[[DY:.*]]: tensor<2x3xf32>)
// CHECK-SAME: -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<3xf32>)
// CHECK: %[[Y:.*]] = dl.tanh
// CHECK: %[[SQUARE:.*]] = dl.mul %[[Y]], %[[Y]]
// CHECK: %[[D:.*]] = dl.mul %[[DY]],
// CHECK: %[[DX:.*]] = dl.mul %[[D]], %[[W]]
// CHECK: %[[ROWS:.*]] = dl.mul %[[D]], %[[X]]
// CHECK: %[[SUM:.*]] = dl.reduce <sum> %[[ROWS]] {axes = array<i64: 0>}
// CHECK: %[[DW:.*]] = dl.reshape %[[SUM]]
// CHECK: return %[[Y]], %[[DX]], %[[DW]]

// Only the argument asked for: nothing is computed for x.
// ONE-LABEL: func.func @main_gradient
// ONE: dl.tanh
// ONE: return %{{.*}}, %[[DW:.*]] : tensor<2x3xf32>, tensor<3xf32>
func.func @main(%x: tensor<2x3xf32>, %w: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = dl.mul %x, %w : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %1 = dl.tanh %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// -----

// No gradient flows through a comparison: a zero is made for the argument, and for nothing else.
// CHECK-LABEL: func.func @main_gradient
// CHECK-SAME: (%{{.*}}: tensor<3xf32>, %[[B:.*]]: tensor<3xf32>, %[[DY:.*]]: tensor<3xf32>)
// CHECK: %[[ZERO:.*]] = dl.constant dense<0.0{{.*}}> : tensor<3xf32>
// CHECK: return %{{.*}}, %[[ZERO]], %{{.*}}
func.func @main(%a: tensor<3xf32>, %b: tensor<3xf32>) -> tensor<3xf32> {
  %zero = dl.constant dense<0.0> : tensor<f32>
  %0 = dl.less %a, %zero : (tensor<3xf32>, tensor<f32>) -> tensor<3xi1>
  %1 = dl.where %0, %b, %zero : (tensor<3xi1>, tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  return %1 : tensor<3xf32>
}
