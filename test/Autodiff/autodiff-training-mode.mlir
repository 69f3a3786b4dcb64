// RUN: dlc-opt %s -split-input-file -autodiff-training-mode=seed=7 | FileCheck %s

// The batch's statistics while training, moving ones in predict; the moving ones follow with the op's momentum.
// CHECK-LABEL: func.func @predict
// CHECK: dl.batch_norm
// CHECK-LABEL: func.func @train_step
// CHECK-SAME: -> (tensor<4x2xf32>, tensor<2xf32> {dl.state = "mean"}, tensor<2xf32> {dl.state = "var"})
// CHECK: %[[M:.*]] = dl.reduce <mean> %arg0 {axes = array<i64: 0>}
// CHECK: %[[C:.*]] = dl.sub %arg0, %[[M]]
// CHECK: %[[Q:.*]] = dl.mul %[[C]], %[[C]]
// CHECK: %[[V:.*]] = dl.reduce <mean> %[[Q]] {axes = array<i64: 0>}
// CHECK: %[[MEAN:.*]] = dl.reshape %[[M]]
// CHECK: dl.constant dense<7.500000e-01>
// CHECK: %[[VARIANCE:.*]] = dl.reshape %[[V]]
// CHECK: dl.batch_norm %arg0, %{{.*}}, %{{.*}}, %[[MEAN]], %[[VARIANCE]]
func.func @main(%x: tensor<4x2xf32>, %s: tensor<2xf32>, %m: tensor<2xf32> {dl.state = "mean"}, %v: tensor<2xf32> {dl.state = "var"}) -> tensor<4x2xf32> {
  %y = dl.batch_norm %x, %s, %s, %m, %v {momentum = 0.75} : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// -----

// Each dropout has a stream of its own under one key, whose second element counts the steps.
// CHECK-LABEL: func.func @predict
// CHECK: dl.dropout %{{[^,]*}} {rate = 2.500000e-01 : f64}
// CHECK-LABEL: func.func @train_step
// CHECK-SAME: %[[KEY:[^ ]*]]: tensor<2xi64> {dl.state = "random"}) -> (tensor<4x2xf32>, tensor<2xi64> {dl.state = "random"})
// CHECK: %[[A:.*]] = dl.dropout %{{.*}}, %[[KEY]] {rate = 2.500000e-01 : f64}
// CHECK: %[[B:.*]] = dl.dropout %[[A]], %[[KEY]] {rate = 5.000000e-01 : f64, shared_axes = array<i64: 1>, stream = 1 : i64}
// CHECK: %[[ONE:.*]] = dl.constant dense<[0, 1]>
// CHECK: %[[NEXT:.*]] = dl.add %[[KEY]], %[[ONE]]
// CHECK: return %[[B]], %[[NEXT]]
// CHECK-LABEL: func.func @init
// CHECK: dl.constant dense<[7, 0]>
func.func @main(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %0 = dl.dropout %x {rate = 0.25} : (tensor<4x2xf32>) -> tensor<4x2xf32>
  %1 = dl.dropout %0 {rate = 0.5, shared_axes = array<i64: 1>} : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return %1 : tensor<4x2xf32>
}

// -----

// What has its key already keeps it, and no key is made.
// CHECK-LABEL: func.func @train_step
// CHECK-SAME: (%{{.*}}: tensor<4x2xf32>, %[[KEY:[^ ]*]]: tensor<2xi64>) -> tensor<4x2xf32>
// CHECK: dl.dropout %{{.*}}, %[[KEY]] {rate = 2.500000e-01 : f64, stream = 3 : i64}
// CHECK-NOT: random
func.func @main(%x: tensor<4x2xf32>, %key: tensor<2xi64>) -> tensor<4x2xf32> {
  %0 = dl.dropout %x, %key {rate = 0.25, stream = 3} : (tensor<4x2xf32>, tensor<2xi64>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
