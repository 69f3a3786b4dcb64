// Sizes that a model leaves open: symbols, the shape arithmetic that exporters write, and what is
// refused.
#include "ImportModel.h"
#include "dlc/Reference/Interpreter.h"

using namespace dlc;
using namespace dlc::onnx;

namespace {

class OpenSizesTest : public ImportONNXTest {
protected:
  // Shape arithmetic is evaluated by the reference.
  OpenSizesTest() {
    mlir::DialectRegistry registry;
    registerReferenceModels(registry);
    context.appendDialectRegistry(registry);
  }

  std::vector<Dim> open = {std::string("n"), int64_t(3), std::string("w")};

  static Attribute intAttribute(std::string name, int64_t value) {
    Attribute attribute;
    attribute.name = std::move(name);
    attribute.value = value;
    return attribute;
  }

  /// Attributes of a pool that takes every other element of the last axis.
  static std::vector<Attribute> everyOther() {
    Attribute kernel = intAttribute("kernel_shape", 0), strides = intAttribute("strides", 0);
    kernel.value = std::vector<int64_t>{1};
    strides.value = std::vector<int64_t>{2};
    return {kernel, strides};
  }

  /// Constants of one number each.
  static void addNumbers(Model &model, const std::map<std::string, int64_t> &numbers) {
    for (const auto &[name, number] : numbers)
      model.graph.initializers[name] = int64s({number});
  }

  static TensorValue weights(Shape shape) {
    TensorValue value;
    value.shape = shape;
    value.tensor = Tensor(DType::F32, std::move(shape));
    return value;
  }
};

TEST_F(OpenSizesTest, EqualNamesAreOneSymbol) {
  Model model = makeModel({makeNode("Add", {"x", "b"}, {"y"})}, open);
  model.graph.inputs.push_back(tensorInfo("b", {int64_t(1), int64_t(3), std::string("w")}));
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("dl.symbols = [\"n\", \"w\"]"));
  EXPECT_THAT(text, testing::Not(HasSubstr("dl.symbol_bounds")));
}

TEST_F(OpenSizesTest, SizesWithoutANameAreNamedByTheirPlace) {
  Model model = makeModel({makeNode("Relu", {"x"}, {"y"})}, {std::string(), int64_t(3)});
  EXPECT_THAT(import(model), HasSubstr("dl.symbols = [\"x.0\"]"));
}

TEST_F(OpenSizesTest, ReshapeTakesWhatIsLeft) {
  Model model = makeModel({makeNode("Reshape", {"x", "shape"}, {"y"})}, open);
  model.graph.initializers["shape"] = int64s({0, -1});
  EXPECT_THAT(import(model), HasSubstr("affine_map<()[s0, s1] -> (s0, s1 * 3)>"));
}

TEST_F(OpenSizesTest, ShapeArithmeticFoldsAway) {
  // reshape(x, [shape(x)[0], 3 * shape(x)[2]]), as exporters spell it.
  Model model =
      makeModel({makeNode("Shape", {"x"}, {"s"}), makeNode("Gather", {"s", "zero"}, {"n"}),
                 makeNode("Gather", {"s", "two"}, {"w"}), makeNode("Mul", {"w", "three"}, {"w3"}),
                 makeNode("Concat", {"n", "w3"}, {"to"}, {intAttribute("axis", 0)}),
                 makeNode("Reshape", {"x", "to"}, {"y"})},
                open);
  addNumbers(model, {{"zero", 0}, {"two", 2}, {"three", 3}});
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("affine_map<()[s0, s1] -> (s0, s1 * 3)>"));
  EXPECT_THAT(text, testing::Not(HasSubstr("dl.sizes")));
  EXPECT_THAT(text, testing::Not(HasSubstr("dl.gather")));
}

TEST_F(OpenSizesTest, ASliceOfATableBoundsTheSymbol) {
  Model model =
      makeModel({makeNode("Shape", {"x"}, {"s"}), makeNode("Slice", {"s", "two", "three"}, {"w"}),
                 makeNode("Slice", {"table", "zero", "w", "zero"}, {"part"}),
                 makeNode("Add", {"x", "part"}, {"y"})},
                open);
  addNumbers(model, {{"zero", 0}, {"two", 2}, {"three", 3}});
  model.graph.initializers["table"] = weights({512});
  EXPECT_THAT(import(model), HasSubstr("affine_map<()[s0, s1] -> (-s1 + 512)>"));
}

