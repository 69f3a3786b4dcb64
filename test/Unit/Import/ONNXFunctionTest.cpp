// ModelProto.functions: after reading, none is left.
#include "ONNXModelBuilder.h"

using namespace dlc;
using namespace dlc::test;

static ::onnx::FunctionProto *addFunction(::onnx::ModelProto &model, const std::string &name,
                                          std::initializer_list<std::string> inputs,
                                          std::initializer_list<std::string> outputs) {
  auto *function = model.add_functions();
  function->set_domain("my");
  function->set_name(name);
  for (const std::string &input : inputs)
    function->add_input(input);
  for (const std::string &output : outputs)
    function->add_output(output);
  auto *import = function->add_opset_import();
  import->set_version(15);
  return function;
}

static ::onnx::NodeProto *addCall(::onnx::GraphProto &graph, const std::string &function,
                                  const std::string &name,
                                  std::initializer_list<std::string> inputs,
                                  std::initializer_list<std::string> outputs) {
  auto *node = addNode(graph, function, name, inputs, outputs);
  node->set_domain("my");
  return node;
}

static void addReference(::onnx::NodeProto &node, const std::string &name,
                         const std::string &parameter) {
  auto *attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(::onnx::AttributeProto::FLOAT);
  attribute->set_ref_attr_name(parameter);
}

TEST(ONNXFunction, CallsBecomeNodesWithTheCallsNames) {
  auto proto = modelXToY();
  auto *function = addFunction(proto, "F", {"a", "b"}, {"r"});
  addNode(*function, "Relu", "inner", {"a"}, {"t"});
  addNode(*function, "Add", "", {"t", "b"}, {"r"});
  addCall(*proto.mutable_graph(), "F", "call1", {"x", "x"}, {"m"});
  addCall(*proto.mutable_graph(), "F", "call2", {"m", ""}, {"y"});
  auto model = read(proto);
  ASSERT_TRUE(model) << model.error().message;
  ASSERT_EQ(model->graph.nodes.size(), 4u);
  const auto &nodes = model->graph.nodes;
  EXPECT_EQ(nodes[0].name, "call1/inner");
  EXPECT_EQ(nodes[0].opsetVersion, 15);
  EXPECT_EQ(nodes[0].outputs, std::vector<std::string>{"call1/t"});
  EXPECT_EQ(nodes[1].name, "call1/Add_1");
  EXPECT_EQ(nodes[1].inputs, (std::vector<std::string>{"call1/t", "x"}));
  EXPECT_EQ(nodes[1].outputs, std::vector<std::string>{"m"});
  EXPECT_EQ(nodes[3].inputs, (std::vector<std::string>{"call2/t", ""}));
}

TEST(ONNXFunction, CallsOfOneNameStayApart) {
  auto proto = modelXToY();
  auto *function = addFunction(proto, "F", {"a"}, {"r"});
  addNode(*function, "Relu", "one", {"a"}, {"t"});
  addNode(*function, "Relu", "two", {"t"}, {"r"});
  addNode(*proto.mutable_graph(), "Relu", "odd", {"x"}, {"call/t"});
  addCall(*proto.mutable_graph(), "F", "call", {"call/t"}, {"m"});
  addCall(*proto.mutable_graph(), "F", "call", {"m"}, {"y"});
  auto model = read(proto);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->graph.nodes.size(), 5u);
}

TEST(ONNXFunction, AttributesAreBoundDefaultedOrDropped) {
  auto proto = modelXToY();
  auto *function = addFunction(proto, "F", {"a"}, {"r"});
  function->add_attribute("alpha");
  function->add_attribute("unset");
  auto *fallback = function->add_attribute_proto();
  fallback->set_name("beta");
  fallback->set_type(::onnx::AttributeProto::FLOAT);
  fallback->set_f(3);
  auto *node = addNode(*function, "HardSigmoid", "h", {"a"}, {"r"});
  addReference(*node, "alpha", "alpha");
  addReference(*node, "renamed", "beta");
  addReference(*node, "gone", "unset");
  auto *call = addCall(*proto.mutable_graph(), "F", "c", {"x"}, {"y"});
  auto *alpha = call->add_attribute();
  alpha->set_name("alpha");
  alpha->set_type(::onnx::AttributeProto::FLOAT);
  alpha->set_f(2);
  auto model = read(proto);
  ASSERT_TRUE(model) << model.error().message;
  const dlc::onnx::Node &read = model->graph.nodes[0];
  ASSERT_EQ(read.attributes.size(), 2u);
  EXPECT_EQ(*read.attributeAs<float>("alpha"), 2);
  EXPECT_EQ(*read.attributeAs<float>("renamed"), 3);

  alpha->set_name("other");
  expectRefused(test::read(proto), "function 'F' has no attribute 'other'");
}

