// RUN: dlc-opt %s -dl-recognize-activations | FileCheck %s

//===-- GELU -------------------------------------------------------------------------------===//

// x * (erf(x / sqrt(2)) + 1) * 0.5, as PyTorch exports it.
// CHECK-LABEL: @gelu
// CHECK-SAME: (%[[X:.*]]: tensor<3x7xf32>)
func.func @gelu(%x: tensor<3x7xf32>) -> tensor<3x7xf32> {
  // CHECK-NEXT: %[[Y:.*]] = dl.gelu %[[X]]
  // CHECK-NEXT: return %[[Y]]
  %root = dl.constant dense<1.41421354> : tensor<f32>
  %one = dl.constant dense<1.0> : tensor<f32>
  %half = dl.constant dense<0.5> : tensor<f32>
  %d = dl.div %x, %root : (tensor<3x7xf32>, tensor<f32>) -> tensor<3x7xf32>
  %e = dl.erf %d : (tensor<3x7xf32>) -> tensor<3x7xf32>
  %s = dl.add %e, %one : (tensor<3x7xf32>, tensor<f32>) -> tensor<3x7xf32>
  %p = dl.mul %x, %s : (tensor<3x7xf32>, tensor<3x7xf32>) -> tensor<3x7xf32>
  %y = dl.mul %p, %half : (tensor<3x7xf32>, tensor<f32>) -> tensor<3x7xf32>
  return %y : tensor<3x7xf32>
}

