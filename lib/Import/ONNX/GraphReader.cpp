// Nodes, attributes and declared types.
#include "GraphReader.h"
#include "ElementTypes.h"
#include "ModelVerifier.h"
#include "ReadFailure.h"

#include "onnx/onnx-ml.pb.h"

using namespace dlc;
using namespace dlc::onnx;
using ::onnx::AttributeProto;

/// Types within types: sequence(optional(...)) and the like.
static constexpr int maxTypeDepth = 8;
/// Graphs within graphs, those of inlined functions included.
static constexpr int maxGraphDepth = 64;

std::string dlc::onnx::normalizedDomain(const std::string &domain) {
  return domain == "ai.onnx" ? std::string() : domain;
}

std::string CallScope::rename(const std::string &name) const {
  if (name.empty() || !function)
    return name;
  auto formal = formals.find(name);
  return formal != formals.end() ? formal->second : valuePrefix + name;
}

static std::optional<std::vector<Dim>> readDims(const ::onnx::TensorShapeProto &proto,
                                                const std::string &where) {
  if (proto.dim_size() > maxRank)
    failRead(where + ": expected a rank of at most " + std::to_string(maxRank) + ", found " +
             std::to_string(proto.dim_size()));
  std::vector<Dim> dims;
  Shape known;
  for (const auto &dim : proto.dim()) {
    if (!dim.has_dim_value() || dim.dim_value() == -1) { // -1: what old exporters write for "any"
      dims.emplace_back(dim.dim_param());
      continue;
    }
    if (dim.dim_value() < 0)
      failRead(where + ": expected dimensions >= 0, found " + std::to_string(dim.dim_value()));
    known.push_back(dim.dim_value());
    dims.emplace_back(dim.dim_value());
  }
  if (!elementCount(known))
    failRead(where + ": the size of shape " + shapeString(known) + " overflows");
  return dims;
}

static void readElementType(int32_t number, ValueInfo &info, const std::string &where) {
  if (number == 0)
    return;
  const ElementType *type = findElementType(number);
  if (!type)
    failRead(where + ": expected an element type of onnx.TensorProto.DataType, found " +
             std::to_string(number));
  info.dtype = type->dtype;
  if (!type->dtype)
    info.unsupported = std::string(type->name);
}

static void readType(const ::onnx::TypeProto &proto, ValueInfo &info, const std::string &where,
                     int depth) {
  if (depth > maxTypeDepth)
    failRead(where + ": types nested deeper than " + std::to_string(maxTypeDepth));
  auto readElement = [&](const ::onnx::TypeProto &type) {
    auto element = std::make_shared<ValueInfo>();
    readType(type, *element, where, depth + 1);
    info.element = std::move(element);
  };
  switch (proto.value_case()) {
  case ::onnx::TypeProto::kTensorType:
    info.kind = ValueInfo::Kind::Tensor;
    readElementType(proto.tensor_type().elem_type(), info, where);
    if (proto.tensor_type().has_shape())
      info.dims = readDims(proto.tensor_type().shape(), where);
    return;
  case ::onnx::TypeProto::kSparseTensorType:
    info.kind = ValueInfo::Kind::SparseTensor;
    info.unsupported = "sparse tensor";
    return;
  case ::onnx::TypeProto::kSequenceType:
    info.kind = ValueInfo::Kind::Sequence;
    return readElement(proto.sequence_type().elem_type());
  case ::onnx::TypeProto::kOptionalType:
    info.kind = ValueInfo::Kind::Optional;
    return readElement(proto.optional_type().elem_type());
  case ::onnx::TypeProto::kMapType:
    info.kind = ValueInfo::Kind::Map;
    info.unsupported = "map";
    return;
  case ::onnx::TypeProto::kOpaqueType:
    info.kind = ValueInfo::Kind::Opaque;
    info.unsupported = "opaque";
    return;
  case ::onnx::TypeProto::VALUE_NOT_SET:
    return;
  }
}

ValueInfo GraphReader::readValueInfo(const ::onnx::ValueInfoProto &proto, const CallScope &scope,
                                     const std::string &where) {
  ValueInfo info;
  info.name = scope.rename(proto.name());
  readType(proto.type(), info, where + "value " + quoted(proto.name()), /*depth=*/0);
  return info;
}

