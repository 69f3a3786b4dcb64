// Builds small ONNX models through the schema's own classes, so that a test says only what it is
// about.
#ifndef DLC_TEST_UNIT_IMPORT_ONNXMODELBUILDER_H
#define DLC_TEST_UNIT_IMPORT_ONNXMODELBUILDER_H

#include "dlc/Import/ONNX/Model.h"

#include "onnx/onnx-ml.pb.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace dlc::test {

inline ::onnx::ModelProto emptyModel(int64_t opset = 17) {
  ::onnx::ModelProto model;
  model.set_ir_version(8);
  auto *import = model.add_opset_import();
  import->set_domain("");
  import->set_version(opset);
  model.mutable_graph()->set_name("g");
  return model;
}

inline void addValue(google::protobuf::RepeatedPtrField<::onnx::ValueInfoProto> *values,
                     const std::string &name, std::initializer_list<int64_t> dims,
                     int32_t type = ::onnx::TensorProto::FLOAT) {
  auto *value = values->Add();
  value->set_name(name);
  auto *tensor = value->mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  tensor->mutable_shape();
  for (int64_t dim : dims)
    tensor->mutable_shape()->add_dim()->set_dim_value(dim);
}

template <typename Owner>
::onnx::NodeProto *addNode(Owner &owner, const std::string &op, const std::string &name,
                           std::initializer_list<std::string> inputs,
                           std::initializer_list<std::string> outputs) {
  ::onnx::NodeProto *node = owner.add_node();
  node->set_op_type(op);
  node->set_name(name);
  for (const std::string &input : inputs)
    node->add_input(input);
  for (const std::string &output : outputs)
    node->add_output(output);
  return node;
}

/// A model with input x and output y, to be filled with nodes.
inline ::onnx::ModelProto modelXToY(int64_t opset = 17) {
  ::onnx::ModelProto model = emptyModel(opset);
  addValue(model.mutable_graph()->mutable_input(), "x", {2, 3});
  addValue(model.mutable_graph()->mutable_output(), "y", {2, 3});
  return model;
}

inline Expected<onnx::Model> readBytes(const std::string &bytes, const std::string &folder = {}) {
  return onnx::readModelFromBytes({reinterpret_cast<const std::byte *>(bytes.data()), bytes.size()},
                                  "m.onnx", folder);
}

/// Reads `model`, which gets an output where the test is not about outputs.
inline Expected<onnx::Model> read(::onnx::ModelProto model, const std::string &folder = {}) {
  if (model.graph().output_size() == 0) {
    addNode(*model.mutable_graph(), "Constant", "filler", {}, {"filler"});
    model.mutable_graph()->add_output()->set_name("filler");
  }
  return readBytes(model.SerializeAsString(), folder);
}

/// Expects `model` to be refused with `code`, in one line that begins with the file and contains
/// `text`.
inline void expectRefused(const Expected<onnx::Model> &model, const std::string &text,
                          ExitCode code = ExitCode::BadInput) {
  ASSERT_FALSE(model) << "expected a failure that says: " << text;
  EXPECT_EQ(model.error().code, code) << model.error().message;
  EXPECT_EQ(model.error().message.rfind("m.onnx: ", 0), 0u) << model.error().message;
  EXPECT_NE(model.error().message.find(text), std::string::npos) << model.error().message;
  EXPECT_EQ(model.error().message.find('\n'), std::string::npos) << model.error().message;
}

} // namespace dlc::test

#endif // DLC_TEST_UNIT_IMPORT_ONNXMODELBUILDER_H