TEST_F(OpenSizesTest, WhatIsRequiredDecidesComparisons) {
  // The last 3 columns cut off, which a call must have more than, and as many asked for unless
  // there are none.
  Model model = makeModel(
      {makeNode("Slice", {"x", "zero", "last", "two"}, {"part"}),
       makeNode("Shape", {"part"}, {"s"}), makeNode("Slice", {"s", "two", "three"}, {"w"}),
       makeNode("Equal", {"w", "zero"}, {"none"}), makeNode("Where", {"none", "three", "w"}, {"v"}),
       makeNode("Concat", {"minus", "v"}, {"to"}, {intAttribute("axis", 0)}),
       makeNode("Reshape", {"part", "to"}, {"y"})},
      open);
  addNumbers(model, {{"zero", 0}, {"two", 2}, {"three", 3}, {"last", -3}, {"minus", -1}});
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("#map = affine_map<()[s0, s1] -> (s1 - 4)>"));
  EXPECT_THAT(text, HasSubstr("dl.symbol_bounds = #map,"));
  EXPECT_THAT(text, HasSubstr("affine_map<()[s0, s1] -> (s0 * 3, s1 - 3)>"));
}

TEST_F(OpenSizesTest, WhatIsTakenForAtLeastOneIsRequired) {
  // The last w columns of a table with v more: from its end where w is not 0, else all of them.
  Model model =
      makeModel({makeNode("Shape", {"x"}, {"s"}), makeNode("Slice", {"s", "two", "three"}, {"w"}),
                 makeNode("Neg", {"w"}, {"start"}),
                 makeNode("Concat", {"past", "x"}, {"all"}, {intAttribute("axis", 2)}),
                 makeNode("Slice", {"all", "start", "end", "two"}, {"y"})},
                open);
  model.graph.inputs.push_back(
      tensorInfo("past", {std::string("n"), int64_t(3), std::string("v")}));
  addNumbers(model, {{"two", 2}, {"three", 3}, {"end", std::numeric_limits<int64_t>::max()}});
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("#map = affine_map<()[s0, s1, s2] -> (s1 - 1)>"));
  EXPECT_THAT(text, HasSubstr("dl.symbol_bounds = #map,"));
}

TEST_F(OpenSizesTest, EqualSumsAreOneHoweverTheyAreWritten) {
  // Every other column, reshaped to (w - 1) / 2 + 1 columns: (w + 1) / 2.
  Model model = makeModel(
      {makeNode("MaxPool", {"x"}, {"p"}), makeNode("Shape", {"x"}, {"s"}),
       makeNode("Gather", {"s", "two"}, {"w"}), makeNode("Sub", {"w", "one"}, {"less"}),
       makeNode("Div", {"less", "two"}, {"half"}), makeNode("Add", {"half", "one"}, {"v"}),
       makeNode("Concat", {"n", "one", "three", "v"}, {"to"}, {intAttribute("axis", 0)}),
       makeNode("Reshape", {"p", "to"}, {"y"})},
      open);
  model.graph.nodes[0].attributes = everyOther();
  addNumbers(model, {{"n", 0}, {"one", 1}, {"two", 2}, {"three", 3}});
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("affine_map<()[s0, s1] -> (s0, 1, 3, (s1 + 1) floordiv 2)>"));
  // Integers are divided towards 0: w - 1 must not be negative.
  EXPECT_THAT(text, HasSubstr("#map = affine_map<()[s0, s1] -> (s1 - 1)>"));
}

TEST_F(OpenSizesTest, AQuotientWithoutARestMayBeOfSizesThatAreZero) {
  // n * (w - 3) / (w - 3)
  Model model =
      makeModel({makeNode("Shape", {"x"}, {"s"}), makeNode("Gather", {"s", "zero"}, {"n"}),
                 makeNode("Gather", {"s", "two"}, {"w"}), makeNode("Sub", {"w", "three"}, {"v"}),
                 makeNode("Mul", {"n", "v"}, {"product"}), makeNode("Div", {"product", "v"}, {"q"}),
                 makeNode("Concat", {"q", "minus"}, {"to"}, {intAttribute("axis", 0)}),
                 makeNode("Reshape", {"x", "to"}, {"y"})},
                open);
  addNumbers(model, {{"zero", 0}, {"two", 2}, {"three", 3}, {"minus", -1}});
  EXPECT_THAT(import(model), HasSubstr("affine_map<()[s0, s1] -> (s0, s1 * 3)>"));
}