/// The kind that the filled field tells, for files from before `type` was required.
static AttributeProto::AttributeType guessType(const AttributeProto &proto) {
  if (proto.has_f())
    return AttributeProto::FLOAT;
  if (proto.has_i())
    return AttributeProto::INT;
  if (proto.has_s())
    return AttributeProto::STRING;
  if (proto.has_t())
    return AttributeProto::TENSOR;
  if (proto.has_g())
    return AttributeProto::GRAPH;
  if (proto.floats_size())
    return AttributeProto::FLOATS;
  if (proto.ints_size())
    return AttributeProto::INTS;
  if (proto.strings_size())
    return AttributeProto::STRINGS;
  if (proto.tensors_size())
    return AttributeProto::TENSORS;
  return proto.graphs_size() ? AttributeProto::GRAPHS : AttributeProto::UNDEFINED;
}

Attribute GraphReader::readAttribute(const AttributeProto &proto, const std::string &where,
                                     const CallScope &scope) {
  Attribute attribute;
  attribute.name = proto.name();
  auto readSubgraph = [&](const ::onnx::GraphProto &graph) {
    return std::make_shared<const Graph>(readGraph(graph, scope, where + " "));
  };
  AttributeProto::AttributeType type = proto.type();
  switch (type == AttributeProto::UNDEFINED ? guessType(proto) : type) {
  case AttributeProto::FLOAT:
    attribute.value = proto.f();
    break;
  case AttributeProto::INT:
    attribute.value = static_cast<int64_t>(proto.i());
    break;
  case AttributeProto::STRING:
    attribute.value = proto.s();
    break;
  case AttributeProto::TENSOR:
    attribute.value = tensors.decode(proto.t(), where);
    break;
  case AttributeProto::GRAPH:
    attribute.value = readSubgraph(proto.g());
    break;
  case AttributeProto::FLOATS:
    attribute.value = std::vector<float>(proto.floats().begin(), proto.floats().end());
    break;
  case AttributeProto::INTS:
    attribute.value = std::vector<int64_t>(proto.ints().begin(), proto.ints().end());
    break;
  case AttributeProto::STRINGS:
    attribute.value = std::vector<std::string>(proto.strings().begin(), proto.strings().end());
    break;
  case AttributeProto::TENSORS: {
    std::vector<TensorValue> values;
    for (const auto &tensor : proto.tensors())
      values.push_back(tensors.decode(tensor, where));
    attribute.value = std::move(values);
    break;
  }
  case AttributeProto::GRAPHS: {
    std::vector<std::shared_ptr<const Graph>> graphs;
    for (const auto &graph : proto.graphs())
      graphs.push_back(readSubgraph(graph));
    attribute.value = std::move(graphs);
    break;
  }
  case AttributeProto::SPARSE_TENSOR:
    attribute.unsupported = tensors.decodeSparse(proto.sparse_tensor(), where).unsupported;
    break;
  case AttributeProto::SPARSE_TENSORS:
    for (const auto &sparse : proto.sparse_tensors())
      tensors.decodeSparse(sparse, where);
    attribute.unsupported = "sparse tensors";
    break;
  case AttributeProto::TYPE_PROTO:
  case AttributeProto::TYPE_PROTOS:
    attribute.unsupported = "type";
    break;
  case AttributeProto::UNDEFINED:
    failRead(where + ": expected a value, found none");
  }
  return attribute;
}

std::vector<Attribute> GraphReader::readAttributes(const ::onnx::NodeProto &proto,
                                                   const std::string &nodeName,
                                                   const CallScope &scope) {
  std::vector<Attribute> attributes;
  std::set<std::string_view> seen;
  for (const AttributeProto &attribute : proto.attribute()) {
    std::string where = "node " + quoted(nodeName) + " (" + proto.op_type() + ") attribute " +
                        quoted(attribute.name());
    if (attribute.name().empty() || !seen.insert(attribute.name()).second)
      failRead(where + ": expected each attribute to have a name of its own");
    if (!attribute.has_ref_attr_name() || attribute.ref_attr_name().empty()) {
      attributes.push_back(readAttribute(attribute, where, scope));
      continue;
    }
    if (!scope.function)
      failRead(where + ": refers to " + quoted(attribute.ref_attr_name()) +
               " of a function, outside any function");
    // A parameter that the call leaves out, and that has no default, leaves the attribute out too.
    auto parameter = scope.parameters.find(attribute.ref_attr_name());
    if (parameter != scope.parameters.end()) {
      attributes.push_back(parameter->second);
      attributes.back().name = attribute.name();
    }
  }
  return attributes;
}

