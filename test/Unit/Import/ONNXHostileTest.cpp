// Damaged and malicious files: one clear line, never a crash, never much memory.
#include "ONNXModelBuilder.h"

#include <sys/resource.h>

using namespace dlc;
using namespace dlc::test;

TEST(ONNXHostile, EveryTruncationIsRefusedOrHarmless) {
  auto proto = modelXToY();
  auto *w = proto.mutable_graph()->add_initializer();
  w->set_name("w");
  w->set_data_type(::onnx::TensorProto::FLOAT);
  w->add_dims(37);
  w->set_raw_data(std::string(148, 'w'));
  addNode(*proto.mutable_graph(), "Add", "add", {"x", "w"}, {"y"});
  std::string bytes = proto.SerializeAsString();
  int refused = 0;
  for (size_t size = 0; size != bytes.size(); ++size) {
    auto model = readBytes(bytes.substr(0, size));
    if (model)
      continue;
    ++refused;
    EXPECT_EQ(model.error().code, ExitCode::BadInput);
  }
  // Only a cut between the fields of the outermost message leaves a model.
  EXPECT_GE(refused, static_cast<int>(bytes.size()) - 3);
}

TEST(ONNXHostile, EveryFlippedByteIsRefusedOrHarmless) {
  auto proto = modelXToY();
  auto *w = proto.mutable_graph()->add_initializer();
  w->set_name("w");
  w->set_data_type(::onnx::TensorProto::INT8);
  w->add_dims(3);
  w->set_raw_data("abc");
  addNode(*proto.mutable_graph(), "Add", "add", {"x", "w"}, {"y"});
  std::string bytes = proto.SerializeAsString();
  for (size_t position = 0; position != bytes.size(); ++position)
    for (int bit = 0; bit != 8; ++bit) {
      std::string damaged = bytes;
      damaged[position] = static_cast<char>(damaged[position] ^ (1 << bit));
      auto model = readBytes(damaged);
      if (!model)
        EXPECT_EQ(model.error().message.find('\n'), std::string::npos);
    }
}

TEST(ONNXHostile, NotAModel) {
  expectRefused(readBytes(""), "a file without a graph");
  expectRefused(readBytes("PK\x03\x04 not a model"), "expected an ONNX model");
  expectRefused(readBytes(std::string(1000, '\xff')), "expected an ONNX model");
}

TEST(ONNXHostile, CyclesNameANodeOnTheCycle) {
  auto proto = modelXToY();
  auto &graph = *proto.mutable_graph();
  addNode(graph, "Relu", "after", {"b"}, {"y"});
  addNode(graph, "Add", "one", {"x", "b"}, {"a"});
  addNode(graph, "Relu", "two", {"a"}, {"b"});
  auto model = read(proto);
  expectRefused(model, "depends on its own output");
  EXPECT_EQ(model.error().message.find("'after'"), std::string::npos) << model.error().message;
}

TEST(ONNXHostile, NamesThatCollide) {
  auto outputs = modelXToY();
  addNode(*outputs.mutable_graph(), "Relu", "a", {"x"}, {"y"});
  addNode(*outputs.mutable_graph(), "Relu", "b", {"x"}, {"y"});
  expectRefused(read(outputs), "node 'b' (Relu): defines 'y', which is defined already");

  auto inputs = modelXToY();
  addValue(inputs.mutable_graph()->mutable_input(), "x", {1});
  expectRefused(read(inputs), "graph input 'x': expected one, found two");

  auto initializers = modelXToY();
  for (int i = 0; i != 2; ++i) {
    auto *w = initializers.mutable_graph()->add_initializer();
    w->set_name("w");
    w->set_data_type(::onnx::TensorProto::FLOAT);
    w->add_dims(0);
  }
  expectRefused(read(initializers), "initializer 'w': expected one, found two");

  auto shadow = modelXToY();
  addNode(*shadow.mutable_graph(), "Relu", "a", {"x"}, {"x"});
  expectRefused(read(shadow), "defines 'x'");
}

