// Weights in files of their own, and the ways such names were abused elsewhere.
#include "ONNXModelBuilder.h"
#include "dlc/Support/Temporaries.h"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace dlc;
using namespace dlc::test;

namespace {

class ONNXExternalData : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_TRUE(temporary);
    root = temporary->path();
    folder = root / "model";
    std::filesystem::create_directories(folder / "sub");
    write(root / "secret.bin", 64);
    write(folder / "w.bin", 256);
    write(folder / "sub" / "w.bin", 256);
  }
  static void write(const std::filesystem::path &path, int count) {
    std::ofstream file(path, std::ios::binary);
    for (int i = 0; i != count; ++i)
      file.put(static_cast<char>(i));
  }

  /// A model with one uint8 initializer of three elements kept in `location`.
  static ::onnx::ModelProto makeModel(const std::string &location) {
    auto proto = emptyModel();
    auto *w = proto.mutable_graph()->add_initializer();
    w->set_name("w");
    w->set_data_type(::onnx::TensorProto::UINT8);
    w->add_dims(3);
    w->set_data_location(::onnx::TensorProto::EXTERNAL);
    addEntry(*w, "location", location);
    return proto;
  }
  static void addEntry(::onnx::TensorProto &tensor, const std::string &key,
                       const std::string &value) {
    auto *entry = tensor.add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  }
  void expectFirst(const ::onnx::ModelProto &proto, int64_t expected) {
    auto model = read(proto, folder.string());
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ(model->graph.initializers.at("w").tensor.asInt(0), expected);
  }

  Expected<TemporaryFolder> temporary = TemporaryFolder::create("external");
  std::filesystem::path root;
  std::filesystem::path folder;
};

} // namespace

TEST_F(ONNXExternalData, ReadsAlignedAndMisalignedOffsets) {
  expectFirst(makeModel("w.bin"), 0);
  for (int offset : {1, 63, 64, 128, 253}) {
    auto proto = makeModel("sub/w.bin");
    auto &w = *proto.mutable_graph()->mutable_initializer(0);
    addEntry(w, "offset", std::to_string(offset));
    addEntry(w, "length", "3");
    addEntry(w, "checksum", "ignored");
    expectFirst(proto, offset);
  }
}

TEST_F(ONNXExternalData, WritesToATensorDoNotReachTheFile) {
  auto model = read(makeModel("w.bin"), folder.string());
  ASSERT_TRUE(model) << model.error().message;
  model->graph.initializers.at("w").tensor.setInt(0, 99);
  expectFirst(makeModel("w.bin"), 0);
}

TEST_F(ONNXExternalData, PathsThatLeaveTheFolder) {
  for (const char *location : {"../secret.bin", "sub/../../secret.bin", "/etc/hostname"})
    expectRefused(read(makeModel(location), folder.string()), "inside the model's folder");
  std::filesystem::create_symlink(root / "secret.bin", folder / "link.bin");
  std::filesystem::create_symlink(folder / "w.bin", folder / "inner.bin");
  std::filesystem::create_directory_symlink(root, folder / "up");
  for (const char *location : {"link.bin", "inner.bin", "up/secret.bin"})
    expectRefused(read(makeModel(location), folder.string()), "a symbolic link");
  std::filesystem::create_hard_link(root / "secret.bin", folder / "hard.bin");
  expectRefused(read(makeModel("hard.bin"), folder.string()), "found a hard link");
}

TEST_F(ONNXExternalData, OddFilesAndNames) {
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  expectRefused(read(makeModel("fifo"), folder.string()), "expected a regular file");
  expectRefused(read(makeModel("sub"), folder.string()), "expected a regular file");
  expectRefused(read(makeModel("absent.bin"), folder.string()), "cannot be opened");
  expectRefused(read(makeModel(""), folder.string()), "expected a file name");
  expectRefused(read(makeModel(std::string("w.bin\0x", 7)), folder.string()),
                "expected a file name");
  expectRefused(read(makeModel("w.bin")), "needs a model that is read from a file");
}

TEST_F(ONNXExternalData, NumbersOutOfRange) {
  const std::pair<const char *, const char *> cases[] = {{"offset", "254"},
                                                         {"offset", "9223372036854775807"}};
  for (auto [key, value] : cases) {
    auto proto = makeModel("w.bin");
    addEntry(*proto.mutable_graph()->mutable_initializer(0), key, value);
    expectRefused(read(proto, folder.string()), "found a file of 256 bytes");
  }
  for (const char *value : {"-1", "1x", "", "99999999999999999999", "0x10", " 1"}) {
    auto proto = makeModel("w.bin");
    addEntry(*proto.mutable_graph()->mutable_initializer(0), "offset", value);
    expectRefused(read(proto, folder.string()), "expected a byte count for 'offset'");
  }
  auto length = makeModel("w.bin");
  addEntry(*length.mutable_graph()->mutable_initializer(0), "length", "4");
  expectRefused(read(length, folder.string()), "expected 3 bytes of external data, found length 4");
}

TEST_F(ONNXExternalData, KeysAreKnownAndUnique) {
  auto unknown = makeModel("w.bin");
  addEntry(*unknown.mutable_graph()->mutable_initializer(0), "basepath", "/etc");
  expectRefused(read(unknown, folder.string()), "found 'basepath'");
  auto twice = makeModel("w.bin");
  addEntry(*twice.mutable_graph()->mutable_initializer(0), "location", "w.bin");
  expectRefused(read(twice, folder.string()), "key 'location' is given twice");
}

TEST_F(ONNXExternalData, SparseAndAttributeTensorsAreGuardedToo) {
  auto proto = emptyModel();
  auto *sparse = proto.mutable_graph()->add_sparse_initializer();
  *sparse->mutable_values() = makeModel("../secret.bin").graph().initializer(0);
  expectRefused(read(proto, folder.string()), "inside the model's folder");

  auto constant = emptyModel();
  auto *attribute = addNode(*constant.mutable_graph(), "Constant", "c", {}, {"v"})->add_attribute();
  attribute->set_name("sparse_value");
  attribute->set_type(::onnx::AttributeProto::SPARSE_TENSOR);
  *attribute->mutable_sparse_tensor()->mutable_values() =
      makeModel("../secret.bin").graph().initializer(0);
  expectRefused(read(constant, folder.string()), "inside the model's folder");
}

TEST_F(ONNXExternalData, OverlappingTensorsDoNotMultiplyMemory) {
  auto proto = emptyModel();
  for (int i = 0; i != 200; ++i) {
    *proto.mutable_graph()->add_initializer() = makeModel("w.bin").graph().initializer(0);
    auto &w = *proto.mutable_graph()->mutable_initializer(i);
    w.set_name("w" + std::to_string(i));
    addEntry(w, "offset", std::to_string(i + 1));
  }
  expectRefused(read(proto, folder.string()), "overlaps");
}
