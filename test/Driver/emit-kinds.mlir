// Every kind of artifact from one model, and the text kinds.
// REQUIRES: dlc
// RUN: rm -rf %t && mkdir %t
// RUN: dlc compile %s --quiet -o %t/m.so && test -x %t/m.so && test -f %t/m.h
// RUN: dlc compile %s --quiet --emit=a -o %t/m.a && test -f %t/m.a
// RUN: dlc compile %s --quiet --emit=obj -o %t/m.o && test -f %t/m.o
// RUN: dlc compile %s --quiet --emit=exe -o %t/m && test -x %t/m
// RUN: dlc compile %s --quiet --emit=llvm -o %t/m.ll && FileCheck %s --check-prefix=LLVM --input-file=%t/m.ll
// RUN: dlc compile %s --quiet --emit=asm -o %t/m.s && FileCheck %s --check-prefix=ASM --input-file=%t/m.s

// A dump goes on where it stopped, to the same bytes of output.
// RUN: dlc run %t/m.so --quiet --random-inputs --output %t/straight
// RUN: dlc compile %s --quiet --compile-to=fuse -o %t/fuse.mlir
// RUN: dlc compile %t/fuse.mlir --quiet --compile-from=fuse -o %t/fuse.so
// RUN: dlc run %t/fuse.so --quiet --random-inputs --output %t/fused
// RUN: cmp %t/straight/y.npy %t/fused/y.npy
// RUN: dlc compile %t/fuse.mlir --quiet --compile-from=fuse --compile-to=host -o %t/host.mlir
// RUN: FileCheck %s --check-prefix=HOST --input-file=%t/host.mlir
// RUN: dlc compile %t/host.mlir --quiet --compile-from=host -o %t/host.so
// RUN: dlc run %t/host.so --quiet --random-inputs --output %t/hosted
// RUN: cmp %t/straight/y.npy %t/hosted/y.npy

// LLVM: define internal i32 @entry_run(
// LLVM: call i32 @[[KERNEL:kernel_[a-z]+_[0-9a-f]+]](
// LLVM: define ptr @small_describe()

// ASM: entry_run:
// ASM: {{^}}kernel_{{[a-z]+_[0-9a-f]+}}:

// HOST: llvm.func internal @entry_run
// HOST: module @kernels
// HOST: dl.kernel

module attributes {dl.model = "small"} {
  func.func @main(%x: tensor<5x7xf32> {dl.name = "x"}) -> (tensor<5x3xf32> {dl.name = "y"}) {
    %w = dl.constant dense<0.25> : tensor<7x3xf32>
    %0 = dl.matmul %x, %w : (tensor<5x7xf32>, tensor<7x3xf32>) -> tensor<5x3xf32>
    %1 = dl.neg %0 : (tensor<5x3xf32>) -> tensor<5x3xf32>
    return %1 : tensor<5x3xf32>
  }
}
