// The phase `codegen`: one object a recipe, whatever the threads and the cache, and errors in
// order.
#include "dlc/Pipelines/CompileKernels.h"

#include "dlc/Dialect/DL/IR/DLDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <atomic>
#include <filesystem>
#include <gtest/gtest.h>
#include <set>
#include <unistd.h>

using namespace dlc;

namespace {

/// `neg` of a vector of `n`, as kernel number `number`.
std::string negate(int number, int n, const std::string &attributes = "") {
  std::string type = "tensor<" + std::to_string(n) + "xf32>";
  std::string value = std::to_string(number);
  return "%k" + value + " = dl.kernel (%a" + value + " = %x" + std::to_string(n) + " : " + type +
         ") -> (" + type + ")" + attributes + " { %r" + value + " = dl.neg %a" + value + " : (" +
         type + ") -> " + type + " dl.yield %r" + value + " : " + type + " }\n";
}

class CompileKernelsTest : public testing::Test {
protected:
  CompileKernelsTest() { context.loadDialect<dl::DLDialect, mlir::func::FuncDialect>(); }

  mlir::OwningOpRef<mlir::ModuleOp> module(const std::string &kernels) {
    return mlir::parseSourceString<mlir::ModuleOp>(
        "func.func @main(%x3: tensor<3xf32>, %x4: tensor<4xf32>) {\n" + kernels + "return\n}",
        &context);
  }

  KernelCompilation compilation() {
    KernelCompilation how;
    how.compile = [this](dl::KernelOp, const std::string &symbol) -> Expected<std::string> {
      ++compiled;
      return "object of " + symbol;
    };
    how.environment = "test";
    return how;
  }

  mlir::MLIRContext context;
  std::atomic<int> compiled = 0;
};

} // namespace

TEST_F(CompileKernelsTest, CompilesEachRecipeOnce) {
  auto ir = module(negate(0, 3) + negate(1, 4) +
                   negate(2, 3, " attributes {not_fused = [\"a reason\"], dl.note}"));
  ASSERT_TRUE(ir);
  auto objects = compileKernels(*ir, compilation());
  ASSERT_TRUE(objects);
  EXPECT_EQ(compiled, 2);
  ASSERT_EQ(objects->size(), 2u);
  std::vector<std::string> symbols;
  ir->walk([&](dl::KernelOp kernel) { symbols.push_back(kernel.getSymbol().value_or("").str()); });
  EXPECT_EQ(symbols, (std::vector{(*objects)[0].symbol, (*objects)[1].symbol, symbols[0]}));
  EXPECT_NE(symbols[0], symbols[1]);
  EXPECT_EQ((*objects)[0].object, "object of " + symbols[0]);
}

TEST_F(CompileKernelsTest, KeepsSymbolsThatAreThere) {
  auto ir = module(negate(0, 3, " attributes {symbol = \"mine\"}"));
  ASSERT_TRUE(ir);
  auto objects = compileKernels(*ir, compilation());
  ASSERT_TRUE(objects);
  EXPECT_EQ((*objects)[0].symbol, "mine");
}

TEST_F(CompileKernelsTest, ScheduleAndEnvironmentArePartOfTheRecipe) {
  std::set<std::string> symbols;
  for (const char *schedule : {"", " attributes {schedule = 1 : i64}"})
    for (const char *environment : {"avx2", "avx512"}) {
      auto ir = module(negate(0, 3, schedule));
      KernelCompilation how = compilation();
      how.environment = environment;
      auto objects = compileKernels(*ir, how);
      ASSERT_TRUE(objects);
      symbols.insert((*objects)[0].symbol);
    }
  EXPECT_EQ(symbols.size(), 4u);
}

TEST_F(CompileKernelsTest, TakesFromTheCacheWhatIsThere) {
  std::string folder = testing::TempDir() + "dlc-kernels-" + std::to_string(getpid());
  FileCache cache(folder);
  KernelCompilation how = compilation();
  how.cache = &cache;
  size_t reports = 0;
  how.progress = [&](std::string_view, size_t done, size_t total) {
    EXPECT_EQ(done, ++reports);
    EXPECT_EQ(total, 2u);
  };
  for (bool warm : {false, true}) {
    reports = 0;
    auto ir = module(negate(0, 3) + negate(1, 4));
    auto objects = compileKernels(*ir, how);
    ASSERT_TRUE(objects);
    for (const KernelObject &object : *objects) {
      EXPECT_EQ(object.fromCache, warm);
      EXPECT_EQ(object.object, "object of " + object.symbol);
    }
    EXPECT_EQ(compiled, 2);
    EXPECT_EQ(reports, 2u);
  }
  std::filesystem::remove_all(folder);
}

TEST_F(CompileKernelsTest, ReportsTheFirstFailure) {
  auto ir = module(negate(0, 3) + negate(1, 4));
  KernelCompilation how = compilation();
  how.jobs = 1;
  how.compile = [&](dl::KernelOp kernel, const std::string &) -> Expected<std::string> {
    ++compiled;
    return internalError(kernel.getOperandTypes().front() ==
                                 mlir::RankedTensorType::get({3}, mlir::Float32Type::get(&context))
                             ? "three"
                             : "four");
  };
  auto objects = compileKernels(*ir, how);
  ASSERT_FALSE(objects);
  EXPECT_EQ(objects.error().message, "three");
  EXPECT_EQ(compiled, 1);
}
