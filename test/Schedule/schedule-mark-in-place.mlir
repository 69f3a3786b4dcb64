// RUN: dlc-opt %s -schedule-mark-in-place | FileCheck %s

// CHECK-LABEL: @elementwise
func.func @elementwise(%a: tensor<64xf32>) -> tensor<64xf32> {
  // CHECK: dl.kernel {{.*}}dl.in_place
  %k = dl.kernel (%x = %a : tensor<64xf32>) -> (tensor<64xf32>) attributes {schedule = #dl.injective<vectors_per_tile = 3, elements_per_task = 5, tasks = 7>} {
    %m = dl.relu %x : (tensor<64xf32>) -> tensor<64xf32>
    dl.yield %m : tensor<64xf32>
  }
  return %k : tensor<64xf32>
}

// A transpose writes the last squares twice: a mark from before another schedule goes.
// CHECK-LABEL: @transpose
func.func @transpose(%a: tensor<37x13xf32>, %b: tensor<13x37xf32>) -> tensor<13x37xf32> {
  // CHECK-NOT: dl.in_place
  // CHECK: return
  %k = dl.kernel (%x = %a : tensor<37x13xf32>, %y = %b : tensor<13x37xf32>) -> (tensor<13x37xf32>) attributes {dl.in_place, schedule = #dl.transpose<tile = 8, tasks = 1>} {
    %m = dl.transpose %x {permutation = array<i64: 1, 0>} : (tensor<37x13xf32>) -> tensor<13x37xf32>
    %s = dl.add %m, %y : (tensor<13x37xf32>, tensor<13x37xf32>) -> tensor<13x37xf32>
    dl.yield %s : tensor<13x37xf32>
  }
  return %k : tensor<13x37xf32>
}

// A step reads its tile before it writes it, where all tiles are whole.
// CHECK-LABEL: @whole_tiles
// CHECK: dl.kernel {{.*}}dl.in_place
func.func @whole_tiles(%s: tensor<3x4x8xf32>, %m: tensor<1x8x8xf32>) -> tensor<3x4x8xf32> {
  %k = dl.kernel (%x = %s : tensor<3x4x8xf32>, %r = %m : tensor<1x8x8xf32>) -> (tensor<3x4x8xf32>) attributes {schedule = #dl.rnn_step<rows_per_tile = 2, vectors_per_gate = 1, unroll = 1, tasks = 1>} {
    %y:2 = dl.simple_rnn %x recurrent %r {packed_units = 8 : i64} : (tensor<3x4x8xf32>, tensor<1x8x8xf32>) -> (tensor<3x4x8xf32>, tensor<4x8xf32>)
    dl.yield %y#0 : tensor<3x4x8xf32>
  }
  return %k : tensor<3x4x8xf32>
}

// CHECK-LABEL: @keep_apart_where_tiles_are_cut_off
// CHECK-NOT: dl.in_place
// CHECK: return
func.func @keep_apart_where_tiles_are_cut_off(%s: tensor<3x4x7xf32>, %m: tensor<1x7x8xf32>) -> tensor<3x4x7xf32> {
  %k = dl.kernel (%x = %s : tensor<3x4x7xf32>, %r = %m : tensor<1x7x8xf32>) -> (tensor<3x4x7xf32>) attributes {dl.in_place, schedule = #dl.rnn_step<rows_per_tile = 2, vectors_per_gate = 1, unroll = 1, tasks = 1>} {
    %y:2 = dl.simple_rnn %x recurrent %r {packed_units = 8 : i64} : (tensor<3x4x7xf32>, tensor<1x7x8xf32>) -> (tensor<3x4x7xf32>, tensor<4x7xf32>)
    dl.yield %y#0 : tensor<3x4x7xf32>
  }
  return %k : tensor<3x4x7xf32>
}
