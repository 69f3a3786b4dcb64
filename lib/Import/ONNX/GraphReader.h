// GraphProto to Graph. Calls of ModelProto.functions are replaced by their bodies on the way, so
// the same body is converted once for each call, under that call's names and attributes.
#ifndef DLC_LIB_IMPORT_ONNX_GRAPHREADER_H
#define DLC_LIB_IMPORT_ONNX_GRAPHREADER_H

#include "TensorDecoder.h"

#include "dlc/Import/ONNX/Model.h"

#include <google/protobuf/repeated_ptr_field.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace onnx {
class AttributeProto;
class FunctionProto;
class GraphProto;
class ModelProto;
class NodeProto;
class OperatorSetIdProto;
class TypeProto;
class ValueInfoProto;
} // namespace onnx

namespace dlc::onnx {

using OpsetImports = std::map<std::string, int64_t, std::less<>>;

/// `ai.onnx` and the empty domain are the same.
std::string normalizedDomain(const std::string &domain);

/// Where a name or an attribute reference is looked up: the model itself, or one call of a
/// function.
struct CallScope {
  const OpsetImports *opsets = nullptr;
  /// The function being inlined; null in the model's own graph.
  const ::onnx::FunctionProto *function = nullptr;
  const CallScope *caller = nullptr;
  int depth = 0;
  /// What the call's node is called.
  std::string nodePrefix;
  /// What the function's inner values are called; no other value of the model begins with it.
  std::string valuePrefix;
  /// Formal inputs and outputs to the call's values.
  std::map<std::string, std::string, std::less<>> formals;
  /// What the function's attribute parameters stand for.
  std::map<std::string, Attribute, std::less<>> parameters;

  /// The value's name outside the function.
  std::string rename(const std::string &name) const;
};

/// Converts the graphs of one model. Throws ReadFailure.
class GraphReader {
public:
  GraphReader(const ::onnx::ModelProto &model, const OpsetImports &opsets, TensorDecoder &tensors,
              uint64_t fileBytes);

  Graph readModelGraph();

private:
  using Function = ::onnx::FunctionProto;

  Graph readGraph(const ::onnx::GraphProto &proto, const CallScope &scope,
                  const std::string &where);
  template <typename Nodes>
  void readNodes(const Nodes &nodes, const CallScope &scope, std::vector<Node> &result);
  std::optional<int64_t> findOpset(const std::string &domain, const CallScope &scope) const;
  Node readNode(const ::onnx::NodeProto &proto, std::string name, const CallScope &scope);
  std::vector<Attribute> readAttributes(const ::onnx::NodeProto &proto, const std::string &nodeName,
                                        const CallScope &scope);
  Attribute readAttribute(const ::onnx::AttributeProto &proto, const std::string &where,
                          const CallScope &scope);
  ValueInfo readValueInfo(const ::onnx::ValueInfoProto &proto, const CallScope &scope,
                          const std::string &where);
  void readInitializers(const ::onnx::GraphProto &proto, const CallScope &scope,
                        const std::string &where, Graph &graph);

  // FunctionInliner.cpp
  void collectFunctions(const ::onnx::ModelProto &model);
  const Function *findFunction(const ::onnx::NodeProto &node) const;
  void inlineCall(const Function &function, const ::onnx::NodeProto &call, const std::string &name,
                  const CallScope &scope, std::vector<Node> &result);
  CallScope enterCall(const Function &function, const Node &call, const CallScope &caller);
  void bindParameters(const Function &function, const Node &call, CallScope &scope);
  std::string uniquePrefix(const std::string &callName);
  void account(const Node &node);

  const ::onnx::ModelProto &model;
  const OpsetImports &modelOpsets;
  TensorDecoder &tensors;
  std::map<std::string, const Function *> functions;
  std::map<const Function *, OpsetImports> functionOpsets;
  /// Prefixes in use, and every name of the file that could be taken for one.
  std::set<std::string> takenNames;
  uint64_t calls = 0;
  int graphDepth = 0;
  uint64_t inlinedBytes = 0;
  uint64_t inlineLimit;
};

/// The `opset_import` of a model or a function. Throws ReadFailure at a domain given twice and at
/// versions that this reader does not know.
OpsetImports
readOpsets(const google::protobuf::RepeatedPtrField<::onnx::OperatorSetIdProto> &imports,
           const std::string &where);

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_GRAPHREADER_H
