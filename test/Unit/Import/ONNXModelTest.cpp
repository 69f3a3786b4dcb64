// What a well-formed file becomes.
#include "ONNXModelBuilder.h"

using namespace dlc;
using namespace dlc::test;

TEST(ONNXModel, ReadsNodesValuesAndAttributes) {
  auto proto = modelXToY();
  proto.set_producer_name("test");
  auto *meta = proto.add_metadata_props();
  meta->set_key("k");
  meta->set_value("v");
  auto *node = addNode(*proto.mutable_graph(), "LeakyRelu", "", {"x", ""}, {"y"});
  auto *alpha = node->add_attribute();
  alpha->set_name("alpha");
  alpha->set_type(::onnx::AttributeProto::FLOAT);
  alpha->set_f(0.25f);
  auto *untyped = node->add_attribute();
  untyped->set_name("axes");
  untyped->add_ints(-1);
  untyped->add_ints(3);

  auto model = read(proto);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->opsets.at(""), 17);
  EXPECT_EQ(model->metadata.at("k"), "v");
  ASSERT_EQ(model->graph.nodes.size(), 1u);
  const dlc::onnx::Node &read = model->graph.nodes[0];
  EXPECT_EQ(read.name, "LeakyRelu_0");
  EXPECT_EQ(read.opsetVersion, 17);
  EXPECT_EQ(read.inputs, (std::vector<std::string>{"x", ""}));
  ASSERT_NE(read.attributeAs<float>("alpha"), nullptr);
  EXPECT_EQ(*read.attributeAs<float>("alpha"), 0.25f);
  EXPECT_EQ(read.attributeAs<int64_t>("alpha"), nullptr);
  EXPECT_EQ(read.findAttribute("alpha")->kindName(), "float");
  ASSERT_NE(read.attributeAs<std::vector<int64_t>>("axes"), nullptr);
  EXPECT_EQ(*read.attributeAs<std::vector<int64_t>>("axes"), (std::vector<int64_t>{-1, 3}));
}

TEST(ONNXModel, DimensionsAreSizesSymbolsOrUnknown) {
  auto proto = emptyModel();
  addValue(proto.mutable_graph()->mutable_input(), "x", {5, -1, 0});
  auto *shape = proto.mutable_graph()
                    ->mutable_input(0)
                    ->mutable_type()
                    ->mutable_tensor_type()
                    ->mutable_shape();
  shape->add_dim()->set_dim_param("batch");
  shape->add_dim();
  auto *unranked = proto.mutable_graph()->add_input();
  unranked->set_name("u");
  unranked->mutable_type()->mutable_tensor_type()->set_elem_type(::onnx::TensorProto::INT4);

  auto model = read(proto);
  ASSERT_TRUE(model) << model.error().message;
  using dlc::onnx::Dim;
  std::vector<Dim> expected{Dim(int64_t{5}), Dim(""), Dim(int64_t{0}), Dim("batch"), Dim("")};
  EXPECT_EQ(model->graph.inputs[0].dims, expected);
  EXPECT_FALSE(model->graph.inputs[1].dims.has_value());
  EXPECT_FALSE(model->graph.inputs[1].dtype.has_value());
  EXPECT_EQ(model->graph.inputs[1].unsupported, "int4");
}

TEST(ONNXModel, SequencesAndOptionalsNest) {
  auto proto = emptyModel();
  auto *input = proto.mutable_graph()->add_input();
  input->set_name("s");
  input->mutable_type()
      ->mutable_optional_type()
      ->mutable_elem_type()
      ->mutable_sequence_type()
      ->mutable_elem_type()
      ->mutable_tensor_type()
      ->set_elem_type(::onnx::TensorProto::INT16);
  auto model = read(proto);
  ASSERT_TRUE(model) << model.error().message;
  const dlc::onnx::ValueInfo &info = model->graph.inputs[0];
  EXPECT_EQ(info.kind, dlc::onnx::ValueInfo::Kind::Optional);
  ASSERT_TRUE(info.element && info.element->element);
  EXPECT_EQ(info.element->kind, dlc::onnx::ValueInfo::Kind::Sequence);
  EXPECT_EQ(info.element->element->dtype, DType::I16);
}

