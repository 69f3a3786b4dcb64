// filter gradient of a depthwise convolution: a sum over pixels for each channel and tap, with the
// channels in the vectors.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_DEPTHWISEFILTERGRADIENT_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_DEPTHWISEFILTERGRADIENT_H

#include "dlc/Codegen/Halide/Templates/FilterGradient.h"

namespace dlc::templates {

/// The Funcs of a gradient of one input channel a group.
struct DepthwiseFilterGradient {
  Halide::Func acc;    ///< (channel, tap, piece of the images): sums in registers
  Halide::Func sums;   ///< the same in memory
  Halide::Func window; ///< the padded image, (c, x, y, n)
  ImagePieces pieces;
  int64_t channels = 0, taps = 0, width = 0; ///< channels of the result
  int64_t filtersPerChannel = 1;
  int lanes = 1;
  int64_t vectorsPerTile = 1, tapsPerTile = 1; ///< of a register tile
  bool stageWindow = false;                    ///< copied before use, or read where it lies
};

/// For a problem of one input channel a group. Images that are computed or padded are staged, a
/// tile's channels of one image at a time.
DepthwiseFilterGradient buildDepthwiseFilterGradient(const FilterGradientProblem &problem,
                                                     const schedule::RowReduceParams &params,
                                                     const MachineFacts &facts);

/// An element of the filter: the sum of all pieces.
Halide::Expr elementOf(const DepthwiseFilterGradient &gradient, Halide::Expr channel,
                       Halide::Expr tap);

/// Schedules `output`, pure over (channel, tap), whose values read elementOf() at their place.
void scheduleDepthwiseFilterGradient(DepthwiseFilterGradient &gradient, Halide::Func output,
                                     const MachineFacts &facts);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_DEPTHWISEFILTERGRADIENT_H
