// `interpretModel`: the reference interpreter on a model's file.
#include "LoadedModel.h"

#include "dlc/Reference/Interpreter.h"

using namespace dlc;
using namespace dlc::driver;

Expected<std::vector<NamedTensor>> dlc::interpretModel(const std::string &path,
                                                       const std::map<std::string, Tensor> &inputs,
                                                       const CompileOptions &options) {
  Expected<std::unique_ptr<LoadedModel>> model = loadModel(path, options);
  if (!model)
    return model.error();
  mlir::func::FuncOp function = (*model)->main();
  if (!function || function.isExternal())
    return badInput(path + ": expected a function 'main', found none");
  std::vector<Tensor> arguments;
  for (unsigned index = 0; index != function.getNumArguments(); ++index) {
    auto found = inputs.find(inputName(function, index));
    if (found == inputs.end())
      return badInput(path + ": input '" + inputName(function, index) + "' has no value");
    arguments.push_back(found->second);
  }
  Expected<std::vector<Tensor>> results = interpret(function, arguments);
  if (!results)
    return Error{results.error().code, path + ": " + results.error().message};
  std::vector<NamedTensor> outputs;
  for (auto [index, tensor] : llvm::enumerate(*results))
    outputs.push_back({outputName(function, index), tensor});
  return outputs;
}
