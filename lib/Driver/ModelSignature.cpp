// `readModelInputs` and `readModelOutputs`: what a model takes and gives, without compiling
// anything.
#include "LoadedModel.h"

#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Import/ONNX/Model.h"

using namespace dlc;
using namespace dlc::driver;

/// The arguments or results of `main` in a dump.
static Expected<std::vector<InputSpec>>
readDumpSignature(const std::string &path, const CompileOptions &options, bool outputs) {
  CompileOptions open = options;
  open.openSizes = true; // nothing is compiled
  Expected<std::unique_ptr<LoadedModel>> model = loadModel(path, open);
  if (!model)
    return model.error();
  mlir::func::FuncOp function = (*model)->main();
  if (!function)
    return badInput(path + ": expected a function 'main', found none");
  std::vector<std::string> symbols = dl::symbolNames(*(*model)->module);
  std::vector<InputSpec> specs;
  for (auto [index, type] :
       llvm::enumerate(outputs ? function.getResultTypes() : function.getArgumentTypes())) {
    auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
    std::optional<DType> dtype = tensor ? dl::dtypeOf(tensor.getElementType()) : std::nullopt;
    if (!dtype)
      return unsupported(path + ": expected tensors of numbers in the signature of 'main'");
    InputSpec spec{outputs ? outputName(function, index) : inputName(function, index),
                   onnx::ValueInfo::Kind::Tensor,
                   *dtype,
                   {},
                   {}};
    for (mlir::AffineExpr dim : dl::dimsOf(tensor)) {
      std::optional<int64_t> size = dl::constantDim(dim);
      spec.shape.push_back(size.value_or(-1));
      spec.symbols.push_back(size ? "" : dl::expressionString(dim, symbols));
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

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
  if (!path.ends_with(".onnx"))
    return readDumpSignature(path, options, /*outputs=*/false);
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
    InputSpec spec{info->name,
                   info->kind,
                   tensor->dtype.value_or(DType::F32),
                   inputShape(*info, options, required.size() == 1),
                   {}};
    for (size_t axis = 0; axis < spec.shape.size(); ++axis)
      spec.symbols.push_back(info->openSizeName(axis));
    inputs.push_back(std::move(spec));
  }
  return inputs;
}

Expected<std::vector<InputSpec>> dlc::readModelOutputs(const std::string &path) {
  if (!path.ends_with(".onnx"))
    return readDumpSignature(path, {}, /*outputs=*/true);
  Expected<onnx::Model> model = onnx::readModel(path);
  if (!model)
    return model.error();
  std::vector<InputSpec> outputs;
  for (const onnx::ValueInfo &info : model->graph.outputs) {
    InputSpec spec{info.name, info.kind, info.dtype.value_or(DType::F32), {}, {}};
    if (info.dims)
      for (const onnx::Dim &dim : *info.dims)
        spec.shape.push_back(std::holds_alternative<int64_t>(dim) ? std::get<int64_t>(dim) : -1);
    outputs.push_back(std::move(spec));
  }
  return outputs;
}
