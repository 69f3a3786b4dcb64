// The vectors of a schedule in a dump can be given another width: other panels of weights, and the same result.
// REQUIRES: dlc
// RUN: rm -rf %t && mkdir %t
// RUN: dlc compile %s --quiet --compile-to=schedule -o %t/chosen.mlir
// RUN: sed 's/\(#dl.gemm<.*\), prefetch = \([a-z]*\)[^>]*>/\1, prefetch = \2, vector_bytes = 16>/' %t/chosen.mlir > %t/narrow.mlir
// RUN: dlc compile %t/narrow.mlir --quiet --compile-from=schedule --compile-to=codegen -o %t/narrow-packed.mlir
// RUN: FileCheck %s --input-file=%t/narrow-packed.mlir
// RUN: dlc verify %t/narrow-packed.mlir --random-inputs | FileCheck %s --check-prefix=VERIFY

// Panels are as many vectors of 4 lanes as the schedule has a tile: no multiple of 8, of which there would be one for 5 columns.
// CHECK: packed_columns = 4 : i64
// VERIFY: ok {{ *}}y
module attributes {dl.model = "columns"} {
  func.func @main(%x: tensor<40x9xf32> {dl.name = "x"}) -> (tensor<40x5xf32> {dl.name = "y"}) {
    %w = dl.constant dense<[[1.0, -2.0, 0.5, 2.0, 1.0], [3.0, 0.25, -1.0, 1.0, 2.0], [-0.5, 2.0, 4.0, 3.0, -1.0], [0.75, -3.0, 1.5, 1.0, 1.0], [1.0, 2.0, 3.0, 4.0, 5.0],
                            [2.5, 1.0, -0.25, 0.5, 4.0], [-1.5, 0.5, 2.0, -2.0, 3.0], [1.25, -0.75, 3.5, 1.5, -2.5], [-4.0, 1.75, 0.125, 0.5, 1.5]]> : tensor<9x5xf32>
    %y = dl.matmul %x, %w : (tensor<40x9xf32>, tensor<9x5xf32>) -> tensor<40x5xf32>
    return %y : tensor<40x5xf32>
  }
}
