// Code that evaluates expressions over a call's symbols.
#ifndef DLC_LIB_CODEGEN_HOST_SIZEEMITTER_H
#define DLC_LIB_CODEGEN_HOST_SIZEEMITTER_H

#include "dlc/Dialect/DL/IR/ShapeInference.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/DenseMap.h"

namespace dlc::host {

/// Emits the values of sizes, each once, into the block where it was made.
class SizeEmitter {
public:
  /// `dims` points to the values of the symbols, as dlcrt_call::dims does.
  SizeEmitter(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value dims)
      : builder(builder), loc(loc), dims(dims) {}

  /// i64.
  mlir::Value emit(mlir::AffineExpr size);
  /// f64: a product that may be beyond int64.
  mlir::Value emitReal(mlir::AffineExpr size);
  /// `size` rounded up to `alignment`, a power of two.
  mlir::Value emitAligned(mlir::AffineExpr size, int64_t alignment);
  mlir::Value constant(int64_t value);
  /// Gives symbol `index` another value, an i64, from here on.
  void set(unsigned index, mlir::Value value);
  /// Where symbol `index` stands.
  mlir::Value addressOf(unsigned index);

private:
  mlir::Value divideFloor(mlir::Value a, mlir::Value b);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::Value dims;
  llvm::DenseMap<mlir::AffineExpr, mlir::Value> emitted;
};

} // namespace dlc::host

#endif // DLC_LIB_CODEGEN_HOST_SIZEEMITTER_H
