// RUN: dlc-opt %s --split-input-file --verify-diagnostics

func.func @reduce_c1(%x: tensor<2x3x4xf32>) {
  // expected-error @+1 {{expects axes in increasing order, got 1 before 1}}
  %0 = dl.reduce #dl.reduce_kind<sum> %x {axes = array<i64: 1, 1>}
    : (tensor<2x3x4xf32>) -> tensor<2x1x4xf32>
  return
}

// -----

func.func @reduce_c2(%x: tensor<2x3xi1>) {
  // expected-error @+1 {{reduces bool by max and min only, got sum}}
  %0 = dl.reduce #dl.reduce_kind<sum> %x {axes = array<i64: 1>} : (tensor<2x3xi1>) -> tensor<2x1xi1>
  return
}

// -----

func.func @softmax_c1(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expects an axis within the operand's rank 2, got 2}}
  %0 = dl.softmax %x {axis = 2} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @log_softmax_c1(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expects an axis within the operand's rank 2, got -1}}
  %0 = dl.log_softmax %x {axis = -1} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @lp_normalize_c1(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expects p = 1 or 2, got 3}}
  %0 = dl.lp_normalize %x {axis = 1, p = 3} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @lp_normalize_c2(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expects an axis within the operand's rank 2, got 5}}
  %0 = dl.lp_normalize %x {axis = 5} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @layer_norm_c1(%x: tensor<2x3xf32>, %s: tensor<3xf32>) {
  // expected-error @+1 {{expects an axis within the operand's rank 2, got 2}}
  %0 = dl.layer_norm %x, %s {axis = 2} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @layer_norm_c2(%x: tensor<2x3xf32>, %s: tensor<2xf32>) {
  // expected-error @+1 {{expects a scale that broadcasts to the input}}
  %0 = dl.layer_norm %x, %s {axis = 1} : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @rms_norm_c1(%x: tensor<2x3xf32>, %s: tensor<3xf32>) {
  // expected-error @+1 {{expects an axis within the operand's rank 2, got -1}}
  %0 = dl.rms_norm %x, %s {axis = -1} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @rms_norm_c2(%x: tensor<2x3xf32>, %s: tensor<1x2x3xf32>) {
  // expected-error @+1 {{expects a scale that broadcasts to the input}}
  %0 = dl.rms_norm %x, %s {axis = 1} : (tensor<2x3xf32>, tensor<1x2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @batch_norm_c1(%x: tensor<2x3x4xf32>, %a: tensor<3xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{expects an operand for the channels of shape 3, got 'tensor<4xf32>'}}
  %0 = dl.batch_norm %x, %a, %a, %a, %b
    : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4xf32>)
      -> tensor<2x3x4xf32>
  return
}

// -----

func.func @batch_norm_channels_last(%x: tensor<2x3x4xf32>, %a: tensor<4xf32>) -> tensor<2x3x4xf32> {
  %0 = dl.batch_norm %x, %a, %a, %a, %a {layout = #dl.layout<channels_last>}
    : (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
      -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// -----

func.func @instance_norm_c2(%x: tensor<2x3x4xf32>, %a: tensor<4xf32>) {
  // expected-error @+1 {{expects an operand for the channels of shape 3, got 'tensor<4xf32>'}}
  %0 = dl.instance_norm %x, %a, %a
    : (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @group_norm_c2(%x: tensor<2x6x4xf32>, %a: tensor<6xf32>) {
  // expected-error @+1 {{expects groups (4) to divide the 6 channels}}
  %0 = dl.group_norm %x, %a, %a {groups = 4}
    : (tensor<2x6x4xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<2x6x4xf32>
  return
}

// -----

func.func @group_norm_c3(%x: tensor<2x6x4xf32>, %a: tensor<2xf32>) {
  // expected-error @+1 {{expects an operand for the channels of shape 6, got 'tensor<2xf32>'}}
  %0 = dl.group_norm %x, %a, %a {groups = 2}
    : (tensor<2x6x4xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x6x4xf32>
  return
}

// -----

func.func @lrn_c2(%x: tensor<2x6x4xf32>) {
  // expected-error @+1 {{expects a positive size, got 0}}
  %0 = dl.lrn %x {size = 0} : (tensor<2x6x4xf32>) -> tensor<2x6x4xf32>
  return
}

// -----

func.func @instance_norm_c1(%x: tensor<6xf32>, %a: tensor<1xf32>) {
  // expected-error @+1 {{expects an input of rank 2 or more}}
  %0 = dl.instance_norm %x, %a, %a : (tensor<6xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<6xf32>
  return
}

// -----

func.func @group_norm_c1(%x: tensor<6xf32>, %a: tensor<1xf32>) {
  // expected-error @+1 {{expects an input of rank 2 or more}}
  %0 = dl.group_norm %x, %a, %a {groups = 1}
    : (tensor<6xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<6xf32>
  return
}

// -----

func.func @lrn_c1(%x: tensor<6xf32>) {
  // expected-error @+1 {{expects an input of rank 2 or more}}
  %0 = dl.lrn %x {size = 3} : (tensor<6xf32>) -> tensor<6xf32>
  return
}
