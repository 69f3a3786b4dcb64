// Which memory an entry's kernels work in: the host's own, or a device's, with what has to be moved
// around them.
#ifndef DLC_LIB_CODEGEN_HOST_ENTRYMEMORY_H
#define DLC_LIB_CODEGEN_HOST_ENTRYMEMORY_H

#include "dlc/Codegen/Host/ArenaPlan.h"
#include "dlc/Codegen/Host/StateLayout.h"
#include "dlc/Schedule/DeviceFacts.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include <memory>

namespace dlc::host {

/// Fields of halide_buffer_t of Halide 21.
enum BufferField : int32_t { DeviceAddress = 0, HostAddress = 2, TypeAndRank = 4, Dimensions = 5 };

/// Where the parts of a plan begin, as kernels see them.
struct EntryBases {
  mlir::Value arena, state, constants;
  llvm::SmallVector<mlir::Value> inputs, outputs;
};

/// What emits the code of an entry, as far as its memory needs it.
struct EntryCode {
  mlir::OpBuilder &builder;
  mlir::ModuleOp module;
  mlir::Value call; ///< the dlcrt_call
  /// Goes on where a status is 0, else returns it.
  llvm::function_ref<void(mlir::Value status)> returnIfFailed;
};

class EntryMemory {
public:
  virtual ~EntryMemory() = default;
  /// The field of a kernel's tensor that holds its address.
  virtual BufferField addressField() const = 0;
  /// At the start of the entry: `bases` are the host's, as the call has them, and become those that
  /// kernels are given.
  virtual void begin(EntryCode code, mlir::func::FuncOp function, const ArenaPlan &plan,
                     EntryBases &bases) = 0;
  virtual void copy(EntryCode code, mlir::Value to, mlir::Value from, mlir::Value bytes) = 0;
  /// Fills with zeros.
  virtual void clear(EntryCode code, mlir::Value to, mlir::Value bytes) = 0;
  /// At the end: what the entry returns.
  virtual mlir::Value end(EntryCode code) = 0;
  /// Bytes of the runtime's arena that the plan needs.
  virtual uint64_t hostArenaBytes(const ArenaPlan &plan) const = 0;
};

std::unique_ptr<EntryMemory> makeHostMemory();
/// `stateBytes` of the whole module. Sizes must be constants.
std::unique_ptr<EntryMemory> makeDeviceMemory(schedule::DeviceKind kind);

/// The declaration of a function of the runtime or of a kernel.
mlir::LLVM::LLVMFuncOp declareFunction(mlir::ModuleOp module, llvm::StringRef name,
                                       mlir::Type result, llvm::ArrayRef<mlir::Type> arguments);

} // namespace dlc::host

#endif // DLC_LIB_CODEGEN_HOST_ENTRYMEMORY_H
