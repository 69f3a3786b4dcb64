// C tables as LLVM dialect constants: strings, arrays of structs, with pointers among them.
#ifndef DLC_LIB_CODEGEN_HOST_CONSTANTTABLES_H
#define DLC_LIB_CODEGEN_HOST_CONSTANTTABLES_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringMap.h"

namespace dlc::host {

/// One field of a struct: IntegerAttr or FloatAttr for numbers, FlatSymbolRefAttr for a pointer to
/// a global, UnitAttr for null.
using Field = mlir::Attribute;
/// The fields of one struct, in order.
using Row = llvm::SmallVector<Field>;

/// Emits constants at the insertion point of a builder.
class ConstantTables {
public:
  ConstantTables(mlir::OpBuilder &builder, mlir::Location loc) : builder(builder), loc(loc) {}

  Field int32(int64_t value) { return builder.getI32IntegerAttr(static_cast<int32_t>(value)); }
  Field int64(int64_t value) { return builder.getI64IntegerAttr(value); }
  Field real(double value) { return builder.getF64FloatAttr(value); }
  Field null() { return builder.getUnitAttr(); }
  Field pointer(llvm::StringRef symbol) {
    return mlir::FlatSymbolRefAttr::get(builder.getContext(), symbol);
  }

  /// A pointer to `text` and a closing zero; equal strings share one global.
  Field string(llvm::StringRef text);
  /// A pointer to an array of int64; null where it is empty.
  Field int64s(llvm::StringRef symbol, llvm::ArrayRef<int64_t> values);
  /// A pointer to an array of pointers; null where it is empty.
  Field pointers(llvm::StringRef symbol, llvm::ArrayRef<Field> values);
  /// A pointer to an array of structs; null where it is empty.
  Field structs(llvm::StringRef symbol, mlir::LLVM::LLVMStructType type, llvm::ArrayRef<Row> rows);
  /// A pointer to hidden bytes that another object defines.
  Field hiddenBytes(llvm::StringRef symbol, int64_t count);
  /// A hidden constant struct under an external name.
  void hiddenStruct(llvm::StringRef symbol, mlir::LLVM::LLVMStructType type, const Row &row);

private:
  mlir::Value fieldValue(mlir::Type type, Field field);
  mlir::LLVM::GlobalOp global(llvm::StringRef symbol, mlir::Type type, mlir::LLVM::Linkage linkage,
                              mlir::Attribute value = {});

  mlir::OpBuilder &builder;
  mlir::Location loc;
  llvm::StringMap<std::string> strings; ///< text -> symbol
};

} // namespace dlc::host

#endif // DLC_LIB_CODEGEN_HOST_CONSTANTTABLES_H
