// Every family of devices gives what the reference interpreter gives, at sizes that fill no block; and what needs no
// device: kernels for CUDA, and the refusal of what cannot be.
// REQUIRES: dlc
// RUN: rm -rf %t && mkdir %t
// RUN: dlc compile %s --quiet --target=opencl --compile-to=schedule -o %t/scheduled.mlir
// RUN: FileCheck %s --check-prefix=SCHEDULE --input-file=%t/scheduled.mlir
// RUN: dlc compile %s --quiet --target=cuda --emit=asm -o %t/net.s
// RUN: FileCheck %s --check-prefix=PTX --input-file=%t/net.s
// RUN: dlc compile %s --quiet --target=cuda -o %t/cuda.so
// RUN: %if cuda %{ true %} %else %{ not dlc run %t/cuda.so --random-inputs 2>&1 | FileCheck %s --check-prefix=ABSENT %}
// RUN: not dlc compile %t/scheduled.mlir --compile-from=schedule --target=cuda 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: %if opencl %{ dlc verify %s --target=opencl --random-inputs | FileCheck %s --check-prefix=VERIFY %}
// RUN: %if opencl %{ dlc compile %t/scheduled.mlir --quiet --compile-from=schedule -o %t/net.so %}
// RUN: %if opencl %{ dlc run %t/net.so --random-inputs | FileCheck %s --check-prefix=ARTIFACT %}
// RUN: dlc compile %s --quiet --target=vulkan --emit=asm -o %t/vulkan.s
// RUN: FileCheck %s --check-prefix=SPIRV --input-file=%t/vulkan.s
// RUN: dlc compile %s --quiet --target=vulkan -o %t/vulkan.so
// RUN: %if vulkan %{ dlc verify %s --target=vulkan --random-inputs | FileCheck %s --check-prefix=VERIFY %}
// RUN: %if vulkan %{ dlc run %t/vulkan.so --random-inputs | FileCheck %s --check-prefix=ARTIFACT %} %else %{ not dlc run %t/vulkan.so --random-inputs 2>&1 | FileCheck %s --check-prefix=NO-VULKAN %}

// SCHEDULE: module attributes {{.*}}dl.device = #dl.device<kind = opencl, max_threads = 256
// SCHEDULE-DAG: #dl.gpu_gemm<
// SCHEDULE-DAG: #dl.gpu_window<
// SCHEDULE-DAG: #dl.gpu_row_reduce<
// SCHEDULE-DAG: #dl.gpu_injective<

// PTX: dlcrt_device_begin
// PTX: # kernel_
// PTX: .target sm_75
// PTX: .visible .entry

// SPIRV: # kernel_
// SPIRV: gpu_thread<Vulkan>

// ABSENT: error: {{.*}}cuda.so: cuda: {{cannot open libcuda.so.1: install NVIDIA's driver|expected a device 0, found 0|cuInit failed}}
// OTHER: error: {{.*}}scheduled.mlir: the dump is compiled for opencl, not for cuda
// NO-VULKAN: error: {{.*}}vulkan.so: vulkan: {{cannot open libvulkan.so.1: install a Vulkan loader|expected a}}

