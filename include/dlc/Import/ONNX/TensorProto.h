// The `.pb` files of the ONNX conformance suite: one tensor, sequence or optional value a file.
#ifndef DLC_IMPORT_ONNX_TENSORPROTO_H
#define DLC_IMPORT_ONNX_TENSORPROTO_H

#include "dlc/Import/ONNX/Model.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dlc::onnx {

/// A value of a `.pb` file: a tensor, a list of values, or an optional that may be empty.
struct ProtoValue {
  ValueInfo::Kind kind = ValueInfo::Kind::Tensor;
  /// As the file calls it; may be empty.
  std::string name;
  /// Tensor.
  TensorValue tensor;
  /// Sequence: its elements. Optional: none, or one.
  std::vector<ProtoValue> elements;
};

/// Decodes a serialized TensorProto, SequenceProto or OptionalProto, called `what` in diagnostics;
/// the file does not say which it is, so the caller does. External data is refused.
Expected<ProtoValue> readProtoValue(std::span<const std::byte> bytes, ValueInfo::Kind kind,
                                    const std::string &what);

/// The serialized TensorProto, SequenceProto or OptionalProto of `value`, whose tensors must be
/// supported.
std::string writeProtoValue(const ProtoValue &value);

/// The serialized TensorProto of `tensor`, its elements in raw_data.
std::string writeTensorProto(const Tensor &tensor, std::string_view name);

} // namespace dlc::onnx

#endif // DLC_IMPORT_ONNX_TENSORPROTO_H
