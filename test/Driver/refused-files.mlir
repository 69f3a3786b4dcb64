// Dumps of another phase, models whose gradients would need sizes, outputs that are no files, artifacts that are cut off.
// REQUIRES: dlc
// RUN: rm -rf %t && mkdir %t
// RUN: dlc compile %s --quiet --compile-to=fuse -o %t/fuse.mlir
// RUN: dlc compile %t/fuse.mlir --quiet --compile-from=fuse --compile-to=host -o %t/host.mlir
// RUN: not dlc compile %t/host.mlir -o %t/a.so 2>&1 | FileCheck %s --check-prefix=HOST
// RUN: not dlc compile %t/fuse.mlir --compile-from=codegen -o %t/a.so 2>&1 | FileCheck %s --check-prefix=FUSE
// RUN: not dlc compile %t/fuse.mlir --compile-from=host -o %t/a.so 2>&1 | FileCheck %s --check-prefix=FUSE
// HOST: host.mlir: a dump of the phase host, expected --compile-from=host, found import
// FUSE: fuse.mlir: a dump of the phase fuse, expected --compile-from=fuse, found {{codegen|host}}

// RUN: not dlc compile %s --train --loss mse -o %t/a.so 2>&1 | FileCheck %s --check-prefix=OPEN
// OPEN: input 'x' has no fixed size on axis 0 ('n'); give its shape with --shape x=Nx3

// RUN: not dlc compile %s -o /dev/full 2>&1 | FileCheck %s --check-prefix=DEVICE
// RUN: test -c /dev/full
// DEVICE: /dev/full: cannot create: there is something that is no regular file

// Through a link to the file behind it, which stays a link.
// RUN: dlc compile %s --quiet -o %t/real.so
// RUN: ln -s real.so %t/link.so
// RUN: dlc compile %s --quiet -o %t/link.so
// RUN: test -L %t/link.so

// RUN: head -c 3000 %t/real.so > %t/cut.so
// RUN: not dlc run %t/cut.so --random-inputs 2>&1 | FileCheck %s --check-prefix=CUT
// CUT: cut.so: expected a shared library made by `dlc compile`, found a file that is none or is cut off

// RUN: not dlc train %s --random-data --loss mse --epochs 1 --history %t/none/h.json 2>&1 | FileCheck %s --check-prefix=HISTORY
// HISTORY: none/h.json: cannot create: No such file or directory

// RUN: not dlc train %s --random-data --loss mse --learning-rate nan 2>&1 | FileCheck %s --check-prefix=RATE
// RATE: --learning-rate: expected a finite number above 0, found 'nan'
// RUN: ls %t | FileCheck %s --check-prefix=LEFT
// LEFT-NOT: a.so
#x = affine_map<()[s0] -> (s0, 3)>
module attributes {dl.model = "model", dl.symbols = ["n"], dl.symbol_estimates = array<i64: 2>} {
  func.func @main(%x: tensor<?x3xf32, #x> {dl.name = "x"}) -> (tensor<?x3xf32, #x> {dl.name = "y"}) {
    %w = dl.constant dense<0.5> : tensor<3x3xf32>
    %y = dl.matmul %x, %w : (tensor<?x3xf32, #x>, tensor<3x3xf32>) -> tensor<?x3xf32, #x>
    return %y : tensor<?x3xf32, #x>
  }
}
