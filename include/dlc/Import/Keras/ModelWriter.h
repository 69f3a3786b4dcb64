// Writing `.keras` files that Keras loads: a model that exists, with other values in its variables.
#ifndef DLC_IMPORT_KERAS_MODELWRITER_H
#define DLC_IMPORT_KERAS_MODELWRITER_H

#include "dlc/Import/Keras/Model.h"

#include <map>
#include <optional>
#include <string>

namespace dlc::keras {

/// Writes the model of the `.keras` file `original` to `output` with new values in `variables`, by
/// path in its HDF5 file (`layers/conv2d/vars/0`), of the shape that the variable has. Variables
/// without a new value keep theirs, but those of the optimizer: where one is given
/// (`optimizer/vars/<i>`, in Keras's order: iteration, learning rate, then slots by variable), they
/// are all that is written. With `compile`, that is what the file says of optimizer, loss and
/// metrics.
///
/// The file is whole or absent (AtomicFile); its members are stored, as Keras stores them.
Status writeTrained(const std::string &original, const std::string &output,
                    const std::map<std::string, Tensor> &variables,
                    const std::optional<CompileConfig> &compile = std::nullopt);

} // namespace dlc::keras

#endif // DLC_IMPORT_KERAS_MODELWRITER_H
