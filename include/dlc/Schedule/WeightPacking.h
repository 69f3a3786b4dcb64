// Weights in the order in which scheduled kernels read them, as plain data.
#ifndef DLC_SCHEDULE_WEIGHTPACKING_H
#define DLC_SCHEDULE_WEIGHTPACKING_H

#include "dlc/Dialect/DL/IR/PackedPanel.h"
#include "dlc/Schedule/MachineFacts.h"
#include "mlir/IR/OpDefinition.h"

#include <cstdint>
#include <optional>

namespace dlc::schedule {

/// A strided view of weights as [group][column][tap][channel]: what every packing reads.
struct WeightView {
  int64_t groups = 1, columns = 0, taps = 1, channels = 1;
  int64_t groupStride = 0, columnStride = 0, tapStride = 0, channelStride = 0;
};

/// How an operand is stored: its view as (group, panel, tap, channel, lane) with panels of
/// `panel.columns`, zero beyond the last column; channels are the steps of a panel.
struct WeightPacking {
  unsigned operand = 0;
  WeightView view;
  dl::PackedPanel panel;
  /// What the packed elements are a tensor of.
  llvm::SmallVector<int64_t> shape;
  /// The attributes by which the op knows that it is stored so.
  mlir::NamedAttrList marks;
};

/// The constant that `weight`, an operand of a kernel's anchor, is bound to, where it can be stored
/// in another order; null where it is computed, or read by another op too.
dl::ConstantOp constantToPack(mlir::Value weight);

} // namespace dlc::schedule

#include "dlc/Schedule/PackingInterfaces.h.inc"

#endif // DLC_SCHEDULE_WEIGHTPACKING_H