TEST(ONNXHostile, MissingNames) {
  auto input = modelXToY();
  addNode(*input.mutable_graph(), "Add", "add", {"x", "nowhere"}, {"y"});
  expectRefused(read(input), "node 'add' (Add): input 'nowhere' is not defined");
  expectRefused(read(modelXToY()), "graph output 'y' is not defined");
  auto op = modelXToY();
  addNode(*op.mutable_graph(), "", "n", {"x"}, {"y"});
  expectRefused(read(op), "expected an operator name");
}

TEST(ONNXHostile, NoOutputs) {
  auto proto = modelXToY();
  proto.mutable_graph()->clear_output();
  expectRefused(readBytes(proto.SerializeAsString()), "expected a graph with outputs, found none");
}

TEST(ONNXHostile, ControlCharactersStayInOneLine) {
  auto proto = modelXToY();
  addNode(*proto.mutable_graph(), "Add", "a\nb\x1b[31m", {"x", "q"}, {"y"});
  expectRefused(read(proto), "node 'a\\x0ab\\x1b[31m'");
}

TEST(ONNXHostile, ShapesOfValues) {
  auto overflow = modelXToY();
  addValue(overflow.mutable_graph()->mutable_value_info(), "v", {1ll << 33, 1ll << 33});
  expectRefused(read(overflow), "value 'v': the size of shape");
  auto negative = modelXToY();
  addValue(negative.mutable_graph()->mutable_value_info(), "v", {-2});
  expectRefused(read(negative), "value 'v': expected dimensions >= 0, found -2");
  auto rank = modelXToY();
  addValue(rank.mutable_graph()->mutable_value_info(), "v", {});
  for (int i = 0; i != 100000; ++i)
    rank.mutable_graph()
        ->mutable_value_info(0)
        ->mutable_type()
        ->mutable_tensor_type()
        ->mutable_shape()
        ->add_dim()
        ->set_dim_value(1);
  expectRefused(read(rank), "expected a rank of at most 64, found 100000");
}

TEST(ONNXHostile, VersionsFromTheFuture) {
  expectRefused(read(modelXToY(/*opset=*/99)), "opset 99 is newer than this dlc",
                ExitCode::Unsupported);
  auto format = modelXToY();
  format.set_ir_version(1000);
  expectRefused(read(format), "ir_version) 1000", ExitCode::Unsupported);
  expectRefused(read(modelXToY(/*opset=*/0)), "expected a version >= 1, found 0");
  auto none = modelXToY();
  none.clear_opset_import();
  addNode(*none.mutable_graph(), "Relu", "r", {"x"}, {"y"});
  expectRefused(read(none), "expected an opset_import of the standard operators");
}

TEST(ONNXHostile, NestedIfBomb) {
  // Length-delimited: node(1) attribute(5) g(6), built from the inside out.
  std::string graph;
  auto wrap = [](char tag, const std::string &inner) {
    std::string length;
    for (size_t rest = inner.size();; rest >>= 7) {
      length.push_back(static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0)));
      if (rest <= 0x7f)
        break;
    }
    return std::string(1, tag) + length + inner;
  };
  for (int depth = 0; depth != 5000; ++depth)
    graph = wrap('\x0a', wrap('\x2a', wrap('\x32', graph)));
  expectRefused(readBytes(wrap('\x3a', graph)), "nested deeper than 100 levels");
}

TEST(ONNXHostile, UnknownFieldsAreIgnored) {
  auto proto = modelXToY();
  addNode(*proto.mutable_graph(), "Relu", "r", {"x"}, {"y"});
  std::string bytes = proto.SerializeAsString();
  bytes += std::string("\xfa\x3f\x03"
                       "abc",
                       6);             // field 1023, three bytes
  bytes += "\xfb\x3f\x08\x01\xfc\x3f"; // field 1023, a group
  EXPECT_TRUE(readBytes(bytes));
}

TEST(ONNXHostile, SmallFilesTakeLittleMemory) {
  auto proto = modelXToY();
  for (int i = 0; i != 20; ++i) {
    auto *w = proto.mutable_graph()->add_initializer();
    w->set_name("w" + std::to_string(i));
    w->set_data_type(::onnx::TensorProto::FLOAT);
    w->add_dims(1ll << 35);
  }
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  expectRefused(read(proto), "expected 34359738368 entries of float_data");
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 << 10);
}
