// A size may be 0 where all results of the kernels that have it are empty then; they are not called. Any other is
// checked before: what is summed over, what divides another size, what the importer took for at least 1.
// RUN: dlc-opt --host-lower-to-llvm %s | FileCheck %s

// CHECK-LABEL: llvm.func internal @entry_run
// Of the rows of the first kernel only `n` may be 0: `m` is the axis that the second sums over.
// CHECK:         %[[MANY:.*]] = llvm.icmp "sgt" %{{.*}}, %{{.*}} : i64
// CHECK-NEXT:    llvm.cond_br %[[MANY]], ^[[CALL:.*]], ^[[NEXT:.*]]
// CHECK:       ^[[CALL]]:
// CHECK:         llvm.call @rows(
// CHECK:         llvm.br ^[[NEXT]]
// CHECK-NOT:     llvm.icmp "sgt"
// CHECK:         llvm.call @sum(
// A result that is longer than an operand which may be empty: n + 2 is above 0, whatever n is.
// CHECK-NOT:     llvm.icmp "sgt"
// CHECK:         llvm.call @longer(
// CHECK:         llvm.icmp "sgt"
// CHECK:         llvm.call @part(
// CHECK-NOT:     llvm.icmp "sgt"
// CHECK:         llvm.call @bounded(
// CHECK:     "n >= 0\00"
// CHECK:     "m >= 1\00"
// CHECK:     "d >= 1\00"
// CHECK:     "k >= 1\00"
#n = affine_map<()[s0] -> (s0, 3)>
#m = affine_map<()[s0, s1] -> (s1, 3)>
#part = affine_map<()[s0, s1, s2] -> (s0 floordiv s2, 3)>
#k = affine_map<()[s0, s1, s2, s3] -> (s3, 3)>
#longer = affine_map<()[s0] -> (s0 + 2, 3)>
module attributes {dl.symbols = ["n", "m", "d", "k"], dl.symbol_estimates = array<i64: 8, 8, 2, 4>,
                   dl.symbol_bounds = affine_map<()[s0, s1, s2, s3] -> (s3 - 1)>} {
  func.func @main(%x: tensor<?x3xf32, #n> {dl.name = "x"}, %y: tensor<?x3xf32, #m> {dl.name = "y"},
                  %part: tensor<?x3xf32, #part> {dl.name = "part"}, %k: tensor<?x3xf32, #k> {dl.name = "k"},
                  %l: tensor<?x3xf32, #longer> {dl.name = "l"})
      -> (tensor<?x3xf32, #n> {dl.name = "rows"}, tensor<3xf32> {dl.name = "sum"},
          tensor<?x3xf32, #longer> {dl.name = "longer"}, tensor<?x3xf32, #part> {dl.name = "quotient"},
          tensor<?x3xf32, #k> {dl.name = "bounded"}) {
    %0 = dl.kernel (%a = %x : tensor<?x3xf32, #n>) -> (tensor<?x3xf32, #n>) attributes {symbol = "rows"} {
      %r = dl.relu %a : (tensor<?x3xf32, #n>) -> tensor<?x3xf32, #n>
      dl.yield %r : tensor<?x3xf32, #n>
    }
    %1 = dl.kernel (%a = %y : tensor<?x3xf32, #m>) -> (tensor<3xf32>) attributes {symbol = "sum"} {
      %s = dl.reduce #dl.reduce_kind<sum> %a {axes = array<i64: 0>, keep_dims = false} : (tensor<?x3xf32, #m>) -> tensor<3xf32>
      dl.yield %s : tensor<3xf32>
    }
    %2 = dl.kernel (%a = %l : tensor<?x3xf32, #longer>) -> (tensor<?x3xf32, #longer>) attributes {symbol = "longer"} {
      %r = dl.relu %a : (tensor<?x3xf32, #longer>) -> tensor<?x3xf32, #longer>
      dl.yield %r : tensor<?x3xf32, #longer>
    }
    %3 = dl.kernel (%a = %part : tensor<?x3xf32, #part>) -> (tensor<?x3xf32, #part>) attributes {symbol = "part"} {
      %r = dl.relu %a : (tensor<?x3xf32, #part>) -> tensor<?x3xf32, #part>
      dl.yield %r : tensor<?x3xf32, #part>
    }
    %4 = dl.kernel (%a = %k : tensor<?x3xf32, #k>) -> (tensor<?x3xf32, #k>) attributes {symbol = "bounded"} {
      %r = dl.relu %a : (tensor<?x3xf32, #k>) -> tensor<?x3xf32, #k>
      dl.yield %r : tensor<?x3xf32, #k>
    }
    return %0, %1, %2, %3, %4 : tensor<?x3xf32, #n>, tensor<3xf32>, tensor<?x3xf32, #longer>, tensor<?x3xf32, #part>, tensor<?x3xf32, #k>
  }
}
