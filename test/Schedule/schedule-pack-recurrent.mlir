// RUN: dlc-opt %s --schedule-pack-recurrent=vector-bytes=32 --split-input-file | FileCheck %s

#step = #dl.rnn_step<rows_per_tile = 2, vectors_per_gate = 1, unroll = 1, tasks = 1>

// Two units in one panel of 8: the gates of a unit are 8 columns apart.
// CHECK-LABEL: @constant
// CHECK: dl.constant dense<{{\[\[}}[1.000000e+00, 2.000000e+00, 0.000000e+00, {{.*}}, 3.000000e+00, 4.000000e+00, 0.000000e+00, {{.*}}> : tensor<1x2x32xf32>
// CHECK: dl.lstm {{.*}}packed_units = 8 : i64
func.func @constant(%s: tensor<3x1x8xf32>) -> (tensor<3x1x2xf32>, tensor<1x2xf32>) {
  %m = dl.constant dense<[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0]]> : tensor<2x8xf32>
  %k:2 = dl.kernel (%x = %s : tensor<3x1x8xf32>, %r = %m : tensor<2x8xf32>) -> (tensor<3x1x2xf32>, tensor<1x2xf32>) attributes {schedule = #step} {
    %y:5 = dl.lstm %x recurrent %r : (tensor<3x1x8xf32>, tensor<2x8xf32>) -> (tensor<3x1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<3x1x2xf32>, tensor<3x1x8xf32>)
    dl.yield %y#0, %y#2 : tensor<3x1x2xf32>, tensor<1x2xf32>
  }
  return %k#0, %k#1 : tensor<3x1x2xf32>, tensor<1x2xf32>
}

// -----

#step = #dl.rnn_step<rows_per_tile = 2, vectors_per_gate = 1, unroll = 1, tasks = 1>

// A matrix that is not known is packed before the first step.
// CHECK-LABEL: @computed
// CHECK: dl.reshape %{{.*}} {shape = array<i64: 2, 4, 2>}
// CHECK: dl.kernel {{.*}}schedule = #dl.injective
// CHECK:   dl.pad {{.*}}high = array<i64: 0, 0, 6>
// CHECK: dl.reshape %{{.*}} {shape = array<i64: 2, 4, 1, 8>}
// CHECK: dl.kernel {{.*}}schedule =
// CHECK:   dl.transpose {{.*}}permutation = array<i64: 2, 0, 1, 3>
// CHECK: dl.reshape %{{.*}} {shape = array<i64: 1, 2, 32>}
// CHECK: dl.lstm {{.*}}packed_units = 8 : i64
func.func @computed(%s: tensor<3x1x8xf32>, %m: tensor<2x8xf32>) -> (tensor<3x1x2xf32>, tensor<1x2xf32>) {
  %k:2 = dl.kernel (%x = %s : tensor<3x1x8xf32>, %r = %m : tensor<2x8xf32>) -> (tensor<3x1x2xf32>, tensor<1x2xf32>) attributes {schedule = #step} {
    %y:5 = dl.lstm %x recurrent %r : (tensor<3x1x8xf32>, tensor<2x8xf32>) -> (tensor<3x1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<3x1x2xf32>, tensor<3x1x8xf32>)
    dl.yield %y#0, %y#2 : tensor<3x1x2xf32>, tensor<1x2xf32>
  }
  return %k#0, %k#1 : tensor<3x1x2xf32>, tensor<1x2xf32>
}

// -----

#step = #dl.rnn_step<rows_per_tile = 2, vectors_per_gate = 1, unroll = 1, tasks = 1>

// A gradient reads the matrix transposed.
// CHECK-LABEL: @gradient
// CHECK: dl.transpose {{.*}}permutation = array<i64: 0, 2, 1>}
// CHECK-SAME: tensor<2x8x64xf32>) -> tensor<2x64x8xf32>
// CHECK: dl.lstm_gradient {{.*}}packed_units = 8 : i64
func.func @gradient(%m: tensor<16x64xf32>, %c: tensor<3x1x16xf32>, %g: tensor<3x1x64xf32>) -> (tensor<3x1x64xf32>, tensor<1x16xf32>) {
  %k:2 = dl.kernel (%r = %m : tensor<16x64xf32>, %a = %c : tensor<3x1x16xf32>, %b = %g : tensor<3x1x64xf32>) -> (tensor<3x1x64xf32>, tensor<1x16xf32>) attributes {schedule = #step} {
    %y:3 = dl.lstm_gradient %r cells %a gates %b : (tensor<16x64xf32>, tensor<3x1x16xf32>, tensor<3x1x64xf32>) -> (tensor<3x1x64xf32>, tensor<1x16xf32>, tensor<1x16xf32>)
    dl.yield %y#0, %y#1 : tensor<3x1x64xf32>, tensor<1x16xf32>
  }
  return %k#0, %k#1 : tensor<3x1x64xf32>, tensor<1x16xf32>
}

// -----

#step = #dl.rnn_step<rows_per_tile = 2, vectors_per_gate = 1, unroll = 1, tasks = 1>

// One that multiplies by parts of the matrix has all of it packed.
// CHECK-LABEL: @gradient_in_two_products
// CHECK: dl.transpose {{.*}}permutation = array<i64: 0, 2, 1>}
// CHECK-SAME: tensor<2x8x48xf32>) -> tensor<2x48x8xf32>
// CHECK: dl.gru_gradient {{.*}}packed_units = 8 : i64
func.func @gradient_in_two_products(%m: tensor<16x48xf32>, %c: tensor<3x1x16xf32>, %g: tensor<3x1x64xf32>) -> (tensor<3x1x48xf32>, tensor<1x16xf32>) {
  %k:2 = dl.kernel (%r = %m : tensor<16x48xf32>, %a = %c : tensor<3x1x16xf32>, %b = %g : tensor<3x1x64xf32>) -> (tensor<3x1x48xf32>, tensor<1x16xf32>) attributes {schedule = #step} {
    %y:3 = dl.gru_gradient %r sequence %a gates %b {reset_after = false} : (tensor<16x48xf32>, tensor<3x1x16xf32>, tensor<3x1x64xf32>) -> (tensor<3x1x48xf32>, tensor<3x1x48xf32>, tensor<1x16xf32>)
    dl.yield %y#1, %y#2 : tensor<3x1x48xf32>, tensor<1x16xf32>
  }
  return %k#0, %k#1 : tensor<3x1x48xf32>, tensor<1x16xf32>
}

// -----

#step = #dl.rnn_step<rows_per_tile = 2, vectors_per_gate = 1, unroll = 1, tasks = 1>

// CHECK-LABEL: @keep_packed
// CHECK-NOT: dl.transpose
// CHECK: return
func.func @keep_packed(%s: tensor<3x1x8xf32>, %m: tensor<1x2x32xf32>) -> (tensor<3x1x2xf32>, tensor<1x2xf32>) {
  %k:2 = dl.kernel (%x = %s : tensor<3x1x8xf32>, %r = %m : tensor<1x2x32xf32>) -> (tensor<3x1x2xf32>, tensor<1x2xf32>) attributes {schedule = #step} {
    %y:5 = dl.lstm %x recurrent %r {packed_units = 8 : i64} : (tensor<3x1x8xf32>, tensor<1x2x32xf32>) -> (tensor<3x1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<3x1x2xf32>, tensor<3x1x8xf32>)
    dl.yield %y#0, %y#2 : tensor<3x1x2xf32>, tensor<1x2xf32>
  }
  return %k#0, %k#1 : tensor<3x1x2xf32>, tensor<1x2xf32>
}
