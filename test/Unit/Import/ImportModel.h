// Small ONNX models in memory, and their conversion as text: what tests of the importer start from.
#ifndef DLC_TEST_UNIT_IMPORT_IMPORTMODEL_H
#define DLC_TEST_UNIT_IMPORT_IMPORTMODEL_H

#include "dlc/Import/ONNX/ImportONNX.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace dlc::onnx {

using testing::HasSubstr;

inline ValueInfo tensorInfo(std::string name, std::vector<Dim> dims, DType dtype = DType::F32) {
  ValueInfo info;
  info.name = std::move(name);
  info.kind = ValueInfo::Kind::Tensor;
  info.dtype = dtype;
  info.dims = std::move(dims);
  return info;
}

inline Node makeNode(std::string opType, std::vector<std::string> inputs,
                     std::vector<std::string> outputs, std::vector<Attribute> attributes = {}) {
  Node node;
  node.name = "n_" + outputs.front();
  node.opType = std::move(opType);
  node.opsetVersion = 17;
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  node.attributes = std::move(attributes);
  return node;
}

inline TensorValue int64s(std::vector<int64_t> values) {
  TensorValue value;
  value.shape = {static_cast<int64_t>(values.size())};
  value.tensor = Tensor(DType::I64, value.shape);
  std::copy(values.begin(), values.end(), value.tensor.data<int64_t>());
  return value;
}

/// A model of these nodes with input `x` (2x3x5 unless said otherwise) and output `y`.
inline Model makeModel(std::vector<Node> nodes,
                       std::vector<Dim> input = {int64_t(2), int64_t(3), int64_t(5)}) {
  Model model;
  model.file = "m.onnx";
  model.graph.name = "net";
  model.graph.inputs = {tensorInfo("x", std::move(input))};
  model.graph.outputs = {tensorInfo("y", {})};
  model.graph.nodes = std::move(nodes);
  return model;
}

class ImportONNXTest : public testing::Test {
protected:
  /// The module as text, or the error's message after its code.
  std::string import(const Model &model, const ImportOptions &options = {}) {
    auto module = importONNX(context, model, options);
    if (!module)
      return std::to_string(static_cast<int>(module.error().code)) + " " + module.error().message;
    std::string text;
    llvm::raw_string_ostream out(text);
    (*module)->print(out);
    return text;
  }

  mlir::MLIRContext context;
};

} // namespace dlc::onnx

#endif // DLC_TEST_UNIT_IMPORT_IMPORTMODEL_H
