// What the process that reads an HDF5 file sends to the one that asked for it: records in a file
// that both have open, each with its data behind it.
#ifndef DLC_LIB_IMPORT_KERAS_VARIABLESTREAM_H
#define DLC_LIB_IMPORT_KERAS_VARIABLESTREAM_H

#include "dlc/Import/Keras/Model.h"

#include <cstdint>
#include <string>

namespace dlc::keras {

/// Data begins at multiples of this, as Tensor wants it.
inline constexpr uint64_t streamAlignment = 64;

enum class RecordKind : uint32_t {
  Group,  ///< text: the attribute `name`
  Tensor, ///< data: the elements
  Error,  ///< text: the message; code: an ExitCode
  End,    ///< all is there
};

/// The head of a record. Behind it come the path, the text, the sizes, padding and the data.
struct RecordHead {
  RecordKind kind = RecordKind::End;
  uint32_t code = 0; ///< a DType, or an ExitCode
  uint32_t pathBytes = 0;
  uint32_t textBytes = 0;
  uint32_t rank = 0;
  uint32_t reserved = 0;
  uint64_t dataBytes = 0;
};

/// Reads the HDF5 file behind `input` and writes its records to `output`. For the child process
/// only: the HDF5 library's state is not cleaned up, and plugins are switched off.
void streamVariables(int input, uint64_t inputBytes, int output);

/// The records in `bytes`, which no one vouches for. The tensors share `bytes`.
Expected<Variables> parseStream(std::shared_ptr<std::byte[]> bytes, uint64_t size,
                                const std::string &what);

} // namespace dlc::keras

#endif // DLC_LIB_IMPORT_KERAS_VARIABLESTREAM_H