TEST_F(OpenSizesTest, SizesThatMustAgreeAreBounds) {
  // Every other column added to a part that has as many only where w is 2 k + 1 for some k.
  Model model =
      makeModel({makeNode("MaxPool", {"x"}, {"p"}), makeNode("Add", {"p", "b"}, {"y"})}, open);
  model.graph.nodes[0].attributes = everyOther();
  model.graph.inputs.push_back(tensorInfo("b", {std::string("n"), int64_t(3), std::string("v")}));
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("dl.symbol_bounds"));
  EXPECT_THAT(text, HasSubstr("dl.symbols = [\"n\", \"w\", \"v\"]"));
}

TEST_F(OpenSizesTest, LettersOfAnEinsumAreOneSize) {
  Attribute equation = intAttribute("equation", 0);
  equation.value = std::string("ncw,ncw->nc");
  Model model = makeModel({makeNode("Einsum", {"x", "b"}, {"y"}, {equation})}, open);
  model.graph.inputs.push_back(tensorInfo("b", {std::string("n"), int64_t(3), std::string("v")}));
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("dl.symbol_bounds"));
  EXPECT_THAT(text, HasSubstr("dl.symbols = [\"n\", \"w\", \"v\"]"));

  equation.value = std::string("ncw,nww->nc");
  model.graph.nodes[0].attributes = {equation};
  model.graph.inputs.back() = tensorInfo("b", {std::string("n"), int64_t(4), int64_t(5)});
  EXPECT_THAT(import(model), HasSubstr("axes of one letter differ in size: 4 and 5"));
}

TEST_F(OpenSizesTest, WeightsTellASize) {
  // Found by the last node; the first has it as well.
  Model model =
      makeModel({makeNode("Relu", {"x"}, {"a"}), makeNode("MatMul", {"a", "b"}, {"y"})}, open);
  model.graph.initializers["b"] = weights({7, 9});
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("main(%arg0: tensor<?x3x7xf32, "));
  EXPECT_THAT(text, HasSubstr("dl.symbols = [\"n\"]"));
  EXPECT_THAT(text, testing::Not(HasSubstr("dl.symbol_bounds")));
  EXPECT_THAT(text, testing::Not(HasSubstr("dl.reshape")));
}

TEST_F(OpenSizesTest, WeightsTellWhatASizeIsComputedFrom) {
  Model model = makeModel({makeNode("Concat", {"x", "x"}, {"a"}, {intAttribute("axis", 2)}),
                           makeNode("MatMul", {"a", "b"}, {"y"})},
                          open);
  model.graph.initializers["b"] = weights({6, 9});
  EXPECT_THAT(import(model), HasSubstr("main(%arg0: tensor<?x3x3xf32, "));
  model.graph.initializers["b"] = weights({7, 9});
  EXPECT_THAT(import(model), HasSubstr("1 m.onnx: node n_y (MatMul): matmul operands s0x3xs1 * 2 "
                                       "and 7x9 do not share their inner size, where s0 is 'n', "
                                       "s1 is 'w'"));
}

TEST_F(OpenSizesTest, ParametersOfNormsTellASize) {
  Model model = makeModel({makeNode("BatchNormalization", {"x", "c", "c", "c", "c"}, {"a"}),
                           makeNode("LayerNormalization", {"a", "s"}, {"y"})},
                          {int64_t(2), std::string("channels"), std::string("w")});
  model.graph.initializers["c"] = weights({5});
  model.graph.initializers["s"] = weights({31});
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("main(%arg0: tensor<2x5x31xf32> {dl.name = \"x\"})"));
  EXPECT_THAT(text, testing::Not(HasSubstr("dl.symbols")));
}

TEST_F(OpenSizesTest, FiltersTellTheChannels) {
  Model model =
      makeModel({makeNode("Conv", {"x", "f"}, {"y"})}, {int64_t(2), std::string("c"), int64_t(9)});
  model.graph.initializers["f"] = weights({4, 6, 3});
  EXPECT_THAT(import(model), HasSubstr("main(%arg0: tensor<2x6x9xf32>"));
}

