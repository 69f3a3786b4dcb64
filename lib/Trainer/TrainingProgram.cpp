// Contexts over one state.
#include "dlc/Trainer/TrainingProgram.h"

#include <algorithm>
#include <cstdlib>

using namespace dlc;

/// What dlc_options.state asks for.
static constexpr size_t stateAlignment = 64;

void TrainingProgram::FreeState::operator()(std::byte *bytes) const { std::free(bytes); }

static std::map<std::string, uint32_t> functionIndices(const ModelDescription &model) {
  std::map<std::string, uint32_t> indices;
  for (uint32_t index = 0; index < model.functions.size(); ++index)
    indices[model.functions[index].name] = index;
  return indices;
}

/// Whether two compiles of a model have their state in one layout.
static bool haveOneState(const ModelDescription &a, const ModelDescription &b) {
  return a.stateBytes == b.stateBytes &&
         std::ranges::equal(
             a.slots, b.slots, [](const SlotDescription &x, const SlotDescription &y) {
               return x.tensor.name == y.tensor.name && x.offset == y.offset &&
                      x.tensor.dtype == y.tensor.dtype && x.tensor.dims == y.tensor.dims;
             });
}

Expected<TrainingProgram>
TrainingProgram::create(const Compile &compile, std::span<const int64_t> batchSizes, int threads) {
  TrainingProgram program;
  for (int64_t size : batchSizes) {
    if (program.steps.contains(size))
      continue;
    Expected<Artifact> artifact = compile(size);
    if (!artifact)
      return artifact.error();
    const ModelDescription &model = artifact->description();
    if (!program.state) {
      size_t bytes = (model.stateBytes + stateAlignment) / stateAlignment * stateAlignment;
      program.state.reset(static_cast<std::byte *>(std::aligned_alloc(stateAlignment, bytes)));
      if (!program.state)
        return badInput(model.name + ": needs more memory than there is for its state of " +
                        std::to_string(bytes) + " bytes");
      std::fill_n(program.state.get(), bytes, std::byte());
    } else if (!haveOneState(program.first().context.description(), model)) {
      return internalError("the state depends on the batch size");
    }
    Expected<Context> context =
        artifact->createContext({.threads = threads, .state = program.state.get()});
    if (!context)
      return context.error();
    program.steps.emplace(size, Steps{std::move(*context), functionIndices(model), {}});
  }
  if (Status status = program.call(program.first(), "init", {}); !status)
    return status.error();
  return program;
}

const FunctionDescription &TrainingProgram::function(const std::string &name) const {
  const Steps &any = steps.begin()->second;
  return any.context.description().functions[any.functions.at(name)];
}

Status TrainingProgram::call(Steps &called, const std::string &name,
                             const std::vector<Tensor> &inputs) {
  auto index = called.functions.find(name);
  if (index == called.functions.end())
    return internalError("expected a function '" + name + "' in a model compiled for training");
  return called.context.run(inputs, called.outputs, index->second);
}

Expected<double> TrainingProgram::step(const std::string &name, const std::vector<Tensor> &inputs) {
  auto found = steps.find(inputs.front().shape().front());
  if (found == steps.end())
    return internalError("expected a batch of a size that was compiled for");
  if (Status status = call(found->second, name, inputs); !status)
    return status.error();
  return found->second.outputs.front().asDouble(0);
}

Status TrainingProgram::resetMetrics() { return call(first(), "reset_metrics", {}); }

Expected<std::vector<NamedNumber>> TrainingProgram::metrics() {
  // Apart from the outputs of the steps, which keep their memory.
  std::vector<Tensor> values;
  Steps &any = first();
  if (Status status = any.context.run({}, values, any.functions.at("metrics")); !status)
    return status.error();
  std::vector<NamedNumber> numbers;
  const FunctionDescription &described = function("metrics");
  for (size_t index = 0; index < values.size(); ++index)
    numbers.emplace_back(described.outputs[index].name, values[index].asDouble(0));
  return numbers;
}

std::vector<StateValue> TrainingProgram::stateValues() const {
  std::vector<StateValue> values;
  for (const SlotDescription &slot : steps.begin()->second.context.description().slots) {
    Tensor tensor = Tensor::uninitialized(slot.tensor.dtype, slot.tensor.dims);
    std::copy_n(state.get() + slot.offset, tensor.numBytes(), tensor.raw());
    values.push_back({slot.tensor.name, std::move(tensor), slot.ofModel});
  }
  return values;
}

void TrainingProgram::setStateValues(const std::vector<StateValue> &values) {
  for (const SlotDescription &slot : first().context.description().slots) {
    auto value = std::ranges::find(values, slot.tensor.name, &StateValue::name);
    if (value != values.end())
      std::copy_n(value->tensor.raw(), value->tensor.numBytes(), state.get() + slot.offset);
  }
}
