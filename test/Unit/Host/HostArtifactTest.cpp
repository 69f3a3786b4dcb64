// From IR with kernels to a library that runs: host code, constants and hand-written kernels,
// linked and loaded as any artifact is.
#include "dlc/Artifact/Loader.h"
#include "dlc/Codegen/Host/LowerHost.h"
#include "dlc/Codegen/Host/Passes.h"
#include "dlc/Codegen/Host/WriteArtifact.h"
#include "dlc/Dialect/DL/IR/DLDialect.h"
#include "dlc/Support/AtomicFile.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace dlc;

namespace {

class HostArtifact : public testing::Test {
protected:
  HostArtifact() {
    mlir::DialectRegistry registry;
    registry.insert<dl::DLDialect, mlir::func::FuncDialect, mlir::LLVM::LLVMDialect>();
    host::registerHostTranslation(registry);
    context.appendDialectRegistry(registry);
  }

  mlir::OwningOpRef<mlir::ModuleOp> lower(const std::string &text) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    mlir::PassManager passes(&context);
    passes.addPass(host::createLowerHost());
    passes.addPass(host::createVerifyHost());
    if (!module || failed(passes.run(*module)))
      return nullptr;
    return module;
  }

  /// Links and loads; the files are gone when it returns.
  Artifact load(mlir::ModuleOp module) {
    Expected<std::string> kernels = readFile(FAKE_KERNELS_OBJECT);
    EXPECT_TRUE(kernels) << kernels.error().message;
    static int number = 0;
    std::string path = testing::TempDir() + "dlc-host-" + std::to_string(getpid()) + "-" +
                       std::to_string(number++) + ".so";
    std::string_view objects[] = {*kernels};
    Expected<host::WrittenArtifact> written =
        host::writeArtifact(module, objects, host::ArtifactKind::SharedLibrary, path);
    EXPECT_TRUE(written) << written.error().message;
    EXPECT_EQ(written->bytes, std::filesystem::file_size(path));
    EXPECT_TRUE(std::filesystem::exists(written->header));
    Expected<Artifact> artifact = Artifact::open(path);
    EXPECT_TRUE(artifact) << artifact.error().message;
    std::filesystem::remove(path);
    std::filesystem::remove(written->header);
    return *artifact;
  }

  mlir::MLIRContext context;
};

Tensor floats(Shape shape, std::vector<float> values) {
  Tensor tensor(DType::F32, std::move(shape));
  std::copy(values.begin(), values.end(), tensor.data<float>());
  return tensor;
}

/// A kernel call; its region does not matter to the host, which looks at types only.
std::string kernel(const std::string &results, const std::string &symbol, const std::string &inputs,
                   const std::string &types, const std::string &body) {
  return results + " = dl.kernel (" + inputs + ") -> (" + types + ") attributes {symbol = \"" +
         symbol + "\"} {\n" + body + "}\n";
}

std::string negate(const std::string &result, const std::string &input, const std::string &type) {
  return kernel(result, "fake_negate", "%a = " + input + " : " + type, type,
                "%n = dl.neg %a : (" + type + ") -> " + type + "\ndl.yield %n : " + type + "\n");
}

std::vector<float> valuesOf(const Tensor &tensor) {
  return {tensor.data<float>(), tensor.data<float>() + tensor.numElements()};
}

} // namespace