TEST_F(OpenSizesTest, WeightsThatTellTwoSizesAreBadInput) {
  Model model =
      makeModel({makeNode("MatMul", {"x", "b"}, {"a"}), makeNode("MatMul", {"x", "c"}, {"d"}),
                 makeNode("Add", {"a", "d"}, {"y"})},
                open);
  model.graph.initializers["b"] = weights({7, 9});
  model.graph.initializers["c"] = weights({8, 9});
  EXPECT_THAT(import(model), HasSubstr("1 m.onnx: node n_d (MatMul): matmul operands s0x3x7 and "
                                       "8x9 do not share their inner size, where s0 is 'n'; "
                                       "elsewhere in the model, 'w' must be 7"));
}

TEST_F(OpenSizesTest, ReshapeThatFitsAtCertainSizesOnlyIsUnsupported) {
  Model model = makeModel({makeNode("Reshape", {"x", "shape"}, {"y"})}, open);
  model.graph.initializers["shape"] = int64s({0, 7, -1});
  EXPECT_THAT(import(model), HasSubstr("3 m.onnx: node n_y (Reshape): reshapes nx3xw to 0x7x-1"));
}

TEST_F(OpenSizesTest, ReshapesSayWhichSizesAreEqual) {
  // (n, 3, w) with the sizes of (n, 6, v): w is 2 v, whether it is asked for once or twice.
  Model model =
      makeModel({makeNode("Shape", {"b"}, {"s"}), makeNode("Reshape", {"x", "s"}, {"a"}),
                 makeNode("Reshape", {"x", "s"}, {"c"}), makeNode("Add", {"a", "c"}, {"y"})},
                open);
  model.graph.inputs.push_back(tensorInfo("b", {std::string("n"), int64_t(6), std::string("v")}));
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("affine_map<()[s0, s1, s2] -> (-s1 + s2 * 2, s1 - s2 * 2)>"));
  EXPECT_THAT(text, HasSubstr("dl.symbol_bounds"));
  // 3 n w as 5 numbers: at no sizes.
  model = makeModel({makeNode("Reshape", {"x", "five"}, {"y"})}, {std::string("n"), int64_t(3)});
  model.graph.initializers["five"] = int64s({5});
  EXPECT_THAT(import(model), HasSubstr("3 m.onnx: node n_y (Reshape): reshapes nx3 to 5"));
  // As 6: where n is 2.
  model.graph.initializers["five"] = int64s({6});
  EXPECT_THAT(import(model), HasSubstr("main(%arg0: tensor<2x3xf32>"));
}

TEST_F(OpenSizesTest, OpsThatNeedNumbersNameTheSize) {
  Model model = makeModel({makeNode("Squeeze", {"x"}, {"y"})}, {std::string("n"), int64_t(3)});
  EXPECT_THAT(import(model), HasSubstr("3 m.onnx: node n_y (Squeeze): an operand has size n on "
                                       "axis 0, which must be known for this operator: give it "
                                       "with --shape"));
}

TEST_F(OpenSizesTest, AnAxisThatIsSqueezedHasOneElement) {
  Model model = makeModel({makeNode("Squeeze", {"x", "axes"}, {"y"})}, open);
  model.graph.initializers["axes"] = int64s({2});
  EXPECT_THAT(import(model), HasSubstr("main(%arg0: tensor<?x3x1xf32, "));
}

TEST_F(OpenSizesTest, SizesMayBeData) {
  Model model = makeModel({makeNode("Shape", {"x"}, {"y"})}, open);
  EXPECT_THAT(import(model), HasSubstr("dl.sizes {dims = #map} : tensor<3xi64>"));
}

TEST_F(OpenSizesTest, RangeOfSizes) {
  Model model = makeModel(
      {makeNode("Size", {"x"}, {"size"}), makeNode("Range", {"zero", "size", "two"}, {"y"})}, open);
  for (auto [name, value] : {std::pair("zero", 0), std::pair("two", 2)}) {
    model.graph.initializers[name] = int64s({value});
    model.graph.initializers[name].shape = {};
    model.graph.initializers[name].tensor = model.graph.initializers[name].tensor.reshaped({});
  }
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("-> (((s0 * s1) * 3) ceildiv 2)>"));
  EXPECT_THAT(text, HasSubstr("dl.iota {axis = 0 : i64"));
  // There is at least one element at any size.
  EXPECT_THAT(text, testing::Not(HasSubstr("dl.symbol_bounds")));
}

