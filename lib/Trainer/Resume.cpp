// Values of the state from what an earlier training left.
#include "dlc/Trainer/Resume.h"

#include "KerasOptimizer.h"

#include "dlc/Driver/NumPyFile.h"
#include "dlc/Import/Keras/Model.h"

#include <algorithm>

using namespace dlc;

//===-- From a Keras file ------------------------------------------------------------------===//

/// The variables of the optimizer, in their order.
static std::vector<Tensor> storedVariables(const keras::Variables &variables) {
  std::vector<Tensor> stored;
  for (;;) {
    auto found = variables.tensors.find(optimizerVariablePath(stored.size()));
    if (found == variables.tensors.end())
      return stored;
    stored.push_back(found->second);
  }
}

/// Why `stored` is not what `expected` are; empty where it is.
static std::string difference(const std::vector<Tensor> &stored,
                              const std::vector<const StateValue *> &expected) {
  if (stored.size() != expected.size())
    return "it holds " + std::to_string(stored.size()) + " variables of its optimizer, expected " +
           std::to_string(expected.size());
  for (size_t index = 0; index < stored.size(); ++index)
    if (stored[index].shape() != expected[index]->tensor.shape())
      return "'" + optimizerVariablePath(index) + "' has shape " +
             shapeString(stored[index].shape()) + ", expected " +
             shapeString(expected[index]->tensor.shape()) + " for '" + expected[index]->name + "'";
  return {};
}

/// The key of dropouts after so many steps: they are counted from the first.
static Tensor keyAfter(const Tensor &key, int64_t steps) {
  Tensor moved = key.cast(key.dtype());
  moved.setInt(1, steps);
  return moved;
}

static EarlierTraining earlierTraining(const keras::Model &model, const ResumeRequest &request) {
  std::vector<Tensor> stored = storedVariables(model.variables);
  // What was never trained has nothing to go on with: its moments are zero, or absent.
  if (!model.compile || stored.empty() || stored.front().numElements() != 1 ||
      stored.front().asInt(0) == 0)
    return {};
  const std::string &said = model.compile->optimizer.name, &kind = request.training.optimizer;
  if (said != kind)
    return {{}, request.model + ": was trained with " + said + " before; " + kind + " begins anew"};
  std::vector<const StateValue *> expected = optimizerVariables(kind, request.state);
  if (std::string problem = difference(stored, expected); !problem.empty())
    return {{}, request.model + ": " + problem + "; " + kind + " begins anew"};
  EarlierTraining earlier;
  for (size_t index = 0; index < stored.size(); ++index)
    if (expected[index]->name != "learning_rate" || !request.keepLearningRate)
      earlier.values.push_back(
          {expected[index]->name, stored[index].cast(expected[index]->tensor.dtype())});
  // Keras files have no state of random numbers; dropouts go on as if there had been no file.
  for (const StateValue &value : request.state)
    if (value.name == "random")
      earlier.values.push_back({value.name, keyAfter(value.tensor, stored.front().asInt(0))});
  return earlier;
}

Expected<EarlierTraining> dlc::readEarlierTraining(const ResumeRequest &request) {
  if (!request.model.ends_with(".keras"))
    return EarlierTraining();
  Expected<keras::Model> model = keras::readModel(request.model);
  if (!model)
    return model.error();
  return earlierTraining(*model, request);
}

//===-- From a state -----------------------------------------------------------------------===//

Expected<std::vector<StateValue>> dlc::readState(const std::string &path,
                                                 const std::vector<StateValue> &state) {
  Expected<std::map<std::string, Tensor>> arrays = readNpz(path);
  if (!arrays)
    return arrays.error();
  std::vector<StateValue> values;
  for (const StateValue &value : state) {
    if (value.name.starts_with("metrics/"))
      continue;
    auto found = arrays->find(value.name);
    auto problem = [&](const std::string &what) {
      return badInput(path + ": expected '" + value.name + "' of shape " +
                      shapeString(value.tensor.shape()) + " and type " +
                      std::string(dtypeName(value.tensor.dtype())) + ", found " + what +
                      ": it is the state of another model, or of another training");
    };
    if (found == arrays->end())
      return problem("none");
    const Tensor &stored = found->second;
    if (stored.shape() != value.tensor.shape() || stored.dtype() != value.tensor.dtype())
      return problem(shapeString(stored.shape()) + " of " + std::string(dtypeName(stored.dtype())));
    values.push_back({value.name, stored, value.isWeight});
  }
  return values;
}
