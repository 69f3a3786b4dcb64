// `.npy` and `.npz`: what NumPy writes, and what it never would.
#include "TestFolder.h"

#include "dlc/Driver/NumPyFile.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>
#include <zip.h>

using namespace dlc;
using namespace dlc::test;

static std::string makeNpy(const std::string &header, const std::string &data, char version = 1) {
  std::string file = std::string("\x93NUMPY", 6) + version + '\0';
  auto length = static_cast<uint32_t>(header.size());
  file.append(reinterpret_cast<const char *>(&length), version == 1 ? 2 : 4);
  return file + header + data;
}

static Expected<Tensor> parse(const std::string &file) {
  return parseNpy(std::as_bytes(std::span(file)), "a.npy");
}

static void expectRefused(const std::string &file, const std::string &text) {
  auto tensor = parse(file);
  ASSERT_FALSE(tensor) << "expected a failure that says: " << text;
  EXPECT_EQ(tensor.error().code, ExitCode::BadInput);
  EXPECT_EQ(tensor.error().message.rfind("a.npy: ", 0), 0u) << tensor.error().message;
  EXPECT_NE(tensor.error().message.find(text), std::string::npos) << tensor.error().message;
}

static std::string header(const std::string &descr, const std::string &shape,
                          const std::string &order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

TEST(NumPyFile, EveryTypeSurvivesARoundTrip) {
  for (int type = 0; type <= static_cast<int>(DType::Bool); ++type) {
    Tensor tensor(static_cast<DType>(type), {3, 1, 5});
    for (int64_t i = 0; i != 15; ++i)
      tensor.setInt(i, type == static_cast<int>(DType::Bool) ? i % 2 : i * 7);
    std::string file = serializeNpy(tensor);
    EXPECT_EQ((file.size() - tensor.numBytes()) % 64, 0u);
    auto read = parse(file);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->dtype(), tensor.dtype());
    EXPECT_EQ(read->shape(), tensor.shape());
    EXPECT_EQ(std::memcmp(read->raw(), tensor.raw(), tensor.numBytes()), 0);
  }
}

TEST(NumPyFile, EveryRankSurvivesARoundTrip) {
  for (const Shape &shape : {Shape{}, Shape{7}, Shape{0}, Shape{2, 0, 3}, Shape{1, 1, 1, 1, 2}}) {
    auto read = parse(serializeNpy(Tensor(DType::I16, shape)));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->shape(), shape);
  }
}

TEST(NumPyFile, ReadsAllVersionsAndSpellings) {
  for (char version : {1, 2, 3}) {
    auto read = parse(makeNpy(header("|u1", "(3,)"), "abc", version));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->asInt(2), 'c');
  }
  auto old = parse(makeNpy("{\"shape\": (2L, 1L), \"fortran_order\":False,\"descr\":\"<i2\"}   ",
                           std::string("\x01\x00\xff\xff", 4)));
  ASSERT_TRUE(old) << old.error().message;
  EXPECT_EQ(old->shape(), (Shape{2, 1}));
  EXPECT_EQ(old->asInt(1), -1);
}

TEST(NumPyFile, FortranOrderIsTransposed) {
  // a[i][j][k] = 100 i + 10 j + k of shape 2x3x2, first index fastest.
  std::string data;
  for (int k = 0; k != 2; ++k)
    for (int j = 0; j != 3; ++j)
      for (int i = 0; i != 2; ++i)
        data += static_cast<char>(100 * i + 10 * j + k);
  auto read = parse(makeNpy(header("|u1", "(2, 3, 2)", "True"), data));
  ASSERT_TRUE(read) << read.error().message;
  int64_t element = 0;
  for (int i = 0; i != 2; ++i)
    for (int j = 0; j != 3; ++j)
      for (int k = 0; k != 2; ++k)
        EXPECT_EQ(read->asInt(element++), 100 * i + 10 * j + k);
}

TEST(NumPyFile, BoolsAreNormalised) {
  auto read = parse(makeNpy(header("|b1", "(3,)"), std::string("\x00\x05\x01", 3)));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->data<uint8_t>()[1], 1);
}

