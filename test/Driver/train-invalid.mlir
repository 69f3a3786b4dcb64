// REQUIRES: dlc
// RUN: not dlc compile %s --compile-from=import --train -o %t.so 2>&1 | FileCheck %s
// RUN: test ! -e %t.so
// RUN: not dlc compile %s --loss=mse -o %t.so 2>&1 | FileCheck %s --check-prefix=NEEDS
// RUN: not dlc compile %s --compile-from=import -o - 2>&1 | FileCheck %s --check-prefix=TEXT

// TEXT: dlc: error: {{.*}}-o - is for text: --emit=mlir|llvm|asm, or --compile-to=PHASE
// CHECK: dlc: error: {{.*}}'dl.grid_sample' op has no gradient rule
// NEEDS: dlc: error: --loss requires --train
func.func @main(%x: tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> {
  %w = dl.constant dense<[[[[1.0]], [[2.0]], [[3.0]]]]> : tensor<1x3x1x1xf32>
  %0 = dl.mul %x, %w : (tensor<1x3x4x4xf32>, tensor<1x3x1x1xf32>) -> tensor<1x3x4x4xf32>
  %grid = dl.constant dense<0.0> : tensor<1x4x4x2xf32>
  %1 = dl.grid_sample %0, %grid : (tensor<1x3x4x4xf32>, tensor<1x4x4x2xf32>) -> tensor<1x3x4x4xf32>
  return %1 : tensor<1x3x4x4xf32>
}
