// RUN: dlc-opt %s --split-input-file --verify-diagnostics

func.func @bitcast_c1(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expects element types of as many bytes, got 'f32' and 'i16'}}
  %0 = dl.bitcast %x {to = i16} : (tensor<2x3xf32>) -> tensor<2x3xi16>
  return
}

