// The variables of a model: what its HDF5 file holds.
#ifndef DLC_LIB_IMPORT_KERAS_VARIABLES_H
#define DLC_LIB_IMPORT_KERAS_VARIABLES_H

#include "dlc/Import/Keras/Model.h"

#include <span>

namespace dlc::keras {

/// Reads an HDF5 file of `bytes` bytes behind `descriptor`. The HDF5 library runs in a child
/// process with limits on memory, time and files, because its parser is known to have errors; what
/// comes back is checked again. Fails with BadInput, or with Unsupported for element types that dlc
/// lacks; `what` begins the message.
Expected<Variables> readVariables(int descriptor, uint64_t bytes, const std::string &what);

/// The bytes of an HDF5 file with these variables.
Expected<std::vector<std::byte>> writeVariables(const Variables &variables);

} // namespace dlc::keras

#endif // DLC_LIB_IMPORT_KERAS_VARIABLES_H
