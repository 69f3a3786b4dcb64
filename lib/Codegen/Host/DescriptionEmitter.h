// The model's description and its exported functions as LLVM dialect constants and wrappers, after
// dlc/Runtime/ABI.h.
#ifndef DLC_LIB_CODEGEN_HOST_DESCRIPTIONEMITTER_H
#define DLC_LIB_CODEGEN_HOST_DESCRIPTIONEMITTER_H

#include "ShapeFunctions.h"
#include "dlc/Artifact/Description.h"
#include "mlir/IR/Builders.h"

namespace dlc::host {

/// The code behind a function of the description.
struct FunctionCode {
  std::string entry;           ///< symbol of its dlcrt_entry
  uint64_t arenaBytes = 0;     ///< as planned
  uint64_t hostArenaBytes = 0; ///< of it, what the runtime has to supply
  ShapeFunctions shapes;       ///< where sizes are symbols
};

/// Emits `dlc_model` and the tables behind it; `code` has an entry a function of `model`, `costs`
/// is the symbol of dlcrt_model::kernel_costs, or empty.
void emitModelDescription(mlir::OpBuilder &builder, mlir::Location loc,
                          const ModelDescription &model, llvm::ArrayRef<FunctionCode> code,
                          const std::string &costs);

/// Emits the exported wrappers, and declares what they call.
void emitWrappers(mlir::OpBuilder &builder, mlir::Location loc, const ModelDescription &model);

} // namespace dlc::host

#endif // DLC_LIB_CODEGEN_HOST_DESCRIPTIONEMITTER_H