// VERIFY-COUNT-15: {{^}}ok 
// ARTIFACT-DAG: product: float32 2x17x13
// ARTIFACT-DAG: pooled: float32 1x5x4x7
module attributes {dl.model = "net"} {
  func.func @main(%x: tensor<1x11x9x7xf32> {dl.name = "x"}, %a: tensor<2x17x19xf32> {dl.name = "a"}, %b: tensor<19x13xf32> {dl.name = "b"}, %rows: tensor<128x3xf32> {dl.name = "rows"}, %q: tensor<1x2x5x8xf32> {dl.name = "q"}, %w: tensor<10x7x3x3xf32> {dl.name = "w"})
      -> (tensor<1x6x5x10xf32> {dl.name = "convolved"}, tensor<1x5x4x7xf32> {dl.name = "pooled"}, tensor<2x17x13xf32> {dl.name = "product"}, tensor<2x17x17xf32> {dl.name = "gram"}, tensor<2x17x19xf32> {dl.name = "shares"},
          tensor<2x17x19xf32> {dl.name = "normal"}, tensor<2x1x19xf32> {dl.name = "sums"}, tensor<2x17x1xf32> {dl.name = "peaks"}, tensor<2x17x19xf32> {dl.name = "scan"}, tensor<17x2x19xf32> {dl.name = "turned"}, tensor<1x2x5x8xf32> {dl.name = "attended"},
          tensor<2x17xi64> {dl.name = "places"}, tensor<2x17x19xf32> {dl.name = "functions"}, tensor<2x17x19xf32> {dl.name = "columns"}, tensor<128x3xf32> {dl.name = "short"}) {
    %c = dl.conv %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, layout = #dl.layout<channels_last>} : (tensor<1x11x9x7xf32>, tensor<10x7x3x3xf32>) -> tensor<1x6x5x10xf32>
    %cr = dl.relu %c : (tensor<1x6x5x10xf32>) -> tensor<1x6x5x10xf32>
    %p = dl.max_pool %x {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x11x9x7xf32>) -> tensor<1x5x4x7xf32>
    %m = dl.matmul %a, %b : (tensor<2x17x19xf32>, tensor<19x13xf32>) -> tensor<2x17x13xf32>
    %g = dl.matmul %a, %a {transpose_rhs = true} : (tensor<2x17x19xf32>, tensor<2x17x19xf32>) -> tensor<2x17x17xf32>
    %s = dl.softmax %a {axis = 2 : i64} : (tensor<2x17x19xf32>) -> tensor<2x17x19xf32>
    %scale = dl.constant dense<1.5> : tensor<19xf32>
    %n = dl.layer_norm %a, %scale {axis = 2 : i64, epsilon = 0.01 : f64} : (tensor<2x17x19xf32>, tensor<19xf32>) -> tensor<2x17x19xf32>
    %sum = dl.reduce <sum> %a {axes = array<i64: 1>} : (tensor<2x17x19xf32>) -> tensor<2x1x19xf32>
    %peak = dl.reduce <max> %a {axes = array<i64: 2>} : (tensor<2x17x19xf32>) -> tensor<2x17x1xf32>
    %scan = dl.cumsum %a {axis = 1 : i64} : (tensor<2x17x19xf32>) -> tensor<2x17x19xf32>
    %t = dl.transpose %a {permutation = array<i64: 1, 0, 2>} : (tensor<2x17x19xf32>) -> tensor<17x2x19xf32>
    %at = dl.attention %q, %q, %q {scale = 0.5 : f64} : (tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
    %places = dl.arg_max %a {axis = 2 : i64, keep_dims = false} : (tensor<2x17x19xf32>) -> tensor<2x17xi64>
    %f0 = dl.sin %a : (tensor<2x17x19xf32>) -> tensor<2x17x19xf32>
    %f1 = dl.pow %a, %f0 : (tensor<2x17x19xf32>, tensor<2x17x19xf32>) -> tensor<2x17x19xf32>
    %f2 = dl.tanh %f1 : (tensor<2x17x19xf32>) -> tensor<2x17x19xf32>
    %col = dl.softmax %a {axis = 1 : i64} : (tensor<2x17x19xf32>) -> tensor<2x17x19xf32>
    %short = dl.softmax %rows {axis = 1 : i64} : (tensor<128x3xf32>) -> tensor<128x3xf32>
    return %cr, %p, %m, %g, %s, %n, %sum, %peak, %scan, %t, %at, %places, %f2, %col, %short : tensor<1x6x5x10xf32>, tensor<1x5x4x7xf32>, tensor<2x17x13xf32>, tensor<2x17x17xf32>, tensor<2x17x19xf32>, tensor<2x17x19xf32>, tensor<2x1x19xf32>, tensor<2x17x1xf32>, tensor<2x17x19xf32>, tensor<17x2x19xf32>, tensor<1x2x5x8xf32>, tensor<2x17xi64>, tensor<2x17x19xf32>, tensor<2x17x19xf32>, tensor<128x3xf32>
  }
}