TEST_F(HostArtifact, ComputesAndProfiles) {
  auto module =
      lower(R"(module attributes {dl.model = "small"} {
    func.func @main(%x: tensor<2x3xf32> {dl.name = "x"}) -> (tensor<6xf32> {dl.name = "y"}) {
      %row = dl.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
)" + negate("%0", "%x", "tensor<2x3xf32>") +
            negate("%1", "%0", "tensor<2x3xf32>") +
            kernel("%2", "fake_add", "%a = %1 : tensor<2x3xf32>, %b = %row : tensor<3xf32>",
                   "tensor<2x3xf32>",
                   "%s = dl.add %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> "
                   "tensor<2x3xf32> loc(\"Add_7\")\ndl.yield %s : tensor<2x3xf32>\n") +
            R"(
      %v = dl.reshape %2 {shape = array<i64: 6>} : (tensor<2x3xf32>) -> tensor<6xf32>
      return %v : tensor<6xf32>
    }
  })");
  ASSERT_TRUE(module);
  EXPECT_EQ(host::arenaBytesOf(*module), 256u);
  Artifact artifact = load(*module);
  const ModelDescription &model = artifact.description();
  EXPECT_EQ(model.name, "small");
  ASSERT_EQ(model.functions.size(), 1u);
  EXPECT_EQ(model.functions[0].name, "run");
  EXPECT_EQ(model.functions[0].inputs[0].name, "x");
  EXPECT_EQ(model.functions[0].outputs[0].dims, Shape{6});
  ASSERT_EQ(model.kernels.size(), 3u);
  EXPECT_EQ(model.kernels[2].name, "Add_7");
  EXPECT_EQ(model.kernels[2].kind, "injective");
  EXPECT_EQ(model.kernels[2].flops, 6);
  EXPECT_EQ(model.kernels[2].bytes, 15 * 4);

  Expected<Context> run = artifact.createContext({1, true});
  ASSERT_TRUE(run);
  std::vector<Tensor> outputs;
  for (int i = 0; i < 3; ++i) {
    Status status = run->run({floats({2, 3}, {1, 2, 3, 4, 5, 6})}, outputs);
    ASSERT_TRUE(status) << status.error().message;
  }
  EXPECT_EQ(valuesOf(outputs[0]), (std::vector<float>{2, 4, 6, 5, 7, 9}));
  for (const KernelProfile &entry : run->profile())
    EXPECT_EQ(entry.calls, 3u);
}

TEST_F(HostArtifact, ReturnsSeveralTypesInputsConstantsAndTwins) {
  auto module =
      lower(R"(module attributes {dl.model = "7 outputs!"} {
    func.func @main(%x: tensor<5xf32>) -> (tensor<5xi1>, tensor<5xi64>, tensor<5xf32>, tensor<5xi64>, tensor<3xf32>) {
      %c = dl.constant dense<2.5> : tensor<3xf32>
)" +
            kernel("%0:2", "fake_split", "%a = %x : tensor<5xf32>", "tensor<5xi1>, tensor<5xi64>",
                   "%p = dl.constant dense<true> : tensor<5xi1>\n%t = dl.constant dense<0> : "
                   "tensor<5xi64>\ndl.yield %p, %t : tensor<5xi1>, tensor<5xi64>\n") +
            R"(
      return %0#0, %0#1, %x, %0#1, %c : tensor<5xi1>, tensor<5xi64>, tensor<5xf32>, tensor<5xi64>, tensor<3xf32>
    }
  })");
  ASSERT_TRUE(module);
  Artifact artifact = load(*module);
  Expected<Context> run = artifact.createContext();
  ASSERT_TRUE(run);
  std::vector<Tensor> outputs;
  Status status = run->run({floats({5}, {1, -2, 3, -4, 0})}, outputs);
  ASSERT_TRUE(status) << status.error().message;
  ASSERT_EQ(outputs.size(), 5u);
  EXPECT_EQ(outputs[0].dtype(), DType::Bool);
  for (int i = 0; i < 5; ++i) {
    float x = outputs[2].data<float>()[i];
    EXPECT_EQ(outputs[0].data<uint8_t>()[i], x > 0);
    EXPECT_EQ(outputs[1].data<int64_t>()[i], static_cast<int64_t>(2 * x));
    EXPECT_EQ(outputs[3].data<int64_t>()[i], static_cast<int64_t>(2 * x));
  }
  EXPECT_EQ(valuesOf(outputs[2]), (std::vector<float>{1, -2, 3, -4, 0}));
  EXPECT_EQ(valuesOf(outputs[4]), (std::vector<float>{2.5, 2.5, 2.5}));
}

