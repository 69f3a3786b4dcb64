// A dump is inspected like a model: layers by node, parameters counted once, totals.
// REQUIRES: dlc
// RUN: dlc inspect %s | FileCheck %s
// RUN: dlc inspect %s --json | FileCheck %s --check-prefix=JSON

// CHECK: layer {{ *}}kind {{ *}}output {{ *}}parameters {{ *}}FLOPs {{ *}}bytes
// CHECK-NEXT: fc1 (MatMul) {{ *}}matmul {{ *}}float32[2,5] {{ *}}15 {{ *}}60 FLOP
// CHECK-NEXT: act (Relu) {{ *}}relu {{ *}}float32[2,5] {{ *}}0 {{ *}}10 FLOP
// CHECK: input    x: float32[2,3]
// CHECK-NEXT: output   y: float32[2,5]
// CHECK-NEXT: weights  15 parameters, 60 B
// CHECK-NEXT: compute  70 FLOP

// JSON: "name": "net"
// JSON: "parameters": 15
// JSON: "flops": 70.0
module attributes {dl.model = "net"} {
  func.func @main(%x: tensor<2x3xf32> {dl.name = "x"}) -> (tensor<2x5xf32> {dl.name = "y"}) {
    %w = dl.constant dense<1.0> : tensor<3x5xf32>
    %0 = dl.matmul %x, %w : (tensor<2x3xf32>, tensor<3x5xf32>) -> tensor<2x5xf32> loc("fc1 (MatMul)")
    %1 = dl.relu %0 : (tensor<2x5xf32>) -> tensor<2x5xf32> loc("act (Relu)")
    return %1 : tensor<2x5xf32>
  }
}
