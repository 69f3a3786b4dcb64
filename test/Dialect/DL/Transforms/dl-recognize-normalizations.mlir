// RUN: dlc-opt %s -dl-recognize-normalizations | FileCheck %s

// CHECK-LABEL: @layer_norm
// CHECK-SAME: (%[[X:.*]]: tensor<2x5x7xf32>, %[[W:.*]]: tensor<7xf32>, %[[B:.*]]: tensor<7xf32>)
func.func @layer_norm(%x: tensor<2x5x7xf32>, %w: tensor<7xf32>, %b: tensor<7xf32>) -> tensor<2x5x7xf32> {
  // CHECK-NEXT: %[[Y:.*]] = dl.layer_norm %[[X]], %[[W]], %[[B]] {axis = 2 : i64, epsilon = 9.{{9+}}{{.*}}E-7 : f64}
  // CHECK-NEXT: return %[[Y]]
  %two = dl.constant dense<2.0> : tensor<f32>
  %eps = dl.constant dense<1.0e-6> : tensor<f32>
  %m = dl.reduce #dl.reduce_kind<mean> %x {axes = array<i64: 2>} : (tensor<2x5x7xf32>) -> tensor<2x5x1xf32>
  %c = dl.sub %x, %m : (tensor<2x5x7xf32>, tensor<2x5x1xf32>) -> tensor<2x5x7xf32>
  %q = dl.pow %c, %two : (tensor<2x5x7xf32>, tensor<f32>) -> tensor<2x5x7xf32>
  %v = dl.reduce #dl.reduce_kind<mean> %q {axes = array<i64: 2>} : (tensor<2x5x7xf32>) -> tensor<2x5x1xf32>
  %e = dl.add %v, %eps : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %r = dl.sqrt %e : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %n = dl.div %c, %r : (tensor<2x5x7xf32>, tensor<2x5x1xf32>) -> tensor<2x5x7xf32>
  %s = dl.mul %n, %w : (tensor<2x5x7xf32>, tensor<7xf32>) -> tensor<2x5x7xf32>
  %y = dl.add %s, %b : (tensor<2x5x7xf32>, tensor<7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

// The square as a product, the division as a multiplication by a reciprocal that has the scale in it.
// CHECK-LABEL: @layer_norm_by_reciprocal
func.func @layer_norm_by_reciprocal(%x: tensor<2x5x7xf32>, %w: tensor<5x7xf32>) -> tensor<2x5x7xf32> {
  // CHECK-NEXT: dl.layer_norm %{{.*}}, %{{.*}} {axis = 1 : i64, epsilon
  // CHECK-NEXT: return
  %eps = dl.constant dense<1.0e-5> : tensor<f32>
  %m = dl.reduce #dl.reduce_kind<mean> %x {axes = array<i64: 1, 2>} : (tensor<2x5x7xf32>) -> tensor<2x1x1xf32>
  %c = dl.sub %x, %m : (tensor<2x5x7xf32>, tensor<2x1x1xf32>) -> tensor<2x5x7xf32>
  %q = dl.mul %c, %c : (tensor<2x5x7xf32>, tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  %v = dl.reduce #dl.reduce_kind<mean> %q {axes = array<i64: 1, 2>} : (tensor<2x5x7xf32>) -> tensor<2x1x1xf32>
  %e = dl.add %eps, %v : (tensor<f32>, tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %r = dl.sqrt %e : (tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %i = dl.reciprocal %r : (tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %f = dl.mul %i, %w : (tensor<2x1x1xf32>, tensor<5x7xf32>) -> tensor<2x5x7xf32>
  %y = dl.mul %c, %f : (tensor<2x5x7xf32>, tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

// CHECK-LABEL: @layer_norm_without_parameters
func.func @layer_norm_without_parameters(%x: tensor<2x7xf32>) -> tensor<2x7xf32> {
  // CHECK: %[[ONE:.*]] = dl.constant dense<1.000000e+00> : tensor<1xf32>
  // CHECK-NEXT: dl.layer_norm %{{.*}}, %[[ONE]] {axis = 1 : i64, epsilon
  // CHECK-NEXT: return
  %eps = dl.constant dense<1.0e-5> : tensor<f32>
  %m = dl.reduce #dl.reduce_kind<mean> %x {axes = array<i64: 1>} : (tensor<2x7xf32>) -> tensor<2x1xf32>
  %c = dl.sub %x, %m : (tensor<2x7xf32>, tensor<2x1xf32>) -> tensor<2x7xf32>
  %q = dl.mul %c, %c : (tensor<2x7xf32>, tensor<2x7xf32>) -> tensor<2x7xf32>
  %v = dl.reduce #dl.reduce_kind<mean> %q {axes = array<i64: 1>} : (tensor<2x7xf32>) -> tensor<2x1xf32>
  %e = dl.add %v, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %r = dl.rsqrt %e : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %y = dl.mul %c, %r : (tensor<2x7xf32>, tensor<2x1xf32>) -> tensor<2x7xf32>
  return %y : tensor<2x7xf32>
}

// The factor applied to the values and to their mean apart, as Keras does.
// CHECK-LABEL: @layer_norm_with_folded_factor
// CHECK-SAME: (%[[X:.*]]: tensor<2x7xf32>, %[[W:.*]]: tensor<7xf32>, %[[B:.*]]: tensor<7xf32>)
func.func @layer_norm_with_folded_factor(%x: tensor<2x7xf32>, %w: tensor<7xf32>, %b: tensor<7xf32>) -> tensor<2x7xf32> {
  // CHECK-NEXT: dl.layer_norm %[[X]], %[[W]], %[[B]] {axis = 1 : i64, epsilon
  // CHECK-NEXT: return
  %eps = dl.constant dense<1.0e-3> : tensor<f32>
  %m = dl.reduce #dl.reduce_kind<mean> %x {axes = array<i64: 1>} : (tensor<2x7xf32>) -> tensor<2x1xf32>
  %c = dl.sub %x, %m : (tensor<2x7xf32>, tensor<2x1xf32>) -> tensor<2x7xf32>
  %q = dl.mul %c, %c : (tensor<2x7xf32>, tensor<2x7xf32>) -> tensor<2x7xf32>
  %v = dl.reduce #dl.reduce_kind<mean> %q {axes = array<i64: 1>} : (tensor<2x7xf32>) -> tensor<2x1xf32>
  %e = dl.add %v, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %r = dl.rsqrt %e : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %t = dl.mul %r, %w : (tensor<2x1xf32>, tensor<7xf32>) -> tensor<2x7xf32>
  %p = dl.mul %x, %t : (tensor<2x7xf32>, tensor<2x7xf32>) -> tensor<2x7xf32>
  %o = dl.mul %m, %t : (tensor<2x1xf32>, tensor<2x7xf32>) -> tensor<2x7xf32>
  %s = dl.sub %b, %o : (tensor<7xf32>, tensor<2x7xf32>) -> tensor<2x7xf32>
  %y = dl.add %p, %s : (tensor<2x7xf32>, tensor<2x7xf32>) -> tensor<2x7xf32>
  return %y : tensor<2x7xf32>
}

// CHECK-LABEL: @rms_norm
// CHECK-SAME: (%[[X:.*]]: tensor<3x7xf32>, %[[W:.*]]: tensor<7xf32>)
func.func @rms_norm(%x: tensor<3x7xf32>, %w: tensor<7xf32>) -> tensor<3x7xf32> {
  // CHECK-NEXT: dl.rms_norm %[[X]], %[[W]] {axis = 1 : i64, epsilon
  // CHECK-NEXT: return
  %two = dl.constant dense<2.0> : tensor<f32>
  %eps = dl.constant dense<1.0e-6> : tensor<f32>
  %q = dl.pow %x, %two : (tensor<3x7xf32>, tensor<f32>) -> tensor<3x7xf32>
  %v = dl.reduce #dl.reduce_kind<mean> %q {axes = array<i64: 1>} : (tensor<3x7xf32>) -> tensor<3x1xf32>
  %e = dl.add %v, %eps : (tensor<3x1xf32>, tensor<f32>) -> tensor<3x1xf32>
  %r = dl.sqrt %e : (tensor<3x1xf32>) -> tensor<3x1xf32>
  %i = dl.reciprocal %r : (tensor<3x1xf32>) -> tensor<3x1xf32>
  %n = dl.mul %x, %i : (tensor<3x7xf32>, tensor<3x1xf32>) -> tensor<3x7xf32>
  %y = dl.mul %w, %n : (tensor<7xf32>, tensor<3x7xf32>) -> tensor<3x7xf32>
  return %y : tensor<3x7xf32>
}

// The statistics are of channels, in the middle of the image.
// CHECK-LABEL: @keep_norm_over_middle_axis
func.func @keep_norm_over_middle_axis(%x: tensor<2x5x7xf32>) -> tensor<2x5x7xf32> {
  // CHECK-NOT: _norm
  // CHECK: return
  %eps = dl.constant dense<1.0e-5> : tensor<f32>
  %q = dl.mul %x, %x : (tensor<2x5x7xf32>, tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  %v = dl.reduce #dl.reduce_kind<mean> %q {axes = array<i64: 1>} : (tensor<2x5x7xf32>) -> tensor<2x1x7xf32>
  %e = dl.add %v, %eps : (tensor<2x1x7xf32>, tensor<f32>) -> tensor<2x1x7xf32>
  %r = dl.rsqrt %e : (tensor<2x1x7xf32>) -> tensor<2x1x7xf32>
  %y = dl.mul %x, %r : (tensor<2x5x7xf32>, tensor<2x1x7xf32>) -> tensor<2x5x7xf32>
  return %y : tensor<2x5x7xf32>
}

// CHECK-LABEL: @keep_norm_whose_variance_is_a_result
func.func @keep_norm_whose_variance_is_a_result(%x: tensor<2x7xf32>) -> (tensor<2x7xf32>, tensor<2x1xf32>) {
  // CHECK-NOT: _norm
  // CHECK: return
  %eps = dl.constant dense<1.0e-5> : tensor<f32>
  %q = dl.mul %x, %x : (tensor<2x7xf32>, tensor<2x7xf32>) -> tensor<2x7xf32>
  %v = dl.reduce #dl.reduce_kind<mean> %q {axes = array<i64: 1>} : (tensor<2x7xf32>) -> tensor<2x1xf32>
  %e = dl.add %v, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %r = dl.rsqrt %e : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %y = dl.mul %x, %r : (tensor<2x7xf32>, tensor<2x1xf32>) -> tensor<2x7xf32>
  return %y, %v : tensor<2x7xf32>, tensor<2x1xf32>
}

// Centred values that are a result too: the norm is over them, and they are computed once.
// CHECK-LABEL: @rms_norm_of_centred_values
func.func @rms_norm_of_centred_values(%x: tensor<2x7xf32>) -> (tensor<2x7xf32>, tensor<2x7xf32>) {
  // CHECK: %[[C:.*]] = dl.sub
  // CHECK: dl.rms_norm %[[C]]
  %eps = dl.constant dense<1.0e-5> : tensor<f32>
  %m = dl.reduce #dl.reduce_kind<mean> %x {axes = array<i64: 1>} : (tensor<2x7xf32>) -> tensor<2x1xf32>
  %c = dl.sub %x, %m : (tensor<2x7xf32>, tensor<2x1xf32>) -> tensor<2x7xf32>
  %q = dl.mul %c, %c : (tensor<2x7xf32>, tensor<2x7xf32>) -> tensor<2x7xf32>
  %v = dl.reduce #dl.reduce_kind<mean> %q {axes = array<i64: 1>} : (tensor<2x7xf32>) -> tensor<2x1xf32>
  %e = dl.add %v, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %r = dl.rsqrt %e : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %y = dl.mul %c, %r : (tensor<2x7xf32>, tensor<2x1xf32>) -> tensor<2x7xf32>
  return %y, %c : tensor<2x7xf32>, tensor<2x7xf32>
}

// A factor that differs from row to row is no parameter.
// CHECK-LABEL: @keep_factor_of_rows
func.func @keep_factor_of_rows(%x: tensor<2x7xf32>, %w: tensor<7xf32>, %f: tensor<2x1xf32>) -> tensor<2x7xf32> {
  // CHECK: %[[ONE:.*]] = dl.constant dense<1.0
  // CHECK: %[[N:.*]] = dl.layer_norm %{{.*}}, %[[ONE]] {
  // CHECK: dl.mul %[[N]]
  %one = dl.constant dense<1.0> : tensor<1xf32>
  %n = dl.layer_norm %x, %one {axis = 1 : i64} : (tensor<2x7xf32>, tensor<1xf32>) -> tensor<2x7xf32>
  %y = dl.mul %n, %f : (tensor<2x7xf32>, tensor<2x1xf32>) -> tensor<2x7xf32>
  return %y : tensor<2x7xf32>
}
