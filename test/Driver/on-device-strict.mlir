// What stands around the products of a contraction keeps the model's floats on a device too; the sums of products are
// fused all the same.
// REQUIRES: dlc
// RUN: dlc compile %s --quiet --target=cuda --emit=asm -o - | FileCheck %s

// CHECK: fma.rn.f32
// CHECK: add.{{.*}}f32 {{.*}}, 0f4CBEBC20;
// CHECK: add.{{.*}}f32 {{.*}}, 0fCCBEBC20;
module attributes {dl.model = "net"} {
  func.func @main(%a: tensor<16x8xf32> {dl.name = "a"}, %b: tensor<8x16xf32> {dl.name = "b"}) -> (tensor<16x16xf32> {dl.name = "y"}) {
    %large = dl.constant dense<1.0e8> : tensor<f32>
    %m = dl.matmul %a, %b : (tensor<16x8xf32>, tensor<8x16xf32>) -> tensor<16x16xf32>
    %up = dl.add %m, %large : (tensor<16x16xf32>, tensor<f32>) -> tensor<16x16xf32>
    %y = dl.sub %up, %large : (tensor<16x16xf32>, tensor<f32>) -> tensor<16x16xf32>
    return %y : tensor<16x16xf32>
  }
}