TEST(ONNXModel, InitializersThatAreInputsNeedNoValue) {
  auto proto = modelXToY();
  addValue(proto.mutable_graph()->mutable_input(), "w", {1});
  auto *w = proto.mutable_graph()->add_initializer();
  w->set_name("w");
  w->set_data_type(::onnx::TensorProto::FLOAT);
  w->add_dims(1);
  w->add_float_data(2);
  addNode(*proto.mutable_graph(), "Add", "add", {"x", "w"}, {"y"});
  auto model = read(proto);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->graph.inputs.size(), 2u);
  auto required = model->graph.requiredInputs();
  ASSERT_EQ(required.size(), 1u);
  EXPECT_EQ(required[0]->name, "x");
}

TEST(ONNXModel, UnsortedNodesAreSortedStably) {
  auto proto = modelXToY();
  auto &graph = *proto.mutable_graph();
  addNode(graph, "Add", "last", {"b", "c"}, {"y"});
  addNode(graph, "Relu", "second", {"a"}, {"b"});
  addNode(graph, "Relu", "first", {"x"}, {"a"});
  addNode(graph, "Relu", "third", {"a"}, {"c"});
  auto model = read(proto);
  ASSERT_TRUE(model) << model.error().message;
  std::vector<std::string> names;
  for (const auto &node : model->graph.nodes)
    names.push_back(node.name);
  EXPECT_EQ(names, (std::vector<std::string>{"first", "second", "third", "last"}));
}

/// An If whose branches use `captured` of the graph around it.
static ::onnx::NodeProto *addIf(::onnx::GraphProto &graph, const std::string &captured) {
  auto *node = addNode(graph, "If", "if", {"c"}, {"y"});
  for (const char *branch : {"then_branch", "else_branch"}) {
    auto *attribute = node->add_attribute();
    attribute->set_name(branch);
    attribute->set_type(::onnx::AttributeProto::GRAPH);
    addNode(*attribute->mutable_g(), "Relu", "inner", {captured}, {"r"});
    addValue(attribute->mutable_g()->mutable_output(), "r", {2, 3});
  }
  return node;
}

TEST(ONNXModel, CapturedNamesOrderTheNodesAroundASubgraph) {
  auto proto = modelXToY();
  auto &graph = *proto.mutable_graph();
  addValue(graph.mutable_input(), "c", {}, ::onnx::TensorProto::BOOL);
  addIf(graph, "late");
  addNode(graph, "Relu", "producer", {"x"}, {"late"});
  auto model = read(proto);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->graph.nodes[0].name, "producer");
  const auto *then =
      model->graph.nodes[1].attributeAs<std::shared_ptr<const dlc::onnx::Graph>>("then_branch");
  ASSERT_NE(then, nullptr);
  EXPECT_EQ((*then)->nodes[0].inputs[0], "late");
}

TEST(ONNXModel, NamesOfASubgraphAreNotSeenOutside) {
  auto proto = modelXToY();
  auto &graph = *proto.mutable_graph();
  addValue(graph.mutable_input(), "c", {}, ::onnx::TensorProto::BOOL);
  addIf(graph, "x");
  addNode(graph, "Relu", "user", {"r"}, {"z"});
  expectRefused(read(proto), "node 'user' (Relu): input 'r' is not defined");
}

TEST(ONNXModel, StandardDomainHasTwoNames) {
  auto proto = modelXToY();
  proto.mutable_opset_import(0)->set_domain("ai.onnx");
  addNode(*proto.mutable_graph(), "Relu", "r", {"x"}, {"y"})->set_domain("ai.onnx");
  auto model = read(proto);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->graph.nodes[0].domain, "");
  EXPECT_EQ(model->graph.nodes[0].opsetVersion, 17);
}
