// filter gradient of a small filter over many pixels: all of its elements are partial sums in the
// first cache while the lines of the images pass.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_FILTERGRADIENTBYLINES_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_FILTERGRADIENTBYLINES_H

#include "dlc/Codegen/Halide/Templates/FilterGradient.h"

namespace dlc::templates {

/// The Funcs of a gradient by lines.
struct FilterGradientByLines {
  Halide::Func acc;    ///< (column, row, piece of the images): partial sums
  Halide::Func window; ///< the padded image, (place, unit, line, image) or (c, x, y, n)
  Halide::Func line;   ///< the cotangent, (column, x, y, n)
  ImagePieces pieces;
  int64_t columns = 0, rows = 0, width = 0;
  int64_t places = 0;                          ///< extent of the window's innermost axis
  bool stageWindow = false, stageLine = false; ///< made before use, or read where they lie
};

/// Whether the sums fit the first cache and a line is long enough to pay for loading and storing
/// them.
bool sumsByLines(const FilterGradientProblem &problem, const MachineFacts &facts);

/// `params` give the register tile, the unrolling, and in `tasks` the most pieces. Operands that
/// are computed, padded or fill no whole panels are staged: lines of the cotangent, and images.
FilterGradientByLines buildFilterGradientByLines(const FilterGradientProblem &problem,
                                                 const schedule::GemmParams &params,
                                                 const MachineFacts &facts);

/// An element of the filter: the sum of all pieces.
Halide::Expr elementOf(const FilterGradientByLines &gradient, Halide::Expr column,
                       Halide::Expr row);

/// Schedules `output`, pure over (column, row) of the problem's sizes, whose values read
/// elementOf() at their place.
void scheduleFilterGradientByLines(FilterGradientByLines &gradient, Halide::Func output,
                                   const schedule::GemmParams &params, const MachineFacts &facts);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_FILTERGRADIENTBYLINES_H
