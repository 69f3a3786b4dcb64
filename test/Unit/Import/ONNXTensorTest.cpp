// Every element type, in each of the places that a TensorProto may keep it.
#include "ONNXModelBuilder.h"

#include "dlc/Import/ONNX/TensorProto.h"

using namespace dlc;
using namespace dlc::test;
using ::onnx::TensorProto;

static TensorProto makeTensor(int32_t type, std::initializer_list<int64_t> dims) {
  TensorProto tensor;
  tensor.set_name("t");
  tensor.set_data_type(type);
  for (int64_t dim : dims)
    tensor.add_dims(dim);
  return tensor;
}

static Expected<dlc::onnx::TensorValue> decode(const TensorProto &tensor) {
  auto proto = emptyModel();
  *proto.mutable_graph()->add_initializer() = tensor;
  auto model = read(proto);
  if (!model)
    return model.error();
  return model->graph.initializers.at("t");
}

static void expectElements(const TensorProto &proto, DType dtype,
                           const std::vector<double> &expected) {
  auto value = decode(proto);
  ASSERT_TRUE(value) << value.error().message;
  ASSERT_TRUE(value->isSupported()) << value->unsupported;
  EXPECT_EQ(value->tensor.dtype(), dtype);
  ASSERT_EQ(value->tensor.numElements(), static_cast<int64_t>(expected.size()));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(value->tensor.raw()) % 64, 0u);
  for (size_t i = 0; i != expected.size(); ++i)
    EXPECT_EQ(value->tensor.asDouble(static_cast<int64_t>(i)), expected[i]) << "element " << i;
}

static void expectRefusedTensor(const TensorProto &proto, const std::string &text) {
  auto value = decode(proto);
  ASSERT_FALSE(value) << "expected a failure that says: " << text;
  EXPECT_EQ(value.error().code, ExitCode::BadInput);
  EXPECT_NE(value.error().message.find("initializer 't'"), std::string::npos)
      << value.error().message;
  EXPECT_NE(value.error().message.find(text), std::string::npos) << value.error().message;
}

TEST(ONNXTensor, TypedFields) {
  auto f32 = makeTensor(TensorProto::FLOAT, {3});
  for (float value : {1.5f, -2.0f, 1e-40f})
    f32.add_float_data(value);
  expectElements(f32, DType::F32, {1.5, -2.0, static_cast<double>(1e-40f)});

  auto f64 = makeTensor(TensorProto::DOUBLE, {1, 1});
  f64.add_double_data(0.1);
  expectElements(f64, DType::F64, {0.1});

  auto u32 = makeTensor(TensorProto::UINT32, {2});
  u32.add_uint64_data(4294967295u);
  u32.add_uint64_data(0);
  expectElements(u32, DType::U32, {4294967295.0, 0});

  auto i64 = makeTensor(TensorProto::INT64, {});
  i64.add_int64_data(-7);
  expectElements(i64, DType::I64, {-7});

  auto u64 = makeTensor(TensorProto::UINT64, {1});
  u64.add_uint64_data(1ull << 40);
  expectElements(u64, DType::U64, {1099511627776.0});
}

TEST(ONNXTensor, NarrowTypesComeInInt32Data) {
  struct Case {
    int32_t type;
    DType dtype;
    std::vector<int32_t> stored;
    std::vector<double> expected;
  };
  const Case cases[] = {
      {TensorProto::INT8, DType::I8, {-128, 127}, {-128, 127}},
      {TensorProto::UINT8, DType::U8, {0, 255}, {0, 255}},
      {TensorProto::INT16, DType::I16, {-32768, 32767}, {-32768, 32767}},
      {TensorProto::UINT16, DType::U16, {65535, 1}, {65535, 1}},
      {TensorProto::INT32, DType::I32, {-2147483647, 5}, {-2147483647, 5}},
      {TensorProto::BOOL, DType::Bool, {7, 0}, {1, 0}},
      {TensorProto::FLOAT16, DType::F16, {0x3c00, 0xc000}, {1, -2}},
      {TensorProto::FLOAT16, DType::F16, {0x3c00, -16384}, {1, -2}},
      {TensorProto::BFLOAT16, DType::BF16, {0x3f80, 0xc000}, {1, -2}},
  };
  for (const Case &each : cases) {
    auto tensor = makeTensor(each.type, {2});
    for (int32_t value : each.stored)
      tensor.add_int32_data(value);
    expectElements(tensor, each.dtype, each.expected);
  }
}

