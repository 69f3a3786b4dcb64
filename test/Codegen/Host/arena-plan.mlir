// RUN: dlc-opt --host-print-arena-plan --split-input-file %s -o /dev/null 2>&1 | FileCheck %s
// RUN: dlc-opt --host-print-arena-plan=in-place=false --split-input-file %s -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=APART

// Intermediates take turns; the last kernel writes into the caller's output.
// CHECK-LABEL: arena of @chain
// CHECK:       {{^ +}}400           0      0      1  k0
// CHECK-NEXT:  {{^ +}}400         512      1      2  k1
// CHECK-NEXT:  {{^ +}}400           0      2      3  k2
// CHECK-NEXT:  total 1024 bytes, lower bound 1024 bytes
func.func @chain(%x: tensor<100xf32>) -> tensor<100xf32> {
  %0 = dl.kernel (%a = %x : tensor<100xf32>) -> (tensor<100xf32>) attributes {symbol = "k0"} {
    %r = dl.neg %a : (tensor<100xf32>) -> tensor<100xf32>
    dl.yield %r : tensor<100xf32>
  }
  %1 = dl.kernel (%a = %0 : tensor<100xf32>) -> (tensor<100xf32>) attributes {symbol = "k1"} {
    %r = dl.neg %a : (tensor<100xf32>) -> tensor<100xf32>
    dl.yield %r : tensor<100xf32>
  }
  %2 = dl.kernel (%a = %1 : tensor<100xf32>) -> (tensor<100xf32>) attributes {symbol = "k2"} {
    %r = dl.neg %a : (tensor<100xf32>) -> tensor<100xf32>
    dl.yield %r : tensor<100xf32>
  }
  %3 = dl.kernel (%a = %2 : tensor<100xf32>) -> (tensor<100xf32>) attributes {symbol = "k3"} {
    %r = dl.neg %a : (tensor<100xf32>) -> tensor<100xf32>
    dl.yield %r : tensor<100xf32>
  }
  return %3 : tensor<100xf32>
}

// -----

// The fork's value lives until the join.
// CHECK-LABEL: arena of @diamond
// CHECK:       {{^ +}}400           0      0      2  fork
// CHECK-NEXT:  {{^ +}}400         {{[0-9]+}}      1      3  left
// CHECK-NEXT:  {{^ +}}400         {{[0-9]+}}      2      3  right
// CHECK-NEXT:  total 1536 bytes, lower bound 1536 bytes
func.func @diamond(%x: tensor<100xf32>) -> tensor<100xf32> {
  %0 = dl.kernel (%a = %x : tensor<100xf32>) -> (tensor<100xf32>) attributes {symbol = "fork"} {
    %r = dl.neg %a : (tensor<100xf32>) -> tensor<100xf32>
    dl.yield %r : tensor<100xf32>
  }
  %1 = dl.kernel (%a = %0 : tensor<100xf32>) -> (tensor<100xf32>) attributes {symbol = "left"} {
    %r = dl.neg %a : (tensor<100xf32>) -> tensor<100xf32>
    dl.yield %r : tensor<100xf32>
  }
  %2 = dl.kernel (%a = %0 : tensor<100xf32>) -> (tensor<100xf32>) attributes {symbol = "right"} {
    %r = dl.neg %a : (tensor<100xf32>) -> tensor<100xf32>
    dl.yield %r : tensor<100xf32>
  }
  %3 = dl.kernel (%a = %1 : tensor<100xf32>, %b = %2 : tensor<100xf32>) -> (tensor<100xf32>) attributes {symbol = "join"} {
    %r = dl.add %a, %b : (tensor<100xf32>, tensor<100xf32>) -> tensor<100xf32>
    dl.yield %r : tensor<100xf32>
  }
  return %3 : tensor<100xf32>
}

// -----

