// The order of the elements in a panel of packed weights, the same for all that pack, read and
// unpack them.
#ifndef DLC_DIALECT_DL_IR_PACKEDPANEL_H
#define DLC_DIALECT_DL_IR_PACKEDPANEL_H

#include <cstdint>

namespace dlc::dl {

class ConvOp;
class MatmulOp;

/// A panel of `columns` columns: step by step (rows of a matrix, channels of a filter's tap), each
/// with its columns one beside the other. With `sideSteps` > 1 the last `sideColumns` have so many
/// steps side by side: so many steps of the columns before them are followed by these columns, one
/// after the other, each with the same steps.
struct PackedPanel {
  int64_t columns = 0;
  int64_t sideColumns = 0, sideSteps = 1;

  bool operator==(const PackedPanel &) const = default;
  int64_t wholeColumns() const { return columns - sideColumns; }
  /// The place of an element, counted from the panel's first step, of steps that `sideSteps`
  /// divides.
  int64_t placeOf(int64_t step, int64_t column) const {
    const int64_t inGroup = step % sideSteps, whole = wholeColumns();
    const int64_t group = (step - inGroup) * columns;
    return group + (column < whole ? inGroup * whole + column : column * sideSteps + inGroup);
  }
};

/// How the packed weights of an op are stored.
PackedPanel packedPanel(MatmulOp op);
PackedPanel packedPanel(ConvOp op);

} // namespace dlc::dl

#endif // DLC_DIALECT_DL_IR_PACKEDPANEL_H
