// The compile as a library: a model through the phases to an artifact.
#include "CompileSession.h"
#include "LoadedModel.h"

#include "dlc/Import/ONNX/Model.h"
#include "dlc/Support/AtomicFile.h"

#include <chrono>
#include <filesystem>

using namespace dlc;
using namespace dlc::driver;

static bool isOnnx(const std::string &path) { return path.ends_with(".onnx"); }

/// The shape that `info` declares with what the user says of it; -1 for open dimensions.
static Shape inputShape(const onnx::ValueInfo &info, const CompileOptions &options,
                        bool isOnlyInput) {
  auto found = options.shapes.find(info.name);
  if (found == options.shapes.end() && isOnlyInput)
    found = options.shapes.find("");
  if (found != options.shapes.end())
    return found->second;
  Shape shape;
  if (info.dims)
    for (const onnx::Dim &dim : *info.dims)
      shape.push_back(std::holds_alternative<int64_t>(dim) ? std::get<int64_t>(dim) : -1);
  return shape;
}

Expected<std::vector<InputSpec>> dlc::readModelInputs(const std::string &path,
                                                      const CompileOptions &options) {
  if (!isOnnx(path))
    return unsupported(path + ": expected an .onnx model, whose inputs can be listed");
  Expected<onnx::Model> model = onnx::readModel(path);
  if (!model)
    return model.error();
  std::vector<const onnx::ValueInfo *> required = model->graph.requiredInputs();
  std::vector<InputSpec> inputs;
  for (const onnx::ValueInfo *info : required) {
    if (!info->unsupported.empty())
      return unsupported(path + ": input '" + info->name + "': expected a number type, found " +
                         info->unsupported);
    const onnx::ValueInfo *tensor = info;
    while (tensor->element)
      tensor = tensor->element.get();
    inputs.push_back({info->name, info->kind, tensor->dtype.value_or(DType::F32),
                      inputShape(*info, options, required.size() == 1)});
  }
  return inputs;
}

Expected<CompileResult> dlc::compileModel(const std::string &path, const CompileOptions &options) {
  CompileSession session(path, options);
  return session.run();
}
