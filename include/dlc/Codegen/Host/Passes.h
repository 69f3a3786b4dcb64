// The passes of the phase `host`; their contracts are in Passes.td.
#ifndef DLC_CODEGEN_HOST_PASSES_H
#define DLC_CODEGEN_HOST_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace dlc::host {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dlc/Codegen/Host/Passes.h.inc"

} // namespace dlc::host

#endif // DLC_CODEGEN_HOST_PASSES_H
