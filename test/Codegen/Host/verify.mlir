// RUN: dlc-opt --host-verify --split-input-file --verify-diagnostics %s

// expected-error @+1 {{expects the description `dlc_model`}}
module {
}

// -----

module {
  llvm.mlir.global constant @dlc_model(0 : i32) : i32
  // expected-error @+1 {{expects a function of the runtime or a kernel in @kernels}}
  llvm.func @stranger() -> i32
}

// -----

module {
  llvm.mlir.global constant @dlc_model(0 : i32) : i32
  // expected-error @+1 {{is no op of the LLVM dialect after the phase `host`}}
  func.func @main() {
    return
  }
}

// -----

// expected-error @+1 {{expects constants at rising multiples of 64 bytes, found one at 64 after 68}}
module attributes {dl.constants = [dense<1.0> : tensor<17xf32>, dense<2.0> : tensor<1xf32>],
                   dl.constant_offsets = array<i64: 0, 64>} {
  llvm.mlir.global constant @dlc_model(0 : i32) : i32
}

// -----

// expected-error @+1 {{expects an offset for each of `dl.constants`}}
module attributes {dl.constants = [dense<1.0> : tensor<17xf32>]} {
  llvm.mlir.global constant @dlc_model(0 : i32) : i32
}

// -----

// expected-error @+1 {{expects dense tensors of numbers as `dl.constants`}}
module attributes {dl.constants = ["weights"], dl.constant_offsets = array<i64: 0>} {
  llvm.mlir.global constant @dlc_model(0 : i32) : i32
}

// -----

// expected-error @+1 {{expects 12 bytes for a constant of type 'tensor<3xf32>', found 8}}
module attributes {dl.constants = [dense_resource<short> : tensor<3xf32>],
                   dl.constant_offsets = array<i64: 0>} {
  llvm.mlir.global constant @dlc_model(0 : i32) : i32
}

{-#
  dialect_resources: {
    builtin: {
      short: "0x040000000000803F00000040"
    }
  }
#-}
