// Broadcasting as ONNX had it before opset 7: by attributes, aligned at a named axis.
#ifndef DLC_LIB_IMPORT_ONNX_BROADCAST_H
#define DLC_LIB_IMPORT_ONNX_BROADCAST_H

#include "NodeContext.h"

namespace dlc::onnx {

/// `rhs` shaped so that NumPy broadcasting does what the node asks for. From opset 7 on it is `rhs`
/// itself; before, the attributes `broadcast` and `axis` say where rhs's axes lie in lhs.
mlir::Value alignBroadcastAxis(NodeContext &c, mlir::Value lhs, mlir::Value rhs);

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_BROADCAST_H
