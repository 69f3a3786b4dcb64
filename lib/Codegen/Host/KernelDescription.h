// What profiles say of kernels.
#ifndef DLC_LIB_CODEGEN_HOST_KERNELDESCRIPTION_H
#define DLC_LIB_CODEGEN_HOST_KERNELDESCRIPTION_H

#include "dlc/Artifact/Description.h"
#include "dlc/Dialect/DL/IR/DLOps.h"

namespace dlc::host {

/// A row of the kernel table. What it costs is in the description where it is a constant.
struct KernelRow {
  KernelDescription description;
  mlir::AffineExpr flops, bytes; ///< of a call
};

/// What a profile says of `kernel`.
KernelRow describeKernel(dl::KernelOp kernel);

/// Emits dlcrt_model::kernel_costs for `rows` where one of them depends on the call's sizes, before
/// the op that `builder` stands at. Returns its symbol; empty where none does.
std::string emitKernelCosts(mlir::OpBuilder &builder, mlir::Location loc,
                            llvm::ArrayRef<KernelRow> rows);

} // namespace dlc::host

#endif // DLC_LIB_CODEGEN_HOST_KERNELDESCRIPTION_H
