// How a failure leaves the reader. Reading is a deep recursion over untrusted data in which almost
// every line can fail, so within this library errors are thrown; the entry points turn them into
// dlc::Error.
#ifndef DLC_LIB_IMPORT_ONNX_READFAILURE_H
#define DLC_LIB_IMPORT_ONNX_READFAILURE_H

#include "dlc/Support/Error.h"

#include <string>
#include <string_view>

namespace dlc::onnx {

/// Thrown inside DLCONNXModel only. `message` lacks the file's name, which the entry point adds.
struct ReadFailure {
  Error error;
};

[[noreturn]] inline void failRead(std::string message) {
  throw ReadFailure{badInput(std::move(message))};
}

/// `name` in single quotes for a one-line diagnostic: control characters escaped, long names cut.
std::string quoted(std::string_view name);

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_READFAILURE_H
