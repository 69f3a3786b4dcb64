// A size may be 0 at a call where nothing is computed from its elements alone: a cache that holds nothing yet.
// What is left of it is computed, a sum over it is refused.
// REQUIRES: dlc
// RUN: dlc verify %s --dim past=0 --dim n=3 | FileCheck %s
// RUN: dlc verify %s --dim past=0 --dim n=1 --threads 2 | FileCheck %s
// RUN: dlc verify %s --dim past=13 --dim n=5 | FileCheck %s
// RUN: dlc verify %s --dim past=4 --dim n=0 | FileCheck %s
// RUN: not dlc verify %s --dim past=4 --dim m=0 2>&1 | FileCheck %s --check-prefix=MEAN
// CHECK-DAG: ok {{ *}}values:
// CHECK-DAG: ok {{ *}}present:
// CHECK-DAG: ok {{ *}}mean:
// MEAN: dlc: error: {{.*}} the model has no result for inputs of these shapes: it needs m >= 1
#x = affine_map<()[s0] -> (s0, 8)>
#past = affine_map<()[s0, s1] -> (s1, 8)>
#other = affine_map<()[s0, s1, s2] -> (s2, 8)>
#all = affine_map<()[s0, s1] -> (s0 + s1, 8)>
#turned = affine_map<()[s0, s1] -> (8, s0 + s1)>
#scores = affine_map<()[s0, s1] -> (s0, s0 + s1)>
module attributes {dl.model = "net", dl.symbols = ["n", "past", "m"], dl.symbol_estimates = array<i64: 4, 16, 4>} {
  func.func @main(%x: tensor<?x8xf32, #x> {dl.name = "x"}, %past: tensor<?x8xf32, #past> {dl.name = "past"},
                  %other: tensor<?x8xf32, #other> {dl.name = "other"})
      -> (tensor<?x8xf32, #x> {dl.name = "values"}, tensor<?x8xf32, #all> {dl.name = "present"},
          tensor<1x8xf32> {dl.name = "mean"}) {
    %relu = dl.relu %x : (tensor<?x8xf32, #x>) -> tensor<?x8xf32, #x>
    %present = dl.concat %past, %relu {axis = 0} : (tensor<?x8xf32, #past>, tensor<?x8xf32, #x>) -> tensor<?x8xf32, #all>
    %turned = dl.transpose %present {permutation = array<i64: 1, 0>} : (tensor<?x8xf32, #all>) -> tensor<8x?xf32, #turned>
    %scores = dl.matmul %x, %turned : (tensor<?x8xf32, #x>, tensor<8x?xf32, #turned>) -> tensor<?x?xf32, #scores>
    %weights = dl.softmax %scores {axis = 1} : (tensor<?x?xf32, #scores>) -> tensor<?x?xf32, #scores>
    %values = dl.matmul %weights, %present : (tensor<?x?xf32, #scores>, tensor<?x8xf32, #all>) -> tensor<?x8xf32, #x>
    %mean = dl.reduce #dl.reduce_kind<mean> %other {axes = array<i64: 0>} : (tensor<?x8xf32, #other>) -> tensor<1x8xf32>
    return %values, %present, %mean : tensor<?x8xf32, #x>, tensor<?x8xf32, #all>, tensor<1x8xf32>
  }
}
