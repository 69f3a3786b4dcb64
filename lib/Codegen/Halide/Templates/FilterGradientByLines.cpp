// The general template packs the whole cotangent before its first product, and reads it once a tile
// of rows: for the first layer of a net that is more memory traffic than arithmetic. Here a line of
// the cotangent is made (or read where it lies), all tiles use it, and it is forgotten.
#include "dlc/Codegen/Halide/Templates/FilterGradientByLines.h"
#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/LoopNest.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

bool sumsByLines(const FilterGradientProblem &problem, const MachineFacts &facts) {
  const int64_t rows = problem.kernelHeight * problem.kernelWidth * problem.inputChannels;
  const int64_t lanes = facts.lanes(problem.accumulator.bytes());
  const int64_t columns = ceilDiv(problem.outputChannels, lanes) * lanes;
  constexpr int64_t shortestLine = 32;
  return problem.groups == 1 && rows * columns * problem.accumulator.bytes() <= facts.l1Bytes / 2 &&
         problem.outputWidth >= shortestLine;
}

FilterGradientByLines buildFilterGradientByLines(const FilterGradientProblem &problem,
                                                 const schedule::GemmParams &params,
                                                 const MachineFacts &facts) {
  const int channels = int(problem.inputChannels);
  FilterGradientByLines gradient;
  gradient.columns = problem.outputChannels;
  gradient.rows = problem.kernelHeight * problem.kernelWidth * problem.inputChannels;
  gradient.width = problem.outputWidth;
  gradient.pieces = ImagePieces::of(problem, params.tasks);
  gradient.window = padFilterGradientInput(problem);
  gradient.places = problem.joinWindowColumns ? lineReach(problem) : channels;
  gradient.stageWindow = problem.inputComputed || reachesOut(problem);
  gradient.stageLine = problem.cotangentComputed ||
                       problem.outputChannels % panelWidth(params, facts, problem.accumulator) != 0;

  Var column("column"), row("row"), piece("piece"), x("x"), y("y"), n("n");
  gradient.line = Func(problem.name + "_line");
  Expr channel = column;
  if (problem.outputChannels % panelWidth(params, facts, problem.accumulator) != 0)
    channel = min(column, int(problem.outputChannels) - 1);
  gradient.line(column, x, y, n) = cast(problem.accumulator, problem.cotangent(channel, x, y, n));

  const RDom &at = gradient.pieces.pixel;
  Expr image = gradient.pieces.image(piece), place = min(row, int(gradient.rows) - 1), element;
  if (problem.joinWindowColumns) {
    const int line = int(problem.kernelWidth) * channels;
    Expr left = at[0] * int(problem.strideWidth), top = at[1] * int(problem.strideHeight);
    element = gradient.window(left * channels + place % line, 0,
                              top + place / line * int(problem.dilationHeight), image);
  } else {
    auto [left, top] = placeUnderTap(problem, at[0], at[1], place / channels);
    element = gradient.window(place % channels, left, top, image);
  }
  gradient.acc = Func(problem.name);
  gradient.acc(column, row, piece) = cast(problem.accumulator, 0);
  gradient.acc(column, row, piece) = multiplyAdd(gradient.acc(column, row, piece), element,
                                                 gradient.line(column, at[0], at[1], image));
  return gradient;
}

Expr elementOf(const FilterGradientByLines &gradient, Expr column, Expr row) {
  return gradient.pieces.total(gradient.acc, column, row);
}

void scheduleFilterGradientByLines(FilterGradientByLines &gradient, Func output,
                                   const schedule::GemmParams &params, const MachineFacts &facts) {
  Func acc = gradient.acc, line = gradient.line, window = gradient.window;
  const int lanes = lanesOf(params, facts, acc.types()[0]);
  const int width = params.vectorsPerTile * lanes;
  const std::vector<Var> args = output.args();
  output.bound(args[0], 0, int(gradient.columns)).bound(args[1], 0, int(gradient.rows));
  vectoriseGuarded(output, args[0], gradient.columns, lanes, 1);

  Var column = acc.args()[0], row = acc.args()[1], piece = acc.args()[2];
  Var panel("panel"), lane("lane"), tile("tile"), inTile("in_tile");
  const RDom &pixel = gradient.pieces.pixel;
  RVar x = pixel[0], y = pixel[1], image = pixel[2];
  acc.compute_root()
      .align_bounds(column, width)
      .align_bounds(row, params.rowsPerTile)
      .vectorize(column, lanes);
  Stage update = acc.update();
  update.split(column, panel, lane, width, TailStrategy::RoundUp)
      .split(row, tile, inTile, params.rowsPerTile, TailStrategy::RoundUp)
      .reorder(lane, inTile, x, tile, panel, y, image, piece)
      .vectorize(lane, lanes)
      .unroll(lane)
      .unroll(inTile);
  if (int64_t steps = divisorAtMost(gradient.width, params.unroll); steps > 1)
    update.unroll(x, int(steps));
  if (gradient.pieces.count > 1)
    update.parallel(piece);

  if (gradient.stageWindow) {
    window.compute_at(acc, image);
    vectoriseGuarded(window, window.args()[0], gradient.places, lanes, 1);
  }
  if (gradient.stageLine) {
    line.compute_at(acc, y).vectorize(line.args()[0], lanes, TailStrategy::RoundUp);
    // Neighbours are in known places of the windows that a prologue may look at.
    if (gradient.width % 2 == 0)
      line.unroll(line.args()[1], 2);
  }
}

} // namespace dlc::templates
