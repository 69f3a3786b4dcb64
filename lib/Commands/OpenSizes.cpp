// Sizes by name.
#include "OpenSizes.h"

#include <algorithm>
#include <charconv>

using namespace dlc;
using namespace dlc::cli;

/// The names of the open sizes of `inputs`, each once.
static std::vector<std::string> namesIn(const std::vector<InputSpec> &inputs) {
  std::vector<std::string> names;
  for (const InputSpec &input : inputs)
    for (const std::string &name : input.symbols)
      if (!name.empty() && std::ranges::find(names, name) == names.end())
        names.push_back(name);
  return names;
}

Expected<OpenSizes> OpenSizes::of(const std::vector<InputSpec> &inputs,
                                  const std::vector<std::string> &given) {
  OpenSizes result;
  std::vector<std::string> names = namesIn(inputs);
  for (const std::string &text : given) {
    size_t equals = text.rfind('=');
    std::string name = text.substr(0, equals);
    int64_t size = 0;
    const char *end = text.data() + text.size();
    const char *begin = equals == std::string::npos ? end : text.data() + equals + 1;
    auto [stop, error] = std::from_chars(begin, end, size);
    if (error != std::errc() || stop != end || size < 0)
      return usageError("--dim " + text + ": expected NAME=N, a size such as batch=4");
    if (std::ranges::find(names, name) == names.end()) {
      std::string all;
      for (const std::string &each : names)
        all += (all.empty() ? "" : ", ") + each;
      return usageError(
          "--dim " + text + ": expected " +
          (all.empty() ? "no such option, since no size is open" : "one of the open sizes " + all));
    }
    if (!result.values.emplace(name, size).second)
      return usageError("--dim " + text + ": '" + name + "' is given twice");
  }
  for (const InputSpec &input : inputs)
    result.bind(input, input.shape);
  return result;
}

void OpenSizes::bind(const InputSpec &input, const Shape &shape) {
  for (size_t axis = 0; axis < std::min(shape.size(), input.symbols.size()); ++axis)
    if (!input.symbols[axis].empty() && shape[axis] >= 0)
      values[input.symbols[axis]] = shape[axis];
}

Shape OpenSizes::shapeOf(const InputSpec &input) {
  constexpr int64_t batch = 1, other = 128;
  Shape shape = input.shape;
  for (size_t axis = 0; axis < std::min(shape.size(), input.symbols.size()); ++axis) {
    const std::string &name = input.symbols[axis];
    if (shape[axis] >= 0 || name.empty())
      continue;
    auto [entry, isNew] = values.emplace(name, axis == 0 ? batch : other);
    if (isNew)
      choices += (choices.empty() ? "" : ", ") + name + "=" + std::to_string(entry->second);
    shape[axis] = entry->second;
  }
  return shape;
}
