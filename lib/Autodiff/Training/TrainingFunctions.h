// What the training passes share: the functions of a program under training, their arguments by
// name, and state that a pass adds. Private to the layer.
#ifndef DLC_LIB_AUTODIFF_TRAINING_TRAININGFUNCTIONS_H
#define DLC_LIB_AUTODIFF_TRAINING_TRAININGFUNCTIONS_H

#include "dlc/Autodiff/Term.h"
#include "dlc/Dialect/DL/IR/ModelState.h"

namespace dlc::autodiff {

/// On a result of `train_step`: the gradient of the loss by the slot of this name.
inline constexpr llvm::StringLiteral gradientAttribute = "dl.gradient";

/// The function `name` of `module`; null with a diagnostic that names the pass to run first.
mlir::func::FuncOp requireFunction(mlir::ModuleOp module, llvm::StringRef name,
                                   llvm::StringRef pass);
/// The argument with `dl.name` `name`, or null.
mlir::Value namedArgument(mlir::func::FuncOp function, llvm::StringRef name);
/// The number of arguments before the state.
unsigned inputCount(mlir::func::FuncOp function);
/// Inserts an argument with `dl.name` before the state.
mlir::BlockArgument addInput(mlir::func::FuncOp function, llvm::StringRef name, mlir::Type type);
/// The value that result `index` returns.
mlir::Value returnedValue(mlir::func::FuncOp function, unsigned index);

/// A function without inputs and results at the end of `module`.
mlir::func::FuncOp addFunction(mlir::ModuleOp module, llvm::StringRef name);

/// The gradient of the loss by a slot.
struct SlotGradient {
  std::string slot;
  mlir::Value value;
};
/// Appends a result that is a gradient.
void addGradientResult(mlir::func::FuncOp function, const SlotGradient &gradient);
/// Takes the gradients off the results of `function`, in order.
llvm::SmallVector<SlotGradient> takeGradientResults(mlir::func::FuncOp function);

/// State that a pass adds to a function: reads, writes, and its first content, which `init` writes.
class StateBuilder {
public:
  /// Builds at the end of `function`.
  explicit StateBuilder(mlir::func::FuncOp function);

  /// The content of slot `name`; a slot that is new is `first` everywhere at the start.
  Term slot(const std::string &name, mlir::RankedTensorType type, double first);
  /// The content of slot `name`; a slot that is new is `first` at the start.
  Term slot(const std::string &name, mlir::DenseElementsAttr first);
  void update(llvm::StringRef name, Term value) { dl::addSlotResult(function, name, value); }

  Term term(mlir::Value value) { return {builder, function.getLoc(), value}; }
  mlir::OpBuilder &getBuilder() { return builder; }
  mlir::func::FuncOp getFunction() { return function; }

private:
  /// Reads the slot, and has `init` write what `makeFirst` builds there unless it already does.
  Term read(const std::string &name, mlir::RankedTensorType type,
            llvm::function_ref<mlir::Value(mlir::OpBuilder &)> makeFirst);

  mlir::func::FuncOp function;
  mlir::OpBuilder builder;
};

} // namespace dlc::autodiff

#endif // DLC_LIB_AUTODIFF_TRAINING_TRAININGFUNCTIONS_H
