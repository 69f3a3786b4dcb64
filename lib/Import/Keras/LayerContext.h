// What a layer's importer sees: its inputs as values, its settings with their kinds checked, its
// variables, and ways to build dl ops and to refuse.
#ifndef DLC_LIB_IMPORT_KERAS_LAYERCONTEXT_H
#define DLC_LIB_IMPORT_KERAS_LAYERCONTEXT_H

#include "../Graph/ImportContext.h"
#include "ModelBuilder.h"
#include "llvm/ADT/StringSet.h"

namespace dlc::keras {

using importer::Ints;

class LayerContext : public importer::ImportContext {
public:
  LayerContext(ModelBuilder &graph, const Layer &layer, LayerPosition position,
               llvm::ArrayRef<mlir::Value> inputs)
      : ImportContext(graph), graph(graph), theLayer(layer), position(std::move(position)),
        inputs(inputs) {}

  const Layer &layer() const { return theLayer; }

  //===-- Inputs ---------------------------------------------------------------------------===//

  mlir::Value input(unsigned index = 0) const { return inputs[index]; }
  llvm::ArrayRef<mlir::Value> allInputs() const { return inputs; }
  /// The size of `value` along `axis`. Fails with Unsupported where it is a symbol.
  int64_t sizeOf(mlir::Value value, int64_t axis);
  /// `axis`, counted from the end where negative. Fails with BadInput beyond the rank.
  int64_t normalizedAxis(int64_t axis, int64_t rank);
  /// Fails with BadInput where the input has another rank than the layer wants; `layout` names the
  /// axes, as in "(batch, time, features)". Where the axes can be joined into that many, the
  /// message has the Reshape that does so.
  bool expectRank(int64_t rank, llvm::StringRef layout);

  //===-- Settings -------------------------------------------------------------------------===//
  // A getter fails (and returns the default) where the setting is of another kind. Settings that no
  // getter was called for make the layer unsupported.

  /// The setting as it is; null where it is absent or null.
  const Config *setting(llvm::StringRef name);
  int64_t intSetting(llvm::StringRef name, int64_t defaultValue);
  bool flagSetting(llvm::StringRef name, bool defaultValue);
  double numberSetting(llvm::StringRef name, double defaultValue);
  std::optional<double> optionalNumber(llvm::StringRef name);
  std::string textSetting(llvm::StringRef name, llvm::StringRef defaultValue);
  /// `count` whole numbers, or one that stands for all, each of at least `least` and at most 2^24.
  Ints intsSetting(llvm::StringRef name, size_t count, int64_t defaultValue, int64_t least);
  /// A list of whole numbers of any length.
  Ints listSetting(llvm::StringRef name);
  /// A setting that has no influence on inference.
  void ignoreSetting(llvm::StringRef name) { seen.insert(name); }
  /// Fails with Unsupported where a setting that dlc knows in one state only has another.
  void requireUnset(llvm::StringRef name);
  /// Channels last unless the layer says otherwise.
  dl::Layout layoutSetting();
  dl::LayoutAttr layoutAttr(dl::Layout layout);

  //===-- Variables ------------------------------------------------------------------------===//

  /// Variable `path` below the layer's own place, of this shape. Null after a failure.
  mlir::Value variable(const llvm::Twine &path, llvm::ArrayRef<int64_t> shape,
                       bool trainable = true);
  /// Variable `index` of the layer itself.
  mlir::Value variable(unsigned index, llvm::ArrayRef<int64_t> shape, bool trainable = true) {
    return variable("vars/" + llvm::Twine(index), shape, trainable);
  }
  /// Its values, for variables that become part of something else.
  std::optional<Tensor> variableTensor(unsigned index, llvm::ArrayRef<int64_t> shape);

  //===-- Building -------------------------------------------------------------------------===//

  using ImportContext::scalar;
  /// A rank-0 constant of the element type of `like`; null after a failure.
  mlir::Value scalar(mlir::Value like, double value) {
    return failed() ? mlir::Value() : scalar(elementOf(like), value);
  }
  /// `value` through the activation function that setting `name` holds.
  mlir::Value activated(mlir::Value value, llvm::StringRef name = "activation");
  /// The result of a layer inside of this one, whose variables are at `path` below this one's.
  mlir::Value importInner(llvm::StringRef setting, llvm::StringRef path,
                          llvm::ArrayRef<mlir::Value> inputs);

  //===-- Failure --------------------------------------------------------------------------===//

  void badInput(const llvm::Twine &message) { fail(ExitCode::BadInput, message); }
  void unsupported(const llvm::Twine &message) { fail(ExitCode::Unsupported, message); }
  /// Looks up the layer's class, checks what all layers share, and converts it.
  mlir::Value importLayer();
  /// The same of one call, with its arguments beyond the tensors.
  mlir::Value importCall(const Call &call);

private:
  std::string place() const override;
  /// Fails where another number format than float32 is asked for.
  void checkPolicy();
  /// Fails where a setting was not looked at.
  void checkSettings();
  bool checkInputs(unsigned least, unsigned most);
  /// Numbers among the operands of an operation become constants of the tensors' type.
  void insertNumbers(const Call &call);

  ModelBuilder &graph;
  const Layer &theLayer;
  LayerPosition position;
  llvm::SmallVector<mlir::Value> inputs;
  llvm::StringSet<> seen;
};

/// `layer 'conv2d' (Conv2D)`.
std::string layerText(const Layer &layer);
/// What is wrong with the class of `layer`; nullopt where the table has it.
std::optional<Error> unknownClass(const Layer &layer, const std::string &file);
} // namespace dlc::keras

#endif // DLC_LIB_IMPORT_KERAS_LAYERCONTEXT_H
