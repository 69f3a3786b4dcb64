// The function that a graph becomes: constants are folded as they arise, sizes that the model
// leaves open are symbols.
#ifndef DLC_LIB_IMPORT_ONNX_GRAPHBUILDER_H
#define DLC_LIB_IMPORT_ONNX_GRAPHBUILDER_H

#include "../Graph/CheckedBuilder.h"
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
class GraphBuilder : public importer::CheckedBuilder {
public:
  GraphBuilder(mlir::MLIRContext &context, const ImportOptions &options);

  /// Sizes that the model leaves open.
  SizeSymbols &symbols() { return sizeSymbols; }

  /// `value` with sizes that have to be 1 as 1.
  mlir::Value settled(mlir::Value value);

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
  bool equate(dl::SizePair sizes, llvm::MutableArrayRef<mlir::Value> operands) override;
  /// Inputs that became constants through `evaluate`.
  const std::set<unsigned> &frozenInputs() const { return frozen; }
  /// The known value of input argument `index`.
  const Tensor &inputValue(unsigned index) const { return known.at(index); }

private:
  std::string legend(mlir::ValueRange operands) override;
  /// The results as constants where the op can be evaluated now and cheaply, else as they are.
  llvm::SmallVector<mlir::Value> fold(mlir::Operation *op) override;

  const ImportOptions &options;
  SizeSymbols sizeSymbols;
  BodyImporter bodyImporter;
  std::map<unsigned, std::string> inputNames;
  std::map<unsigned, Tensor> known;
  std::set<unsigned> frozen;
  llvm::DenseMap<mlir::Value, Tensor> evaluated;
};

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_GRAPHBUILDER_H
