// The passes of the phase `host`.
#ifndef DLC_CODEGEN_HOST_PASSES_TD
#define DLC_CODEGEN_HOST_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerHost : Pass<"host-lower-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Turn the functions of a model into one LLVM dialect module";
  let description = [{
    Before: functions of constants, views, kernels with a `symbol`, and a return; static shapes. After:
    an LLVM dialect module that defines what dlc/Runtime/ABI.h asks of host code (an entry a function,
    `dlc_model`, the exported wrappers). Beside it, so that a dump can be linked, stand the modules
    `@kernels` (one function a distinct kernel, named by its symbol) and `@functions` (the functions'
    declarations), and the attributes `dl.constants` (the distinct constants) and `dl.constant_offsets` (their places in `dlc_constants`).
    Diagnosed: kernels without a symbol, unequal kernels with one symbol, what the arena plan refuses.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::func::FuncDialect"];
  let options = [
    Option<"inPlace", "in-place", "bool", /*default=*/"true",
           "Let kernels marked dl.in_place overwrite an operand that dies">];
}

def VerifyHost : Pass<"host-verify", "::mlir::ModuleOp"> {
  let summary = "Check what the phase `host` promises";
  let description = [{
    Diagnosed: ops outside of the LLVM dialect (but for the modules `@kernels` and `@functions`), calls of symbols that are
    neither kernels nor of the runtime, constants that overlap or are not aligned to 64 bytes, a missing
    `dlc_model`.
  }];
}

def PrintArenaPlan : Pass<"host-print-arena-plan", "::mlir::func::FuncOp"> {
  let summary = "Print where a function's values lie in memory";
  let description = [{
    A test of the arena plan: prints it to standard error and changes nothing. Before: as for
    `host-lower-to-llvm`; kernels may lack a symbol.
  }];
  let options = [
    Option<"inPlace", "in-place", "bool", /*default=*/"true",
           "Let kernels marked dl.in_place overwrite an operand that dies">];
}

#endif // DLC_CODEGEN_HOST_PASSES_TD