std::optional<int64_t> GraphReader::findOpset(const std::string &domain,
                                              const CallScope &scope) const {
  for (const OpsetImports *imports : {scope.opsets, &modelOpsets})
    if (auto found = imports->find(domain); found != imports->end())
      return found->second;
  return std::nullopt;
}

Node GraphReader::readNode(const ::onnx::NodeProto &proto, std::string name,
                           const CallScope &scope) {
  Node node;
  node.name = std::move(name);
  node.opType = proto.op_type();
  node.domain = normalizedDomain(proto.domain());
  if (node.opType.empty())
    failRead("node " + quoted(node.name) + ": expected an operator name, found none");
  std::optional<int64_t> version = findOpset(node.domain, scope);
  if (!version && node.domain.empty())
    failRead("node " + quoted(node.name) + " (" + node.opType +
             "): expected an opset_import of the standard operators, found none");
  node.opsetVersion = version.value_or(0);
  for (const std::string &input : proto.input())
    node.inputs.push_back(scope.rename(input));
  for (const std::string &output : proto.output())
    node.outputs.push_back(scope.rename(output));
  node.attributes = readAttributes(proto, node.name, scope);
  return node;
}

template <typename Nodes>
void GraphReader::readNodes(const Nodes &nodes, const CallScope &scope, std::vector<Node> &result) {
  int position = 0;
  for (const ::onnx::NodeProto &proto : nodes) {
    std::string name =
        scope.nodePrefix +
        (proto.name().empty() ? proto.op_type() + "_" + std::to_string(position) : proto.name());
    ++position;
    if (const Function *function = findFunction(proto)) {
      inlineCall(*function, proto, name, scope, result);
      continue;
    }
    result.push_back(readNode(proto, std::move(name), scope));
    if (scope.function)
      account(result.back());
  }
}

template void
GraphReader::readNodes(const google::protobuf::RepeatedPtrField<::onnx::NodeProto> &nodes,
                       const CallScope &scope, std::vector<Node> &result);

void GraphReader::readInitializers(const ::onnx::GraphProto &proto, const CallScope &scope,
                                   const std::string &where, Graph &graph) {
  auto add = [&](const std::string &name, TensorValue value) {
    if (name.empty())
      failRead(where + "initializer without a name");
    if (!graph.initializers.emplace(scope.rename(name), std::move(value)).second)
      failRead(where + "initializer " + quoted(name) + ": expected one, found two of this name");
  };
  for (const auto &tensor : proto.initializer())
    add(tensor.name(), tensors.decode(tensor, where + "initializer " + quoted(tensor.name())));
  for (const auto &sparse : proto.sparse_initializer()) {
    const std::string &name = sparse.values().name();
    add(name, tensors.decodeSparse(sparse, where + "sparse initializer " + quoted(name)));
  }
}

Graph GraphReader::readGraph(const ::onnx::GraphProto &proto, const CallScope &scope,
                             const std::string &where) {
  if (++graphDepth > maxGraphDepth)
    failRead(where + "graphs nested deeper than " + std::to_string(maxGraphDepth));
  Graph graph;
  graph.name = proto.name();
  readInitializers(proto, scope, where, graph);
  for (const auto &input : proto.input())
    graph.inputs.push_back(readValueInfo(input, scope, where));
  for (const auto &output : proto.output())
    graph.outputs.push_back(readValueInfo(output, scope, where));
  for (const auto &value : proto.value_info())
    graph.valueInfo.insert_or_assign(scope.rename(value.name()),
                                     readValueInfo(value, scope, where));
  readNodes(proto.node(), scope, graph.nodes);
  orderGraph(graph, where);
  --graphDepth;
  return graph;
}

Graph GraphReader::readModelGraph() {
  CallScope scope;
  scope.opsets = &modelOpsets;
  return readGraph(model.graph(), scope, /*where=*/"");
}