// A view has no bytes of its own and keeps those of its operand alive; one that is returned is written
// into the output by the kernel behind it.
// CHECK-LABEL: arena of @views
// CHECK:       {{^ +}}96           0      0      2  k0
// CHECK-NEXT:  {{^ +}}96         128      1      2  k1
// CHECK-NEXT:  total 256 bytes
func.func @views(%x: tensor<6x4xf32>) -> tensor<6x4xf32> {
  %0 = dl.kernel (%a = %x : tensor<6x4xf32>) -> (tensor<6x4xf32>) attributes {symbol = "k0"} {
    %r = dl.neg %a : (tensor<6x4xf32>) -> tensor<6x4xf32>
    dl.yield %r : tensor<6x4xf32>
  }
  %v = dl.reshape %0 {shape = array<i64: 24>} : (tensor<6x4xf32>) -> tensor<24xf32>
  %1 = dl.kernel (%a = %x : tensor<6x4xf32>) -> (tensor<6x4xf32>) attributes {symbol = "k1"} {
    %r = dl.neg %a : (tensor<6x4xf32>) -> tensor<6x4xf32>
    dl.yield %r : tensor<6x4xf32>
  }
  %w = dl.reshape %1 {shape = array<i64: 24>} : (tensor<6x4xf32>) -> tensor<24xf32>
  %2 = dl.kernel (%a = %v : tensor<24xf32>, %b = %w : tensor<24xf32>) -> (tensor<24xf32>) attributes {symbol = "k2"} {
    %r = dl.add %a, %b : (tensor<24xf32>, tensor<24xf32>) -> tensor<24xf32>
    dl.yield %r : tensor<24xf32>
  }
  %r = dl.reshape %2 {shape = array<i64: 6, 4>} : (tensor<24xf32>) -> tensor<6x4xf32>
  return %r : tensor<6x4xf32>
}

// -----

// An input, a constant and what is returned twice are copied, through views too.
// CHECK-LABEL: arena of @copies
// CHECK-NEXT:  bytes
// CHECK-NEXT:  copied at the end: output 0
// CHECK-NEXT:  copied at the end: output 2
// CHECK-NEXT:  copied at the end: output 3
// CHECK-NEXT:  total 0 bytes, lower bound 0 bytes
func.func @copies(%x: tensor<6x4xf32>) -> (tensor<6x4xf32>, tensor<6x4xf32>, tensor<24xf32>, tensor<24xf32>) {
  %0 = dl.kernel (%a = %x : tensor<6x4xf32>) -> (tensor<6x4xf32>) attributes {symbol = "k0"} {
    %r = dl.neg %a : (tensor<6x4xf32>) -> tensor<6x4xf32>
    dl.yield %r : tensor<6x4xf32>
  }
  %v = dl.reshape %0 {shape = array<i64: 24>} : (tensor<6x4xf32>) -> tensor<24xf32>
  %c = dl.constant dense<1.0> : tensor<24xf32>
  return %x, %0, %v, %c : tensor<6x4xf32>, tensor<6x4xf32>, tensor<24xf32>, tensor<24xf32>
}

// -----

// No bytes, no arena.
// CHECK-LABEL: arena of @no_elements
// CHECK:       {{^ +}}0           0      0      1  k0
// CHECK-NEXT:  total 0 bytes, lower bound 0 bytes
func.func @no_elements(%x: tensor<0x7xf32>) -> tensor<0x7xf32> {
  %0 = dl.kernel (%a = %x : tensor<0x7xf32>) -> (tensor<0x7xf32>) attributes {symbol = "k0"} {
    %r = dl.neg %a : (tensor<0x7xf32>) -> tensor<0x7xf32>
    dl.yield %r : tensor<0x7xf32>
  }
  %1 = dl.kernel (%a = %0 : tensor<0x7xf32>) -> (tensor<0x7xf32>) attributes {symbol = "k1"} {
    %r = dl.neg %a : (tensor<0x7xf32>) -> tensor<0x7xf32>
    dl.yield %r : tensor<0x7xf32>
  }
  return %1 : tensor<0x7xf32>
}

// -----

// A result that nothing reads has memory while its kernel runs.
// CHECK-LABEL: arena of @unread_result
// CHECK:       {{^ +}}96           0      0      0  k0#1
// CHECK-NEXT:  total 128 bytes
func.func @unread_result(%x: tensor<6x4xf32>) -> tensor<6x4xf32> {
  %0:2 = dl.kernel (%a = %x : tensor<6x4xf32>) -> (tensor<6x4xf32>, tensor<6x4xf32>) attributes {symbol = "k0"} {
    %r = dl.neg %a : (tensor<6x4xf32>) -> tensor<6x4xf32>
    %s = dl.abs %a : (tensor<6x4xf32>) -> tensor<6x4xf32>
    dl.yield %r, %s : tensor<6x4xf32>, tensor<6x4xf32>
  }
  return %0#0 : tensor<6x4xf32>
}

