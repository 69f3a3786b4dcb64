// The conversion of ONNX graphs to the dl dialect: what becomes of shapes, names, constants and
// errors.
#include "ImportModel.h"
#include "dlc/Reference/Interpreter.h"

using namespace dlc;
using namespace dlc::onnx;

namespace {

TEST_F(ImportONNXTest, NamesOfInputsAndOutputsAreKept) {
  std::string text = import(makeModel({makeNode("Relu", {"x"}, {"y"})}));
  EXPECT_THAT(text, HasSubstr("dl.model = \"net\""));
  EXPECT_THAT(text, HasSubstr("func.func @main(%arg0: tensor<2x3x5xf32> {dl.name = \"x\"})"));
  EXPECT_THAT(text, HasSubstr("-> (tensor<2x3x5xf32> {dl.name = \"y\"})"));
  EXPECT_THAT(text, HasSubstr("dl.relu %arg0"));
}

TEST_F(ImportONNXTest, LocationsNameTheNode) {
  Model model = makeModel({makeNode("Relu", {"x"}, {"y"})});
  auto module = importONNX(context, model);
  ASSERT_TRUE(module);
  std::string text;
  llvm::raw_string_ostream out(text);
  (*module)->print(out, mlir::OpPrintingFlags().enableDebugInfo());
  EXPECT_THAT(text, HasSubstr("\"n_y (Relu)\""));
}

TEST_F(ImportONNXTest, ReshapeResolvesZeroAndMinusOne) {
  Model model = makeModel({makeNode("Reshape", {"x", "shape"}, {"y"})});
  model.graph.initializers["shape"] = int64s({0, -1});
  EXPECT_THAT(import(model), HasSubstr("tensor<2x15xf32> {dl.name = \"y\"}"));
}

TEST_F(ImportONNXTest, ReshapeThatDoesNotFitIsBadInput) {
  Model model = makeModel({makeNode("Reshape", {"x", "shape"}, {"y"})});
  model.graph.initializers["shape"] = int64s({7, -1});
  EXPECT_THAT(import(model),
              HasSubstr("1 m.onnx: node n_y (Reshape): shape with -1 does not fit 30"));
}

TEST_F(ImportONNXTest, ShapeOfAStaticTensorIsAConstant) {
  Model model =
      makeModel({makeNode("Shape", {"x"}, {"s"}), makeNode("Reshape", {"x", "s"}, {"y"})});
  std::string text = import(model);
  EXPECT_THAT(text, testing::Not(HasSubstr("dl.reshape")));
  EXPECT_THAT(text, testing::Not(HasSubstr("dl.constant")));
}

TEST_F(ImportONNXTest, OpenSizeIsASymbol) {
  Model model = makeModel({makeNode("Relu", {"x"}, {"y"})}, {std::string("batch"), int64_t(4)});
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("dl.symbols = [\"batch\"]"));
  EXPECT_THAT(text, HasSubstr("affine_map<()[s0] -> (s0, 4)>"));
  ImportOptions options;
  ASSERT_TRUE(addShape(options, "7x4"));
  EXPECT_THAT(import(model, options), HasSubstr("tensor<7x4xf32>"));
}

TEST_F(ImportONNXTest, ShapeThatContradictsTheFileIsRefused) {
  Model model = makeModel({makeNode("Relu", {"x"}, {"y"})}, {std::string("batch"), int64_t(4)});
  ImportOptions options;
  ASSERT_TRUE(addShape(options, "x=7x5"));
  EXPECT_THAT(import(model, options), HasSubstr("1 m.onnx: input 'x' has size 4 on axis 1"));
}

TEST_F(ImportONNXTest, ShapeArgumentsThatAreNoShapesAreUsageErrors) {
  ImportOptions options;
  for (const char *bad : {"x=", "x=axb", "x=-1x2", "x=9223372036854775807x4"})
    EXPECT_FALSE(addShape(options, bad)) << bad;
}

TEST_F(ImportONNXTest, RunTimeShapeAsksForAConstant) {
  Model model = makeModel({makeNode("Reshape", {"x", "shape"}, {"y"})});
  model.graph.inputs.push_back(tensorInfo("shape", {int64_t(1)}, DType::I64));
  EXPECT_THAT(import(model),
              HasSubstr("3 m.onnx: node n_y (Reshape): input 'shape' decides shapes: give its "
                        "value at compile time with --constant shape=FILE"));
  ImportOptions options;
  options.inputValues["shape"] = int64s({30}).tensor;
  std::string text = import(model, options);
  EXPECT_THAT(text, HasSubstr("dl.constant_inputs = [\"shape\"]"));
  EXPECT_THAT(text, HasSubstr("func.func @main(%arg0: tensor<2x3x5xf32> {dl.name = \"x\"})"));
}

