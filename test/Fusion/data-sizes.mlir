// RUN: dlc-opt %s -fuse-form-kernels -fuse-place-parts -fuse-verify | FileCheck %s

// What has a size that data decides runs behind the decision, though its operands do not wait for it; it joins no kernel
// that the count needs.
// CHECK-LABEL: func.func @main
// CHECK:         %[[A:.*]] = dl.kernel
// CHECK:           dl.exp
// CHECK-NOT:       dl.expand
// CHECK:         %[[COUNT:.*]] = dl.kernel
// CHECK:           dl.reduce
// CHECK:         %[[N:.*]] = dl.decide_size %[[COUNT]]
// CHECK:         dl.kernel
// CHECK:           dl.expand
// CHECK:         dl.kernel (%{{.*}} = %{{.*}}, %{{.*}} = %[[N]]
// CHECK:           dl.non_zero
#places = affine_map<()[s0] -> (1, s0)>
#many = affine_map<()[s0] -> (s0, 5)>
module attributes {dl.symbols = ["some"], dl.data_symbols = array<i64: 0>} {
  func.func @main(%x: tensor<5xi64>) -> (tensor<1x?xi64, #places>, tensor<?x5xf32, #many>) {
    %y = dl.cast %x {to = f32} : (tensor<5xi64>) -> tensor<5xf32>
    %a = dl.exp %y : (tensor<5xf32>) -> tensor<5xf32>
    %e = dl.expand %a {shape = array<i64: -9223372036854775808, 5>, symbolic = #many} : (tensor<5xf32>) -> tensor<?x5xf32, #many>
    %b = dl.cast %a {to = i64} : (tensor<5xf32>) -> tensor<5xi64>
    %count = dl.reduce <sum> %b {axes = array<i64: 0>, keep_dims = false} : (tensor<5xi64>) -> tensor<i64>
    %n = dl.decide_size %count {symbol = 0 : i64, bound = affine_map<() -> (5)>} : (tensor<i64>) -> tensor<i64>
    %p = dl.non_zero %b, %n {symbol = 0 : i64} : (tensor<5xi64>, tensor<i64>) -> tensor<1x?xi64, #places>
    return %p, %e : tensor<1x?xi64, #places>, tensor<?x5xf32, #many>
  }
}