TEST(ONNXFunction, FunctionsCallFunctionsFromSubgraphs) {
  auto proto = modelXToY();
  auto *leaf = addFunction(proto, "Leaf", {"a"}, {"r"});
  addNode(*leaf, "Relu", "relu", {"a"}, {"r"});
  auto *outer = addFunction(proto, "Outer", {"c", "v"}, {"r"});
  auto *branch = addNode(*outer, "If", "if", {"c"}, {"r"})->add_attribute();
  branch->set_name("then_branch");
  branch->set_type(::onnx::AttributeProto::GRAPH);
  addCall(*branch->mutable_g(), "Leaf", "leaf", {"v"}, {"q"});
  addValue(branch->mutable_g()->mutable_output(), "q", {2, 3});
  addValue(proto.mutable_graph()->mutable_input(), "c", {}, ::onnx::TensorProto::BOOL);
  addCall(*proto.mutable_graph(), "Outer", "o", {"c", "x"}, {"y"});
  auto model = read(proto);
  ASSERT_TRUE(model) << model.error().message;
  const auto *graph =
      model->graph.nodes[0].attributeAs<std::shared_ptr<const dlc::onnx::Graph>>("then_branch");
  ASSERT_NE(graph, nullptr);
  ASSERT_EQ((*graph)->nodes.size(), 1u);
  EXPECT_EQ((*graph)->nodes[0].inputs[0], "x");
  EXPECT_EQ((*graph)->nodes[0].outputs[0], (*graph)->outputs[0].name);
}

TEST(ONNXFunction, AnInputReturnedAsItIsBecomesAnIdentity) {
  auto proto = modelXToY();
  addFunction(proto, "F", {"a"}, {"a"});
  addCall(*proto.mutable_graph(), "F", "c", {"x"}, {"y"});
  auto model = read(proto);
  ASSERT_TRUE(model) << model.error().message;
  ASSERT_EQ(model->graph.nodes.size(), 1u);
  EXPECT_EQ(model->graph.nodes[0].opType, "Identity");
  EXPECT_EQ(model->graph.nodes[0].inputs[0], "x");
}

TEST(ONNXFunction, RecursionIsRefused) {
  auto proto = modelXToY();
  for (const char *name : {"F", "G"}) {
    auto *function = addFunction(proto, name, {"a"}, {"r"});
    auto *node = addNode(*function, std::string(name) == "F" ? "G" : "F", "n", {"a"}, {"r"});
    node->set_domain("my");
  }
  addCall(*proto.mutable_graph(), "F", "c", {"x"}, {"y"});
  expectRefused(read(proto), "function 'F' calls itself");
}

TEST(ONNXFunction, ExpansionIsBounded) {
  auto proto = modelXToY();
  constexpr int levels = 16;
  for (int level = 0; level != levels; ++level) {
    auto *function = addFunction(proto, "F" + std::to_string(level), {"a"}, {"r7"});
    for (int i = 0; i != 8; ++i) {
      auto *node =
          addNode(*function, level + 1 == levels ? "Relu" : "F" + std::to_string(level + 1), "",
                  {"a"}, {"r" + std::to_string(i)});
      if (level + 1 != levels)
        node->set_domain("my");
    }
  }
  addCall(*proto.mutable_graph(), "F0", "c", {"x"}, {"y"});
  expectRefused(read(proto), "functions expand to more than");
}

TEST(ONNXFunction, TooManyArgumentsAreRefused) {
  auto proto = modelXToY();
  auto *function = addFunction(proto, "F", {"a"}, {"r"});
  addNode(*function, "Relu", "n", {"a"}, {"r"});
  addCall(*proto.mutable_graph(), "F", "c", {"x", "x"}, {"y"});
  expectRefused(read(proto), "expected at most 1 inputs, found 2");
}

TEST(ONNXFunction, ReferencesOutsideAFunctionAreRefused) {
  auto proto = modelXToY();
  addReference(*addNode(*proto.mutable_graph(), "Elu", "e", {"x"}, {"y"}), "alpha", "alpha");
  expectRefused(read(proto), "outside any function");
}
