// State in function signatures. A function reads a slot of the model's state through an argument
// with the attribute `dl.state = "name"` and writes it through a result with the same attribute; a
// slot that it does not return keeps its content. Slots of one name are one memory in all functions
// of a module.
#ifndef DLC_DIALECT_DL_IR_MODELSTATE_H
#define DLC_DIALECT_DL_IR_MODELSTATE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <optional>
#include <string>

namespace dlc::dl {

/// On an argument or result: the slot that it is.
inline constexpr llvm::StringLiteral stateAttribute = "dl.state";
/// On an argument that is state: gradients are taken by it.
inline constexpr llvm::StringLiteral trainableAttribute = "dl.trainable";

/// On a dl.constant: it is a variable of the model, true where it is to be trained. A model that
/// marks its variables has no others.
inline constexpr llvm::StringLiteral variableAttribute = "dl.variable";

/// The slot that an argument or result is, if it is one.
std::optional<std::string> argumentSlot(mlir::func::FuncOp function, unsigned index);
std::optional<std::string> resultSlot(mlir::func::FuncOp function, unsigned index);
/// The argument that reads `slot`, or null.
mlir::Value slotArgument(mlir::func::FuncOp function, llvm::StringRef slot);

/// Appends an argument that reads `slot`.
mlir::BlockArgument addSlotArgument(mlir::func::FuncOp function, llvm::StringRef slot,
                                    mlir::Type type, bool trainable);
/// Appends a result that writes `value` into `slot`.
void addSlotResult(mlir::func::FuncOp function, llvm::StringRef slot, mlir::Value value);
/// Appends a result that is not state, under a name.
void addResult(mlir::func::FuncOp function, llvm::StringRef name, mlir::Value value);

/// `init` of the module; made, empty, where there is none.
mlir::func::FuncOp initFunction(mlir::ModuleOp module);

} // namespace dlc::dl

#endif // DLC_DIALECT_DL_IR_MODELSTATE_H
