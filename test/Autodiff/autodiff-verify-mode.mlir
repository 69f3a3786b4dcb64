// RUN: dlc-opt %s -split-input-file -verify-diagnostics -autodiff-verify-mode

func.func @undecided(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // expected-error @+1 {{is undecided: expected autodiff-training-mode or autodiff-inference-mode to have said in which mode it runs}}
  %0 = dl.dropout %x {rate = 0.25} : (tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// -----

func.func @decided(%x: tensor<4x2xf32>, %key: tensor<2xi64>) -> tensor<4x2xf32> {
  %0 = dl.dropout %x, %key {rate = 0.25} : (tensor<4x2xf32>, tensor<2xi64>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
