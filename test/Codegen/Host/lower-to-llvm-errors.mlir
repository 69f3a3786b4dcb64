// RUN: dlc-opt --host-lower-to-llvm --split-input-file --verify-diagnostics %s

func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{has no symbol; run the phase `codegen` first}}
  %0 = dl.kernel (%a = %x : tensor<2xf32>) -> (tensor<2xf32>) {
    %r = dl.neg %a : (tensor<2xf32>) -> tensor<2xf32>
    dl.yield %r : tensor<2xf32>
  }
  return %0 : tensor<2xf32>
}

// -----

func.func @main(%x: tensor<2xf32>, %y: tensor<3xf32>) -> (tensor<2xf32>, tensor<3xf32>) {
  // expected-note @+1 {{the other kernel}}
  %0 = dl.kernel (%a = %x : tensor<2xf32>) -> (tensor<2xf32>) attributes {symbol = "k"} {
    dl.yield %a : tensor<2xf32>
  }
  // expected-error @+1 {{differs in type from another kernel of symbol k}}
  %1 = dl.kernel (%a = %y : tensor<3xf32>) -> (tensor<3xf32>) attributes {symbol = "k"} {
    dl.yield %a : tensor<3xf32>
  }
  return %0, %1 : tensor<2xf32>, tensor<3xf32>
}
