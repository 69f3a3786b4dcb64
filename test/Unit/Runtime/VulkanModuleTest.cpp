// What the Vulkan driver reads of Halide's bytes, without a device.
#include "../../../lib/Runtime/Device/Vulkan/Vulkan.h"
#include "FakeModel.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

using namespace dlcrt;

namespace {

using Words = std::vector<uint32_t>;

void append(Words &to, const Words &words) { to.insert(to.end(), words.begin(), words.end()); }

/// As Halide pads them: with at least one zero.
Words stringOf(const std::string &text) {
  Words words(1 + text.size() / 4 + 1);
  words[0] = static_cast<uint32_t>(words.size() - 1);
  std::memcpy(&words[1], text.data(), text.size());
  return words;
}

/// SPIR-V with blocks of 32 x 2 threads that asks for `capability`, with the instructions `body`
/// between its types and its end.
Words spirv(uint32_t capability, const Words &body) {
  Words code = {0x07230203, 0x10000, 0, 100, 0};
  append(code, {2u << 16 | 17, 1, 2u << 16 | 17, capability});
  append(code, {6u << 16 | 16, 4, 17, 32, 2, 1}); // OpExecutionMode %4 LocalSize 32 2 1
  append(code, {3u << 16 | 22, 7, 32});           // %7 = OpTypeFloat 32
  append(code, body);
  return code;
}

/// A kernel that binds scalars and three tensors, with 4 * 10 bytes of shared memory.
Words moduleOf(const std::string &name, const Words &code) {
  Words header = {0, 1};
  append(header, stringOf(name));
  append(header, {1, 3, 0, 1});
  append(header, stringOf("shared"));
  append(header, {0, 4, 10, 0, 0, 0});
  header[0] = static_cast<uint32_t>(header.size());
  append(header, code);
  return header;
}

class VulkanModuleTest : public testing::Test {
protected:
  void SetUp() override {
    dlc_options options = {};
    options.size = sizeof(options);
    options.threads = 1;
    context.reset(dlcrt_context_create(&options));
    ASSERT_TRUE(context);
    device.context = context.get();
    device.state = &state;
  }

  /// The whole of an artifact's bytes.
  static Words programOf(const std::vector<std::pair<std::string, Words>> &modules) {
    Words program = {static_cast<uint32_t>(modules.size())};
    for (const auto &[name, words] : modules) {
      program.push_back(static_cast<uint32_t>(words.size() * 4));
      append(program, stringOf(name));
    }
    for (const auto &[name, words] : modules)
      append(program, words);
    return program;
  }

  bool find(const Words &program, const char *name) {
    return vulkan::findModule(device, reinterpret_cast<const char *>(program.data()),
                              program.size() * 4, name, module);
  }

  fake::ContextPointer context;
  vulkan::State state = {};
  Device device = {};
  vulkan::Module module = {};
};

TEST_F(VulkanModuleTest, findsAKernelByItsName) {
  const Words first = spirv(1, {}), second = spirv(1, {1u << 16});
  const Words program =
      programOf({{"sum", moduleOf("sum", first)}, {"product", moduleOf("product", second)}});
  ASSERT_TRUE(find(program, "product"));
  EXPECT_STREQ(module.name, "product");
  EXPECT_EQ(module.numUniforms, 1u);
  EXPECT_EQ(module.numStorageBuffers, 3u);
  EXPECT_EQ(module.sharedBytes, 40u);
  ASSERT_EQ(module.codeWords, second.size());
  EXPECT_EQ(std::memcmp(module.code, second.data(), second.size() * 4), 0);
}

TEST_F(VulkanModuleTest, refusesAnUnknownName) {
  EXPECT_FALSE(find(programOf({{"sum", moduleOf("sum", spirv(1, {}))}}), "product"));
  EXPECT_STREQ(dlcrt_last_error(context.get()), "vulkan: an artifact has no kernel product");
}

TEST_F(VulkanModuleTest, refusesBytesThatEndTooSoon) {
  Words program = programOf({{"sum", moduleOf("sum", spirv(1, {}))}});
  program.resize(program.size() - 3);
  EXPECT_FALSE(find(program, "sum"));
}

TEST_F(VulkanModuleTest, decoratesFloatOperationsAndTensors) {
  // %20 = OpFAdd %7 %8 %9; %21 = OpIAdd %7 %8 %9; %22 = OpFMul %7 %8 %9; %23 = OpVariable %8
  // Uniform; %24 = OpVariable %8 Function
  const Words body = {5u << 16 | 129,
                      7,
                      20,
                      8,
                      9,
                      5u << 16 | 128,
                      7,
                      21,
                      8,
                      9,
                      5u << 16 | 133,
                      7,
                      22,
                      8,
                      9,
                      4u << 16 | 59,
                      8,
                      23,
                      2,
                      4u << 16 | 59,
                      8,
                      24,
                      7};
  const Words program = programOf({{"sum", moduleOf("sum", spirv(1, body))}});
  ASSERT_TRUE(find(program, "sum"));
  vulkan::Code code = vulkan::prepareCode(device, module);
  ASSERT_TRUE(code.words);
  Words expected = spirv(1, body);
  const Words decorations = {3u << 16 | 71, 20, 42, 3u << 16 | 71, 22, 42, 3u << 16 | 71, 23, 20};
  const size_t types = expected.size() - body.size() - 3;
  expected.insert(expected.begin() + static_cast<std::ptrdiff_t>(types), decorations.begin(),
                  decorations.end());
  EXPECT_EQ(Words(code.words, code.words + code.count), expected);
  EXPECT_EQ(Words(code.threads, code.threads + 3), (Words{32, 2, 1}));
  std::free(code.words);
}

TEST_F(VulkanModuleTest, refusesATypeThatTheDeviceLacks) {
  std::strcpy(state.properties.name, "toaster");
  const Words program = programOf({{"sum", moduleOf("sum", spirv(10, {}))}});
  ASSERT_TRUE(find(program, "sum"));
  EXPECT_FALSE(vulkan::prepareCode(device, module).words);
  EXPECT_STREQ(dlcrt_last_error(context.get()),
               "vulkan: kernel sum needs f64, which device 'toaster' has not: choose another with "
               "dlc_options.device");
}

TEST_F(VulkanModuleTest, refusesWhatIsNoCode) {
  const Words program = programOf({{"sum", moduleOf("sum", {1, 2, 3, 4, 5, 0})}});
  ASSERT_TRUE(find(program, "sum"));
  EXPECT_FALSE(vulkan::prepareCode(device, module).words);
  EXPECT_STREQ(dlcrt_last_error(context.get()), "vulkan: kernel sum is no SPIR-V");
}

} // namespace
