// Building dl ops from data nobody has checked: inference and verifiers run before an op is kept,
// and their complaints become the Error of the node at hand. Constants are folded as they arise.
#ifndef DLC_LIB_IMPORT_ONNX_GRAPHBUILDER_H
#define DLC_LIB_IMPORT_ONNX_GRAPHBUILDER_H

#include "Symbols.h"
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Import/ONNX/ImportONNX.h"
#include "mlir/IR/Builders.h"

#include <functional>
#include <map>
#include <set>

namespace dlc::onnx {

/// The function under construction and what is known of its values.
class GraphBuilder {
public:
  GraphBuilder(mlir::MLIRContext &context, const ImportOptions &options);

  mlir::OpBuilder &builder() { return ops; }
  mlir::MLIRContext *context() { return ops.getContext(); }
  void setLocation(mlir::Location location) { current = location; }
  mlir::Location location() const { return current; }

  /// Sizes that the model leaves open.
  SizeSymbols &symbols() { return sizeSymbols; }

  /// `value` with sizes that have to be 1 as 1.
  mlir::Value settled(mlir::Value value);

  /// A dl.constant with this value; the bytes are shared.
  mlir::Value constant(const Tensor &tensor);

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

  /// The value of `value` at compile time: a constant, or computed from constants and from inputs
  /// whose value is known (which then become constants). Nullopt where it depends on run-time data.
  std::optional<Tensor> evaluate(mlir::Value value);

  /// Builds the nodes of `body`, an attribute of the node at hand, with `inputs` for its inputs,
  /// and gives the values of its outputs. Fails after the failure was reported.
  using BodyImporter = std::function<llvm::FailureOr<llvm::SmallVector<mlir::Value>>(
      const Graph &body, llvm::ArrayRef<mlir::Value> inputs)>;
  void setBodyImporter(BodyImporter importer) { bodyImporter = std::move(importer); }
  const BodyImporter &importBody() const { return bodyImporter; }

  /// Names the graph input `name` as the argument `value`, with the value it may be known to have.
  void addInput(mlir::BlockArgument value, llvm::StringRef name);
  /// The name of the graph input that `value` is, or depends on through ops that could be
  /// evaluated; empty where none.
  std::string undecidedInput(mlir::Value value);
  /// Inputs that became constants through `evaluate`.
  const std::set<unsigned> &frozenInputs() const { return frozen; }
  /// The known value of input argument `index`.
  const Tensor &inputValue(unsigned index) const { return known.at(index); }

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
  /// Where operands could broadcast, or be joined, if sizes that are expressions were equal,
  /// requires that they are. Whether anything changed.
  bool alignSizes(mlir::OperationState &state);
  /// The results as constants where the op can be evaluated now and cheaply, else as they are.
  llvm::SmallVector<mlir::Value> fold(mlir::Operation *op);

  const ImportOptions &options;
  SizeSymbols sizeSymbols;
  BodyImporter bodyImporter;
  mlir::OpBuilder ops;
  mlir::Location current;
  std::map<unsigned, std::string> inputNames;
  std::map<unsigned, Tensor> known;
  std::set<unsigned> frozen;
  llvm::DenseMap<mlir::Value, Tensor> evaluated;
};

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_GRAPHBUILDER_H
