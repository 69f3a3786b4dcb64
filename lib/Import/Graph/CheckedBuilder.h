// Building dl ops from data nobody has checked: inference and verifiers run before an op is kept,
// and their complaints become text for the caller's Error.
#ifndef DLC_LIB_IMPORT_GRAPH_CHECKEDBUILDER_H
#define DLC_LIB_IMPORT_GRAPH_CHECKEDBUILDER_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Support/Tensor.h"
#include "mlir/IR/Builders.h"

#include <string>

namespace dlc::importer {

/// Whether a ranked tensor of this type, as far as its sizes are constants, is larger than kernels
/// can index: they do so with 32 bits.
bool exceedsTensorLimit(mlir::Type type);
/// For diagnostics, behind a shape that exceeds it.
inline constexpr char tensorLimitText[] = " is larger than the limit of 2 GiB a tensor";

/// Builds ops at one place, with one location at a time.
class CheckedBuilder {
public:
  explicit CheckedBuilder(mlir::MLIRContext &context);
  virtual ~CheckedBuilder() = default;

  mlir::OpBuilder &builder() { return ops; }
  mlir::MLIRContext *context() { return ops.getContext(); }
  void setLocation(mlir::Location location) { current = location; }
  mlir::Location location() const { return current; }

  /// A dl.constant with this value; the bytes are shared.
  dl::ConstantOp constant(const Tensor &tensor);

  /// Builds an OpTy with one result. Null where inference or the verifier refuses it; `failure`
  /// then says why.
  template <typename OpTy, typename... Args>
  mlir::Value create(std::string &failure, Args &&...args) {
    mlir::OperationState state(current, OpTy::getOperationName());
    OpTy::build(ops, state, mlir::Type(mlir::NoneType::get(context())),
                std::forward<Args>(args)...);
    llvm::SmallVector<mlir::Value> results = finish(state, inferTypes<OpTy>, failure);
    return results.empty() ? mlir::Value() : results.front();
  }

  /// The same for an op with `count` results; empty on failure.
  template <typename OpTy, typename... Args>
  llvm::SmallVector<mlir::Value> createMany(std::string &failure, unsigned count, Args &&...args) {
    mlir::OperationState state(current, OpTy::getOperationName());
    llvm::SmallVector<mlir::Type> placeholders(count, mlir::NoneType::get(context()));
    OpTy::build(ops, state, mlir::TypeRange(placeholders), std::forward<Args>(args)...);
    return finish(state, inferTypes<OpTy>, failure);
  }

protected:
  /// Takes `sizes`, which have to be equal for an op with these operands, for equal, and changes
  /// the operands accordingly; whether it did.
  virtual bool equate(dl::SizePair sizes, llvm::MutableArrayRef<mlir::Value> operands) {
    return false;
  }
  /// What a failure on `operands` ends with: the names of the symbols that it shows.
  virtual std::string legend(mlir::ValueRange operands) { return {}; }
  /// The results of a new op, or values that stand for them.
  virtual llvm::SmallVector<mlir::Value> fold(mlir::Operation *op);

  mlir::OpBuilder ops;
  mlir::Location current;

private:
  using InferFunction = llvm::LogicalResult (*)(mlir::OperationState &,
                                                llvm::SmallVectorImpl<mlir::Type> &);

  template <typename OpTy>
  static llvm::LogicalResult inferTypes(mlir::OperationState &state,
                                        llvm::SmallVectorImpl<mlir::Type> &types) {
    return OpTy::inferReturnTypes(state.getContext(), state.location, state.operands,
                                  state.attributes.getDictionary(state.getContext()),
                                  state.getRawProperties(), {}, types);
  }

  llvm::SmallVector<mlir::Value> finish(mlir::OperationState &state, InferFunction infer,
                                        std::string &failure);
  /// The op with inferred types; null where inference or the verifier refuses it.
  mlir::Operation *build(mlir::OperationState &state, InferFunction infer);
};

} // namespace dlc::importer

#endif // DLC_LIB_IMPORT_GRAPH_CHECKEDBUILDER_H
