// RUN: dlc-opt %s --split-input-file --verify-diagnostics

func.func @iota_c1() {
  // expected-error @+1 {{expects an axis below 2, got 2}}
  %0 = dl.iota {dims = affine_map<() -> (4, 3)>, axis = 2, element = i64} : tensor<4x3xi64>
  return
}
