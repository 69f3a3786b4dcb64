// A dump runs like a model, interpreted and compiled, and a missing artifact is missed by name.
// REQUIRES: dlc
// RUN: dlc run %s --random-inputs --interpret | FileCheck %s
// RUN: dlc run %s --random-inputs | FileCheck %s
// RUN: dlc verify %s --random-inputs | FileCheck %s --check-prefix=VERIFY
// RUN: dlc check %s 2>&1 | FileCheck %s --check-prefix=COUNT
// RUN: dlc compile %s --compile-to=schedule -o %t.mlir --quiet
// RUN: dlc check %t.mlir 2>&1 | FileCheck %s --check-prefix=COUNT
// RUN: not dlc run absent.so --random-inputs 2>&1 | FileCheck %s --check-prefix=ABSENT
// CHECK: y: float32 3x5, min 2.{{.*}}, max 2.{{.*}} at {{[0-9]+}}
// VERIFY: ok {{ *}}y: float32 3x5
// COUNT: 1 node, nothing that dlc cannot compile
// ABSENT: {{^}}dlc: error: absent.so: {{.*}}No such file
module attributes {dl.model = "net"} {
  func.func @main(%x: tensor<3x5xf32> {dl.name = "x"}) -> (tensor<3x5xf32> {dl.name = "y"}) {
    %two = dl.constant dense<2.0> : tensor<f32>
    %0 = dl.add %x, %two : (tensor<3x5xf32>, tensor<f32>) -> tensor<3x5xf32>
    return %0 : tensor<3x5xf32>
  }
}
