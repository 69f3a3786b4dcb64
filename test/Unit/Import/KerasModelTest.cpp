// JSON and variables of Keras files: what comes back is what was written, and what is broken is
// said to be.
#include "../../../lib/Import/Keras/ModelFile.h"
#include "../../../lib/Import/Keras/VariableStream.h"
#include "../../../lib/Import/Keras/Variables.h"

#include <cstring>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace dlc;
using namespace dlc::keras;

TEST(KerasConfig, ReadsEachKind) {
  Expected<Config> config =
      parseConfig(R"({"a": [1, -2.5, true, null, "x"], "big": 18446744073709551615})", "c");
  ASSERT_TRUE(config);
  const auto *list = config->find("a")->as<Config::List>();
  ASSERT_TRUE(list);
  EXPECT_EQ(*(*list)[0].as<int64_t>(), 1);
  EXPECT_EQ((*list)[1].number(), -2.5);
  EXPECT_EQ((*list)[2].kindName(), "bool");
  EXPECT_TRUE((*list)[3].isNull());
  EXPECT_EQ(*(*list)[4].as<std::string>(), "x");
  EXPECT_EQ(config->find("big")->number(), 18446744073709551615.0);
  EXPECT_EQ(config->find("absent"), nullptr);
}

TEST(KerasConfig, WritesWhatItRead) {
  constexpr std::string_view text =
      R"({"rate":0.0010000000474974513,"list":[1,2.5,[]],"text":"a\"b","none":null,"on":false})";
  Expected<Config> config = parseConfig(text, "c");
  ASSERT_TRUE(config);
  EXPECT_EQ(configText(*config), text);
}

TEST(KerasConfig, RefusesWhatIsTooDeep) {
  std::string deep(maxConfigDepth, '[');
  EXPECT_TRUE(parseConfig(deep + std::string(maxConfigDepth, ']'), "c"));
  Expected<Config> tooDeep = parseConfig(std::string(100000, '['), "c");
  ASSERT_FALSE(tooDeep);
  EXPECT_EQ(tooDeep.error().code, ExitCode::BadInput);
}

TEST(KerasNames, FollowKeras) {
  // From keras/src/utils/naming.py.
  const std::pair<std::string_view, std::string_view> names[] = {
      {"Conv2D", "conv2d"},
      {"MaxPooling2D", "max_pooling2d"},
      {"LSTM", "lstm"},
      {"SimpleRNN", "simple_rnn"},
      {"LeakyReLU", "leaky_re_lu"},
      {"BatchNormalization", "batch_normalization"},
      {"PReLU", "p_re_lu"},
      {"Conv2DTranspose", "conv2d_transpose"},
      {"RMSprop", "rm_sprop"},
      {"GRU", "gru"}};
  for (auto [className, snake] : names)
    EXPECT_EQ(snakeCase(className), snake);
}

static Variables someVariables() {
  Variables variables;
  Tensor weights(DType::F32, {3, 2}), count(DType::I64, {}), none(DType::F64, {0, 4});
  for (int64_t i = 0; i < weights.numElements(); ++i)
    weights.setDouble(i, static_cast<double>(i) / 4);
  count.setInt(0, -7);
  variables.tensors = {
      {"layers/dense/vars/0", weights}, {"optimizer/vars/0", count}, {"layers/none", none}};
  variables.groups = {{"layers", ""},
                      {"layers/dense", ""},
                      {"layers/dense/vars", "my dense"},
                      {"optimizer", ""},
                      {"optimizer/vars", "adam"}};
  return variables;
}

static int fileOf(std::span<const std::byte> bytes) {
  int descriptor = memfd_create("test", MFD_CLOEXEC);
  EXPECT_EQ(write(descriptor, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  return descriptor;
}

TEST(KerasVariables, ReadsWhatItWrote) {
  Variables written = someVariables();
  Expected<std::vector<std::byte>> bytes = writeVariables(written);
  ASSERT_TRUE(bytes);
  int file = fileOf(*bytes);
  Expected<Variables> read = readVariables(file, bytes->size(), "v");
  close(file);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->groups, written.groups);
  ASSERT_EQ(read->tensors.size(), written.tensors.size());
  for (const auto &[path, tensor] : written.tensors) {
    const Tensor &found = read->tensors.at(path);
    ASSERT_EQ(found.dtype(), tensor.dtype());
    ASSERT_EQ(found.shape(), tensor.shape());
    EXPECT_EQ(std::memcmp(found.raw(), tensor.raw(), tensor.numBytes()), 0);
  }
}

/// `size` bytes, 64-byte aligned as a mapping is.
static std::shared_ptr<std::byte[]> alignedBytes(size_t size) {
  void *memory = std::aligned_alloc(64, (size + 63) / 64 * 64);
  return {static_cast<std::byte *>(memory), std::free};
}

TEST(KerasVariables, BelievesNoRecord) {
  int input = -1, output = memfd_create("records", MFD_CLOEXEC);
  Expected<std::vector<std::byte>> file = writeVariables(someVariables());
  ASSERT_TRUE(file);
  input = fileOf(*file);
  streamVariables(input, file->size(), output);
  auto size = static_cast<size_t>(lseek(output, 0, SEEK_END));
  std::vector<std::byte> stream(size);
  ASSERT_EQ(pread(output, stream.data(), size, 0), static_cast<ssize_t>(size));
  close(input);
  close(output);
  // Cut anywhere, and with any one byte of its heads at its largest.
  for (size_t length = 0; length < size; ++length) {
    std::shared_ptr<std::byte[]> bytes = alignedBytes(length + 1);
    std::copy_n(stream.begin(), length, bytes.get());
    EXPECT_FALSE(parseStream(bytes, length, "v")) << length;
  }
  for (size_t at = 0; at < size; ++at) {
    std::shared_ptr<std::byte[]> bytes = alignedBytes(size);
    std::copy_n(stream.begin(), size, bytes.get());
    bytes[at] = std::byte(0xff);
    (void)parseStream(bytes, size, "v");
  }
}
