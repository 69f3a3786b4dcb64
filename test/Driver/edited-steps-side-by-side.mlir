// Steps side by side in a dump can be taken away, or given where they fit: other code, the weights in another order, and the same
// result. Where they do not fit, the compile says so, which is an error of the dump (1).
// REQUIRES: dlc
// RUN: rm -rf %t && mkdir %t
// RUN: dlc compile %s --quiet --compile-to=schedule -o %t/chosen.mlir
// RUN: FileCheck %s --check-prefix=CHOSEN --input-file=%t/chosen.mlir
// RUN: sed 's/, steps_side_by_side = [0-9]*//' %t/chosen.mlir > %t/none.mlir
// RUN: sed -e 's/, steps_side_by_side = [0-9]*/, steps_side_by_side = 2/' -e 's/vectors_per_tile = [0-9]*/vectors_per_tile = 1/' %t/chosen.mlir > %t/two.mlir
// RUN: sed 's/, steps_side_by_side = [0-9]*/, steps_side_by_side = 64/' %t/chosen.mlir > %t/many.mlir
// RUN: dlc compile %t/none.mlir --quiet --compile-from=schedule --compile-to=codegen -o %t/none-packed.mlir
// RUN: dlc compile %t/two.mlir --quiet --compile-from=schedule --compile-to=codegen -o %t/two-packed.mlir
// RUN: FileCheck %s --check-prefix=NONE --input-file=%t/none-packed.mlir
// RUN: FileCheck %s --check-prefix=TWO --input-file=%t/two-packed.mlir
// RUN: dlc verify %t/chosen.mlir --random-inputs | FileCheck %s --check-prefix=VERIFY
// RUN: dlc verify %t/none.mlir --random-inputs | FileCheck %s --check-prefix=VERIFY
// RUN: dlc verify %t/two-packed.mlir --random-inputs | FileCheck %s --check-prefix=VERIFY
// RUN: sh -c 'dlc compile %t/many.mlir --quiet --compile-from=schedule -o %t/many.so 2> %t/many.txt; test $? = 1'
// RUN: FileCheck %s --check-prefix=MANY --input-file=%t/many.txt

// CHOSEN: schedule = #dl.gemm<{{.*}}, steps_side_by_side = {{[248][,>]}}
// NONE-NOT: side_steps
// TWO: side_steps = 2
// VERIFY: ok {{ *}}y
// MANY: 64 steps side by side in {{[0-9]+}} vectors a row do not fit 3 columns and a depth of 8
module attributes {dl.model = "columns"} {
  func.func @main(%x: tensor<40x8xf32> {dl.name = "x"}) -> (tensor<40x3xf32> {dl.name = "y"}) {
    %w = dl.constant dense<[[1.0, -2.0, 0.5], [3.0, 0.25, -1.0], [-0.5, 2.0, 4.0], [0.75, -3.0, 1.5],
                            [2.5, 1.0, -0.25], [-1.5, 0.5, 2.0], [1.25, -0.75, 3.5], [-4.0, 1.75, 0.125]]> : tensor<8x3xf32>
    %y = dl.matmul %x, %w : (tensor<40x8xf32>, tensor<8x3xf32>) -> tensor<40x3xf32>
    return %y : tensor<40x3xf32>
  }
}
