// A schedule is IR: another one in the dump of the phase gives other code and the same numbers, in every family.
// REQUIRES: dlc
// RUN: rm -rf %t && mkdir %t
// RUN: dlc compile %s --quiet --compile-to=schedule -o %t/chosen.mlir
// RUN: FileCheck %s --check-prefix=CHOSEN --input-file=%t/chosen.mlir
// RUN: sed -e 's/accumulators = 4, rows_per_block = 1/accumulators = 2, rows_per_block = 3/' -e 's/#dl.transpose<tile = [0-9]*/#dl.transpose<tile = 4/' \
// RUN:   -e 's/#dl.window<vectors_per_tile = [0-9]*, columns_per_tile = [0-9]*/#dl.window<vectors_per_tile = 2, columns_per_tile = 3/' \
// RUN:   %t/chosen.mlir > %t/edited.mlir
// RUN: dlc compile %t/chosen.mlir --quiet --compile-from=schedule -o %t/chosen.so
// RUN: dlc compile %t/edited.mlir --quiet --compile-from=schedule -o %t/edited.so
// RUN: dlc compile %t/edited.mlir --quiet --compile-from=schedule --compile-to=codegen -o %t/kernels.mlir
// RUN: dlc compile %t/chosen.mlir --quiet --compile-from=schedule --compile-to=codegen -o %t/old.mlir
// RUN: cat %t/old.mlir %t/kernels.mlir | FileCheck %s --check-prefix=CODE
// RUN: dlc run %t/chosen.so --quiet --random-inputs --output %t/a
// RUN: dlc run %t/edited.so --quiet --random-inputs --output %t/b
// RUN: cmp %t/a/pooled.npy %t/b/pooled.npy && cmp %t/a/turned.npy %t/b/turned.npy
// RUN: dlc verify %t/edited.mlir --random-inputs | FileCheck %s --check-prefix=VERIFY

// CHOSEN-DAG: #dl.window<
// CHOSEN-DAG: #dl.row_reduce<accumulators = 4, rows_per_block = 1
// CHOSEN-DAG: #dl.transpose<tile = 8

// The symbol of a kernel is the hash of its recipe, schedule and all.
// CODE: schedule = #dl.window{{.*}}symbol = "[[POOL:kernel_window_[0-9a-f]+]]"
// CODE-NOT: [[POOL]]
// CODE: schedule = #dl.window<vectors_per_tile = 2, columns_per_tile = 3

// VERIFY-DAG: ok {{ *}}pooled
// VERIFY-DAG: ok {{ *}}turned
// VERIFY-DAG: ok {{ *}}means
module attributes {dl.model = "families"} {
  func.func @main(%x: tensor<1x13x29x37xf32> {dl.name = "x"}, %y: tensor<61x129xf32> {dl.name = "y"}) -> (tensor<1x11x27x37xf32> {dl.name = "pooled"}, tensor<61x1xf32> {dl.name = "means"}, tensor<129x61xf32> {dl.name = "turned"}) {
    %p = dl.max_pool %x {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x13x29x37xf32>) -> tensor<1x11x27x37xf32>
    %m = dl.reduce <mean> %y {axes = array<i64: 1>} : (tensor<61x129xf32>) -> tensor<61x1xf32>
    %t = dl.transpose %y {permutation = array<i64: 1, 0>} : (tensor<61x129xf32>) -> tensor<129x61xf32>
    return %p, %m, %t : tensor<1x11x27x37xf32>, tensor<61x1xf32>, tensor<129x61xf32>
  }
}
