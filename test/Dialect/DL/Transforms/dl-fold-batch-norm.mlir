// RUN: dlc-opt %s -split-input-file -dl-fold-batch-norm | FileCheck %s

// The filter [2] and bias [3] of a convolution before a norm with scale 3, variance 4, mean 1 and bias 5:
// factor 1.5, filter 3, bias 3 * 1.5 + 5 - 1 * 1.5 = 8.
// CHECK-LABEL: @fold_into_conv
func.func @fold_into_conv(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> {
  %w = dl.constant dense<2.0> : tensor<1x1x1x1xf32>
  %b = dl.constant dense<3.0> : tensor<1xf32>
  %scale = dl.constant dense<3.0> : tensor<1xf32>
  %bias = dl.constant dense<5.0> : tensor<1xf32>
  %mean = dl.constant dense<1.0> : tensor<1xf32>
  %variance = dl.constant dense<4.0> : tensor<1xf32>
  // CHECK-DAG: %[[W:.*]] = dl.constant dense<3.0{{.*}}> : tensor<1x1x1x1xf32>
  // CHECK-DAG: %[[B:.*]] = dl.constant dense<8.0{{.*}}> : tensor<1xf32>
  // CHECK: %[[Y:.*]] = dl.conv %{{.*}}, %[[W]], %[[B]]
  // CHECK-NOT: dl.batch_norm
  // CHECK: return %[[Y]]
  %c = dl.conv %x, %w, %b {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>) -> tensor<1x1x2x2xf32>
  %y = dl.batch_norm %c, %scale, %bias, %mean, %variance {epsilon = 0.0} : (tensor<1x1x2x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2x2xf32>
  return %y : tensor<1x1x2x2xf32>
}

// -----

// A convolution whose value is used twice keeps its weights; the norm becomes a multiply and an add.
// CHECK-LABEL: @keep_conv_with_two_uses
func.func @keep_conv_with_two_uses(%x: tensor<1x1x2x2xf32>) -> (tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>) {
  %w = dl.constant dense<2.0> : tensor<1x1x1x1xf32>
  %one = dl.constant dense<1.0> : tensor<1xf32>
  // CHECK: %[[C:.*]] = dl.conv
  // CHECK: %[[M:.*]] = dl.mul %[[C]], %{{.*}} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>)
  // CHECK: dl.add %[[M]]
  %c = dl.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  %y = dl.batch_norm %c, %one, %one, %one, %one : (tensor<1x1x2x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2x2xf32>
  return %c, %y : tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>
}

// -----

// Statistics known only at run time: one factor a channel, then three elementwise ops.
// CHECK-LABEL: @spell_out_computed_statistics
func.func @spell_out_computed_statistics(%x: tensor<1x3x2x2xf32>, %s: tensor<3xf32>, %b: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>) -> tensor<1x3x2x2xf32> {
  // CHECK: %[[R:.*]] = dl.rsqrt {{.*}} -> tensor<1x3x1x1xf32>
  // CHECK: %[[F:.*]] = dl.mul %{{.*}}, %[[R]] {{.*}} -> tensor<1x3x1x1xf32>
  // CHECK: %[[C:.*]] = dl.sub %arg0, %{{.*}} : (tensor<1x3x2x2xf32>, tensor<1x3x1x1xf32>)
  // CHECK: %[[Y:.*]] = dl.mul %[[C]], %[[F]]
  // CHECK: dl.add %[[Y]]
  // CHECK-NOT: dl.batch_norm
  %y = dl.batch_norm %x, %s, %b, %m, %v : (tensor<1x3x2x2xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<1x3x2x2xf32>
  return %y : tensor<1x3x2x2xf32>
}

// -----

// Elementwise ops do not mix types.
// CHECK-LABEL: @keep_wider_statistics
func.func @keep_wider_statistics(%x: tensor<1x3x2x2xf16>, %s: tensor<3xf32>) -> tensor<1x3x2x2xf16> {
  // CHECK: dl.batch_norm
  %y = dl.batch_norm %x, %s, %s, %s, %s : (tensor<1x3x2x2xf16>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<1x3x2x2xf16>
  return %y : tensor<1x3x2x2xf16>
}
