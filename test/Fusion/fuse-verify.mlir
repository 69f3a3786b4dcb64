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