// -----

// An elementwise kernel that says so overwrites the operand that dies there: @k1 does, @k2 does not (its
// operand is read again), and @k3 writes the output.
// CHECK-LABEL: arena of @in_place
// CHECK:       {{^ +}}400           0      0      {{[0-9]}}  k0
// CHECK-NEXT:  {{^ +}}400           0      1      {{[0-9]}}  k1
// CHECK-NEXT:  {{^ +}}400         512      2      {{[0-9]}}  k2
// CHECK:       total 1024 bytes
// APART-LABEL: arena of @in_place
// APART:       {{^ +}}400           0      0      1  k0
// APART-NEXT:  {{^ +}}400         512      1      3  k1
// APART-NEXT:  {{^ +}}400           0      2      3  k2
func.func @in_place(%x: tensor<100xf32>) -> tensor<100xf32> {
  %0 = dl.kernel (%a = %x : tensor<100xf32>) -> (tensor<100xf32>) attributes {symbol = "k0"} {
    %r = dl.neg %a : (tensor<100xf32>) -> tensor<100xf32>
    dl.yield %r : tensor<100xf32>
  }
  %1 = dl.kernel (%a = %0 : tensor<100xf32>) -> (tensor<100xf32>) attributes {symbol = "k1", dl.in_place} {
    %r = dl.neg %a : (tensor<100xf32>) -> tensor<100xf32>
    dl.yield %r : tensor<100xf32>
  }
  %2 = dl.kernel (%a = %1 : tensor<100xf32>) -> (tensor<100xf32>) attributes {symbol = "k2", dl.in_place} {
    %r = dl.neg %a : (tensor<100xf32>) -> tensor<100xf32>
    dl.yield %r : tensor<100xf32>
  }
  %3 = dl.kernel (%a = %1 : tensor<100xf32>, %b = %2 : tensor<100xf32>) -> (tensor<100xf32>) attributes {symbol = "k3"} {
    %r = dl.add %a, %b : (tensor<100xf32>, tensor<100xf32>) -> tensor<100xf32>
    dl.yield %r : tensor<100xf32>
  }
  return %3 : tensor<100xf32>
}

// -----

// CHECK-LABEL: arena of @broadcast_is_not_in_place
// CHECK:       {{^ +}}400           0      0      2  k0
// CHECK:       {{^ +}}400         {{[1-9][0-9]*}}      2      3  k2
func.func @broadcast_is_not_in_place(%x: tensor<1x100xf32>) -> tensor<100x100xf32> {
  %0 = dl.kernel (%a = %x : tensor<1x100xf32>) -> (tensor<1x100xf32>) attributes {symbol = "k0"} {
    %r = dl.neg %a : (tensor<1x100xf32>) -> tensor<1x100xf32>
    dl.yield %r : tensor<1x100xf32>
  }
  %1 = dl.kernel (%a = %x : tensor<1x100xf32>) -> (tensor<1x100xf32>) attributes {symbol = "k1"} {
    %r = dl.neg %a : (tensor<1x100xf32>) -> tensor<1x100xf32>
    dl.yield %r : tensor<1x100xf32>
  }
  %2 = dl.kernel (%a = %0 : tensor<1x100xf32>) -> (tensor<1x100xf32>) attributes {symbol = "k2", dl.in_place} {
    %m = dl.reshape %a {shape = array<i64: 100, 1>} : (tensor<1x100xf32>) -> tensor<100x1xf32>
    %s = dl.add %m, %a : (tensor<100x1xf32>, tensor<1x100xf32>) -> tensor<100x100xf32>
    %t = dl.slice %s {sizes = array<i64: 1, 100>, starts = array<i64: 0, 0>, steps = array<i64: 1, 1>} : (tensor<100x100xf32>) -> tensor<1x100xf32>
    dl.yield %t : tensor<1x100xf32>
  }
  %3 = dl.kernel (%a = %2 : tensor<1x100xf32>, %b = %1 : tensor<1x100xf32>) -> (tensor<100x100xf32>) attributes {symbol = "k3"} {
    %m = dl.reshape %a {shape = array<i64: 100, 1>} : (tensor<1x100xf32>) -> tensor<100x1xf32>
    %s = dl.add %m, %b : (tensor<100x1xf32>, tensor<1x100xf32>) -> tensor<100x100xf32>
    dl.yield %s : tensor<100x100xf32>
  }
  return %3 : tensor<100x100xf32>
}