TEST(ONNXTensor, NarrowTypesRefuseWhatDoesNotFit) {
  auto tensor = makeTensor(TensorProto::UINT8, {1});
  tensor.add_int32_data(256);
  expectRefusedTensor(tensor, "256 is outside the range of uint8");
  tensor.set_data_type(TensorProto::BFLOAT16);
  tensor.set_int32_data(0, 65536);
  expectRefusedTensor(tensor, "65536 is outside the range of bfloat16");
}

TEST(ONNXTensor, RawData) {
  auto half = makeTensor(TensorProto::FLOAT16, {3, 1});
  half.set_raw_data(std::string("\x00\x3c\x00\xc0\x00\x7c", 6));
  expectElements(half, DType::F16, {1, -2, std::numeric_limits<double>::infinity()});

  auto boolean = makeTensor(TensorProto::BOOL, {3});
  boolean.set_raw_data(std::string("\x02\x00\x01", 3));
  expectElements(boolean, DType::Bool, {1, 0, 1});

  auto empty = makeTensor(TensorProto::INT64, {2, 0});
  expectElements(empty, DType::I64, {});
  empty.set_raw_data("");
  expectElements(empty, DType::I64, {});
}

TEST(ONNXTensor, WrongSizesAreRefused) {
  auto tensor = makeTensor(TensorProto::FLOAT, {2, 3});
  expectRefusedTensor(tensor, "expected 6 entries of float_data for float32 2x3, found 0");
  tensor.set_raw_data(std::string(23, 'a'));
  expectRefusedTensor(tensor, "expected 24 bytes of raw_data for float32 2x3, found 23");
  tensor.set_raw_data(std::string(25, 'a'));
  expectRefusedTensor(tensor, "expected 24 bytes of raw_data for float32 2x3, found 25");
  tensor.set_raw_data(std::string(24, 'a'));
  tensor.add_float_data(1);
  expectRefusedTensor(tensor, "raw_data beside another field");
  auto wrongField = makeTensor(TensorProto::FLOAT, {1});
  wrongField.add_int64_data(1);
  expectRefusedTensor(wrongField, "expected 1 entries of float_data");
}

TEST(ONNXTensor, ShapesThatCannotBeAreRefused) {
  expectRefusedTensor(makeTensor(TensorProto::FLOAT, {-3}), "expected dimensions >= 0, found -3");
  expectRefusedTensor(makeTensor(TensorProto::FLOAT, {1ll << 40, 1ll << 40}), "overflows");
  expectRefusedTensor(makeTensor(TensorProto::DOUBLE, {1ll << 61}), "overflows");
  expectRefusedTensor(makeTensor(TensorProto::FLOAT, {1ll << 40}), "found 0");
  auto deep = makeTensor(TensorProto::FLOAT, {});
  for (int i = 0; i != 65; ++i)
    deep.add_dims(1);
  expectRefusedTensor(deep, "expected a rank of at most 64, found 65");
  expectRefusedTensor(makeTensor(99, {1}), "DataType, found 99");
  expectRefusedTensor(makeTensor(0, {1}), "DataType, found 0");
}

TEST(ONNXTensor, OtherTypesAreValidatedAndNamed) {
  struct Case {
    int32_t type;
    const char *name;
    size_t rawBytes; ///< of five elements
  };
  const Case cases[] = {{TensorProto::INT4, "int4", 3},
                        {TensorProto::UINT4, "uint4", 3},
                        {TensorProto::FLOAT4E2M1, "float4e2m1", 3},
                        {TensorProto::INT2, "int2", 2},
                        {TensorProto::FLOAT8E4M3FN, "float8e4m3fn", 5},
                        {TensorProto::FLOAT8E8M0, "float8e8m0", 5},
                        {TensorProto::COMPLEX64, "complex64", 40},
                        {TensorProto::COMPLEX128, "complex128", 80}};
  for (const Case &each : cases) {
    auto tensor = makeTensor(each.type, {5});
    tensor.set_raw_data(std::string(each.rawBytes, '\0'));
    auto value = decode(tensor);
    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(value->unsupported, each.name);
    EXPECT_FALSE(value->tensor);
    EXPECT_EQ(value->shape, Shape{5});
    tensor.set_raw_data(std::string(each.rawBytes + 1, '\0'));
    expectRefusedTensor(tensor, "bytes of raw_data");
  }
  auto text = makeTensor(TensorProto::STRING, {2});
  text.add_string_data("a");
  expectRefusedTensor(text, "expected 2 entries of string_data");
  text.add_string_data("b");
  auto value = decode(text);
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(value->unsupported, "string");
}

