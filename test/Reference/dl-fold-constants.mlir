// RUN: dlc-opt %s -dl-fold-constants | FileCheck %s

// CHECK-LABEL: @chain
func.func @chain() -> tensor<2xi64> {
  // CHECK-NEXT: %[[C:.*]] = dl.constant dense<[-2, -4]> : tensor<2xi64>
  // CHECK-NEXT: return %[[C]]
  %a = dl.constant dense<[1, 2]> : tensor<2xi64>
  %b = dl.add %a, %a : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  %c = dl.neg %b : (tensor<2xi64>) -> tensor<2xi64>
  return %c : tensor<2xi64>
}

// One element is computed, and the result takes no memory.
// CHECK-LABEL: @splats_stay_splats
func.func @splats_stay_splats() -> tensor<5000x5000xf32> {
  // CHECK: dl.constant dense<6.000000e+00> : tensor<5000x5000xf32>
  // CHECK-NOT: dl.mul
  %a = dl.constant dense<2.0> : tensor<5000x1xf32>
  %b = dl.constant dense<3.0> : tensor<5000xf32>
  %c = dl.mul %a, %b : (tensor<5000x1xf32>, tensor<5000xf32>) -> tensor<5000x5000xf32>
  return %c : tensor<5000x5000xf32>
}

// CHECK-LABEL: @keep_what_bloats
func.func @keep_what_bloats() -> tensor<2x50000xf32> {
  // CHECK: dl.expand
  %a = dl.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %b = dl.expand %a {shape = array<i64: 2, 50000>} : (tensor<2x1xf32>) -> tensor<2x50000xf32>
  return %b : tensor<2x50000xf32>
}

// CHECK-LABEL: @keep_variables
func.func @keep_variables(%x: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK: dl.add
  %a = dl.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = dl.add %x, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %b : tensor<2xf32>
}

// CHECK-LABEL: @keep_kernel_bodies
func.func @keep_kernel_bodies(%x: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK: dl.kernel
  // CHECK: dl.neg
  %k = dl.kernel (%a = %x : tensor<2xf32>) -> (tensor<2xf32>) {
    %c = dl.constant dense<1.0> : tensor<2xf32>
    %n = dl.neg %c : (tensor<2xf32>) -> tensor<2xf32>
    %s = dl.add %a, %n : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    dl.yield %s : tensor<2xf32>
  }
  return %k : tensor<2xf32>
}
