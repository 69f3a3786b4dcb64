// Columns of a contraction beyond whole vectors, several steps of the innermost reduction axis to a
// vector: how the template accumulates them and how their weights are packed.
#ifndef DLC_SCHEDULE_STEPSSIDEBYSIDE_H
#define DLC_SCHEDULE_STEPSSIDEBYSIDE_H

#include "dlc/Dialect/DL/IR/PackedPanel.h"
#include "dlc/Schedule/MachineFacts.h"
#include "dlc/Schedule/ScheduleParams.h"

#include <cstdint>
#include <optional>

namespace dlc::schedule {

/// How a row's accumulators hold its columns: `wholeVectors` have a column a lane, the `vectors`
/// behind them sets of `columns` x `steps`, lane = column * steps + step. A set is one vector; or,
/// where the steps are the lanes, a vector for each column.
struct StepsSideBySide {
  int lanes = 0;
  int wholeVectors = 0;
  int vectors = 0; ///< 1; or, without whole vectors, any number of sets, each with its own steps
  int columns = 0, steps = 0;

  int wholeColumns() const { return wholeVectors * lanes; }
  int lanesOfSet() const { return columns * steps; }
  int sets() const { return vectors * lanes / lanesOfSet(); }
  /// Whether each column has vectors of its own.
  bool columnsApart() const { return steps == lanes; }
  /// Columns of the packed panel, see dl::PackedPanel.
  int packedColumns() const { return wholeColumns() + columns; }
};

/// What `params` make of `columns` and of an innermost reduction axis of `depth`. Nothing without
/// steps side by side, or where they do not fit.
std::optional<StepsSideBySide> stepsSideBySide(const GemmParams &params, int64_t columns,
                                               int64_t depth, int lanes);

/// The panel of packed weights that the register tile of `params` reads; as above.
dl::PackedPanel panelOf(const GemmParams &params, int64_t columns, int64_t depth,
                        const MachineFacts &facts, int bytesPerElement);

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_STEPSSIDEBYSIDE_H
