// An ONNX model as plain data: what the importer converts. Every check that needs only the file is
// already made, functions are already inlined, and protobuf is seen by nobody else.
#ifndef DLC_IMPORT_ONNX_MODEL_H
#define DLC_IMPORT_ONNX_MODEL_H

#include "dlc/Support/Error.h"
#include "dlc/Support/Tensor.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace dlc::onnx {

/// A literal of the file. Element types that dlc::Tensor has no room for (strings, complex, float8,
/// 2 and 4 bit, sparse) are validated but kept without their data, so that only a model that uses
/// them is refused.
struct TensorValue {
  /// Null where `unsupported` is set.
  Tensor tensor;
  Shape shape;
  /// Empty, or what the tensor is: `string`, `int4`, `sparse float32`.
  std::string unsupported;

  bool isSupported() const { return unsupported.empty(); }
};

/// One dimension of a declared shape: a size, or a symbol (empty where the file says nothing).
using Dim = std::variant<int64_t, std::string>;

/// The declared type of a value.
struct ValueInfo {
  enum class Kind { Unknown, Tensor, SparseTensor, Sequence, Optional, Map, Opaque };

  std::string name;
  Kind kind = Kind::Unknown;
  /// Tensors: the element type, nullopt where dlc has none (then `unsupported` names it) or where
  /// the file leaves it open (then `unsupported` is empty).
  std::optional<DType> dtype;
  std::string unsupported;
  /// Tensors: nullopt for unknown rank.
  std::optional<std::vector<Dim>> dims;
  /// Sequence, Optional: the type within; null otherwise.
  std::shared_ptr<const ValueInfo> element;

  /// What an open size is called: as the file calls it, else `NAME.AXIS`. Empty for known sizes.
  std::string openSizeName(size_t axis) const;
};

struct Graph;

/// An attribute's value. std::monostate stands for the kinds that no supported operator takes
/// (sparse tensors, type protos); `Attribute::unsupported` then names the kind.
using AttributeValue =
    std::variant<std::monostate, int64_t, float, std::string, TensorValue,
                 std::shared_ptr<const Graph>, std::vector<int64_t>, std::vector<float>,
                 std::vector<std::string>, std::vector<TensorValue>,
                 std::vector<std::shared_ptr<const Graph>>>;

struct Attribute {
  std::string name;
  AttributeValue value;
  std::string unsupported;

  /// The value as a T of AttributeValue's list, or null where it is of another kind.
  template <typename T>
  const T *as() const {
    return std::get_if<T>(&value);
  }
  /// `int`, `floats`, `graph`...: what diagnostics call the kind that was found.
  std::string_view kindName() const;
};

/// One operator call. Inputs and outputs that are left out are empty strings.
struct Node {
  /// Never empty: nodes without a name get `<opType>_<position in its graph>`. Nodes of an inlined
  /// function are called `<call's name>/<node's name>`.
  std::string name;
  std::string opType;
  /// Empty for the standard operators (`ai.onnx` is normalised to it).
  std::string domain;
  /// The version of `domain` that the file, or the function the node came from, imports.
  int64_t opsetVersion = 0;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<Attribute> attributes;

  /// The attribute called `attributeName`, or null.
  const Attribute *findAttribute(std::string_view attributeName) const;
  /// The value of an attribute of kind T, or null where it is absent or of another kind.
  template <typename T>
  const T *attributeAs(std::string_view attributeName) const {
    const Attribute *found = findAttribute(attributeName);
    return found ? found->as<T>() : nullptr;
  }
};

/// A graph in topological order, each value defined once. A subgraph (an attribute of If, Loop,
/// Scan) may use names of the graphs around it.
struct Graph {
  std::string name;
  std::vector<Node> nodes;
  /// Inputs in the file's order, initializers that are also inputs included.
  std::vector<ValueInfo> inputs;
  std::vector<ValueInfo> outputs;
  /// Declared types of inner values, by name; a hint, not checked against the nodes.
  std::map<std::string, ValueInfo, std::less<>> valueInfo;
  std::map<std::string, TensorValue, std::less<>> initializers;

  /// The inputs that a caller must supply: those without an initializer.
  std::vector<const ValueInfo *> requiredInputs() const;
};

struct Model {
  /// What diagnostics call the model: the path, or what readModelFromBytes was told.
  std::string file;
  int64_t irVersion = 0;
  std::string producer;
  /// Domain (empty for the standard operators) to version.
  std::map<std::string, int64_t, std::less<>> opsets;
  std::map<std::string, std::string, std::less<>> metadata;
  Graph graph;
};

/// The newest version of the standard operators that this reader knows: of onnx 1.22.
constexpr int64_t newestOpset = 27;
/// The newest file format that this reader knows.
constexpr int64_t newestIRVersion = 13;

/// Reads, checks and inlines. Fails with BadInput for a damaged file, Unsupported for a format or
/// opset newer than the above. External data is looked up beside the file, never outside its
/// folder.
Expected<Model> readModel(const std::string &path);

/// The same for bytes in memory, called `name` in diagnostics. External data is looked up in
/// `folder`, and refused where that is empty.
Expected<Model> readModelFromBytes(std::span<const std::byte> bytes, std::string name,
                                   std::string folder = {});

} // namespace dlc::onnx

#endif // DLC_IMPORT_ONNX_MODEL_H
