// Values for the sizes that a model leaves open, where inputs are made up.
#ifndef DLC_LIB_COMMANDS_OPENSIZES_H
#define DLC_LIB_COMMANDS_OPENSIZES_H

#include "dlc/Driver/TensorFile.h"

#include <map>
#include <string>
#include <vector>

namespace dlc::cli {

/// One value a name. What files or flags do not say is 1 on the first axis of an input, where
/// batches are, and 128 elsewhere: the same every time.
class OpenSizes {
public:
  /// `given`: the text of --dim, `NAME=N` each. Fails with Usage where one is malformed or no open
  /// size of `inputs`.
  static Expected<OpenSizes> of(const std::vector<InputSpec> &inputs,
                                const std::vector<std::string> &given);

  /// Takes the sizes of a tensor that somebody gave for `input`.
  void bind(const InputSpec &input, const Shape &shape);
  /// The shape that `input` gets; sizes without a value get one.
  Shape shapeOf(const InputSpec &input);
  /// What shapeOf has chosen by itself: `batch=1, length=128`. Empty where nothing.
  const std::string &chosen() const { return choices; }

private:
  std::map<std::string, int64_t> values;
  std::string choices;
};

} // namespace dlc::cli

#endif // DLC_LIB_COMMANDS_OPENSIZES_H
