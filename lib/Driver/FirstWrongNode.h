// Which node of a model is compiled wrongly: the search behind `dlc verify`.
#ifndef DLC_LIB_DRIVER_FIRSTWRONGNODE_H
#define DLC_LIB_DRIVER_FIRSTWRONGNODE_H

#include "dlc/Driver/Compiler.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dlc::driver {

/// Compiles a model file and runs it on inputs by name.
using RunModel = std::function<Expected<std::vector<NamedTensor>>(
    const std::string &path, const std::map<std::string, Tensor> &inputs)>;

/// The smallest index in [0, count) for which `isWrong` holds, found by bisection as if it held for
/// all later ones; `count` where it does not hold for the last. Passes failures of `isWrong` on.
Expected<size_t> bisect(size_t count, const std::function<Expected<bool>(size_t)> &isWrong);

/// Cuts the imported model after one op at a time, and compares the value there, as `run` computes
/// it, with the interpreter's. The result names an op whose value is wrong where the one that
/// bisection looked at before it is right; nullopt where no cut model is wrong (the fault needs ops
/// of both sides in one kernel).
Expected<std::optional<Comparison>>
findFirstWrongNode(const std::string &path, const VerifyOptions &options, const RunModel &run);

} // namespace dlc::driver

#endif // DLC_LIB_DRIVER_FIRSTWRONGNODE_H
