// What to do where a model has no result for the sizes of its inputs.
#ifndef DLC_LIB_COMMANDS_NEARBYSHAPES_H
#define DLC_LIB_COMMANDS_NEARBYSHAPES_H

#include "dlc/Artifact/Loader.h"

#include <string>
#include <vector>

namespace dlc::cli {

/// `x=1x3x128x96`: the shapes nearest to those of `inputs` that `context` takes, of open sizes that
/// are rounded up to a multiple of a power of two (networks that halve an image and double it
/// again), as few of them as do. Empty where `inputs` are taken, or nothing near is.
std::string nearbyShapes(Context &context, const std::vector<Tensor> &inputs);

} // namespace dlc::cli

#endif // DLC_LIB_COMMANDS_NEARBYSHAPES_H
