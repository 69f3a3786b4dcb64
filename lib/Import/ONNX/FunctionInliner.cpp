// Calls of ModelProto.functions. A call becomes the function's nodes, with formal names replaced by
// the call's, inner names made unique, and attribute references bound.
#include "GraphReader.h"
#include "ReadFailure.h"

#include "onnx/onnx-ml.pb.h"

using namespace dlc;
using namespace dlc::onnx;

/// Functions that call functions.
static constexpr int maxCallDepth = 64;
/// Memory that inlined nodes may take beyond a multiple of the file's size: sixteen functions that
/// each call the next one eight times are a small file and a very large graph.
static constexpr uint64_t inlineAllowance = 24u << 20;
static constexpr uint64_t inlineFactor = 8;

static std::string functionKey(const std::string &domain, const std::string &name,
                               const std::string &overload) {
  return normalizedDomain(domain) + "\x1f" + name + "\x1f" + overload;
}

static std::string describe(const ::onnx::FunctionProto &function) {
  return "function " + quoted(function.name());
}

/// Adds the names in `graph` that contain a slash, the only ones that an inlined name could equal.
static void collectSlashedNames(const ::onnx::GraphProto &graph, std::set<std::string> &names) {
  auto add = [&](const std::string &name) {
    if (name.find('/') != std::string::npos)
      names.insert(name);
  };
  for (const auto &tensor : graph.initializer())
    add(tensor.name());
  for (const auto &input : graph.input())
    add(input.name());
  for (const auto &node : graph.node()) {
    for (const std::string &output : node.output())
      add(output);
    for (const auto &attribute : node.attribute()) {
      if (attribute.has_g())
        collectSlashedNames(attribute.g(), names);
      for (const auto &subgraph : attribute.graphs())
        collectSlashedNames(subgraph, names);
    }
  }
}

GraphReader::GraphReader(const ::onnx::ModelProto &model, const OpsetImports &opsets,
                         TensorDecoder &tensors, uint64_t fileBytes)
    : model(model), modelOpsets(opsets), tensors(tensors),
      inlineLimit(inlineAllowance + inlineFactor * fileBytes) {
  collectFunctions(model);
}

void GraphReader::collectFunctions(const ::onnx::ModelProto &model) {
  if (model.functions_size() == 0)
    return;
  collectSlashedNames(model.graph(), takenNames);
  for (const Function &function : model.functions()) {
    if (function.name().empty())
      failRead("function without a name");
    std::string key = functionKey(function.domain(), function.name(), function.overload());
    if (!functions.emplace(std::move(key), &function).second)
      failRead(describe(function) + ": expected one, found two of this name");
    functionOpsets[&function] = readOpsets(function.opset_import(), describe(function) + ": ");
    std::set<std::string_view> names;
    for (const std::string &input : function.input())
      if (!names.insert(input).second)
        failRead(describe(function) + ": input " + quoted(input) + " is given twice");
    names.clear();
    for (const std::string &output : function.output())
      if (!names.insert(output).second)
        failRead(describe(function) + ": output " + quoted(output) + " is given twice");
  }
}

const ::onnx::FunctionProto *GraphReader::findFunction(const ::onnx::NodeProto &node) const {
  if (functions.empty())
    return nullptr;
  auto found = functions.find(functionKey(node.domain(), node.op_type(), node.overload()));
  return found == functions.end() ? nullptr : found->second;
}

std::string GraphReader::uniquePrefix(const std::string &callName) {
  auto isTaken = [&](const std::string &prefix) {
    auto found = takenNames.lower_bound(prefix);
    return found != takenNames.end() && found->starts_with(prefix);
  };
  std::string prefix = callName + "/";
  while (isTaken(prefix))
    prefix = callName + "." + std::to_string(++calls) + "/";
  takenNames.insert(prefix);
  return prefix;
}

