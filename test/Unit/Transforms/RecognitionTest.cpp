// What is recognised computes what was spelled out: every function of the passes' lit tests,
// evaluated before and after the pass.
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"
#include "dlc/Reference/Interpreter.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace dlc;
using namespace mlir;

namespace {

/// Irregular values in about [-3, 3].
Tensor pattern(RankedTensorType type, unsigned seed) {
  Tensor made = dl::emptyTensor(type);
  for (int64_t i = 0; i < made.numElements(); ++i) {
    seed = seed * 1664525u + 1013904223u;
    made.setDouble(i, (static_cast<int>(seed >> 20) % 193 - 96) / 32.0);
  }
  return made;
}

std::vector<Tensor> run(func::FuncOp function) {
  std::vector<Tensor> inputs;
  for (Type type : function.getArgumentTypes())
    inputs.push_back(pattern(cast<RankedTensorType>(type), inputs.size() + 1));
  Expected<std::vector<Tensor>> results =
      interpret(function, inputs, {.precision = Precision::Wide, .observer = {}});
  EXPECT_TRUE(static_cast<bool>(results)) << function.getName().str();
  return results ? *results : std::vector<Tensor>();
}

/// Evaluates every function of the lit test of `pass` before and after it.
void checkPass(const std::string &name, std::unique_ptr<Pass> pass) {
  DialectRegistry registry;
  registry.insert<dl::DLDialect, func::FuncDialect>();
  registerReferenceModels(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  OwningOpRef<ModuleOp> before =
      parseSourceFile<ModuleOp>(std::string(DLC_TRANSFORM_TESTS) + "/" + name + ".mlir", &context);
  ASSERT_TRUE(before);
  OwningOpRef<ModuleOp> after(before->clone());
  PassManager manager(&context);
  manager.addNestedPass<func::FuncOp>(std::move(pass));
  ASSERT_TRUE(succeeded(manager.run(*after)));
  for (auto function : before->getOps<func::FuncOp>()) {
    std::vector<Tensor> expected = run(function);
    std::vector<Tensor> found = run(after->lookupSymbol<func::FuncOp>(function.getName()));
    ASSERT_EQ(expected.size(), found.size());
    for (size_t index = 0; index < expected.size(); ++index)
      for (int64_t i = 0; i < expected[index].numElements(); ++i)
        // Constants are written in single precision.
        ASSERT_NEAR(expected[index].asDouble(i), found[index].asDouble(i),
                    2e-6 * std::fmax(1, std::fabs(expected[index].asDouble(i))))
            << function.getName().str() << " at " << i;
  }
}

TEST(Recognition, Activations) {
  checkPass("dl-recognize-activations", dl::createDLRecognizeActivations());
}

TEST(Recognition, Normalizations) {
  checkPass("dl-recognize-normalizations", dl::createDLRecognizeNormalizations());
}

TEST(Recognition, ImageNorms) {
  checkPass("dl-recognize-image-norms", dl::createDLRecognizeImageNorms());
}

TEST(Recognition, Attention) {
  checkPass("dl-recognize-attention", dl::createDLRecognizeAttention());
}

} // namespace
