// If, Loop and Scan become straight code.
#include "ImportModel.h"
#include "dlc/Reference/Interpreter.h"

using namespace dlc;
using namespace dlc::onnx;

namespace {

Attribute graphAttribute(std::string name, Graph graph) {
  return {std::move(name), std::make_shared<const Graph>(std::move(graph)), ""};
}

/// A graph of these nodes; its inputs have no types, which the importer does not need.
Graph makeBody(std::vector<std::string> inputs, std::vector<Node> nodes,
               std::vector<std::string> outputs) {
  Graph graph;
  graph.name = "body";
  for (std::string &name : inputs)
    graph.inputs.push_back(tensorInfo(std::move(name), {}));
  for (std::string &name : outputs)
    graph.outputs.push_back(tensorInfo(std::move(name), {}));
  graph.nodes = std::move(nodes);
  return graph;
}

TensorValue scalar(DType dtype, int64_t number) {
  TensorValue value;
  value.tensor = Tensor(dtype, {});
  value.tensor.setInt(0, number);
  return value;
}

size_t countOf(const std::string &text, const std::string &part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

Node makeIf(const std::string &condition) {
  return makeNode(
      "If", {condition}, {"y"},
      {graphAttribute("then_branch", makeBody({}, {makeNode("Relu", {"x"}, {"a"})}, {"a"})),
       graphAttribute("else_branch", makeBody({}, {makeNode("Neg", {"x"}, {"b"})}, {"b"}))});
}

TEST_F(ImportONNXTest, AKnownBranchIsTaken) {
  Model model = makeModel({makeIf("c")});
  model.graph.initializers["c"] = scalar(DType::Bool, 0);
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("dl.neg %arg0"));
  EXPECT_THAT(text, testing::Not(HasSubstr("dl.relu")));
}

TEST_F(ImportONNXTest, AnUnknownBranchIsChosenAtRunTime) {
  Model model = makeModel({makeIf("c")});
  model.graph.inputs.push_back(tensorInfo("c", {}, DType::Bool));
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("dl.relu %arg0"));
  EXPECT_THAT(text, HasSubstr("dl.neg %arg0"));
  EXPECT_THAT(text, HasSubstr("dl.where %arg1"));
}

/// x = x + x, and x is collected, `trips` times.
Model makeLoop() {
  Graph body = makeBody({"i", "go", "state"}, {makeNode("Add", {"state", "state"}, {"next"})},
                        {"go", "next", "next"});
  Node loop =
      makeNode("Loop", {"trips", "", "x"}, {"y", "all"}, {graphAttribute("body", std::move(body))});
  Model model = makeModel({loop});
  model.graph.outputs.push_back(tensorInfo("all", {}));
  return model;
}

TEST_F(ImportONNXTest, ALoopIsUnrolled) {
  Model model = makeLoop();
  model.graph.initializers["trips"] = scalar(DType::I64, 3);
  std::string text = import(model);
  EXPECT_EQ(countOf(text, "dl.add"), 3u);
  EXPECT_THAT(text, HasSubstr("tensor<2x3x5xf32> {dl.name = \"y\"}"));
  EXPECT_THAT(text, HasSubstr("tensor<3x2x3x5xf32> {dl.name = \"all\"}"));
}

TEST_F(ImportONNXTest, ALoopThatARunDecidesIsUnsupported) {
  Model model = makeLoop();
  model.graph.inputs.push_back(tensorInfo("trips", {}, DType::I64));
  EXPECT_THAT(import(model), HasSubstr("3 m.onnx: node n_y (Loop): input 'trips' decides shapes"));
}

TEST_F(ImportONNXTest, ALoopWithoutEndIsUnsupported) {
  Graph body = makeBody({"i", "go"}, {}, {"go"});
  Model model = makeModel({makeNode("Loop", {"", ""}, {"unused"}, {graphAttribute("body", body)}),
                           makeNode("Relu", {"x"}, {"y"})});
  EXPECT_THAT(import(model), HasSubstr("3 m.onnx: graph 'body' unrolls to more than 20000 nodes"));
}

TEST_F(ImportONNXTest, AScanWalksAnAxisBackwards) {
  Graph body =
      makeBody({"sum", "part"}, {makeNode("Add", {"sum", "part"}, {"next"})}, {"next", "next"});
  Node scan = makeNode("Scan", {"start", "x"}, {"end", "y"},
                       {graphAttribute("body", std::move(body)),
                        {"num_scan_inputs", int64_t(1), ""},
                        {"scan_input_axes", std::vector<int64_t>{1}, ""},
                        {"scan_input_directions", std::vector<int64_t>{1}, ""},
                        {"scan_output_axes", std::vector<int64_t>{-1}, ""}});
  Model model = makeModel({scan});
  model.graph.inputs.push_back(tensorInfo("start", {int64_t(2), int64_t(5)}));
  std::string text = import(model);
  EXPECT_EQ(countOf(text, "dl.add"), 3u);
  EXPECT_THAT(text, HasSubstr("tensor<2x5x3xf32> {dl.name = \"y\"}"));
  EXPECT_LT(text.find("starts = array<i64: 0, 2, 0>"), text.find("starts = array<i64: 0, 1, 0>"));
}

