// RUN: dlc-opt %s -fuse-form-kernels -fuse-verify | FileCheck %s

// CHECK-LABEL: @epilogue_with_residual
func.func @epilogue_with_residual(%a: tensor<4x8xf32>, %b: tensor<8x5xf32>, %r: tensor<4x5xf32>) -> tensor<4x5xf32> {
  // CHECK: dl.kernel
  // CHECK: dl.matmul
  // CHECK-NEXT: dl.add
  // CHECK-NEXT: dl.relu
  // CHECK-NEXT: dl.yield
  // CHECK-NOT: dl.kernel
  %m = dl.matmul %a, %b : (tensor<4x8xf32>, tensor<8x5xf32>) -> tensor<4x5xf32>
  %s = dl.add %m, %r : (tensor<4x5xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
  %y = dl.relu %s : (tensor<4x5xf32>) -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}

// The value before the relu is used twice: the kernel gives both.
// CHECK-LABEL: @two_results
func.func @two_results(%a: tensor<4x8xf32>, %b: tensor<8x5xf32>) -> (tensor<4x5xf32>, tensor<4x5xf32>) {
  // CHECK: %[[K:.*]]:2 = dl.kernel
  // CHECK: dl.yield %{{.*}}, %{{.*}} : tensor<4x5xf32>, tensor<4x5xf32>
  // CHECK: return %[[K]]#0, %[[K]]#1
  %m = dl.matmul %a, %b : (tensor<4x8xf32>, tensor<8x5xf32>) -> tensor<4x5xf32>
  %y = dl.relu %m : (tensor<4x5xf32>) -> tensor<4x5xf32>
  return %m, %y : tensor<4x5xf32>, tensor<4x5xf32>
}

// Two contractions are two kernels, and the second says why.
// CHECK-LABEL: @keep_anchors_apart
func.func @keep_anchors_apart(%a: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // CHECK: dl.kernel
  // CHECK: dl.kernel {{.*}}not_fused = ["the consumer is an anchor of its own", ""]
  %m = dl.matmul %a, %a : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %n = dl.matmul %m, %a : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %n : tensor<4x4xf32>
}

// add cannot join the first kernel: its other operand needs that kernel's result.
// CHECK-LABEL: @no_cycle
func.func @no_cycle(%a: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // CHECK: %[[M:.*]] = dl.kernel
  // CHECK: %[[N:.*]] = dl.kernel
  // CHECK: dl.matmul
  // CHECK-NEXT: dl.add
  // CHECK: return %[[N]]
  %m = dl.matmul %a, %a : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %n = dl.matmul %m, %a : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %y = dl.add %m, %n : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// Splats are immediates in the kernel; views stay outside.
// CHECK-LABEL: @immediates_and_views
func.func @immediates_and_views(%a: tensor<2x3xf32>) -> tensor<6xf32> {
  // CHECK: dl.kernel (%{{.*}} = %{{.*}} : tensor<2x3xf32>) ->
  // CHECK: dl.constant dense<2.0
  // CHECK: dl.reshape
  %c = dl.constant dense<2.0> : tensor<f32>
  %m = dl.mul %a, %c : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %v = dl.reshape %m {shape = array<i64: 6>} : (tensor<2x3xf32>) -> tensor<6xf32>
  return %v : tensor<6xf32>
}

// The difference is cheaper to compute twice than to store and load twice: two kernels and not three.
// CHECK-LABEL: @recompute
func.func @recompute(%x: tensor<64x37xf32>, %m: tensor<64x1xf32>) -> tensor<64x37xf32> {
  // CHECK: %[[V:.*]] = dl.kernel (%{{.*}} = %arg0 : tensor<64x37xf32>, %{{.*}} = %arg1 : tensor<64x1xf32>)
  // CHECK-NEXT: dl.sub
  // CHECK-NEXT: dl.mul
  // CHECK-NEXT: dl.reduce
  // CHECK: %[[K:.*]] = dl.kernel
  // CHECK-NEXT: dl.sub
  // CHECK-NEXT: dl.div
  // CHECK-NEXT: dl.yield
  // CHECK: return %[[K]]
  %d = dl.sub %x, %m : (tensor<64x37xf32>, tensor<64x1xf32>) -> tensor<64x37xf32>
  %s = dl.mul %d, %d : (tensor<64x37xf32>, tensor<64x37xf32>) -> tensor<64x37xf32>
  %v = dl.reduce <mean> %s {axes = array<i64: 1>} : (tensor<64x37xf32>) -> tensor<64x1xf32>
  %y = dl.div %d, %v : (tensor<64x37xf32>, tensor<64x1xf32>) -> tensor<64x37xf32>
  return %y : tensor<64x37xf32>
}

// Loading four operands in two kernels is dearer than storing their sum once.
// CHECK-LABEL: @store_what_is_dear
func.func @store_what_is_dear(%a: tensor<64x37xf32>, %b: tensor<64x37xf32>, %c: tensor<64x37xf32>, %e: tensor<64x37xf32>) -> (tensor<64x1xf32>, tensor<1x37xf32>) {
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.add
  // CHECK-NEXT: dl.add
  // CHECK-NEXT: dl.add
  // CHECK-NEXT: dl.yield
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.reduce
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.reduce
  %0 = dl.add %a, %b : (tensor<64x37xf32>, tensor<64x37xf32>) -> tensor<64x37xf32>
  %1 = dl.add %0, %c : (tensor<64x37xf32>, tensor<64x37xf32>) -> tensor<64x37xf32>
  %2 = dl.add %1, %e : (tensor<64x37xf32>, tensor<64x37xf32>) -> tensor<64x37xf32>
  %r = dl.reduce <sum> %2 {axes = array<i64: 1>} : (tensor<64x37xf32>) -> tensor<64x1xf32>
  %s = dl.reduce <sum> %2 {axes = array<i64: 0>} : (tensor<64x37xf32>) -> tensor<1x37xf32>
  return %r, %s : tensor<64x1xf32>, tensor<1x37xf32>
}

// Both states of a layer are in memory, used or not; what nobody uses of the rest is not made.
// CHECK-LABEL: @recurrence
// CHECK: dl.kernel {{.*}} -> (tensor<3x2x4xf32>, tensor<2x4xf32>) {
// CHECK:   %[[S:.*]], %{{.*}}, %[[C:.*]], %{{.*}}, %{{.*}} = dl.lstm
// CHECK:   dl.yield %[[S]], %[[C]]
// CHECK: dl.kernel
// CHECK-SAME: not_fused = ["the producer is computed step by step"]
// CHECK:   dl.relu
func.func @recurrence(%x: tensor<3x2x16xf32>, %r: tensor<4x16xf32>) -> tensor<3x2x4xf32> {
  %y:5 = dl.lstm %x recurrent %r : (tensor<3x2x16xf32>, tensor<4x16xf32>) -> (tensor<3x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x2x4xf32>, tensor<3x2x16xf32>)
  %z = dl.relu %y#0 : (tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
  return %z : tensor<3x2x4xf32>
}

// The kernel packs the filter, and turns it on the way.
// CHECK-LABEL: @turn_filter
func.func @turn_filter(%dy: tensor<1x5x5x8xf32>, %w: tensor<3x3x4x8xf32>) -> tensor<1x5x5x4xf32> {
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.transpose
  // CHECK-NEXT: dl.conv_transpose
  // CHECK-NEXT: dl.yield
  // CHECK-NOT: dl.kernel
  %f = dl.transpose %w {permutation = array<i64: 3, 2, 0, 1>} : (tensor<3x3x4x8xf32>) -> tensor<8x4x3x3xf32>
  %y = dl.conv_transpose %dy, %f {dilations = array<i64: 1, 1>, layout = #dl.layout<channels_last>, output_padding = array<i64: 0, 0>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x5x5x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x5x5x4xf32>
  return %y : tensor<1x5x5x4xf32>
}

// A filter that another op reads turned is turned once.
// CHECK-LABEL: @keep_turned_filter
func.func @keep_turned_filter(%dy: tensor<1x5x5x8xf32>, %w: tensor<3x3x4x8xf32>) -> (tensor<1x5x5x4xf32>, tensor<8x4x3x3xf32>) {
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.transpose
  // CHECK-NEXT: dl.yield
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.conv_transpose
  %f = dl.transpose %w {permutation = array<i64: 3, 2, 0, 1>} : (tensor<3x3x4x8xf32>) -> tensor<8x4x3x3xf32>
  %y = dl.conv_transpose %dy, %f {dilations = array<i64: 1, 1>, layout = #dl.layout<channels_last>, output_padding = array<i64: 0, 0>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x5x5x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x5x5x4xf32>
  return %y, %f : tensor<1x5x5x4xf32>, tensor<8x4x3x3xf32>
}

// A filter's gradient, turned to where filters are stored, and the update of the filter with it.
// CHECK-LABEL: @update_filter
func.func @update_filter(%x: tensor<1x5x5x4xf32>, %dy: tensor<1x5x5x8xf32>, %w: tensor<3x3x4x8xf32>) -> tensor<3x3x4x8xf32> {
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.conv_filter_gradient
  // CHECK-NEXT: dl.transpose
  // CHECK-NEXT: dl.sub
  // CHECK-NEXT: dl.yield
  // CHECK-NOT: dl.kernel
  %g = dl.conv_filter_gradient %x, %dy {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x5x5x4xf32>, tensor<1x5x5x8xf32>) -> tensor<8x4x3x3xf32>
  %t = dl.transpose %g {permutation = array<i64: 2, 3, 1, 0>} : (tensor<8x4x3x3xf32>) -> tensor<3x3x4x8xf32>
  %n = dl.sub %w, %t : (tensor<3x3x4x8xf32>, tensor<3x3x4x8xf32>) -> tensor<3x3x4x8xf32>
  return %n : tensor<3x3x4x8xf32>
}

// What a filter's gradient alone reads is computed while it is read: its kernel reads each element once.
// CHECK-LABEL: @spread_on_the_way
func.func @spread_on_the_way(%x: tensor<1x6x6x4xf32>, %y: tensor<1x6x6x8xf32>, %d: tensor<1x3x3x8xf32>) -> tensor<3x3x4x8xf32> {
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.max_pool_gradient
  // CHECK-NEXT: dl.conv_filter_gradient
  // CHECK-NEXT: dl.transpose
  // CHECK-NEXT: dl.yield
  // CHECK-NOT: dl.kernel
  %p = dl.max_pool_gradient %y, %d {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x6x6x8xf32>, tensor<1x3x3x8xf32>) -> tensor<1x6x6x8xf32>
  %g = dl.conv_filter_gradient %x, %p {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x6x6x4xf32>, tensor<1x6x6x8xf32>) -> tensor<8x4x3x3xf32>
  %t = dl.transpose %g {permutation = array<i64: 2, 3, 1, 0>} : (tensor<8x4x3x3xf32>) -> tensor<3x3x4x8xf32>
  return %t : tensor<3x3x4x8xf32>
}

// Windows that overlap are an anchor, and a gradient without its turn reads an element once a tap.
// CHECK-LABEL: @spread_before
func.func @spread_before(%x: tensor<1x6x6x4xf32>, %y: tensor<1x6x6x8xf32>, %d: tensor<1x3x3x8xf32>, %e: tensor<1x4x4x8xf32>) -> (tensor<3x3x4x8xf32>, tensor<8x4x3x3xf32>) {
  // CHECK-COUNT-4: dl.kernel
  %o = dl.max_pool_gradient %y, %e {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x6x6x8xf32>, tensor<1x4x4x8xf32>) -> tensor<1x6x6x8xf32>
  %g = dl.conv_filter_gradient %x, %o {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x6x6x4xf32>, tensor<1x6x6x8xf32>) -> tensor<8x4x3x3xf32>
  %t = dl.transpose %g {permutation = array<i64: 2, 3, 1, 0>} : (tensor<8x4x3x3xf32>) -> tensor<3x3x4x8xf32>
  %p = dl.max_pool_gradient %y, %d {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = #dl.layout<channels_last>} : (tensor<1x6x6x8xf32>, tensor<1x3x3x8xf32>) -> tensor<1x6x6x8xf32>
  %h = dl.conv_filter_gradient %x, %p {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x6x6x4xf32>, tensor<1x6x6x8xf32>) -> tensor<8x4x3x3xf32>
  return %t, %h : tensor<3x3x4x8xf32>, tensor<8x4x3x3xf32>
}

// Windows that stand apart read each element once: what makes it is computed there.
// CHECK-LABEL: @pool_of_computed
func.func @pool_of_computed(%x: tensor<2x6x6x8xf32>, %s: tensor<8xf32>) -> tensor<2x3x3x8xf32> {
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.mul
  // CHECK-NEXT: dl.max_pool
  // CHECK-NEXT: dl.relu
  // CHECK-NEXT: dl.yield
  // CHECK-NOT: dl.kernel
  %m = dl.mul %x, %s : (tensor<2x6x6x8xf32>, tensor<8xf32>) -> tensor<2x6x6x8xf32>
  %p = dl.max_pool %m {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 2, 2>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<2x6x6x8xf32>) -> tensor<2x3x3x8xf32>
  %y = dl.relu %p : (tensor<2x3x3x8xf32>) -> tensor<2x3x3x8xf32>
  return %y : tensor<2x3x3x8xf32>
}

// The gradient of the pool looks at the same elements, and computes them again.
// CHECK-LABEL: @pool_and_gradient_of_computed
func.func @pool_and_gradient_of_computed(%x: tensor<2x6x6x8xf32>, %s: tensor<8xf32>, %d: tensor<2x3x3x8xf32>) -> (tensor<2x3x3x8xf32>, tensor<2x6x6x8xf32>) {
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.mul
  // CHECK-NEXT: dl.max_pool
  // CHECK-NEXT: dl.yield
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.mul
  // CHECK-NEXT: dl.max_pool_gradient
  // CHECK-NEXT: dl.yield
  // CHECK-NOT: dl.kernel
  %m = dl.mul %x, %s : (tensor<2x6x6x8xf32>, tensor<8xf32>) -> tensor<2x6x6x8xf32>
  %p = dl.max_pool %m {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 2, 2>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<2x6x6x8xf32>) -> tensor<2x3x3x8xf32>
  %g = dl.max_pool_gradient %m, %d {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 2, 2>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<2x6x6x8xf32>, tensor<2x3x3x8xf32>) -> tensor<2x6x6x8xf32>
  return %p, %g : tensor<2x3x3x8xf32>, tensor<2x6x6x8xf32>
}

// Windows that overlap read an element several times; it is computed once.
// CHECK-LABEL: @keep_input_of_overlapping_windows
func.func @keep_input_of_overlapping_windows(%x: tensor<2x7x7x8xf32>, %s: tensor<8xf32>) -> tensor<2x3x3x8xf32> {
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.mul
  // CHECK-NEXT: dl.yield
  // CHECK: dl.kernel
  // CHECK-NEXT: dl.max_pool
  %m = dl.mul %x, %s : (tensor<2x7x7x8xf32>, tensor<8xf32>) -> tensor<2x7x7x8xf32>
  %p = dl.max_pool %m {dilations = array<i64: 1, 1>, kernel_shape = array<i64: 3, 3>, layout = #dl.layout<channels_last>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<2x7x7x8xf32>) -> tensor<2x3x3x8xf32>
  return %p : tensor<2x3x3x8xf32>
}

// Nothing reads the sum once the empty product is a constant.
// CHECK-LABEL: @nothing_for_an_empty_result
func.func @nothing_for_an_empty_result(%a: tensor<4x8xf32>, %b: tensor<8x0xf32>) -> tensor<4x0xf32> {
  // CHECK-NOT: dl.kernel
  // CHECK: dl.constant dense<> : tensor<4x0xf32>
  // CHECK-NOT: dl.kernel
  %s = dl.add %a, %a : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = dl.matmul %s, %b : (tensor<4x8xf32>, tensor<8x0xf32>) -> tensor<4x0xf32>
  return %y : tensor<4x0xf32>
}