TEST_F(OpenSizesTest, RulesThatResizeKnownSizesOnlyAreUnsupported) {
  auto resized = [&](std::string mode, double scale, std::string coordinates = "half_pixel") {
    Model model = makeModel({makeNode("Resize", {"x", "", "scales"}, {"y"})}, open);
    Attribute attribute = intAttribute("mode", 0);
    attribute.value = std::move(mode);
    Attribute transformation = intAttribute("coordinate_transformation_mode", 0);
    transformation.value = std::move(coordinates);
    model.graph.nodes[0].attributes = {attribute, transformation};
    TensorValue scales;
    scales.shape = {3};
    scales.tensor = Tensor(DType::F32, scales.shape);
    for (int axis : {0, 1, 2})
      scales.tensor.setDouble(axis, axis == 2 ? scale : 1);
    model.graph.initializers["scales"] = scales;
    return import(model);
  };
  EXPECT_THAT(resized("linear", 1.5), HasSubstr("affine_map<()[s0, s1] -> (s0, 3, (s1 * 3) "
                                                "floordiv 2)>"));
  EXPECT_THAT(resized("cubic", 2), HasSubstr("3 m.onnx: node n_y (Resize): 'cubic' along axes of "
                                             "sizes that are not known"));
  // It moves the elements of an axis that keeps its size.
  EXPECT_THAT(resized("nearest", 1, "tf_half_pixel_for_nn"),
              HasSubstr("3 m.onnx: node n_y (Resize): 'tf_half_pixel_for_nn' along axes"));
  EXPECT_THAT(resized("linear", -1), HasSubstr("1 m.onnx: node n_y (Resize): scale of axis 2 is "
                                               "not positive"));
  EXPECT_THAT(resized("linear", 1.0 / 3), HasSubstr("3 m.onnx: node n_y (Resize): scales an axis"));
}

TEST_F(OpenSizesTest, NoElementsBesideOpenSizesAreUnsupported) {
  Model model = makeModel({makeNode("Relu", {"x"}, {"y"})}, {std::string("n"), int64_t(0)});
  EXPECT_THAT(import(model), HasSubstr("3 m.onnx: node n_y (Relu): has an operand without elements "
                                       "beside sizes that are not known"));
}

//===-- Sizes that only data decides -------------------------------------------------------===//

TEST_F(OpenSizesTest, DataDecidesASymbol) {
  Model model =
      makeModel({makeNode("NonZero", {"x"}, {"p"}), makeNode("Transpose", {"p"}, {"y"})}, open);
  std::string text = import(model);
  EXPECT_THAT(text, HasSubstr("dl.symbols = [\"n\", \"w\", \"p.count\"]"));
  EXPECT_THAT(text, HasSubstr("dl.data_symbols = array<i64: 2>"));
  EXPECT_THAT(text, HasSubstr("dl.decide_size"));
  EXPECT_THAT(text, HasSubstr("affine_map<()[s0, s1, s2] -> (3, s2)>"));
}

TEST_F(OpenSizesTest, SuchASizeAsDataIsUnsupported) {
  Model model =
      makeModel({makeNode("NonZero", {"x"}, {"p"}), makeNode("Size", {"p"}, {"y"})}, open);
  EXPECT_THAT(import(model),
              HasSubstr("3 m.onnx: node n_y (Size): computes with a size that only data decides"));
}

TEST_F(OpenSizesTest, ResultsThatAreNotEmptyWhereSuchASizeIsZeroAreUnsupported) {
  Model model = makeModel({makeNode("NonZero", {"x"}, {"p"}),
                           makeNode("Concat", {"p", "one"}, {"y"}, {intAttribute("axis", 1)})},
                          open);
  model.graph.initializers["one"] = int64s({1, 1, 1});
  model.graph.initializers["one"].shape = {3, 1};
  model.graph.initializers["one"].tensor = Tensor(DType::I64, {3, 1});
  EXPECT_THAT(import(model),
              HasSubstr("3 m.onnx: node n_y (Concat): has a result over the size 'p.count', which "
                        "only data decides and may be 0, that is not empty then"));
}

} // namespace
