// Compile, open, bind.
#include "ModelRunner.h"

#include "dlc/Support/Temporaries.h"

using namespace dlc;
using namespace dlc::cli;

std::vector<InputSpec> cli::artifactInputs(const ModelDescription &description,
                                           const std::map<std::string, Shape> &shapes) {
  std::vector<InputSpec> inputs;
  if (description.functions.empty())
    return inputs;
  bool only = description.functions.front().inputs.size() == 1;
  for (const TensorDescription &input : description.functions.front().inputs) {
    InputSpec spec{input.name, onnx::ValueInfo::Kind::Tensor, input.dtype, input.dims, {}};
    auto given = shapes.find(input.name);
    if (given == shapes.end() && only)
      given = shapes.find("");
    for (int64_t &dim : spec.shape) {
      bool symbolic = isSymbolicDim(dim) && symbolOfDim(dim) < description.symbols.size();
      spec.symbols.push_back(symbolic ? description.symbols[symbolOfDim(dim)] : "");
      dim = dim < 0 ? -1 : dim;
    }
    if (given != shapes.end() && given->second.size() == spec.shape.size())
      spec.shape = given->second;
    inputs.push_back(std::move(spec));
  }
  return inputs;
}

Expected<Artifact> cli::compileAndOpen(const std::string &model, CompileOptions options) {
  Expected<TemporaryFolder> folder = TemporaryFolder::create("run");
  if (!folder)
    return folder.error();
  options.output = *folder / "model.so";
  options.emit = Emit::SharedLibrary;
  Expected<CompileResult> result = compileModel(model, options);
  if (!result)
    return result.error();
  return Artifact::open(result->artifact);
}

Expected<std::vector<Tensor>> cli::orderInputs(const ModelDescription &description,
                                               const std::map<std::string, Tensor> &values) {
  std::vector<Tensor> inputs;
  for (const TensorDescription &input : description.functions.front().inputs) {
    auto found = values.find(input.name);
    if (found == values.end())
      return badInput("input '" + input.name + "' has no value");
    inputs.push_back(found->second);
  }
  return inputs;
}

Expected<std::vector<NamedTensor>> cli::runOnce(const Artifact &artifact,
                                                const std::map<std::string, Tensor> &values,
                                                const ContextOptions &options,
                                                const std::string &model) {
  Expected<std::vector<Tensor>> ordered = orderInputs(artifact.description(), values);
  if (!ordered)
    return badInput(model + ": " + ordered.error().message);
  Expected<Context> context = artifact.createContext(options);
  if (!context)
    return context.error();
  std::vector<Tensor> tensors;
  if (Status status = context->run(*ordered, tensors); !status)
    return status.error();
  std::vector<NamedTensor> outputs;
  const FunctionDescription &function = artifact.description().functions.front();
  for (size_t index = 0; index != tensors.size(); ++index)
    outputs.push_back({function.outputs[index].name, tensors[index]});
  return outputs;
}
