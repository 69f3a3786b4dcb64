// RUN: not dlc-opt %s -split-input-file -fuse-verify 2>&1 | FileCheck %s

func.func @outside(%a: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: 'dl.relu' op stands outside of a kernel after the phase fuse
  %r = dl.relu %a : (tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

func.func @two_anchors(%a: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // CHECK: has more than one anchor
  %k = dl.kernel (%x = %a : tensor<4x4xf32>) -> (tensor<4x4xf32>) {
    %m = dl.matmul %x, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %n = dl.matmul %m, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    dl.yield %n : tensor<4x4xf32>
  }
  return %k : tensor<4x4xf32>
}

// -----

func.func @storage_c1(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) -> tensor<4x3xf32> {
  // CHECK: 'dl.concat' op has operand 0 of another storage than it asks for: only what a kernel writes or another concat joins can be a part of a concat
  %c = dl.concat %a, %b {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %c : tensor<4x3xf32>
}

// -----

func.func @part_of_two(%a: tensor<2x3xf32>) -> tensor<4x3xf32> {
  // CHECK: 'dl.concat' op has operand 1 {{.*}}a tensor can be a part of one concat only
  %k = dl.kernel (%x = %a : tensor<2x3xf32>) -> (tensor<2x3xf32>) {
    %m = dl.relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
    dl.yield %m : tensor<2x3xf32>
  }
  %c = dl.concat %k, %k {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %c : tensor<4x3xf32>
}

// -----

func.func @returned_part(%a: tensor<2x3xf32>) -> tensor<2x2xf32> {
  // CHECK: 'func.return' op has operand 0 {{.*}}what is returned lies row by row
  %c = dl.slice %a {starts = array<i64: 0, 1>, sizes = array<i64: 2, 2>, steps = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return %c : tensor<2x2xf32>
}

// -----

func.func @fuse_c1(%a: tensor<2x3xf32>) -> tensor<2x2xf32> {
  %c = dl.slice %a {starts = array<i64: 0, 1>, sizes = array<i64: 2, 2>, steps = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  // CHECK: 'dl.kernel' op has other strides than its tensors
  %k = dl.kernel (%x = %c : tensor<2x2xf32>) -> (tensor<2x2xf32>) {
    %m = dl.relu %x : (tensor<2x2xf32>) -> tensor<2x2xf32>
    dl.yield %m : tensor<2x2xf32>
  }
  return %k : tensor<2x2xf32>
}