TEST_F(HostArtifact, ReportsAKernelsFailure) {
  auto module = lower("func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {\n" +
                      negate("%0", "%x", "tensor<2xf32>") + negate("%1", "%0", "tensor<2xf32>") +
                      "return %1 : tensor<2xf32>\n}");
  ASSERT_TRUE(module);
  Artifact artifact = load(*module);
  Expected<Context> run = artifact.createContext();
  ASSERT_TRUE(run);
  std::vector<Tensor> outputs;
  EXPECT_FALSE(run->run({floats({2}, {1, 2000})}, outputs));
  // In the second kernel, after the first has run.
  EXPECT_FALSE(run->run({floats({2}, {1, -2000})}, outputs));
  EXPECT_TRUE(run->run({floats({2}, {1, 2})}, outputs));
}

TEST_F(HostArtifact, HandlesTensorsWithoutElementsAndScalars) {
  std::string sum = "%z = dl.constant dense<0.0> : tensor<f32>\ndl.yield %z : tensor<f32>\n";
  auto module = lower("func.func @main(%x: tensor<0x4xf32>) -> (tensor<f32>, tensor<0x4xf32>) {\n" +
                      kernel("%0", "fake_sum", "%a = %x : tensor<0x4xf32>", "tensor<f32>", sum) +
                      kernel("%1", "fake_nothing", "%a = %x : tensor<0x4xf32>", "tensor<0x4xf32>",
                             "dl.yield %a : tensor<0x4xf32>\n") +
                      "return %0, %1 : tensor<f32>, tensor<0x4xf32>\n}");
  ASSERT_TRUE(module);
  Artifact artifact = load(*module);
  Expected<Context> run = artifact.createContext();
  ASSERT_TRUE(run);
  std::vector<Tensor> outputs;
  Status status = run->run({Tensor(DType::F32, {0, 4})}, outputs);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(valuesOf(outputs[0]), std::vector<float>{0});
  EXPECT_EQ(outputs[1].shape(), (Shape{0, 4}));
}

/// Bytes of this process in memory.
static uint64_t residentBytes() {
  uint64_t pages = 0;
  std::ifstream("/proc/self/statm").ignore(64, ' ') >> pages;
  return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

TEST_F(HostArtifact, TakesTheMemoryThatWasPlanned) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "shadow memory is resident too";
#endif
#endif
  // Eight values of 16 MiB, of which two are alive at once.
  std::string type = "tensor<1024x4096xf32>";
  std::string body = negate("%v0", "%x", type);
  for (int i = 1; i < 9; ++i)
    body += negate("%v" + std::to_string(i), "%v" + std::to_string(i - 1), type);
  auto module = lower("func.func @main(%x: " + type + ") -> " + type + " {\n" + body +
                      "return %v8 : " + type + "\n}");
  ASSERT_TRUE(module);
  auto planned = static_cast<double>(host::arenaBytesOf(*module));
  EXPECT_EQ(planned, 32.0 * 1024 * 1024);
  Artifact artifact = load(*module);
  Expected<Context> run = artifact.createContext({1, false});
  ASSERT_TRUE(run);
  std::vector<Tensor> inputs = {Tensor(DType::F32, {1024, 4096})};
  std::vector<Tensor> outputs = {Tensor(DType::F32, {1024, 4096})};
  for (Tensor *tensor : {&inputs[0], &outputs[0]})
    std::fill_n(tensor->data<float>(), tensor->numElements(), 1.0f); // all pages are there
  uint64_t before = residentBytes();
  Status status = run->run(inputs, outputs);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(outputs[0].data<float>()[4242], -1.0f);
  EXPECT_NEAR(static_cast<double>(residentBytes() - before), planned, 0.05 * planned);
}

TEST_F(HostArtifact, WritesTextForEveryTarget) {
  auto module = lower("func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {\n" +
                      negate("%0", "%x", "tensor<2xf32>") + "return %0 : tensor<2xf32>\n}");
  ASSERT_TRUE(module);
  Expected<std::string> llvm = host::emitHostLLVM(*module);
  ASSERT_TRUE(llvm);
  EXPECT_NE(llvm->find("define internal i32 @entry_run("), std::string::npos);
  Expected<std::string> assembly = host::emitHostAssembly(*module, {"aarch64-linux-gnu", "", ""});
  ASSERT_TRUE(assembly);
  EXPECT_NE(assembly->find("bl\tfake_negate"), std::string::npos);
  EXPECT_FALSE(host::emitHostObject(*module, {"pdp11-dec-unix", "", ""}));
}