void GraphReader::account(const Node &node) {
  uint64_t bytes = sizeof(Node) + node.name.size() + node.opType.size() + node.domain.size();
  for (const auto *names : {&node.inputs, &node.outputs})
    for (const std::string &name : *names)
      bytes += sizeof(std::string) + name.size();
  for (const Attribute &attribute : node.attributes) {
    bytes += sizeof(Attribute) + attribute.name.size();
    if (const auto *text = attribute.as<std::string>())
      bytes += text->size();
    if (const auto *ints = attribute.as<std::vector<int64_t>>())
      bytes += ints->size() * sizeof(int64_t);
    if (const auto *floats = attribute.as<std::vector<float>>())
      bytes += floats->size() * sizeof(float);
    if (const auto *texts = attribute.as<std::vector<std::string>>())
      for (const std::string &text : *texts)
        bytes += sizeof(std::string) + text.size();
  }
  inlinedBytes += bytes;
  if (inlinedBytes > inlineLimit)
    failRead("node " + quoted(node.name) + ": the model's functions expand to more than " +
             std::to_string(inlineLimit >> 20) +
             " MiB of nodes; expected fewer calls of functions");
}

void GraphReader::bindParameters(const Function &function, const Node &call, CallScope &scope) {
  std::set<std::string_view> declared(function.attribute().begin(), function.attribute().end());
  for (const auto &fallback : function.attribute_proto()) {
    declared.insert(fallback.name());
    std::string where = describe(function) + " attribute " + quoted(fallback.name());
    if (!call.findAttribute(fallback.name()))
      scope.parameters[fallback.name()] = readAttribute(fallback, where, scope);
  }
  for (const Attribute &attribute : call.attributes) {
    if (!declared.contains(attribute.name))
      failRead("node " + quoted(call.name) + ": " + describe(function) + " has no attribute " +
               quoted(attribute.name));
    scope.parameters[attribute.name] = attribute;
  }
}

CallScope GraphReader::enterCall(const Function &function, const Node &call,
                                 const CallScope &caller) {
  std::string where = "node " + quoted(call.name) + ": " + describe(function);
  for (const CallScope *scope = &caller; scope; scope = scope->caller)
    if (scope->function == &function)
      failRead(where + " calls itself; expected functions without recursion");
  auto checkCount = [&](const char *kind, size_t given, int declared) {
    if (given > static_cast<size_t>(declared))
      failRead(where + ": expected at most " + std::to_string(declared) + " " + kind + ", found " +
               std::to_string(given));
  };
  checkCount("inputs", call.inputs.size(), function.input_size());
  checkCount("outputs", call.outputs.size(), function.output_size());

  CallScope scope;
  scope.opsets = &functionOpsets[&function];
  scope.function = &function;
  scope.caller = &caller;
  scope.depth = caller.depth + 1;
  if (scope.depth > maxCallDepth)
    failRead(where + ": functions nested deeper than " + std::to_string(maxCallDepth));
  scope.nodePrefix = call.name + "/";
  scope.valuePrefix = uniquePrefix(call.name);
  for (int index = 0; index != function.input_size(); ++index) {
    auto position = static_cast<size_t>(index);
    scope.formals[function.input(index)] =
        position < call.inputs.size() ? call.inputs[position] : std::string();
  }
  for (size_t index = 0; index != call.outputs.size(); ++index)
    if (!call.outputs[index].empty())
      scope.formals.emplace(function.output(static_cast<int>(index)), call.outputs[index]);
  bindParameters(function, call, scope);
  return scope;
}

/// A copy of `from`, for a function that returns its input as it is.
static Node makeIdentity(const std::string &name, const std::string &from, const std::string &to,
                         int64_t opsetVersion) {
  Node node;
  node.name = name;
  node.opType = "Identity";
  node.opsetVersion = opsetVersion;
  node.inputs = {from};
  node.outputs = {to};
  return node;
}

void GraphReader::inlineCall(const Function &function, const ::onnx::NodeProto &proto,
                             const std::string &name, const CallScope &scope,
                             std::vector<Node> &result) {
  Node call;
  call.name = name;
  for (const std::string &input : proto.input())
    call.inputs.push_back(scope.rename(input));
  for (const std::string &output : proto.output())
    call.outputs.push_back(scope.rename(output));
  call.attributes = readAttributes(proto, name, scope);
  account(call);

  CallScope inner = enterCall(function, call, scope);
  readNodes(function.node(), inner, result);
  std::set<std::string_view> inputs(function.input().begin(), function.input().end());
  for (size_t index = 0; index != call.outputs.size(); ++index) {
    const std::string &formal = function.output(static_cast<int>(index));
    if (inputs.contains(formal) && !call.outputs[index].empty())
      result.push_back(makeIdentity(inner.nodePrefix + formal, inner.formals[formal],
                                    call.outputs[index],
                                    findOpset("", inner).value_or(newestOpset)));
  }
}