// (0.5 * x) * (1 + erf(x * sqrt(0.5))), as TensorFlow exports it.
// CHECK-LABEL: @gelu_half_first
func.func @gelu_half_first(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NEXT: dl.gelu
  // CHECK-NEXT: return
  %root = dl.constant dense<0.707106769> : tensor<1xf32>
  %one = dl.constant dense<1.0> : tensor<1xf32>
  %half = dl.constant dense<0.5> : tensor<1xf32>
  %h = dl.mul %half, %x : (tensor<1xf32>, tensor<5xf32>) -> tensor<5xf32>
  %d = dl.mul %x, %root : (tensor<5xf32>, tensor<1xf32>) -> tensor<5xf32>
  %e = dl.erf %d : (tensor<5xf32>) -> tensor<5xf32>
  %s = dl.add %one, %e : (tensor<1xf32>, tensor<5xf32>) -> tensor<5xf32>
  %y = dl.mul %h, %s : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// x * (0.5 * (1 + erf(...))).
// CHECK-LABEL: @gelu_half_inside
func.func @gelu_half_inside(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NEXT: dl.gelu
  // CHECK-NEXT: return
  %root = dl.constant dense<1.41421354> : tensor<f32>
  %one = dl.constant dense<1.0> : tensor<f32>
  %half = dl.constant dense<0.5> : tensor<f32>
  %d = dl.div %x, %root : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %e = dl.erf %d : (tensor<5xf32>) -> tensor<5xf32>
  %s = dl.add %e, %one : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %h = dl.mul %s, %half : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %y = dl.mul %h, %x : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// CHECK-LABEL: @gelu_by_tanh
func.func @gelu_by_tanh(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NEXT: dl.gelu %{{.*}} {approximate = true}
  // CHECK-NEXT: return
  %three = dl.constant dense<3.0> : tensor<f32>
  %c = dl.constant dense<0.044715> : tensor<f32>
  %r = dl.constant dense<0.797884583> : tensor<f32>
  %one = dl.constant dense<1.0> : tensor<f32>
  %half = dl.constant dense<0.5> : tensor<f32>
  %p = dl.pow %x, %three : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %q = dl.mul %p, %c : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %s = dl.add %x, %q : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  %i = dl.mul %s, %r : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %t = dl.tanh %i : (tensor<5xf32>) -> tensor<5xf32>
  %u = dl.add %t, %one : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %h = dl.mul %x, %half : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %y = dl.mul %h, %u : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// The cube as x * (1 + c * x * x).
// CHECK-LABEL: @gelu_by_tanh_factored
func.func @gelu_by_tanh_factored(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NEXT: dl.gelu %{{.*}} {approximate = true}
  // CHECK-NEXT: return
  %c = dl.constant dense<0.044715> : tensor<f32>
  %r = dl.constant dense<0.797884583> : tensor<f32>
  %one = dl.constant dense<1.0> : tensor<f32>
  %half = dl.constant dense<0.5> : tensor<f32>
  %p = dl.mul %x, %x : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  %q = dl.mul %p, %c : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %s = dl.add %one, %q : (tensor<f32>, tensor<5xf32>) -> tensor<5xf32>
  %v = dl.mul %x, %r : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %i = dl.mul %v, %s : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  %t = dl.tanh %i : (tensor<5xf32>) -> tensor<5xf32>
  %u = dl.add %t, %one : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %w = dl.mul %u, %half : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %y = dl.mul %x, %w : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// CHECK-LABEL: @keep_gelu_of_another_constant
func.func @keep_gelu_of_another_constant(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NOT: dl.gelu
  // CHECK: dl.erf
  %root = dl.constant dense<1.4> : tensor<f32>
  %one = dl.constant dense<1.0> : tensor<f32>
  %half = dl.constant dense<0.5> : tensor<f32>
  %d = dl.div %x, %root : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %e = dl.erf %d : (tensor<5xf32>) -> tensor<5xf32>
  %s = dl.add %e, %one : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %h = dl.mul %s, %half : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %y = dl.mul %h, %x : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// CHECK-LABEL: @keep_gelu_of_two_values
func.func @keep_gelu_of_two_values(%x: tensor<5xf32>, %z: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NOT: dl.gelu
  // CHECK: dl.erf
  %root = dl.constant dense<1.41421354> : tensor<f32>
  %one = dl.constant dense<1.0> : tensor<f32>
  %half = dl.constant dense<0.5> : tensor<f32>
  %d = dl.div %x, %root : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %e = dl.erf %d : (tensor<5xf32>) -> tensor<5xf32>
  %s = dl.add %e, %one : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %h = dl.mul %s, %half : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %y = dl.mul %h, %z : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// The error function is a result as well: recognising the rest would compute it twice.
// CHECK-LABEL: @keep_gelu_with_another_use
func.func @keep_gelu_with_another_use(%x: tensor<5xf32>) -> (tensor<5xf32>, tensor<5xf32>) {
  // CHECK-NOT: dl.gelu
  // CHECK: return
  %root = dl.constant dense<1.41421354> : tensor<f32>
  %one = dl.constant dense<1.0> : tensor<f32>
  %half = dl.constant dense<0.5> : tensor<f32>
  %d = dl.div %x, %root : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %e = dl.erf %d : (tensor<5xf32>) -> tensor<5xf32>
  %s = dl.add %e, %one : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %h = dl.mul %s, %half : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %y = dl.mul %h, %x : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y, %e : tensor<5xf32>, tensor<5xf32>
}

//===-- HardSwish and HardSigmoid ----------------------------------------------------------===//

// CHECK-LABEL: @hard_swish
func.func @hard_swish(%x: tensor<2x3x5xf32>) -> tensor<2x3x5xf32> {
  // CHECK-NEXT: dl.hard_swish
  // CHECK-NEXT: return
  %three = dl.constant dense<3.0> : tensor<f32>
  %six = dl.constant dense<6.0> : tensor<f32>
  %a = dl.add %x, %three : (tensor<2x3x5xf32>, tensor<f32>) -> tensor<2x3x5xf32>
  %c = dl.clip %a {minimum = 0.0 : f64, maximum = 6.0 : f64} : (tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
  %m = dl.mul %x, %c : (tensor<2x3x5xf32>, tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
  %y = dl.div %m, %six : (tensor<2x3x5xf32>, tensor<f32>) -> tensor<2x3x5xf32>
  return %y : tensor<2x3x5xf32>
}

// CHECK-LABEL: @hard_swish_of_hard_sigmoid
func.func @hard_swish_of_hard_sigmoid(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NEXT: dl.hard_swish
  // CHECK-NEXT: return
  %g = dl.hard_sigmoid %x {alpha = 0.16666667 : f64, beta = 0.5 : f64} : (tensor<5xf32>) -> tensor<5xf32>
  %y = dl.mul %x, %g : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// CHECK-LABEL: @hard_sigmoid_by_min_of_relu
func.func @hard_sigmoid_by_min_of_relu(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NEXT: dl.hard_sigmoid %{{.*}} {alpha = 0.16{{6*}}[[R:[0-9]+]]{{.*}}}
  // CHECK-NEXT: return
  %three = dl.constant dense<3.0> : tensor<f32>
  %six = dl.constant dense<6.0> : tensor<f32>
  %sixth = dl.constant dense<0.166666672> : tensor<f32>
  %a = dl.add %x, %three : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %r = dl.relu %a : (tensor<5xf32>) -> tensor<5xf32>
  %c = dl.min %r, %six : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %y = dl.mul %c, %sixth : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// CHECK-LABEL: @hard_sigmoid_of_one
func.func @hard_sigmoid_of_one(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NEXT: dl.hard_sigmoid %{{.*}} {alpha = 2.500000e-01 : f64
  // CHECK-NEXT: return
  %half = dl.constant dense<0.5> : tensor<f32>
  %quarter = dl.constant dense<0.25> : tensor<f32>
  %m = dl.mul %x, %quarter : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %a = dl.add %m, %half : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %y = dl.clip %a {minimum = 0.0 : f64, maximum = 1.0 : f64} : (tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// CHECK-LABEL: @keep_relu6
func.func @keep_relu6(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NOT: dl.hard
  // CHECK: dl.clip
  %three = dl.constant dense<3.0> : tensor<f32>
  %a = dl.add %x, %three : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %c = dl.clip %a {minimum = 0.0 : f64, maximum = 6.0 : f64} : (tensor<5xf32>) -> tensor<5xf32>
  return %c : tensor<5xf32>
}

// CHECK-LABEL: @keep_clip_alone
func.func @keep_clip_alone(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NOT: dl.hard
  // CHECK: dl.clip
  %c = dl.clip %x {minimum = 0.0 : f64, maximum = 1.0 : f64} : (tensor<5xf32>) -> tensor<5xf32>
  return %c : tensor<5xf32>
}

//===-- Sigmoid, Swish, Mish, Softplus -----------------------------------------------------===//

// CHECK-LABEL: @swish
func.func @swish(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NEXT: dl.swish %{{[a-z0-9]+}} :
  // CHECK-NEXT: return
  %s = dl.sigmoid %x : (tensor<5xf32>) -> tensor<5xf32>
  %y = dl.mul %s, %x : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// CHECK-LABEL: @swish_of_a_multiple
func.func @swish_of_a_multiple(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NEXT: dl.swish %{{.*}} {alpha = 1.75
  // CHECK-NEXT: return
  %c = dl.constant dense<1.75> : tensor<f32>
  %m = dl.mul %x, %c : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %s = dl.sigmoid %m : (tensor<5xf32>) -> tensor<5xf32>
  %y = dl.mul %x, %s : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// A gate is a product with another value.
// CHECK-LABEL: @keep_gate
func.func @keep_gate(%x: tensor<5xf32>, %z: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK: dl.sigmoid
  // CHECK: dl.mul
  %s = dl.sigmoid %x : (tensor<5xf32>) -> tensor<5xf32>
  %y = dl.mul %z, %s : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// CHECK-LABEL: @sigmoid
func.func @sigmoid(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NEXT: dl.sigmoid
  // CHECK-NEXT: return
  %one = dl.constant dense<1.0> : tensor<f32>
  %n = dl.neg %x : (tensor<5xf32>) -> tensor<5xf32>
  %e = dl.exp %n : (tensor<5xf32>) -> tensor<5xf32>
  %s = dl.add %e, %one : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %y = dl.reciprocal %s : (tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// CHECK-LABEL: @swish_as_a_quotient
func.func @swish_as_a_quotient(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NEXT: dl.swish
  // CHECK-NEXT: return
  %one = dl.constant dense<1.0> : tensor<f32>
  %n = dl.neg %x : (tensor<5xf32>) -> tensor<5xf32>
  %e = dl.exp %n : (tensor<5xf32>) -> tensor<5xf32>
  %s = dl.add %e, %one : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
  %y = dl.div %x, %s : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// CHECK-LABEL: @mish_by_softplus
func.func @mish_by_softplus(%x: tensor<5xf32>) -> tensor<5xf32> {
  // CHECK-NEXT: dl.mish
  // CHECK-NEXT: return
  %one = dl.constant dense<1.0> : tensor<f32>
  %e = dl.exp %x : (tensor<5xf32>) -> tensor<5xf32>
  %s = dl.add %one, %e : (tensor<f32>, tensor<5xf32>) -> tensor<5xf32>
  %l = dl.log %s : (tensor<5xf32>) -> tensor<5xf32>
  %t = dl.tanh %l : (tensor<5xf32>) -> tensor<5xf32>
  %y = dl.mul %x, %t : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// CHECK-LABEL: @keep_integers
func.func @keep_integers(%x: tensor<5xi32>) -> tensor<5xi32> {
  // CHECK: dl.mul
  // CHECK: dl.div
  %two = dl.constant dense<2> : tensor<i32>
  %m = dl.mul %x, %x : (tensor<5xi32>, tensor<5xi32>) -> tensor<5xi32>
  %y = dl.div %m, %two : (tensor<5xi32>, tensor<i32>) -> tensor<5xi32>
  return %y : tensor<5xi32>
}
