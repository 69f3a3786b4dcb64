// RUN: dlc-opt %s -split-input-file -host-print-arena-plan -o /dev/null 2>&1 | FileCheck %s
// RUN: dlc-opt %s -split-input-file -host-lower-to-llvm | FileCheck %s --check-prefix=LLVM

// The update of `w` reads it at its own place and nothing reads it later: in place. `n` is read by a
// later kernel, and `m` is an output as it was: copied when all is done.
// CHECK-LABEL: arena of @train_step
// CHECK: copied at the end: state at 64
// CHECK-NEXT: copied at the end: output 0
// CHECK-NEXT: copied at the end: state at 128
// LLVM-LABEL: llvm.func internal @entry_train_step
func.func @train_step(%x: tensor<3xf32>, %w: tensor<3xf32> {dl.state = "w"}, %n: tensor<3xf32> {dl.state = "n"}, %m: tensor<3xf32> {dl.state = "m"})
    -> (tensor<3xf32> {dl.state = "w"}, tensor<3xf32> {dl.state = "n"}, tensor<3xf32>, tensor<3xf32> {dl.state = "m"}) {
  %0 = dl.kernel (%a = %w : tensor<3xf32>, %b = %x : tensor<3xf32>) -> (tensor<3xf32>) attributes {dl.in_place, symbol = "k0"} {
    %r = dl.add %a, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    dl.yield %r : tensor<3xf32>
  }
  %1 = dl.kernel (%a = %n : tensor<3xf32>) -> (tensor<3xf32>) attributes {dl.in_place, symbol = "k1"} {
    %r = dl.neg %a : (tensor<3xf32>) -> tensor<3xf32>
    dl.yield %r : tensor<3xf32>
  }
  %2 = dl.kernel (%a = %n : tensor<3xf32>, %b = %m : tensor<3xf32>) -> (tensor<3xf32>) attributes {dl.in_place, symbol = "k0"} {
    %r = dl.add %a, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    dl.yield %r : tensor<3xf32>
  }
  return %0, %1, %m, %2 : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

// First content: zeros are set, not stored among the constants.
// LLVM-LABEL: llvm.func internal @entry_init
// LLVM: "llvm.intr.memcpy"
// LLVM: "llvm.intr.memset"
func.func @init() -> (tensor<3xf32> {dl.state = "w"}, tensor<100xf32> {dl.state = "m"}) {
  %w = dl.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %m = dl.constant dense<0.0> : tensor<100xf32>
  return %w, %m : tensor<3xf32>, tensor<100xf32>
}
