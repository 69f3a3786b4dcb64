// Input files against declared inputs, output names, and the conformance suite's `.pb`.
#include "ImageFiles.h"
#include "TestFolder.h"

#include "dlc/Driver/NumPyFile.h"
#include "dlc/Driver/TensorFile.h"

#include <gtest/gtest.h>

using namespace dlc;
using namespace dlc::test;
using Kind = onnx::ValueInfo::Kind;

static onnx::ProtoValue makeValue(Tensor tensor) {
  onnx::ProtoValue value;
  value.tensor.tensor = std::move(tensor);
  return value;
}

static Tensor makeTensor() {
  Tensor tensor(DType::F32, {3, 5});
  tensor.setDouble(14, 2.5);
  return tensor;
}

TEST(TensorFile, OutputNames) {
  EXPECT_EQ(outputFileName("a/b:c d", 0, TensorFormat::Npy), "a_b_c_d.npy");
  EXPECT_EQ(outputFileName("Keep-._9", 0, TensorFormat::Npy), "Keep-._9.npy");
  EXPECT_EQ(outputFileName("\xc3\xa9", 0, TensorFormat::Npy), "__.npy");
  EXPECT_EQ(outputFileName("anything", 7, TensorFormat::Pb), "output_7.pb");
}

TEST(TensorFile, BothFormatsComeBack) {
  TestFolder folder;
  InputSpec spec{"x", Kind::Tensor, DType::F32, {-1, 5}};
  for (auto [file, format] :
       {std::pair{"x.npy", TensorFormat::Npy}, std::pair{"X.PB", TensorFormat::Pb}}) {
    Status written = writeOutputFile(folder.path(file), makeValue(makeTensor()), format);
    ASSERT_TRUE(written) << written.error().message;
    auto value = readInputFile(folder.path(file), spec, {});
    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(value->tensor.tensor.shape(), (Shape{3, 5}));
    EXPECT_EQ(value->tensor.tensor.asDouble(14), 2.5);
  }
}

TEST(TensorFile, ABatchOfOneMayBeLeftOut) {
  TestFolder folder;
  ASSERT_TRUE(writeNpy(folder.path("x.npy"), makeTensor()));
  auto value = readInputFile(folder.path("x.npy"), {"x", Kind::Tensor, DType::F32, {1, 3, 5}}, {});
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(value->tensor.tensor.shape(), (Shape{1, 3, 5}));
}

TEST(TensorFile, MismatchesNameTheInput) {
  TestFolder folder;
  std::string path = folder.path("x.npy");
  ASSERT_TRUE(writeNpy(path, makeTensor()));
  auto shape = readInputFile(path, {"in", Kind::Tensor, DType::F32, {-1, 4}}, {});
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.error().message, path + ": input 'in': expected float32 ?x4, found float32 3x5");
  auto dtype = readInputFile(path, {"in", Kind::Tensor, DType::I64, {3, 5}}, {});
  ASSERT_FALSE(dtype);
  EXPECT_EQ(dtype.error().message, path + ": input 'in': expected int64 3x5, found float32 3x5");
  auto kind = readInputFile(path, {"in", Kind::Sequence, DType::F32, {}}, {});
  ASSERT_FALSE(kind);
  EXPECT_NE(kind.error().message.find("expected a sequence"), std::string::npos);
}

TEST(TensorFile, ImagesAreFitted) {
  TestFolder folder;
  Image image = makeImage(4, 6, [](int64_t, int64_t, int) { return 255; });
  InputSpec spec{"x", Kind::Tensor, DType::F32, {1, 3, 7, 9}};
  for (const std::string &path :
       {folder.write("p.png", encodePng(image)), folder.write("p.JPG", encodeJpeg(image))}) {
    auto value = readInputFile(path, spec, {});
    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(value->tensor.tensor.shape(), (Shape{1, 3, 7, 9}));
    EXPECT_NEAR(value->tensor.tensor.asDouble(0), 1, 0.02);
  }
}

TEST(TensorFile, UnknownAndMissingFiles) {
  TestFolder folder;
  InputSpec spec{"x", Kind::Tensor, DType::F32, {1}};
  auto unknown = readInputFile(folder.write("x.txt", "1"), spec, {});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ExitCode::Usage);
  auto missing = readInputFile(folder.path("no.npy"), spec, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ExitCode::BadInput);
}

TEST(TensorFile, SequencesNeedPb) {
  TestFolder folder;
  onnx::ProtoValue sequence;
  sequence.kind = Kind::Sequence;
  sequence.elements = {makeValue(makeTensor()), makeValue(makeTensor())};
  EXPECT_FALSE(writeOutputFile(folder.path("s.npy"), sequence, TensorFormat::Npy));
  ASSERT_TRUE(writeOutputFile(folder.path("s.pb"), sequence, TensorFormat::Pb));
  auto value = readInputFile(folder.path("s.pb"), {"s", Kind::Sequence, DType::F32, {}}, {});
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(value->elements.size(), 2u);
}
