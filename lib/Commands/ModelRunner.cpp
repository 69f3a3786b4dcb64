// Compile, open, bind.
#include "ModelRunner.h"
#include "NearbyShapes.h"

#include "dlc/Support/Temporaries.h"

#include <algorithm>

using namespace dlc;
using namespace dlc::cli;

/// That every name of `shapes` is an input's; the empty one is the only input's.
static Status checkShapeNames(const std::vector<TensorDescription> &inputs,
                              const std::map<std::string, Shape> &shapes) {
  for (const auto &[name, shape] : shapes) {
    if (name.empty() ? inputs.size() == 1
                     : std::ranges::find(inputs, name, &TensorDescription::name) != inputs.end())
      continue;
    std::string names;
    for (const TensorDescription &input : inputs)
      names += (names.empty() ? "" : ", ") + input.name;
    return usageError("--shape " + (name.empty() ? shapeString(shape) : name) +
                      ": expected one of the inputs " + names);
  }
  return {};
}

/// `described` for callers: with the shape `given`, where there is one.
static Expected<InputSpec> specOf(const TensorDescription &described, const Shape *given,
                                  const std::vector<std::string> &symbols) {
  InputSpec spec{
      described.name, onnx::ValueInfo::Kind::Tensor, described.dtype, described.dims, {}};
  if (given && given->size() != spec.shape.size())
    return usageError("--shape " + described.name + "=" + shapeString(*given) + ": the input has " +
                      std::to_string(spec.shape.size()) + " axes");
  for (int64_t &dim : spec.shape) {
    bool symbolic = isSymbolicDim(dim) && symbolOfDim(dim) < symbols.size();
    spec.symbols.push_back(symbolic ? symbols[symbolOfDim(dim)] : "");
    dim = dim < 0 ? -1 : dim;
  }
  if (given)
    spec.shape = *given;
  return spec;
}

Expected<std::vector<InputSpec>> cli::artifactInputs(const ModelDescription &description,
                                                     const std::map<std::string, Shape> &shapes) {
  std::vector<InputSpec> inputs;
  if (description.functions.empty())
    return inputs;
  const std::vector<TensorDescription> &described = description.functions.front().inputs;
  if (Status status = checkShapeNames(described, shapes); !status)
    return status.error();
  for (const TensorDescription &input : described) {
    auto given = shapes.find(shapes.contains(input.name) ? input.name : "");
    Expected<InputSpec> spec =
        specOf(input, given == shapes.end() ? nullptr : &given->second, description.symbols);
    if (!spec)
      return spec.error();
    inputs.push_back(std::move(*spec));
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
  if (Status status = context->run(*ordered, tensors); !status) {
    Error error = status.error();
    if (std::string shapes = nearbyShapes(*context, *ordered); !shapes.empty())
      error.message += "; it takes " + shapes;
    return error;
  }
  std::vector<NamedTensor> outputs;
  const FunctionDescription &function = artifact.description().functions.front();
  for (size_t index = 0; index != tensors.size(); ++index)
    outputs.push_back({function.outputs[index].name, tensors[index]});
  return outputs;
}
