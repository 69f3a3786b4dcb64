// RUN: dlc-opt %s --split-input-file --verify-diagnostics

func.func @kernel_c2(%x: tensor<2xf32>) {
  // expected-error @+1 {{expects yielded values with the types of the outputs}}
  %0 = dl.kernel (%a = %x : tensor<2xf32>) -> (tensor<3xf32>) {
    %1 = dl.relu %a : (tensor<2xf32>) -> tensor<2xf32>
    dl.yield %1 : tensor<2xf32>
  }
  return
}

// -----

func.func @kernel_isolated(%x: tensor<2xf32>) {
  // expected-note @+1 {{required by region isolation constraints}}
  %0 = dl.kernel (%a = %x : tensor<2xf32>) -> (tensor<2xf32>) {
    // expected-error @+1 {{using value defined outside the region}}
    %1 = dl.relu %x : (tensor<2xf32>) -> tensor<2xf32>
    dl.yield %1 : tensor<2xf32>
  }
  return
}

// -----

func.func @kernel_c1(%x: tensor<2xf32>) {
  // expected-error @+1 {{expects region arguments with the types of the inputs}}
  %0 = "dl.kernel"(%x) ({
  ^bb0(%a: tensor<3xf32>):
    "dl.yield"(%a) : (tensor<3xf32>) -> ()
  }) : (tensor<2xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @kernel_c3(%x: tensor<2xf32>) {
  // expected-error @+1 {{expects strides for each operand and result, got 1}}
  %0 = dl.kernel (%a = %x : tensor<2xf32>) -> (tensor<2xf32>) attributes {strides = [array<i64: 1>]} {
    %1 = dl.relu %a : (tensor<2xf32>) -> tensor<2xf32>
    dl.yield %1 : tensor<2xf32>
  }
  return
}

// -----

func.func @kernel_c4(%x: tensor<2xf32>) {
  // expected-error @+1 {{expects a stride for each axis of}}
  %0 = dl.kernel (%a = %x : tensor<2xf32>) -> (tensor<2xf32>) attributes {strides = [array<i64>, array<i64: 1, 1>]} {
    %1 = dl.relu %a : (tensor<2xf32>) -> tensor<2xf32>
    dl.yield %1 : tensor<2xf32>
  }
  return
}

// -----

func.func @kernel_c5(%x: tensor<2xf32>) {
  // expected-error @+1 {{expects strides of at least 1}}
  %0 = dl.kernel (%a = %x : tensor<2xf32>) -> (tensor<2xf32>) attributes {strides = [array<i64: 0>, array<i64>]} {
    %1 = dl.relu %a : (tensor<2xf32>) -> tensor<2xf32>
    dl.yield %1 : tensor<2xf32>
  }
  return
}
