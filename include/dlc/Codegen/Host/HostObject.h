// From a module of the phase `host` to LLVM IR, assembly and object bytes.
#ifndef DLC_CODEGEN_HOST_HOSTOBJECT_H
#define DLC_CODEGEN_HOST_HOSTOBJECT_H

#include "dlc/Support/Error.h"
#include "mlir/IR/BuiltinOps.h"
#include <string>

namespace mlir {
class DialectRegistry;
}

namespace dlc::host {

/// The machine that host code is made for.
struct HostTarget {
  std::string triple; ///< empty: this machine's
  std::string cpu;    ///< empty: the baseline of the architecture; host code gains nothing by more
  std::string features; ///< `+avx2,-bmi`, may be empty
};

/// What the three functions below need registered in the module's context.
void registerHostTranslation(mlir::DialectRegistry &registry);

/// The module as LLVM IR text.
Expected<std::string> emitHostLLVM(mlir::ModuleOp module, const HostTarget &target = {});
/// The module as assembly.
Expected<std::string> emitHostAssembly(mlir::ModuleOp module, const HostTarget &target = {});
/// The module as a relocatable, position-independent object.
Expected<std::string> emitHostObject(mlir::ModuleOp module, const HostTarget &target = {});

} // namespace dlc::host

#endif // DLC_CODEGEN_HOST_HOSTOBJECT_H
