// What an op importer sees of one node: its inputs as values, its attributes with their types
// checked, and ways to build dl ops, to set outputs and to refuse.
#ifndef DLC_LIB_IMPORT_ONNX_NODECONTEXT_H
#define DLC_LIB_IMPORT_ONNX_NODECONTEXT_H

#include "../Graph/ImportContext.h"
#include "GraphBuilder.h"
#include "OpTable.h"
#include "dlc/Import/ONNX/Model.h"
#include "llvm/ADT/StringSet.h"

namespace dlc::onnx {

using importer::Ints;

class NodeContext : public importer::ImportContext {
public:
  /// `inputs` has one value for each input of `node`, null where it is left out.
  NodeContext(GraphBuilder &graph, const Node &node, llvm::StringRef file,
              llvm::ArrayRef<mlir::Value> inputs);

  const Node &node() const { return theNode; }
  int64_t opset() const { return theNode.opsetVersion; }
  GraphBuilder &graphBuilder() { return graph; }

  //===-- Inputs ---------------------------------------------------------------------------===//

  unsigned numInputs() const { return inputs.size(); }
  /// Input `index`, or null where it is left out.
  mlir::Value input(unsigned index) const {
    return index < inputs.size() ? inputs[index] : mlir::Value();
  }
  bool hasInput(unsigned index) const { return static_cast<bool>(input(index)); }
  llvm::ArrayRef<mlir::Value> allInputs() const { return inputs; }

  /// The sizes of `value`; empty for null. Fails with Unsupported where one is a symbol.
  Ints shapeOf(mlir::Value value);
  /// The size of `value` along `axis`. Fails as shapeOf does.
  int64_t sizeOf(mlir::Value value, int64_t axis);

  /// The value of input `index` where it is a constant already; nullopt for run-time and absent
  /// inputs.
  std::optional<Tensor> constantInput(unsigned index);
  /// The value of input `index`, which decides shapes or attributes: a graph input whose value is
  /// known becomes a constant for it. Fails with Unsupported otherwise, telling what to give.
  llvm::FailureOr<Tensor> requireConstant(unsigned index);
  /// The same as a list of integers.
  llvm::FailureOr<Ints> requireInts(unsigned index);
  /// The same where sizes of inputs may be among them.
  llvm::FailureOr<dl::Dims> requireSizes(unsigned index);

  //===-- Attributes -----------------------------------------------------------------------===//
  // A getter fails (and returns the default) where the attribute is of another kind. Attributes
  // that no getter was called for make the node unsupported.

  bool hasAttr(llvm::StringRef name);
  int64_t intAttr(llvm::StringRef name, int64_t defaultValue);
  /// 0 or 1.
  bool boolAttr(llvm::StringRef name, bool defaultValue);
  double floatAttr(llvm::StringRef name, double defaultValue);
  std::string stringAttr(llvm::StringRef name, llvm::StringRef defaultValue);
  std::optional<Ints> intsAttr(llvm::StringRef name);
  std::optional<llvm::SmallVector<double>> floatsAttr(llvm::StringRef name);
  std::optional<llvm::SmallVector<std::string>> stringsAttr(llvm::StringRef name);
  /// A missing attribute is a failure.
  int64_t requiredIntAttr(llvm::StringRef name);
  std::optional<Tensor> tensorAttr(llvm::StringRef name);
  /// A graph; null, and a failure, where it is missing.
  const Graph *requiredGraphAttr(llvm::StringRef name);
  /// An attribute that has no influence on inference.
  void ignoreAttr(llvm::StringRef name) { seen.insert(name); }
  /// An ONNX element type code as a dl element type; Unsupported for those that dlc lacks.
  mlir::Type elementTypeOfCode(int64_t code);
  /// A list of `count` integers in attribute `name`, or `defaultValue` repeated.
  Ints intsAttr(llvm::StringRef name, size_t count, int64_t defaultValue);

  //===-- Building -------------------------------------------------------------------------===//

  mlir::Value cast(mlir::Value value, mlir::Type element);
  /// The outputs of `body` for `inputs`, built here; one value each, or empty after a failure.
  llvm::SmallVector<mlir::Value> importBody(const Graph &body, llvm::ArrayRef<mlir::Value> inputs);
  /// A size that only data decides: `count`, one i64, at most `bound`, is the value of a new
  /// symbol.
  struct DecidedSize {
    mlir::Value count; ///< for the ops whose results have that size
    int64_t symbol = 0;
  };
  DecidedSize decideSize(mlir::Value count, mlir::AffineExpr bound);
  /// The layout of every image of ONNX.
  dl::LayoutAttr channelsFirst() {
    return dl::LayoutAttr::get(builder().getContext(), dl::Layout::ChannelsFirst);
  }

  //===-- Outputs and failure --------------------------------------------------------------===//

  unsigned numOutputs() const { return outputs.size(); }
  /// Whether the node names output `index`.
  bool wantsOutput(unsigned index) const;
  /// Fails where `value` is null.
  llvm::LogicalResult setOutput(unsigned index, mlir::Value value);
  llvm::ArrayRef<mlir::Value> allOutputs() const { return outputs; }

  /// `axis`, counted from the end where negative, within [0, rank). Fails with BadInput.
  llvm::FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank);
  /// The same for a list, which must not repeat an axis.
  llvm::FailureOr<Ints> normalizeAxes(llvm::ArrayRef<int64_t> axes, int64_t rank);

  llvm::LogicalResult badInput(const llvm::Twine &message);
  llvm::LogicalResult unsupported(const llvm::Twine &message);
  /// Checks that a constant of `shape` that is worked out here, and not read from the file, takes
  /// no more than 64 MiB: a file of a few bytes may ask for any size.
  llvm::LogicalResult checkTable(DType dtype, llvm::ArrayRef<int64_t> shape);
  /// Whether the failure is that of a node in a body, which was reported already.
  bool failedInBody() const { return bodyFailed; }
  /// What such a failure's line ends with: how not to need that body.
  llvm::StringRef bodyHint() const { return hint; }
  void setBodyHint(const llvm::Twine &text) { hint = text.str(); }
  /// Fails where the node has attributes that no getter looked at.
  llvm::LogicalResult checkAttributes();

private:
  template <typename T>
  const T *find(llvm::StringRef name, llvm::StringRef expected);
  std::string place() const override;

  GraphBuilder &graph;
  const Node &theNode;
  llvm::StringRef file;
  llvm::SmallVector<mlir::Value> inputs;
  llvm::SmallVector<mlir::Value> outputs;
  llvm::StringSet<> seen;
  bool bodyFailed = false;
  std::string hint;
};

/// `FILE: node NAME (OpType): ` for diagnostics.
std::string nodePrefix(llvm::StringRef file, const Node &node);

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_NODECONTEXT_H
