// RUN: dlc-opt %s -host-lower-to-llvm | FileCheck %s

// The second constant lies at 2^28, more than a constant index of llvm.getelementptr holds.
// CHECK-LABEL: llvm.func internal @entry_run
// CHECK: llvm.mlir.constant(268435456 : i64)
module attributes {dl.model = "large"} {
  func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    %a = dl.constant dense<1> : tensor<268435456xi8>
    %b = dl.constant dense<2.0> : tensor<4xf32>
    %y = dl.kernel (%p = %x : tensor<4xf32>, %q = %a : tensor<268435456xi8>, %r = %b : tensor<4xf32>) -> (tensor<4xf32>) attributes {symbol = "k"} {
      %s = dl.add %p, %r : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      dl.yield %s : tensor<4xf32>
    }
    return %y : tensor<4xf32>
  }
}
