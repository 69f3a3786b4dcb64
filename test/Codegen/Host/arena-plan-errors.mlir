// RUN: dlc-opt --host-print-arena-plan --split-input-file --verify-diagnostics %s

func.func @beyond_32_bits(%x: tensor<2xf32>) -> tensor<30000x30000xf32> {
  // expected-error @+1 {{a tensor of 3600000000 bytes is beyond the limit of 2147483647 bytes}}
  %0 = dl.kernel (%a = %x : tensor<2xf32>) -> (tensor<30000x30000xf32>) {
    %r = dl.constant dense<0.0> : tensor<30000x30000xf32>
    dl.yield %r : tensor<30000x30000xf32>
  }
  return %0 : tensor<30000x30000xf32>
}

// -----

// expected-error @+1 {{expects a tensor of numbers and known sizes, found 'tensor<?xf32>'}}
func.func @dynamic(%x: tensor<?xf32>) {
  return
}

// -----

func.func @outside_of_kernels(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{'dl.neg' op expects only constants, views and kernels here; run the phase `fuse`}}
  %0 = dl.neg %x : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
