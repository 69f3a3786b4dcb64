// TensorProto to dlc::Tensor, with every size checked before memory is asked for.
#ifndef DLC_LIB_IMPORT_ONNX_TENSORDECODER_H
#define DLC_LIB_IMPORT_ONNX_TENSORDECODER_H

#include "ExternalData.h"
#include "WireSplitter.h"

#include "dlc/Import/ONNX/Model.h"

#include <string>
#include <unordered_map>

namespace onnx {
class SparseTensorProto;
class TensorProto;
} // namespace onnx

namespace dlc::onnx {

/// Tensors with more dimensions are refused.
constexpr int maxRank = 64;

/// Decodes the tensors of one split message. A TensorProto that is decoded twice (a function's
/// constant) shares its bytes. Throws ReadFailure.
class TensorDecoder {
public:
  TensorDecoder(const SplitMessage &message, ExternalData &external)
      : message(message), external(external) {}

  /// `what` names the tensor in diagnostics: `initializer 'w'`.
  const TensorValue &decode(const ::onnx::TensorProto &tensor, const std::string &what);
  /// Validated only; the result is unsupported.
  TensorValue decodeSparse(const ::onnx::SparseTensorProto &sparse, const std::string &what);

private:
  TensorValue decodeNew(const ::onnx::TensorProto &tensor, const std::string &what);
  Tensor fromExternal(const ExternalBytes &found, DType dtype, const Shape &shape,
                      const std::string &what);
  std::span<const std::byte> rawData(const ::onnx::TensorProto &tensor,
                                     const std::string &what) const;

  const SplitMessage &message;
  ExternalData &external;
  std::unordered_map<const ::onnx::TensorProto *, TensorValue> decoded;
};

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_TENSORDECODER_H