TEST_F(ImportONNXTest, NamesOfABodyEndWithIt) {
  // The body's `v` hides the one around it, which the last node means.
  Graph body = makeBody({"s", "v"}, {makeNode("Add", {"s", "v"}, {"w"})}, {"w"});
  Model model = makeModel(
      {makeNode("Exp", {"x"}, {"v"}),
       makeNode("Scan", {"start", "x"}, {"end"},
                {graphAttribute("body", std::move(body)), {"num_scan_inputs", int64_t(1), ""}}),
       makeNode("Relu", {"v"}, {"y"})});
  model.graph.inputs.push_back(tensorInfo("start", {int64_t(3), int64_t(5)}));
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("%0 = dl.exp %arg0"));
  EXPECT_THAT(text, HasSubstr("dl.relu %0"));
}

TEST_F(ImportONNXTest, AFailureInABodyIsReportedOnce) {
  Graph body = makeBody({}, {makeNode("NoSuchOperator", {"x"}, {"a"})}, {"a"});
  Model model = makeModel(
      {makeNode("If", {"c"}, {"y"},
                {graphAttribute("then_branch", body), graphAttribute("else_branch", body)})});
  model.graph.initializers["c"] = scalar(DType::Bool, 1);
  std::vector<Error> errors = checkONNX(context, model, {});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, ExitCode::Unsupported);
  EXPECT_THAT(errors[0].message, HasSubstr("node n_a (NoSuchOperator)"));
}

/// Drops the first axis of x where it has one element, as PyTorch writes it, if `c` is left out;
/// else where c holds.
Model makeSqueezeIf(const std::string &condition) {
  Node squeeze = makeNode("Squeeze", {"x", "axis"}, {"a"});
  Node decide = makeNode(
      "If", {condition}, {"y"},
      {graphAttribute("then_branch", makeBody({}, {squeeze}, {"a"})),
       graphAttribute("else_branch", makeBody({}, {makeNode("Identity", {"x"}, {"b"})}, {"b"}))});
  Model model = makeModel({makeNode("Shape", {"x"}, {"shape"}),
                           makeNode("Gather", {"shape", "zero"}, {"size"}),
                           makeNode("Equal", {"size", "one"}, {"is_one"}), decide},
                          {std::string("n"), int64_t(3)});
  model.graph.initializers["axis"] = int64s({0});
  model.graph.initializers["zero"] = scalar(DType::I64, 0);
  model.graph.initializers["one"] = scalar(DType::I64, 1);
  return model;
}

TEST_F(ImportONNXTest, ABranchOnAnOpenSizeIsTakenWhereShapesDiffer) {
  mlir::DialectRegistry registry;
  registerReferenceModels(registry); // shape arithmetic is evaluated by the reference
  context.appendDialectRegistry(registry);
  std::string text = import(makeSqueezeIf("is_one"));
  EXPECT_THAT(text, HasSubstr("tensor<3xf32> {dl.name = \"y\"}"));
  EXPECT_THAT(text, HasSubstr("main(%arg0: tensor<1x3xf32>"));
}

TEST_F(ImportONNXTest, ABranchOnDataIsUnsupportedWhereShapesDiffer) {
  Model model = makeSqueezeIf("c");
  model.graph.inputs.push_back(tensorInfo("c", {}, DType::Bool));
  EXPECT_THAT(import(model), HasSubstr("but the shapes of its branches differ"));
}

TEST_F(ImportONNXTest, AFailureInABranchSaysWhatDecidesIt) {
  Model model = makeModel({makeNode(
      "If", {"c"}, {"y"},
      {graphAttribute("then_branch", makeBody({}, {makeNode("Relu", {"x"}, {"a"})}, {"a"})),
       graphAttribute("else_branch",
                      makeBody({}, {makeNode("NoSuchOperator", {"x"}, {"b"})}, {"b"}))})});
  model.graph.inputs.push_back(tensorInfo("c", {}, DType::Bool));
  EXPECT_THAT(import(model), HasSubstr("; a run decides by input 'c' whether this branch runs: "
                                       "--constant c=FILE decides it here"));
}

TEST_F(ImportONNXTest, ABranchThatReadsWhatFailedIsNotReported) {
  // The condition is a sound value; only the branch reads what was not computed.
  Graph branch = makeBody({}, {makeNode("Neg", {"lost"}, {"a"})}, {"a"});
  Model model = makeModel(
      {makeNode("NoSuchOperator", {"x"}, {"lost"}),
       makeNode("If", {"c"}, {"y"},
                {graphAttribute("then_branch", branch), graphAttribute("else_branch", branch)})});
  model.graph.initializers["c"] = scalar(DType::Bool, 1);
  EXPECT_EQ(checkONNX(context, model, {}).size(), 1u);
}

} // namespace
