// What is known of the windows of max_pool and of its gradient.
#ifndef DLC_DIALECT_DL_IR_MAXPOOL_H
#define DLC_DIALECT_DL_IR_MAXPOOL_H

#include "dlc/Dialect/DL/IR/DLOps.h"

namespace dlc::dl {

/// Whether each window holds an element of the input: the maximum of none is no element, and its
/// cotangent goes nowhere.
bool everyWindowHoldsInput(MaxPoolOp op);
bool everyWindowHoldsInput(MaxPoolGradientOp op);

} // namespace dlc::dl

#endif // DLC_DIALECT_DL_IR_MAXPOOL_H