// -----

// The residual of a contraction that dies there is overwritten; the left operand never is.
// CHECK-LABEL: arena of @residual_in_place
// CHECK:       {{^ +}}400           0      0      {{[0-9]}}  left
// CHECK-NEXT:  {{^ +}}400         512      1      {{[0-9]}}  residual
// CHECK-NEXT:  {{^ +}}400         512      2      {{[0-9]}}  product
// CHECK:       total 1024 bytes
func.func @residual_in_place(%x: tensor<10x10xf32>) -> tensor<10x10xf32> {
  %0 = dl.kernel (%a = %x : tensor<10x10xf32>) -> (tensor<10x10xf32>) attributes {symbol = "left"} {
    %r = dl.neg %a : (tensor<10x10xf32>) -> tensor<10x10xf32>
    dl.yield %r : tensor<10x10xf32>
  }
  %1 = dl.kernel (%a = %x : tensor<10x10xf32>) -> (tensor<10x10xf32>) attributes {symbol = "residual"} {
    %r = dl.abs %a : (tensor<10x10xf32>) -> tensor<10x10xf32>
    dl.yield %r : tensor<10x10xf32>
  }
  %2 = dl.kernel (%a = %0 : tensor<10x10xf32>, %b = %1 : tensor<10x10xf32>) -> (tensor<10x10xf32>) attributes {symbol = "product", dl.in_place} {
    %m = dl.matmul %a, %a : (tensor<10x10xf32>, tensor<10x10xf32>) -> tensor<10x10xf32>
    %r = dl.add %m, %b : (tensor<10x10xf32>, tensor<10x10xf32>) -> tensor<10x10xf32>
    dl.yield %r : tensor<10x10xf32>
  }
  %3 = dl.kernel (%a = %2 : tensor<10x10xf32>) -> (tensor<10x10xf32>) attributes {symbol = "last"} {
    %r = dl.neg %a : (tensor<10x10xf32>) -> tensor<10x10xf32>
    dl.yield %r : tensor<10x10xf32>
  }
  return %3 : tensor<10x10xf32>
}

// -----

// What a concat joins is written where it joins it, in the arena or in the caller's output; a slice is where
// its operand is.
// CHECK-LABEL: arena of @parts
// CHECK:       {{^ +}}60           0      0      3  concat
// CHECK-NEXT:  part: k0 at byte 0 of the concat at 0
// CHECK-NEXT:  part: k1 at byte 8 of the concat at 0
// CHECK-NEXT:  part: k2 at byte 0 of the concat in output 0
// CHECK-NEXT:  part: k3 at byte 12 of the concat in output 0
// CHECK-NEXT:  total 128 bytes
func.func @parts(%x: tensor<3x2xf32>, %y: tensor<3x3xf32>) -> tensor<2x3xf32> {
  %0 = dl.kernel (%a = %x : tensor<3x2xf32>) -> (tensor<3x2xf32>) attributes {symbol = "k0", strides = [array<i64>, array<i64: 5, 1>]} {
    %r = dl.neg %a : (tensor<3x2xf32>) -> tensor<3x2xf32>
    dl.yield %r : tensor<3x2xf32>
  }
  %1 = dl.kernel (%a = %y : tensor<3x3xf32>) -> (tensor<3x3xf32>) attributes {symbol = "k1", strides = [array<i64>, array<i64: 5, 1>]} {
    %r = dl.neg %a : (tensor<3x3xf32>) -> tensor<3x3xf32>
    dl.yield %r : tensor<3x3xf32>
  }
  %c = dl.concat %0, %1 {axis = 1 : i64} : (tensor<3x2xf32>, tensor<3x3xf32>) -> tensor<3x5xf32>
  %s = dl.slice %c {sizes = array<i64: 1, 3>, starts = array<i64: 1, 1>, steps = array<i64: 1, 1>} : (tensor<3x5xf32>) -> tensor<1x3xf32>
  %2 = dl.kernel (%a = %s : tensor<1x3xf32>) -> (tensor<1x3xf32>) attributes {symbol = "k2"} {
    %r = dl.neg %a : (tensor<1x3xf32>) -> tensor<1x3xf32>
    dl.yield %r : tensor<1x3xf32>
  }
  %3 = dl.kernel (%a = %s : tensor<1x3xf32>) -> (tensor<1x3xf32>) attributes {symbol = "k3"} {
    %r = dl.abs %a : (tensor<1x3xf32>) -> tensor<1x3xf32>
    dl.yield %r : tensor<1x3xf32>
  }
  %d = dl.concat %2, %3 {axis = 0 : i64} : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  return %d : tensor<2x3xf32>
}

