// What kinds of max_pool_gradient there are.
#ifndef DLC_DIALECT_DL_IR_MAXPOOLGRADIENT_H
#define DLC_DIALECT_DL_IR_MAXPOOLGRADIENT_H

#include "dlc/Dialect/DL/IR/DLOps.h"

namespace dlc::dl {

/// Whether each input element is in one window at most, and no window reaches out of the input: an
/// element then finds out by itself whether it is the largest, as an op of the class Movement
/// would.
bool isPartition(MaxPoolGradientOp op);

/// Whether each window holds an element of the input, to which its cotangent goes.
bool everyWindowHoldsInput(MaxPoolGradientOp op);

} // namespace dlc::dl

#endif // DLC_DIALECT_DL_IR_MAXPOOLGRADIENT_H
