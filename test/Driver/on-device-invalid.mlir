// What a device cannot run is refused by name, with the exit code of what is unsupported; it never runs on the host
// instead.
// REQUIRES: dlc
// RUN: %python -c "import subprocess, sys; sys.exit(subprocess.run(['dlc', 'compile', '%s', '--target=cuda', '-o', '%t.so']).returncode != 3)" 2>&1 | FileCheck %s
// RUN: test ! -e %t.so
// RUN: not dlc compile %s --target=vulkan -o %t.so 2>&1 | FileCheck %s --check-prefix=VULKAN
// RUN: test ! -e %t.so
// RUN: not dlc compile %s --target=metal 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// CHECK: dlc: error: {{.*}}on-device-invalid.mlir: gelu_3: function 'erf' is not there on cuda
// VULKAN: dlc: error: {{.*}}on-device-invalid.mlir: gelu_3: function 'erf of f64' is not there on vulkan
// UNKNOWN: --target: metal not in {cpu,opencl,cuda,vulkan}
module attributes {dl.model = "net"} {
  func.func @main(%x: tensor<5xf64> {dl.name = "x"}) -> (tensor<5xf64> {dl.name = "y"}) {
    %0 = dl.erf %x : (tensor<5xf64>) -> tensor<5xf64> loc("gelu_3")
    return %0 : tensor<5xf64>
  }
}
