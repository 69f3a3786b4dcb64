// `readModelOutputs`: what a model promises to give, without compiling anything.
#include "dlc/Driver/Compiler.h"

#include "dlc/Import/ONNX/Model.h"

using namespace dlc;

Expected<std::vector<InputSpec>> dlc::readModelOutputs(const std::string &path) {
  Expected<onnx::Model> model = onnx::readModel(path);
  if (!model)
    return model.error();
  std::vector<InputSpec> outputs;
  for (const onnx::ValueInfo &info : model->graph.outputs) {
    InputSpec spec{info.name, info.kind, info.dtype.value_or(DType::F32), {}};
    if (info.dims)
      for (const onnx::Dim &dim : *info.dims)
        spec.shape.push_back(std::holds_alternative<int64_t>(dim) ? std::get<int64_t>(dim) : -1);
    outputs.push_back(std::move(spec));
  }
  return outputs;
}
