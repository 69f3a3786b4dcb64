// The attributes of DLDeviceAttrs.td.
#ifndef DLC_DIALECT_DL_IR_DEVICEATTRIBUTES_H
#define DLC_DIALECT_DL_IR_DEVICEATTRIBUTES_H

#include "dlc/Dialect/DL/IR/DLDialect.h"

#include "dlc/Dialect/DL/IR/DLDeviceEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dlc/Dialect/DL/IR/DLDeviceAttributes.h.inc"

namespace dlc::dl {

/// The module's attribute that names its device, a DeviceAttr.
constexpr llvm::StringLiteral deviceAttrName = "dl.device";

/// The device of the module around `op`; null where its kernels run on the host.
DeviceAttr deviceAround(mlir::Operation *op);

} // namespace dlc::dl

#endif // DLC_DIALECT_DL_IR_DEVICEATTRIBUTES_H