// -----

// A returned part of something larger is copied at the end, and keeps its bytes until then.
// CHECK-LABEL: arena of @returned_part
// CHECK:       {{^ +}}24           0      0      2  k0
// CHECK-NEXT:  {{^ +}}24 {{.*}} k1
// CHECK-NEXT:  copied at the end: output 0
// CHECK-NEXT:  total 256 bytes
func.func @returned_part(%x: tensor<3x2xf32>) -> (tensor<1x2xf32>, tensor<3x2xf32>) {
  %0 = dl.kernel (%a = %x : tensor<3x2xf32>) -> (tensor<3x2xf32>) attributes {symbol = "k0"} {
    %r = dl.neg %a : (tensor<3x2xf32>) -> tensor<3x2xf32>
    dl.yield %r : tensor<3x2xf32>
  }
  %s = dl.slice %0 {sizes = array<i64: 1, 2>, starts = array<i64: 1, 0>, steps = array<i64: 1, 1>} : (tensor<3x2xf32>) -> tensor<1x2xf32>
  %1 = dl.kernel (%a = %x : tensor<3x2xf32>) -> (tensor<3x2xf32>) attributes {symbol = "k1"} {
    %r = dl.abs %a : (tensor<3x2xf32>) -> tensor<3x2xf32>
    dl.yield %r : tensor<3x2xf32>
  }
  %2 = dl.kernel (%a = %1 : tensor<3x2xf32>) -> (tensor<3x2xf32>) attributes {symbol = "k2"} {
    %r = dl.neg %a : (tensor<3x2xf32>) -> tensor<3x2xf32>
    dl.yield %r : tensor<3x2xf32>
  }
  return %s, %2 : tensor<1x2xf32>, tensor<3x2xf32>
}

// -----

// The gates of each step take the place of its sums, which nothing reads any more.
// CHECK-LABEL: arena of @gates_over_sums
// CHECK:       {{^ +}}2560           0      0      2  sums
// CHECK-NEXT:  {{^ +}}2560           0      1      2  steps#2
// CHECK-NEXT:  total 2560 bytes
// APART-LABEL: arena of @gates_over_sums
// APART:       total 5120 bytes
func.func @gates_over_sums(%x: tensor<5x4x32xf32>, %m: tensor<1x8x32xf32>) -> (tensor<5x4x8xf32>, tensor<5x4x8xf32>, tensor<5x4x32xf32>) {
  %0 = dl.kernel (%a = %x : tensor<5x4x32xf32>) -> (tensor<5x4x32xf32>) attributes {symbol = "sums"} {
    %r = dl.neg %a : (tensor<5x4x32xf32>) -> tensor<5x4x32xf32>
    dl.yield %r : tensor<5x4x32xf32>
  }
  %1:3 = dl.kernel (%a = %0 : tensor<5x4x32xf32>, %b = %m : tensor<1x8x32xf32>) -> (tensor<5x4x8xf32>, tensor<5x4x8xf32>, tensor<5x4x32xf32>) attributes {dl.in_place, symbol = "steps"} {
    %y:5 = dl.lstm %a recurrent %b {packed_units = 8 : i64} : (tensor<5x4x32xf32>, tensor<1x8x32xf32>) -> (tensor<5x4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<5x4x8xf32>, tensor<5x4x32xf32>)
    dl.yield %y#0, %y#3, %y#4 : tensor<5x4x8xf32>, tensor<5x4x8xf32>, tensor<5x4x32xf32>
  }
  %2 = dl.kernel (%a = %1#2 : tensor<5x4x32xf32>) -> (tensor<5x4x32xf32>) attributes {symbol = "use"} {
    %r = dl.neg %a : (tensor<5x4x32xf32>) -> tensor<5x4x32xf32>
    dl.yield %r : tensor<5x4x32xf32>
  }
  return %1#0, %1#1, %2 : tensor<5x4x8xf32>, tensor<5x4x8xf32>, tensor<5x4x32xf32>
}
