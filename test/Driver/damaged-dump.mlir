// A dump that does not parse: one line with its place, exit code 1.
// REQUIRES: dlc
// RUN: not dlc inspect %s 2>&1 | FileCheck %s
// CHECK: {{^}}dlc: error: {{.*}}damaged-dump.mlir: line [[#@LINE+3]]: use of undeclared SSA value name{{$}}
// CHECK-NOT: {{.}}
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  return %nothing : tensor<2x3xf32>
}