static void fillSparse(::onnx::SparseTensorProto &sparse, std::initializer_list<int64_t> indices) {
  *sparse.mutable_values() = makeTensor(TensorProto::FLOAT, {2});
  sparse.mutable_values()->set_raw_data(std::string(8, '\0'));
  *sparse.mutable_indices() =
      makeTensor(TensorProto::INT64, {static_cast<int64_t>(indices.size())});
  for (int64_t index : indices)
    sparse.mutable_indices()->add_int64_data(index);
  sparse.add_dims(3);
  sparse.add_dims(5);
}

TEST(ONNXTensor, SparseTensorsAreValidated) {
  auto proto = emptyModel();
  fillSparse(*proto.mutable_graph()->add_sparse_initializer(), {0, 14});
  auto model = read(proto);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->graph.initializers.at("t").unsupported, "sparse float32");
  EXPECT_EQ(model->graph.initializers.at("t").shape, (Shape{3, 5}));

  auto outside = emptyModel();
  fillSparse(*outside.mutable_graph()->add_sparse_initializer(), {0, 15});
  expectRefused(read(outside), "expected indices in [0, 15), found 15");
  auto count = emptyModel();
  fillSparse(*count.mutable_graph()->add_sparse_initializer(), {0, 1, 2});
  expectRefused(read(count), "expected indices of shape 2 or 2x2, found 3");
}

TEST(ONNXTensor, TensorProtoRoundTrip) {
  Tensor tensor(DType::I16, {3, 1, 5});
  for (int64_t i = 0; i != 15; ++i)
    tensor.setInt(i, i * 1000 - 7000);
  std::string bytes = dlc::onnx::writeTensorProto(tensor, "out");
  auto value = dlc::onnx::readProtoValue(std::as_bytes(std::span(bytes)),
                                         dlc::onnx::ValueInfo::Kind::Tensor, "t.pb");
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(value->name, "out");
  ASSERT_EQ(value->tensor.tensor.dtype(), DType::I16);
  EXPECT_EQ(value->tensor.tensor.shape(), tensor.shape());
  EXPECT_EQ(std::memcmp(value->tensor.tensor.raw(), tensor.raw(), tensor.numBytes()), 0);
}

TEST(ONNXTensor, SequencesAndOptionalsRoundTrip) {
  using dlc::onnx::ProtoValue;
  using Kind = dlc::onnx::ValueInfo::Kind;
  ProtoValue element;
  element.tensor.tensor = Tensor(DType::F64, {2});
  ProtoValue sequence;
  sequence.kind = Kind::Sequence;
  sequence.elements = {element, element, element};
  ProtoValue optional;
  optional.kind = Kind::Optional;
  optional.elements = {sequence};

  std::string bytes = dlc::onnx::writeProtoValue(optional);
  auto value = dlc::onnx::readProtoValue(std::as_bytes(std::span(bytes)), Kind::Optional, "o.pb");
  ASSERT_TRUE(value) << value.error().message;
  ASSERT_EQ(value->elements.size(), 1u);
  EXPECT_EQ(value->elements[0].kind, Kind::Sequence);
  ASSERT_EQ(value->elements[0].elements.size(), 3u);
  EXPECT_EQ(value->elements[0].elements[2].tensor.tensor.shape(), Shape{2});

  auto truncated = dlc::onnx::readProtoValue(
      std::as_bytes(std::span(bytes)).first(bytes.size() - 1), Kind::Optional, "o.pb");
  ASSERT_FALSE(truncated);
  EXPECT_EQ(truncated.error().message.rfind("o.pb: ", 0), 0u);
}
