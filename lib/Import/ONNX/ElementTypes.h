// The table of ONNX element types: TensorProto.DataType against dlc::DType.
#ifndef DLC_LIB_IMPORT_ONNX_ELEMENTTYPES_H
#define DLC_LIB_IMPORT_ONNX_ELEMENTTYPES_H

#include "dlc/Support/Tensor.h"

#include <optional>
#include <string_view>

namespace dlc::onnx {

/// One TensorProto.DataType.
struct ElementType {
  std::string_view name;
  /// nullopt where dlc::Tensor cannot hold it.
  std::optional<DType> dtype;
  /// Size in raw_data; 0 for strings, which have none.
  int bits;
};

/// The entry of a TensorProto.DataType, or null where the number is none (0, UNDEFINED, included).
const ElementType *findElementType(int32_t dataType);
/// The TensorProto.DataType of `dtype`.
int32_t dataTypeOf(DType dtype);

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_ELEMENTTYPES_H