TEST_F(ImportONNXTest, InputValuesThatNothingDependsOnStayInputs) {
  ImportOptions options;
  options.inputValues["x"] = Tensor(DType::F32, {2, 3, 5});
  EXPECT_THAT(import(makeModel({makeNode("Relu", {"x"}, {"y"})}), options),
              HasSubstr("dl.relu %arg0"));
}

TEST_F(ImportONNXTest, ShapesThatDoNotFitAreBadInput) {
  Model model = makeModel({makeNode("Add", {"x", "b"}, {"y"})});
  model.graph.inputs.push_back(tensorInfo("b", {int64_t(4)}));
  EXPECT_THAT(import(model),
              HasSubstr("1 m.onnx: node n_y (Add): shapes 2x3x5 and 4 do not broadcast"));
}

TEST_F(ImportONNXTest, WrongElementTypeIsBadInput) {
  Model model = makeModel({makeNode("Not", {"x"}, {"y"})});
  EXPECT_THAT(import(model), HasSubstr("1 m.onnx: node n_y (Not): "));
}

TEST_F(ImportONNXTest, LayerNormsHaveOneElementType) {
  for (const char *op : {"LayerNormalization", "InstanceNormalization"}) {
    Model model = makeModel({makeNode(op, {"x", "s", "s"}, {"y"})});
    const int64_t size = op[0] == 'L' ? 5 : 3;
    model.graph.inputs.push_back(tensorInfo("s", {size}, DType::F16));
    EXPECT_THAT(import(model), HasSubstr("expects operands of one element type, got 'f32' and "
                                         "'f16'"));
  }
}

TEST_F(ImportONNXTest, RmsNormsHaveTheElementTypeOfTheScale) {
  Model model = makeModel({makeNode("RMSNormalization", {"x", "s"}, {"y"})});
  model.graph.nodes[0].opsetVersion = 23;
  model.graph.inputs.push_back(tensorInfo("s", {int64_t(5)}, DType::F16));
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("-> (tensor<2x3x5xf16> {dl.name = \"y\"})"));
  EXPECT_THAT(text, HasSubstr(": (tensor<2x3x5xf32>, tensor<5xf32>) -> tensor<2x3x5xf32>"));
}

TEST_F(ImportONNXTest, BatchNormsHaveTheElementTypesOfTheirOpset) {
  Model model = makeModel({makeNode("BatchNormalization", {"x", "s", "s", "m", "m"}, {"y"})});
  model.graph.inputs.push_back(tensorInfo("s", {int64_t(3)}, DType::F16));
  model.graph.inputs.push_back(tensorInfo("m", {int64_t(3)}, DType::F64));
  model.graph.nodes[0].opsetVersion = 15;
  EXPECT_THAT(import(model), HasSubstr("dl.batch_norm"));
  model.graph.nodes[0].opsetVersion = 14;
  EXPECT_THAT(import(model), HasSubstr("1 m.onnx: node n_y (BatchNormalization): inputs 0 and 1 "
                                       "must have one element type at opset 14"));
  model.graph.inputs[1].dtype = DType::F32;
  EXPECT_THAT(import(model), HasSubstr("dl.batch_norm"));
  model.graph.nodes[0].opsetVersion = 13;
  EXPECT_THAT(import(model), HasSubstr("inputs 0 and 3 must have one element type at opset 13"));
}

TEST_F(ImportONNXTest, DividesAndDequantizesInFloats) {
  Attribute precision{"precision", int64_t(3), ""}, output{"output_dtype", int64_t(3), ""};
  Model model = makeModel({makeNode("QuantizeLinear", {"x", "s"}, {"y"}, {precision})});
  model.graph.inputs.push_back(tensorInfo("s", {}));
  EXPECT_THAT(import(model), HasSubstr("1 m.onnx: node n_y (QuantizeLinear): attribute 'precision' "
                                       "is no floating-point type"));
  model = makeModel({makeNode("QuantizeLinear", {"x", "s"}, {"q"}),
                     makeNode("DequantizeLinear", {"q", "s"}, {"y"}, {output})});
  model.graph.inputs.push_back(tensorInfo("s", {}));
  EXPECT_THAT(import(model), HasSubstr("1 m.onnx: node n_y (DequantizeLinear): attribute "
                                       "'output_dtype' is no floating-point type"));
}