TEST(NumPyFile, HostileHeaders) {
  expectRefused("", "expected an .npy file");
  expectRefused("PK\x03\x04", "expected an .npy file");
  expectRefused(std::string("\x93NUMPY\x01\x00\xff", 9), "truncated");
  expectRefused(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14), "truncated or damaged");
  expectRefused(makeNpy(header("<f4", "(3,)"), "", 4), "version 1, 2 or 3, found 4");
  expectRefused(makeNpy(header(">f4", "(1,)"), "abcd"), "expected little-endian numbers");
  expectRefused(makeNpy(header("|O", "(1,)"), "abcd"), "found dtype '|O'");
  expectRefused(makeNpy(header("<U4", "(1,)"), "abcd"), "found dtype '<U4'");
  expectRefused(makeNpy(header("<c8", "(1,)"), "abcdabcd"), "found dtype '<c8'");
  expectRefused(makeNpy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "abcd"),
                "structured");
  expectRefused(makeNpy(header("<f4", "(-1,)"), ""), "damaged text");
  expectRefused(makeNpy(header("<f4", "(99999999999999999999,)"), ""), "damaged text");
  expectRefused(makeNpy(header("<f4", "(4611686018427387904, 4)"), ""), "overflows");
  expectRefused(makeNpy(header("<f4", "(1099511627776,)"), ""), "found 0");
  expectRefused(makeNpy("{'descr': '<f4'}", ""), "found fewer");
  expectRefused(makeNpy("{'descr': '<f4', 'descr': '<f4'}", ""), "damaged text");
  expectRefused(makeNpy("{{{{", ""), "damaged text");
  std::string deep = "(";
  for (int i = 0; i != 65; ++i)
    deep += "1,";
  expectRefused(makeNpy(header("|u1", deep + ")"), "a"), "damaged text");
}

TEST(NumPyFile, DataMustFitTheShape) {
  expectRefused(makeNpy(header("<f4", "(2, 3)"), std::string(23, 'x')),
                "expected 24 bytes of data for float32 2x3, found 23");
  expectRefused(makeNpy(header("<f4", "(2, 3)"), std::string(25, 'x')), "found 25");
}

static void writeZip(const std::string &path,
                     const std::vector<std::pair<std::string, std::string>> &members) {
  int error = 0;
  zip_t *archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  ASSERT_NE(archive, nullptr);
  for (const auto &[name, content] : members)
    ASSERT_GE(zip_file_add(archive, name.c_str(),
                           zip_source_buffer(archive, content.data(), content.size(), 0), 0),
              0);
  ASSERT_EQ(zip_close(archive), 0);
}

TEST(NumPyFile, ReadsArchives) {
  TestFolder folder;
  Tensor x(DType::F32, {500, 100}), y(DType::I64, {3});
  y.setInt(1, -5);
  std::string xFile = serializeNpy(x), yFile = serializeNpy(y);
  writeZip(folder.path("d.npz"), {{"x.npy", xFile}, {"y_train.npy", yFile}});
  auto arrays = readNpz(folder.path("d.npz"));
  ASSERT_TRUE(arrays) << arrays.error().message;
  ASSERT_EQ(arrays->size(), 2u);
  EXPECT_EQ(arrays->at("x").shape(), x.shape());
  EXPECT_EQ(arrays->at("y_train").asInt(1), -5);
}

TEST(NumPyFile, HostileArchives) {
  TestFolder folder;
  auto expectNpzRefused = [&](const std::string &name, const std::string &text) {
    auto arrays = readNpz(folder.path(name));
    ASSERT_FALSE(arrays) << text;
    EXPECT_EQ(arrays.error().code, ExitCode::BadInput);
    EXPECT_NE(arrays.error().message.find(text), std::string::npos) << arrays.error().message;
  };
  folder.write("no.npz", "not a zip");
  expectNpzRefused("no.npz", "expected an .npz archive");
  expectNpzRefused("absent.npz", "expected an .npz archive");
  std::string text = "hello";
  writeZip(folder.path("t.npz"), {{"readme.txt", text}});
  expectNpzRefused("t.npz", "expected only .npy members");

  // A damaged byte in the stored data, and a member that claims to hold gigabytes.
  Tensor x(DType::U8, {1000});
  for (int64_t i = 0; i != 1000; ++i)
    x.setInt(i, (i * i * 31 + i / 7) % 251);
  std::string file = serializeNpy(x);
  writeZip(folder.path("x.npz"), {{"x.npy", file}});
  std::ifstream stream(folder.path("x.npz"), std::ios::binary);
  std::string archive((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  std::string damaged = archive;
  damaged[archive.size() / 2] = static_cast<char>(~damaged[archive.size() / 2]);
  folder.write("damaged.npz", damaged);
  EXPECT_FALSE(readNpz(folder.path("damaged.npz")));
  std::string bomb = archive;
  size_t entry = bomb.find("PK\x01\x02");
  ASSERT_NE(entry, std::string::npos);
  bomb.replace(entry + 24, 4, "\xf0\xff\xff\xf0");
  folder.write("bomb.npz", bomb);
  EXPECT_FALSE(readNpz(folder.path("bomb.npz")));
}
