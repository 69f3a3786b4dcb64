// Kernel, stride, dilation and pad attributes that convolutions and pools share.
#ifndef DLC_LIB_IMPORT_ONNX_SPATIALATTRIBUTES_H
#define DLC_LIB_IMPORT_ONNX_SPATIALATTRIBUTES_H

#include "NodeContext.h"

namespace dlc::onnx {

/// One entry a spatial axis each.
struct SpatialAttributes {
  Ints kernel, strides, dilations, padsBegin, padsEnd;
};

/// Reads `kernel_shape` (or `kernel` where the attribute is absent and `kernel` is not empty),
/// `strides`, `dilations`, `pads` and `auto_pad`, and checks them against the image `input`
/// (N, C, spatial...). Fails with BadInput.
llvm::FailureOr<SpatialAttributes> spatialAttributes(NodeContext &c, mlir::Value input,
                                                     llvm::ArrayRef<int64_t> kernel = {});

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_SPATIALATTRIBUTES_H
