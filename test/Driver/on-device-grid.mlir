// More blocks than a grid of the device takes (65535 on some Vulkan devices) are launched in parts: 65538 blocks of 32
// threads, the last of one element. An element that nobody writes is no sum.
// REQUIRES: dlc, vulkan
// RUN: dlc compile %s --quiet --target=vulkan --compile-to=schedule -o %t.mlir
// RUN: sed -E "s/gpu_injective<threads = [0-9]+>/gpu_injective<threads = 32>/" %t.mlir > %t.small.mlir
// RUN: dlc compile %t.small.mlir --quiet --compile-from=schedule -o %t.so
// RUN: dlc run %t.so --random-inputs | FileCheck %s

// CHECK: sum: float32 2097185, min 2.0
module attributes {dl.model = "grid"} {
  func.func @main(%x: tensor<2097185xf32> {dl.name = "x"}) -> (tensor<2097185xf32> {dl.name = "sum"}) {
    %two = dl.constant dense<2.0> : tensor<f32>
    %sum = dl.add %x, %two : (tensor<2097185xf32>, tensor<f32>) -> tensor<2097185xf32>
    return %sum : tensor<2097185xf32>
  }
}
