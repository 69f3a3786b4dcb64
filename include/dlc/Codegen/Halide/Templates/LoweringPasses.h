// What every pipeline needs of Halide's lowering beyond its own passes.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_LOWERINGPASSES_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_LOWERINGPASSES_H

#include <Halide.h>

namespace dlc::templates {

/// Adds the passes that every pipeline needs, before it is compiled:
/// - expressions of fused() get their freedom (FusedMath.h);
/// - loads marked by prefetchingAhead() ask for lines (Prefetch.h);
/// - squares are turned in few shuffles (TurnedSquares.h);
/// - vectors read around the beginning of a buffer read the lanes inside only (PlacesBelowZero.h);
/// - stores of a part of a vector become plain ones, unless `masksStores`: the machine makes them
///   as fast as those of a whole one (TailStores.h);
/// - loads of what a kernel has stored in its own outputs claim the alignment of an element. Halide
///   takes the memory of an output for its own, aligned to a vector, where an update reads it; a
///   caller's buffer is not.
void addLoweringPasses(Halide::Pipeline &pipeline, bool masksStores);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_LOWERINGPASSES_H
