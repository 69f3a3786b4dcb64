// A `.keras` file with every float variable halved and optimizer variables of Adam, for the test
// that Keras loads what dlc writes: dlc-keras-rewrite ORIGINAL OUTPUT.
#include "dlc/Import/Keras/ModelWriter.h"

#include <cstdio>

using namespace dlc;

/// `tensor` times one half.
static Tensor halved(const Tensor &tensor) {
  Tensor result = tensor.clone();
  for (int64_t i = 0; i < result.numElements(); ++i)
    result.setDouble(i, tensor.asDouble(i) / 2);
  return result;
}

static int fail(const Error &error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return static_cast<int>(error.code);
}

int main(int argc, char **argv) {
  if (argc != 3)
    return fail(usageError("usage: dlc-keras-rewrite ORIGINAL OUTPUT"));
  Expected<keras::Model> model = keras::readModel(argv[1]);
  if (!model)
    return fail(model.error());
  std::map<std::string, Tensor> variables;
  for (const auto &[path, tensor] : model->variables.tensors)
    if (tensor.dtype() == DType::F32)
      variables[path] = halved(tensor);
  Tensor iteration(DType::I64, {});
  iteration.setInt(0, 20);
  variables["optimizer/vars/0"] = iteration;
  Status status = keras::writeTrained(argv[1], argv[2], variables, model->compile);
  return status ? 0 : fail(status.error());
}
