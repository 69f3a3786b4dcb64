// Takes the bulk out of an ONNX file before protobuf sees it. protobuf copies every byte of a
// message into its own strings and stops at 2 GiB; weights are most of a file and need only to be
// found.
#ifndef DLC_LIB_IMPORT_ONNX_WIRESPLITTER_H
#define DLC_LIB_IMPORT_ONNX_WIRESPLITTER_H

#include "dlc/Support/Error.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace dlc::onnx {

/// The messages that can hold a TensorProto.
enum class WireMessage {
  Model,
  Graph,
  Node,
  Attribute,
  Function,
  SparseTensor,
  Tensor,
  Sequence,
  Optional,
};

/// A message whose every TensorProto.raw_data was replaced by an eight-byte index into `rawData`.
struct SplitMessage {
  std::string slim;
  /// Views of the bytes that were split.
  std::vector<std::span<const std::byte>> rawData;
};

/// Splits a serialized `kind`. Fails (BadInput, without a file name) where the bytes are no
/// protobuf message or are nested deeper than protobuf allows.
Expected<SplitMessage> splitMessage(std::span<const std::byte> bytes, WireMessage kind);

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_WIRESPLITTER_H
