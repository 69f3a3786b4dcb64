// RUN: dlc-opt %s -split-input-file -autodiff-metrics=metrics=accuracy,rmse | FileCheck %s
// RUN: not dlc-opt %S/Inputs/class-index-target.mlir -autodiff-metrics=metrics=rmse 2>&1 | FileCheck %s --check-prefix=FIT
// RUN: dlc-opt %S/Inputs/class-index-target.mlir -autodiff-metrics=metrics=accuracy | FileCheck %s --check-prefix=INDEX
// RUN: dlc-opt %S/Inputs/class-index-target.mlir '-autodiff-metrics=metrics=accuracy,accuracy names=acc,right' | FileCheck %s --check-prefix=NAMES
// RUN: not dlc-opt %S/Inputs/class-index-target.mlir -autodiff-metrics=metrics=accuracy,accuracy 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not dlc-opt %S/Inputs/class-index-target.mlir '-autodiff-metrics=metrics=accuracy names=a,b' 2>&1 | FileCheck %s --check-prefix=NUMBER

// One row of each function: the loss weighted with the batch, then each metric, in double.
// CHECK-LABEL: func.func @train_step
// CHECK-SAME: %[[TOTAL:[^ ]*]]: tensor<f64> {dl.state = "metrics/loss/total"}, %[[COUNT:[^ ]*]]: tensor<f64> {dl.state = "metrics/loss/count"}
// CHECK-SAME: {dl.state = "metrics/accuracy/total"}
// CHECK-SAME: -> (tensor<f32> {dl.name = "loss"}, tensor<4x3xf32>, tensor<f64> {dl.state = "metrics/loss/total"}
// CHECK: %[[FOUR:.*]] = dl.constant dense<4.000000e+00>
// CHECK: %[[LOSS:.*]] = dl.cast
// CHECK: %[[ADDED:.*]] = dl.mul %[[LOSS]], %[[FOUR]]
// CHECK: dl.add %[[TOTAL]], %[[ADDED]]
// Class scores against class scores: both by their largest.
// CHECK: dl.arg_max
// CHECK: dl.arg_max
// CHECK: dl.equal
// CHECK-LABEL: func.func @eval_step
// CHECK-SAME: {dl.state = "metrics/rmse/count"}
// CHECK-LABEL: func.func @init
// CHECK-LABEL: func.func @metrics
// CHECK-SAME: -> (tensor<f64> {dl.name = "loss"}, tensor<f64> {dl.name = "accuracy"}, tensor<f64> {dl.name = "rmse"})
// CHECK: %[[MEAN:.*]] = dl.div
// CHECK: %[[RIGHT:.*]] = dl.div
// CHECK: %[[SQUARE:.*]] = dl.div
// CHECK: %[[ROOT:.*]] = dl.sqrt %[[SQUARE]]
// CHECK: return %[[MEAN]], %[[RIGHT]], %[[ROOT]]
// CHECK-LABEL: func.func @reset_metrics
// CHECK-NOT: %arg
func.func @train_step(%x: tensor<4x3xf32>, %t: tensor<4x3xf32> {dl.name = "target"}) -> (tensor<f32> {dl.name = "loss"}, tensor<4x3xf32>) {
  %0 = dl.reduce <sum> %t {axes = array<i64: 0, 1>, keep_dims = false} : (tensor<4x3xf32>) -> tensor<f32>
  return %0, %x : tensor<f32>, tensor<4x3xf32>
}
func.func @eval_step(%x: tensor<4x3xf32>, %t: tensor<4x3xf32> {dl.name = "target"}) -> (tensor<f32> {dl.name = "loss"}, tensor<4x3xf32>) {
  %0 = dl.reduce <sum> %t {axes = array<i64: 0, 1>, keep_dims = false} : (tensor<4x3xf32>) -> tensor<f32>
  return %0, %x : tensor<f32>, tensor<4x3xf32>
}

// -----

// A single column: above one half.
// CHECK-LABEL: func.func @train_step
// CHECK: dl.greater
// CHECK-NOT: dl.arg_max
func.func @train_step(%x: tensor<4x1xf32>, %t: tensor<4x1xf32> {dl.name = "target"}) -> (tensor<f32> {dl.name = "loss"}, tensor<4x1xf32>) {
  %0 = dl.reduce <sum> %t {axes = array<i64: 0, 1>, keep_dims = false} : (tensor<4x1xf32>) -> tensor<f32>
  return %0, %x : tensor<f32>, tensor<4x1xf32>
}
func.func @eval_step(%x: tensor<4x1xf32>, %t: tensor<4x1xf32> {dl.name = "target"}) -> (tensor<f32> {dl.name = "loss"}, tensor<4x1xf32>) {
  %0 = dl.reduce <sum> %t {axes = array<i64: 0, 1>, keep_dims = false} : (tensor<4x1xf32>) -> tensor<f32>
  return %0, %x : tensor<f32>, tensor<4x1xf32>
}

// Class indices: one arg_max; and no error of a regression.
// INDEX-LABEL: func.func @train_step
// INDEX: dl.arg_max
// INDEX-NOT: dl.arg_max
// INDEX-LABEL: func.func @eval_step
// NAMES: {dl.state = "metrics/acc/total"}
// NAMES: {dl.state = "metrics/right/total"}
// NAMES-LABEL: func.func @metrics
// NAMES-SAME: {dl.name = "acc"}, tensor<f64> {dl.name = "right"}
// TWICE: cannot report two values as 'accuracy': give each metric a name of its own
// NUMBER: expected a name for each of 1 metrics, found 2
// FIT: cannot measure 'rmse': its target does not fit a prediction of 'tensor<4x3xf32>', found 'tensor<4xi64>'; choose another metric or loss
