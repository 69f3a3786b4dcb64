// The tiles that windows are built for and scheduled in. Private to the templates.
#ifndef DLC_LIB_CODEGEN_HALIDE_TEMPLATES_WINDOWTILES_H
#define DLC_LIB_CODEGEN_HALIDE_TEMPLATES_WINDOWTILES_H

#include "dlc/Codegen/Halide/Templates/Window.h"

#include <cstdint>

namespace dlc::templates {

/// Elements under a window, of one channel.
int64_t tapsOf(const WindowProblem &problem);

/// `machine` in the vectors of windows over `channels`.
MachineFacts windowFacts(const Size &channels, const Halide::Type &type,
                         const MachineFacts &machine);

/// Neighbouring columns of a tile.
int64_t columnsOf(const WindowProblem &problem, const schedule::WindowParams &params);

/// Neighbouring rows of a tile, of which blocks have a whole number. The last tile may reach beyond
/// the output.
int64_t rowsOf(const WindowProblem &problem, const schedule::WindowParams &params);

/// Vectors of channels in a tile, and their lanes.
struct ChannelTile {
  int lanes;
  int64_t width;
  bool inRegisters; ///< else its sums are in L1, and loops over channels are inside of the lines'

  ChannelTile(const WindowProblem &problem, int vectorsPerTile, const MachineFacts &facts);
};

} // namespace dlc::templates

#endif // DLC_LIB_CODEGEN_HALIDE_TEMPLATES_WINDOWTILES_H
