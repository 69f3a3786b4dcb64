// Constants that passes make.
#ifndef DLC_LIB_DIALECT_DL_TRANSFORMS_CONSTANTS_H
#define DLC_LIB_DIALECT_DL_TRANSFORMS_CONSTANTS_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Support/Tensor.h"

namespace dlc::dl {

/// A constant op of the elements of `tensor`.
ConstantOp constantOf(mlir::OpBuilder &builder, mlir::Location loc, const Tensor &tensor);

} // namespace dlc::dl

#endif // DLC_LIB_DIALECT_DL_TRANSFORMS_CONSTANTS_H
