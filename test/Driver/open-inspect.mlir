// A model of open sizes is inspected without their values: types and the arena's plan are formulas, costs those of
// likely values, which the report says.
// REQUIRES: dlc
// RUN: rm -rf %t && mkdir %t
// RUN: dlc inspect %s --plan | FileCheck %s
// RUN: dlc inspect %s --json | FileCheck %s --check-prefix=JSON
// RUN: dlc compile %s --quiet -o %t/m.so
// RUN: dlc inspect %t/m.so | FileCheck %s --check-prefix=ARTIFACT
// RUN: dlc inspect %t/m.so --json | FileCheck %s --check-prefix=UNKNOWN
// RUN: dlc bench %t/m.so --shape x=2x3x8 --seconds 0.01 | FileCheck %s --check-prefix=BENCH

// CHECK: first {{ *}}matmul {{ *}}float32[batch,length,8] {{ *}}64 {{ *}}1.02 kFLOP
// CHECK: input    x: float32[batch,length,8]
// CHECK-NEXT: output   y: float32[batch,length,8]
// CHECK: sizes    batch=2, length=4 in the figures here
// CHECK: memory   512 B of scratch memory a run
// CHECK: row {{ *}}value {{ *}}bytes {{ *}}offset {{ *}}first kernel {{ *}}last kernel
// CHECK-NEXT: 0 {{ *}}first {{ *}}batch*length*32 {{ *}}at 0 {{ *}}0 {{ *}}1
// CHECK-NEXT: 1 {{ *}}second {{ *}}batch*length*32 {{ *}}behind 0 {{ *}}1 {{ *}}2
// CHECK: An offset is 0, or the largest end of the rows that it is behind, rounded up to 128 bytes.

// JSON: "likely_sizes": "batch=2, length=4"
// JSON: "bytes": 256
// JSON: "size": "batch*length*32"
// JSON: "place": "at 0"

// What an artifact of open sizes costs, only its calls know: 3 * 2*2*3*8*8 operations.
// ARTIFACT: first {{ *}}gemm {{ *}}0 {{ *}}- {{ *}}-{{$}}
// ARTIFACT: input    x: float32[batch,length,8]
// ARTIFACT: compute  depends on the sizes of the call
// ARTIFACT-NOT: memory
// UNKNOWN: "flops": null
// BENCH: 2.30 kFLOP a run: {{.*}} GFLOP/s
#in = affine_map<()[s0, s1] -> (s0, s1, 8)>
module attributes {dl.model = "net", dl.symbols = ["batch", "length"], dl.symbol_estimates = array<i64: 2, 4>} {
  func.func @main(%x: tensor<?x?x8xf32, #in> {dl.name = "x"}) -> (tensor<?x?x8xf32, #in> {dl.name = "y"}) {
    %w = dl.constant dense<0.5> : tensor<8x8xf32>
    %0 = dl.matmul %x, %w : (tensor<?x?x8xf32, #in>, tensor<8x8xf32>) -> tensor<?x?x8xf32, #in> loc("first")
    %1 = dl.matmul %0, %w : (tensor<?x?x8xf32, #in>, tensor<8x8xf32>) -> tensor<?x?x8xf32, #in> loc("second")
    %2 = dl.matmul %1, %w : (tensor<?x?x8xf32, #in>, tensor<8x8xf32>) -> tensor<?x?x8xf32, #in> loc("third")
    return %2 : tensor<?x?x8xf32, #in>
  }
}
