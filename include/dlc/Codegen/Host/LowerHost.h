// What can be asked of a module of the phase `host`, in memory or read back from a dump: all that
// the phase `link` needs beside the object made from it.
#ifndef DLC_CODEGEN_HOST_LOWERHOST_H
#define DLC_CODEGEN_HOST_LOWERHOST_H

#include "dlc/Artifact/Description.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace dlc::host {

/// The nested module that keeps one function a distinct kernel, named by its symbol, and holds the
/// dl.kernel that its object is made from.
constexpr llvm::StringLiteral kernelsModule = "kernels";
/// The nested module that keeps the model's functions as declarations: names and types,
/// and `dl.arena_bytes`.
constexpr llvm::StringLiteral functionsModule = "functions";

/// Inputs and outputs from the function's type and its `dl.name` attributes; `main` becomes `run`.
FunctionDescription describeFunction(mlir::func::FuncOp function);

/// The description of a module of the phase `host`, less its kernels: what the generated header and
/// the list of exported names are made from.
ModelDescription describeModel(mlir::ModuleOp module);

/// Arena bytes of the function at `index` of a module of the phase `host`.
uint64_t arenaBytesOf(mlir::ModuleOp module, unsigned index = 0);

/// How often the entries of a module of the phase `host` call a kernel.
unsigned kernelCallsOf(mlir::ModuleOp module);

/// Checks what the phase promises, with a diagnostic: the pass `host-verify`, and the first step of
/// writeArtifact, since a dump may have been edited.
mlir::LogicalResult verifyHostModule(mlir::ModuleOp module);

/// The model's name: `dl.model`, else the module's name, else `model`.
std::string modelName(mlir::ModuleOp module);
/// The names of the symbolic dimensions in descriptions of the module's functions.
std::vector<std::string> sizeNames(mlir::ModuleOp module);

} // namespace dlc::host

#endif // DLC_CODEGEN_HOST_LOWERHOST_H
