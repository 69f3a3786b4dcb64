// The memory of a run: where each result lies and while which kernels, from any phase and from the
// artifact; and the calls of kernels that are one.
// REQUIRES: dlc
// RUN: rm -rf %t && mkdir %t
// RUN: dlc inspect %s --plan | FileCheck %s
// RUN: dlc inspect %s --json | FileCheck %s --check-prefix=JSON

// RUN: dlc compile %s --quiet --compile-to=fuse -o %t/fuse.mlir
// RUN: dlc inspect %t/fuse.mlir --plan | FileCheck %s --check-prefix=PLAN
// RUN: dlc compile %s --quiet --compile-to=host -o %t/host.mlir
// RUN: dlc inspect %t/host.mlir | FileCheck %s --check-prefix=HOST
// RUN: dlc compile %s --quiet -o %t/m.so
// RUN: dlc inspect %t/m.so | FileCheck %s --check-prefix=ARTIFACT

// RUN: dlc compile %s --json -o %t/a.so | FileCheck %s --check-prefix=KERNELS
// RUN: dlc compile %t/host.mlir --compile-from=host --json -o %t/b.so | FileCheck %s --check-prefix=KERNELS

// CHECK: memory   1.02 kB of scratch memory a run (at least 1.02 kB are in use at once)
// CHECK: value {{ *}}bytes {{ *}}offset {{ *}}first kernel {{ *}}last kernel
// CHECK-NEXT: first {{ *}}512 {{ *}}0 {{ *}}0 {{ *}}1
// CHECK-NEXT: second {{ *}}512 {{ *}}512 {{ *}}1 {{ *}}2
// PLAN: first {{ *}}512 {{ *}}0 {{ *}}0 {{ *}}1

// JSON: "arena_bytes": 1024
// JSON: "arena_lower_bound": 1024
// JSON: "arena":
// JSON: "value": "first"
// JSON: "bytes": 512
// JSON: "first_kernel": 0
// JSON: "last_kernel": 1

// HOST: memory   1.02 kB of scratch memory a run{{$}}
// ARTIFACT: first
// ARTIFACT: input    x: float32[16,8]
// ARTIFACT: weights  {{[0-9.]+ k?B$}}
// ARTIFACT: memory   1.02 kB of scratch memory a run{{$}}

// KERNELS-DAG: "kernels": 3
// KERNELS-DAG: "recipes": 1
module attributes {dl.model = "net"} {
  func.func @main(%x: tensor<16x8xf32> {dl.name = "x"}) -> (tensor<16x8xf32> {dl.name = "y"}) {
    %w = dl.constant dense<0.5> : tensor<8x8xf32>
    %0 = dl.matmul %x, %w : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32> loc("first")
    %1 = dl.matmul %0, %w : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32> loc("second")
    %2 = dl.matmul %1, %w : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32> loc("third")
    return %2 : tensor<16x8xf32>
  }
}
