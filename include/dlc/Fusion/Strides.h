// The strides of a kernel's operands and results from the storage of the function's values.
#ifndef DLC_FUSION_STRIDES_H
#define DLC_FUSION_STRIDES_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/Storage.h"

namespace dlc::fusion {

/// The attribute `strides` that `kernel` must carry; null where all of its tensors lie row by row.
mlir::ArrayAttr stridesOf(dl::KernelOp kernel, const dl::StorageMap &storages);

} // namespace dlc::fusion

#endif // DLC_FUSION_STRIDES_H
