// RUN: dlc-opt %s --split-input-file --verify-diagnostics

func.func @bitcast_c1(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expects element types of as many bytes, got 'f32' and 'i16'}}
  %0 = dl.bitcast %x {to = i16} : (tensor<2x3xf32>) -> tensor<2x3xi16>
  return
}


// -----

func.func @one_element_type_c1(%x: tensor<2x3xf32>, %y: tensor<2x3xi64>) {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'i64'}}
  %0 = dl.add %x, %y : (tensor<2x3xf32>, tensor<2x3xi64>) -> tensor<2x3xi64>
  return
}

// -----

func.func @comparison(%x: tensor<2x3xf32>, %y: tensor<2x3xf64>) {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'f64'}}
  %0 = dl.less %x, %y : (tensor<2x3xf32>, tensor<2x3xf64>) -> tensor<2x3xi1>
  return
}

// -----

func.func @where(%condition: tensor<2x3xi1>, %x: tensor<2x3xf32>, %y: tensor<f16>) {
  // expected-error @+1 {{expects operands of one element type, got 'f32' and 'f16'}}
  %0 = dl.where %condition, %x, %y : (tensor<2x3xi1>, tensor<2x3xf32>, tensor<f16>) -> tensor<2x3xf16>
  return
}
