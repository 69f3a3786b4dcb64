// RUN: dlc-opt %s -fuse-form-kernels -fuse-verify | FileCheck %s

module attributes {dl.device = #dl.device<kind = opencl, max_threads = 256, shared_bytes = 32768, subgroup = 32, registers = 128>} {

// A plain sum, which a device has for a filter's gradient, reads each element of the cotangent once a tap.
// CHECK-LABEL: @spread_before
func.func @spread_before(%x: tensor<1x6x6x4xf32>, %y: tensor<1x6x6x8xf32>, %d: tensor<1x3x3x8xf32>) -> tensor<3x3x4x8xf32> {
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.max_pool_gradient
  // CHECK-NEXT: dl.yield
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.conv_filter_gradient
  // CHECK-NEXT: dl.transpose
  // CHECK-NEXT: dl.yield
  %p = dl.max_pool_gradient %y, %d {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x6x6x8xf32>, tensor<1x3x3x8xf32>) -> tensor<1x6x6x8xf32>
  %g = dl.conv_filter_gradient %x, %p {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x6x6x4xf32>, tensor<1x6x6x8xf32>) -> tensor<8x4x3x3xf32>
  %t = dl.transpose %g {permutation = array<i64: 2, 3, 1, 0>} : (tensor<8x4x3x3xf32>) -> tensor<3x3x4x8xf32>
  return %t : tensor<3x3x4x8xf32>
}

}
