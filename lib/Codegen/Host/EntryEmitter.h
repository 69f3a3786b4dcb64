// The entry of one function: the calls of its kernels, with a descriptor of each tensor.
#ifndef DLC_LIB_CODEGEN_HOST_ENTRYEMITTER_H
#define DLC_LIB_CODEGEN_HOST_ENTRYEMITTER_H

#include "EmptySizes.h"
#include "EntryMemory.h"
#include "KernelDescription.h"
#include "SizeEmitter.h"
#include "dlc/Artifact/Description.h"
#include "dlc/Codegen/Host/ArenaPlan.h"
#include "dlc/Codegen/Host/ConstantPool.h"
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include <functional>

namespace dlc::host {

/// Emits the entries of a module. Code goes to the front of the module's body, tables behind it.
class EntryEmitter {
public:
  EntryEmitter(mlir::ModuleOp module, ConstantPool &constants, EntryMemory &memory);

  /// Emits the dlcrt_entry of `function` under the symbol `name`, and appends its kernels to
  /// `kernels`.
  /// `layout` is the symbol of the function that lays out a symbolic arena (ShapeFunctions.h).
  void emit(mlir::func::FuncOp function, const ArenaPlan &plan, llvm::StringRef layout,
            llvm::StringRef name, std::vector<KernelRow> &kernels);

private:
  void loadCall(mlir::func::FuncOp function);
  /// Calls `layout` for the offsets of the arena's entries.
  void layOutArena(llvm::StringRef layout);
  void emitKernel(dl::KernelOp kernel, unsigned index);
  /// Calls `callee` where no size that may be 0 leaves it nothing to compute.
  void emitCall(dl::KernelOp kernel, unsigned index, mlir::LLVM::LLVMFuncOp callee,
                mlir::ValueRange arguments);
  /// Gives the symbol of `decision` its value (DataSizes.cpp), and memory to the outputs whose
  /// sizes are known then.
  void emitDecision(dl::DecideSizeOp decision);
  void allocateOutputs();
  /// Calls `call` between the hooks of the profile.
  void emitProfiled(unsigned index, llvm::function_ref<void()> call);
  /// Calls the kernel's object once a step (StepLoop.cpp).
  void emitSteps(dl::KernelOp kernel, unsigned index);
  /// Address of `argument` in the step taken first, and bytes from one step to that after it.
  std::pair<mlir::Value, mlir::Value> firstEntry(dl::KernelOp kernel, const StepArgument &argument,
                                                 mlir::Value steps, bool backwards);
  /// Address of `argument` in the step of turn `turn`.
  mlir::Value entryAt(dl::KernelOp kernel, const StepArgument &argument, mlir::Value first,
                      mlir::Value advance, mlir::Value turn, mlir::Value steps);
  /// Address of a tensor of zeros.
  mlir::Value zerosOf(mlir::RankedTensorType type);
  void emitCopy(const OutputCopy &copy);
  /// Fills slot `slot` for `value` and returns its address.
  mlir::Value describe(mlir::Value value, unsigned slot);
  /// The same for a tensor of another type or place.
  mlir::Value describe(unsigned slot, mlir::Value bytes, mlir::RankedTensorType type,
                       llvm::ArrayRef<mlir::AffineExpr> strides);
  /// Address of the first byte of `value`, as kernels see it; never null.
  mlir::Value addressOf(mlir::Value value);
  /// Sets the address in a slot that is filled.
  void storeAddress(unsigned slot, mlir::Value bytes);
  /// The global with the Halide dimensions of `type` with `strides`, which are constants.
  mlir::LLVM::GlobalOp dimensionsOf(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> strides);
  mlir::LLVM::LLVMFuncOp tensorSetter();
  EntryCode code();
  void returnIfFailed(mlir::Value status);

  mlir::Value constant(mlir::Type type, int64_t value);
  mlir::Value byteOffset(mlir::Value base, int64_t offset);
  mlir::Value byteOffset(mlir::Value base, mlir::AffineExpr offset);
  mlir::Value loadPointer(mlir::Value base, int64_t offset);

  std::function<void(mlir::Value)> checkStatus = [this](mlir::Value status) {
    returnIfFailed(status);
  };
  mlir::ModuleOp module;
  ConstantPool &constants;
  EntryMemory &memory;
  mlir::OpBuilder builder;
  mlir::OpBuilder tables; ///< at the end of the module
  mlir::Location loc;
  mlir::Type ptr, i32, i64;

  // The function being emitted.
  const ArenaPlan *plan = nullptr;
  mlir::LLVM::LLVMFuncOp entry;
  mlir::Block *failed = nullptr; ///< returns its argument, a status
  mlir::Value context, slots;
  EntryBases bases;
  std::optional<SizeEmitter> sizes; ///< of this call
  std::optional<EmptySizes> emptySizes;
  llvm::SmallBitVector undecided; ///< symbols that data decides, and has not yet
  llvm::SmallVector<mlir::RankedTensorType> outputTypes;
  llvm::DenseSet<size_t> allocated; ///< outputs whose sizes data decides, once they have memory
  llvm::SmallVector<mlir::Value> arenaPlaces; ///< addresses of the entries of a symbolic arena
};

} // namespace dlc::host

#endif // DLC_LIB_CODEGEN_HOST_ENTRYEMITTER_H
