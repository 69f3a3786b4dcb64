// What a layer's importer sees: its inputs as values, its settings with their kinds checked, its
// variables, and ways to build dl ops and to refuse.
//
// Failure is sticky: after the first one `create` returns null values and does nothing, so that
// chains of calls need no check between them; whoever looks into a value's type first asks
// `failed()`.
#ifndef DLC_LIB_IMPORT_KERAS_LAYERCONTEXT_H
#define DLC_LIB_IMPORT_KERAS_LAYERCONTEXT_H

#include "ModelBuilder.h"
#include "llvm/ADT/StringSet.h"

namespace dlc::keras {

using Ints = llvm::SmallVector<int64_t>;

class LayerContext {
public:
  LayerContext(ModelBuilder &graph, const Layer &layer, LayerPosition position,
               llvm::ArrayRef<mlir::Value> inputs)
      : graph(graph), theLayer(layer), position(std::move(position)), inputs(inputs) {}

  const Layer &layer() const { return theLayer; }

  //===-- Inputs ---------------------------------------------------------------------------===//

  mlir::Value input(unsigned index = 0) const { return inputs[index]; }
  llvm::ArrayRef<mlir::Value> allInputs() const { return inputs; }
  static mlir::RankedTensorType typeOf(mlir::Value value);
  static int64_t rankOf(mlir::Value value) { return typeOf(value).getRank(); }
  static mlir::Type elementOf(mlir::Value value) { return typeOf(value).getElementType(); }
  /// The sizes of `value`, constants or not; empty for null.
  static dl::Dims dimsOf(mlir::Value value);
  /// The size of `value` along `axis`. Fails with Unsupported where it is a symbol.
  int64_t sizeOf(mlir::Value value, int64_t axis);
  mlir::AffineExpr dim(int64_t size);
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

  /// An op with one result; null after a failure.
  template <typename OpTy, typename... Args>
  mlir::Value create(Args &&...args) {
    if (failed())
      return {};
    std::string why;
    mlir::Value value = graph.create<OpTy>(why, std::forward<Args>(args)...);
    if (!value)
      badInput(why);
    return value;
  }
  /// An op with `count` results; empty after a failure.
  template <typename OpTy, typename... Args>
  llvm::SmallVector<mlir::Value> createMany(unsigned count, Args &&...args) {
    if (failed())
      return {};
    std::string why;
    auto values = graph.createMany<OpTy>(why, count, std::forward<Args>(args)...);
    if (values.empty())
      badInput(why);
    return values;
  }
  mlir::Value constant(const Tensor &tensor);
  /// A rank-0 constant of the element type of `like`.
  mlir::Value scalar(mlir::Value like, double value);
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<mlir::AffineExpr> dims);
  mlir::Value expand(mlir::Value value, llvm::ArrayRef<mlir::AffineExpr> dims);
  mlir::Value transpose(mlir::Value value, llvm::ArrayRef<int64_t> permutation);
  mlir::Value slice(mlir::Value value, int64_t axis, int64_t start, int64_t size);
  /// `value` through the activation function that setting `name` holds.
  mlir::Value activated(mlir::Value value, llvm::StringRef name = "activation");
  /// The result of a layer inside of this one, whose variables are at `path` below this one's.
  mlir::Value importInner(llvm::StringRef setting, llvm::StringRef path,
                          llvm::ArrayRef<mlir::Value> inputs);

  mlir::FloatAttr f64(double value) { return builder().getF64FloatAttr(value); }
  mlir::BoolAttr flag(bool value) { return builder().getBoolAttr(value); }
  mlir::IntegerAttr i64(int64_t value) { return builder().getI64IntegerAttr(value); }
  mlir::DenseI64ArrayAttr i64s(llvm::ArrayRef<int64_t> values) {
    return builder().getDenseI64ArrayAttr(values);
  }
  mlir::OpBuilder &builder() { return graph.builder(); }

  //===-- Failure --------------------------------------------------------------------------===//

  void badInput(const llvm::Twine &message) { fail(ExitCode::BadInput, message); }
  void unsupported(const llvm::Twine &message) { fail(ExitCode::Unsupported, message); }
  bool failed() const { return failure.has_value(); }
  const Error &error() const { return *failure; }
  /// Looks up the layer's class, checks what all layers share, and converts it.
  mlir::Value importLayer();

private:
  void fail(ExitCode code, const llvm::Twine &message);
  /// Fails where another number format than float32 is asked for.
  void checkPolicy();
  /// Fails where a setting was not looked at.
  void checkSettings();
  bool checkInputs(unsigned least, unsigned most);

  ModelBuilder &graph;
  const Layer &theLayer;
  LayerPosition position;
  llvm::SmallVector<mlir::Value> inputs;
  llvm::StringSet<> seen;
  std::optional<Error> failure;
};

/// `layer 'conv2d' (Conv2D)`.
std::string layerText(const Layer &layer);
/// What is wrong with the class of `layer`; nullopt where the table has it.
std::optional<Error> unknownClass(const Layer &layer, const std::string &file);
} // namespace dlc::keras

#endif // DLC_LIB_IMPORT_KERAS_LAYERCONTEXT_H
