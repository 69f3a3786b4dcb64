// Definitions, order, uses.
#include "ModelVerifier.h"
#include "ReadFailure.h"

#include <algorithm>
#include <queue>
#include <unordered_map>
#include <unordered_set>

using namespace dlc;
using namespace dlc::onnx;

namespace {

/// The values that can be seen in a graph: its own, and those of the graphs around it.
struct NameScope {
  const NameScope *parent = nullptr;
  std::unordered_set<std::string_view> names;

  bool contains(std::string_view name) const {
    for (const NameScope *scope = this; scope; scope = scope->parent)
      if (scope->names.contains(name))
        return true;
    return false;
  }
};

} // namespace

static std::string describe(const Node &node) {
  return "node " + quoted(node.name) + " (" + node.opType + ")";
}

template <typename Visit>
static void forEachSubgraph(const Node &node, Visit visit) {
  for (const Attribute &attribute : node.attributes) {
    if (const auto *graph = attribute.as<std::shared_ptr<const Graph>>())
      visit(**graph);
    if (const auto *graphs = attribute.as<std::vector<std::shared_ptr<const Graph>>>())
      for (const auto &graph : *graphs)
        visit(*graph);
  }
}

static std::unordered_set<std::string_view> definedNames(const Graph &graph) {
  std::unordered_set<std::string_view> names;
  for (const ValueInfo &input : graph.inputs)
    names.insert(input.name);
  for (const auto &[name, value] : graph.initializers)
    names.insert(name);
  for (const Node &node : graph.nodes)
    names.insert(node.outputs.begin(), node.outputs.end());
  return names;
}

/// Adds the names that `graph` uses and does not define.
static void collectFreeNames(const Graph &graph, std::unordered_set<std::string_view> &result) {
  std::unordered_set<std::string_view> used;
  for (const Node &node : graph.nodes) {
    used.insert(node.inputs.begin(), node.inputs.end());
    forEachSubgraph(node, [&](const Graph &subgraph) { collectFreeNames(subgraph, used); });
  }
  for (const ValueInfo &output : graph.outputs)
    used.insert(output.name);
  std::unordered_set<std::string_view> defined = definedNames(graph);
  for (std::string_view name : used)
    if (!defined.contains(name))
      result.insert(name);
}

static void checkDefinitions(const Graph &graph, const std::string &where) {
  std::unordered_set<std::string_view> defined;
  for (const ValueInfo &input : graph.inputs) {
    if (input.name.empty())
      failRead(where + "graph input without a name");
    if (!defined.insert(input.name).second)
      failRead(where + "graph input " + quoted(input.name) +
               ": expected one, found two of this name");
  }
  for (const auto &[name, value] : graph.initializers)
    defined.insert(name);
  for (const Node &node : graph.nodes)
    for (const std::string &output : node.outputs)
      if (!output.empty() && !defined.insert(output).second)
        failRead(where + describe(node) + ": defines " + quoted(output) +
                 ", which is defined already; expected each value to be defined once");
}

/// For each node, the nodes of the same graph that it must follow.
static std::vector<std::vector<size_t>> predecessors(const Graph &graph) {
  std::unordered_map<std::string_view, size_t> producers;
  for (size_t index = 0; index != graph.nodes.size(); ++index)
    for (const std::string &output : graph.nodes[index].outputs)
      if (!output.empty())
        producers.emplace(output, index);

  std::vector<std::vector<size_t>> result(graph.nodes.size());
  for (size_t index = 0; index != graph.nodes.size(); ++index) {
    const Node &node = graph.nodes[index];
    std::unordered_set<std::string_view> used(node.inputs.begin(), node.inputs.end());
    forEachSubgraph(node, [&](const Graph &subgraph) { collectFreeNames(subgraph, used); });
    for (std::string_view name : used)
      if (auto producer = producers.find(name); producer != producers.end())
        result[index].push_back(producer->second);
  }
  return result;
}

void dlc::onnx::orderGraph(Graph &graph, const std::string &where) {
  checkDefinitions(graph, where);
  std::vector<std::vector<size_t>> before = predecessors(graph);
  size_t count = graph.nodes.size();
  std::vector<size_t> waiting(count);
  std::vector<std::vector<size_t>> after(count);
  bool sorted = true;
  for (size_t index = 0; index != count; ++index) {
    waiting[index] = before[index].size();
    for (size_t producer : before[index]) {
      after[producer].push_back(index);
      sorted &= producer < index;
    }
  }
  if (sorted)
    return;

  // The smallest ready index first keeps the file's order wherever it is legal.
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (size_t index = 0; index != count; ++index)
    if (waiting[index] == 0)
      ready.push(index);
  std::vector<Node> ordered;
  ordered.reserve(count);
  while (!ready.empty()) {
    size_t index = ready.top();
    ready.pop();
    ordered.push_back(std::move(graph.nodes[index]));
    for (size_t user : after[index])
      if (--waiting[user] == 0)
        ready.push(user);
  }
  if (ordered.size() != count) {
    size_t stuck = 0;
    while (waiting[stuck] == 0)
      ++stuck;
    // Every stuck node waits for another stuck one: going back as often as there are nodes ends in
    // a cycle.
    for (size_t step = 0; step != count; ++step)
      stuck = *std::ranges::find_if(before[stuck], [&](size_t node) { return waiting[node] != 0; });
    failRead(where + describe(graph.nodes[stuck]) +
             ": depends on its own output; expected a graph without cycles");
  }
  graph.nodes = std::move(ordered);
}

static void verifyNames(const Graph &graph, const NameScope *parent) {
  NameScope scope{parent, definedNames(graph)};
  for (const Node &node : graph.nodes) {
    for (const std::string &input : node.inputs)
      if (!input.empty() && !scope.contains(input))
        failRead(describe(node) + ": input " + quoted(input) +
                 " is not defined; expected a graph input, an initializer or a node's output");
    forEachSubgraph(node, [&](const Graph &subgraph) { verifyNames(subgraph, &scope); });
  }
  for (const ValueInfo &output : graph.outputs)
    if (output.name.empty() || !scope.contains(output.name))
      failRead("graph output " + quoted(output.name) +
               " is not defined; expected a graph input, an initializer or a node's output");
}

void dlc::onnx::verifyNames(const Graph &graph) { ::verifyNames(graph, /*parent=*/nullptr); }
