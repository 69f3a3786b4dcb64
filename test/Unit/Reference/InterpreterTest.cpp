// The interpreter: functions, kernels, sizes known late, precision, errors; folding at compile
// time.
#include "Evaluate.h"

#include "dlc/Reference/FoldConstants.h"
#include "dlc/Reference/Passes.h"
#include "mlir/Pass/PassManager.h"

using namespace dlc;
using namespace dlc::test;

TEST(Interpreter, RunsKernelsAndCalls) {
  const char *text = R"(
    func.func private @twice(%x: tensor<3xf32>) -> tensor<3xf32> {
      %y = dl.add %x, %x : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      return %y : tensor<3xf32>
    }
    func.func @f(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
      %c = dl.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
      %y = func.call @twice(%x) : (tensor<3xf32>) -> tensor<3xf32>
      %z = dl.kernel (%a = %y : tensor<3xf32>, %b = %c : tensor<3xf32>) -> (tensor<3xf32>) {
        %p = dl.mul %a, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
        %q = dl.neg %p : (tensor<3xf32>) -> tensor<3xf32>
        dl.yield %q : tensor<3xf32>
      }
      return %z, %y : tensor<3xf32>, tensor<3xf32>
    })";
  std::vector<std::string> seen;
  InterpreterOptions options;
  options.observer = [&](mlir::Operation *op, llvm::ArrayRef<Tensor> results) {
    EXPECT_EQ(results.size(), op->getNumResults());
    seen.push_back(op->getName().getStringRef().str());
  };
  auto results = runModule(text, {f32({3}, {1, 1, 2})}, options);
  ASSERT_TRUE(results) << results.error().message;
  expectValues((*results)[0], {-2, -4, -12});
  expectValues((*results)[1], {2, 2, 4});
  EXPECT_EQ(seen, std::vector<std::string>(
                      {"dl.constant", "dl.add", "func.call", "dl.mul", "dl.neg", "dl.kernel"}));
}

TEST(Interpreter, WidePrecisionNeverRounds) {
  const char *text = R"(
    func.func @f(%x: tensor<1xf16>) -> tensor<1xf16> {
      %c = dl.constant dense<3.0> : tensor<1xf16>
      %y = dl.div %x, %c : (tensor<1xf16>, tensor<1xf16>) -> tensor<1xf16>
      %z = dl.mul %y, %c : (tensor<1xf16>, tensor<1xf16>) -> tensor<1xf16>
      %r = dl.cast %y {to = f16} : (tensor<1xf16>) -> tensor<1xf16>
      return %r : tensor<1xf16>
    })";
  InterpreterOptions wide;
  wide.precision = Precision::Wide;
  Tensor x = tensor(DType::F16, {1}, {1});
  auto rounded = runModule(text, {x}), exact = runModule(text, {x}, wide);
  ASSERT_TRUE(rounded && exact);
  EXPECT_EQ((*rounded)[0].dtype(), DType::F16);
  EXPECT_EQ((*exact)[0].dtype(), DType::F64);
  EXPECT_EQ((*exact)[0].asDouble(0), 1.0 / 3);
  EXPECT_NE((*rounded)[0].asDouble(0), 1.0 / 3);
}

TEST(Interpreter, InfersSizesKnownLate) {
  const char *text = R"(
    func.func @f(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
      %y = dl.exp %x : (tensor<?x3xf32>) -> tensor<?x3xf32>
      %z = dl.add %x, %y : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
      return %z : tensor<?x3xf32>
    })";
  auto result = runModule(text, {Tensor(DType::F32, {5, 3})});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ((*result)[0].shape(), Shape({5, 3}));
  EXPECT_EQ((*result)[0].asDouble(14), 1);
}

TEST(Interpreter, RefusesWrongInputs) {
  const char *text =
      "func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> { return %x : tensor<2xf32> }";
  auto none = runModule(text, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, "function 'f': expected 1 inputs, found 0");
  auto type = runModule(text, {Tensor(DType::I8, {2})});
  ASSERT_FALSE(type);
  EXPECT_EQ(type.error().message,
            "function 'f', input 0: expected elements of type float32, found int8");
  auto shape = runModule(text, {Tensor(DType::F32, {3})});
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.error().message, "function 'f', input 0: expected tensor<2xf32>, found shape 3");
  EXPECT_EQ(shape.error().code, ExitCode::BadInput);
}

TEST(Interpreter, ReportsDataThatAnOpRejects) {
  auto result = runModule(R"(
    func.func @f(%x: tensor<0xf32>) -> tensor<1xi64> {
      %y = dl.arg_max %x {axis = 0 : i64} : (tensor<0xf32>) -> tensor<1xi64>
      return %y : tensor<1xi64>
    })",
                          {Tensor(DType::F32, {0})});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ExitCode::BadInput);
  EXPECT_NE(result.error().message.find("has no element to choose along axis 0"), std::string::npos)
      << result.error().message;
}

static std::string folded(const char *text) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context());
  mlir::PassManager manager(&context());
  manager.addPass(createFoldConstantsPass());
  EXPECT_TRUE(module && mlir::succeeded(manager.run(*module)));
  std::string printed;
  llvm::raw_string_ostream(printed) << *module;
  return printed;
}

TEST(FoldConstants, FoldsChainsAndKeepsSplats) {
  std::string text = folded(R"(
    func.func @f() -> (tensor<1000x1000xf32>, tensor<2xi64>) {
      %a = dl.constant dense<2.0> : tensor<1000x1000xf32>
      %b = dl.constant dense<3.0> : tensor<1000xf32>
      %c = dl.mul %a, %b : (tensor<1000x1000xf32>, tensor<1000xf32>) -> tensor<1000x1000xf32>
      %d = dl.neg %c : (tensor<1000x1000xf32>) -> tensor<1000x1000xf32>
      %i = dl.constant dense<[1, 2]> : tensor<2xi64>
      %j = dl.add %i, %i : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
      return %d, %j : tensor<1000x1000xf32>, tensor<2xi64>
    })");
  EXPECT_NE(text.find("dense<-6.000000e+00> : tensor<1000x1000xf32>"), std::string::npos) << text;
  EXPECT_NE(text.find("dense<[2, 4]> : tensor<2xi64>"), std::string::npos) << text;
  EXPECT_EQ(text.find("dl.mul"), std::string::npos) << text;
  EXPECT_EQ(text.find("3.000000e+00"), std::string::npos) << "the dead constant stays: " << text;
}

TEST(FoldConstants, KeepsWhatWouldBloat) {
  std::string text = folded(R"(
    func.func @f() -> tensor<100x1000xf32> {
      %a = dl.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
      %b = dl.expand %a {shape = array<i64: 2, 50000>} : (tensor<2x1xf32>) -> tensor<2x50000xf32>
      %c = dl.reshape %b {shape = array<i64: 100, 1000>} : (tensor<2x50000xf32>) -> tensor<100x1000xf32>
      return %c : tensor<100x1000xf32>
    })");
  EXPECT_NE(text.find("dl.expand"), std::string::npos) << text;
}

TEST(FoldConstants, LeavesVariablesAlone) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(R"(
    func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
      %y = dl.neg %x : (tensor<2xf32>) -> tensor<2xf32>
      return %y : tensor<2xf32>
    })",
                                                        &context());
  module->walk([](mlir::Operation *op) {
    EXPECT_FALSE(evaluateConstant(op)) << op->getName().getStringRef().str();
  });
}
