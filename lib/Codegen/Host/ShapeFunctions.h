// What the runtime asks of a function with symbolic sizes before it calls the entry.
#ifndef DLC_LIB_CODEGEN_HOST_SHAPEFUNCTIONS_H
#define DLC_LIB_CODEGEN_HOST_SHAPEFUNCTIONS_H

#include "dlc/Codegen/Host/ArenaPlan.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/SmallBitVector.h"

namespace dlc::host {

/// The sizes of a model that are known at the call: its symbols, and expressions of them that are
/// sizes of outputs. Their order is that of dlc_model_info::symbols.
struct SymbolList {
  std::vector<std::string> names; ///< of the symbols, then of the expressions
  llvm::SmallVector<mlir::AffineExpr> derived;
  unsigned symbols = 0;
  llvm::SmallBitVector decidedByData; ///< of the symbols

  static SymbolList of(mlir::ModuleOp module);
  /// The entry of dlc_tensor_info::dims for a size: itself, -1 - its place in the list, or
  /// unknownDim where data decides it.
  int64_t encode(mlir::AffineExpr size) const;
};

/// Symbols of the functions emitted; empty where there is none.
struct ShapeFunctions {
  std::string arenaBytes;              ///< dlcrt_function::arena_bytes_for
  std::string derive;                  ///< dlcrt_function::derive_dims
  std::vector<std::string> conditions; ///< dlcrt_function::conditions
  std::string layout; ///< `layout(dims, offsets) -> bytes` fills one offset an entry of the plan
};

/// Emits them for `function`, whose entry is called `entry`, before the op that `builder` stands
/// at.
ShapeFunctions emitShapeFunctions(mlir::OpBuilder &builder, mlir::func::FuncOp function,
                                  const ArenaPlan &plan, const SymbolList &symbols,
                                  llvm::StringRef entry);

} // namespace dlc::host

#endif // DLC_LIB_CODEGEN_HOST_SHAPEFUNCTIONS_H