TEST_F(ImportONNXTest, SymmetricHalfPixelsHitWholePlaces) {
  mlir::DialectRegistry registry;
  registerReferenceModels(registry); // of constants the result is one
  context.appendDialectRegistry(registry);
  Attribute coordinates{"coordinate_transformation_mode", std::string("half_pixel_symmetric"), ""},
      nearest{"nearest_mode", std::string("floor"), ""};
  Model model = makeModel({makeNode("Resize", {"c", "", "scales"}, {"y"}, {coordinates, nearest})});
  model.graph.nodes[0].opsetVersion = 19;
  auto floats = [](Shape shape, std::vector<float> values) {
    TensorValue value;
    value.shape = shape;
    value.tensor = Tensor(DType::F32, std::move(shape));
    std::copy(values.begin(), values.end(), value.tensor.data<float>());
    return value;
  };
  model.graph.initializers["c"] = floats({1, 1, 5}, {0, 1, 2, 3, 4});
  model.graph.initializers["scales"] = floats({3}, {1, 1, 0.5f});
  EXPECT_THAT(import(model), HasSubstr("dense<[[[1.000000e+00, 3.000000e+00]]]>"));
}

TEST_F(ImportONNXTest, UnknownAttributeIsUnsupported) {
  Attribute attribute{"turbo", int64_t(1), ""};
  EXPECT_THAT(import(makeModel({makeNode("Relu", {"x"}, {"y"}, {attribute})})),
              HasSubstr("3 m.onnx: node n_y (Relu): attribute 'turbo' is not known"));
}

TEST_F(ImportONNXTest, AttributeOfAnotherKindIsBadInput) {
  Attribute attribute{"axis", std::string("one"), ""};
  EXPECT_THAT(import(makeModel({makeNode("Flatten", {"x"}, {"y"}, {attribute})})),
              HasSubstr("1 m.onnx: node n_y (Flatten): attribute 'axis' is string, expected int"));
}

TEST_F(ImportONNXTest, MissingInputIsBadInput) {
  EXPECT_THAT(import(makeModel({makeNode("Add", {"x", ""}, {"y"})})),
              HasSubstr("1 m.onnx: node n_y (Add): input 1 is missing"));
}

TEST_F(ImportONNXTest, CheckListsAllUnsupportedNodes) {
  Model model = makeModel({makeNode("Fold", {"x"}, {"a"}), makeNode("Relu", {"a"}, {"b"}),
                           makeNode("Knit", {"b"}, {"c"}), makeNode("Relu", {"c"}, {"y"})});
  std::vector<Error> errors = checkONNX(context, model);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_THAT(errors[0].message,
              HasSubstr("node n_a (Fold): operator Fold of opset 17 is not supported"));
  EXPECT_THAT(errors[1].message, HasSubstr("node n_c (Knit)"));
  EXPECT_EQ(errors[1].code, ExitCode::Unsupported);
}

// Where NumPy's x[-7::-1] of 3 elements is empty, the standard's has the first one.
TEST_F(ImportONNXTest, ASliceBackwardsStartsInsideOfTheAxis) {
  Model model = makeModel({makeNode("Slice", {"x", "s", "e", "a", "t"}, {"y"})});
  model.graph.initializers = {
      {"s", int64s({-7})}, {"e", int64s({-100})}, {"a", int64s({1})}, {"t", int64s({-1})}};
  EXPECT_THAT(import(model), HasSubstr("tensor<2x1x5xf32> {dl.name = \"y\"}"));
}

TEST_F(ImportONNXTest, NegativeSliceStepsAreNormalised) {
  Model model = makeModel({makeNode("Slice", {"x", "s", "e", "a", "t"}, {"y"})});
  model.graph.initializers["s"] = int64s({-1});
  model.graph.initializers["e"] = int64s({INT64_MIN});
  model.graph.initializers["a"] = int64s({2});
  model.graph.initializers["t"] = int64s({-2});
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("starts = array<i64: 0, 0, 4>"));
  EXPECT_THAT(text, HasSubstr("sizes = array<i64: 2, 3, 3>"));
}

TEST_F(ImportONNXTest, ConvPadsForSameUpper) {
  Model model = makeModel({makeNode(
      "Conv", {"x", "w"}, {"y"},
      {{"auto_pad", std::string("SAME_UPPER"), ""}, {"strides", std::vector<int64_t>{2}, ""}})});
  TensorValue weight;
  weight.shape = {4, 3, 4};
  weight.tensor = Tensor(DType::F32, weight.shape);
  model.graph.initializers["w"] = weight;
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("pads_begin = array<i64: 1>"));
  EXPECT_THAT(text, HasSubstr("pads_end = array<i64: 2>"));
  EXPECT_THAT(text, HasSubstr("tensor<2x4x3xf32>"));
}

} // namespace
