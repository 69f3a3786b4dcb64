// All taps of a tile of channels are sums in registers while the pixels of a piece pass: an element
// of the cotangent is read once, and meets as many neighbours of its pixel as there are taps.
#include "dlc/Codegen/Halide/Templates/DepthwiseFilterGradient.h"
#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/LoopNest.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

/// Vectors of channels and taps whose sums fit the registers, beside the cotangent and an element
/// of the image.
static void chooseTile(DepthwiseFilterGradient &gradient, const MachineFacts &facts) {
  constexpr int64_t mostVectors = 2;
  const int64_t registers = facts.vectorRegisters - 4;
  gradient.vectorsPerTile = std::clamp<int64_t>(
      std::min(registers / gradient.taps, gradient.channels / gradient.lanes), 1, mostVectors);
  gradient.tapsPerTile = divisorAtMost(gradient.taps, registers / gradient.vectorsPerTile);
}

DepthwiseFilterGradient buildDepthwiseFilterGradient(const FilterGradientProblem &problem,
                                                     const schedule::RowReduceParams &params,
                                                     const MachineFacts &facts) {
  DepthwiseFilterGradient gradient;
  gradient.channels = problem.outputChannels;
  gradient.filtersPerChannel = problem.outputChannels / problem.groups;
  gradient.taps = problem.kernelHeight * problem.kernelWidth;
  gradient.width = problem.outputWidth;
  gradient.lanes = lanesWithin(gradient.channels, facts.lanes(problem.accumulator.bytes()));
  chooseTile(gradient, facts);
  gradient.pieces = ImagePieces::of(problem, params.tasks);
  gradient.window = padFilterGradientInput(problem);
  gradient.stageWindow = problem.inputComputed || reachesOut(problem);

  Var channel("channel"), tap("tap"), piece("piece");
  const RDom &at = gradient.pieces.pixel;
  auto [x, y] = placeUnderTap(problem, at[0], at[1], tap);
  Expr image = gradient.pieces.image(piece), source = channel;
  if (gradient.filtersPerChannel > 1)
    source = channel / int(gradient.filtersPerChannel);
  gradient.acc = Func(problem.name);
  gradient.acc(channel, tap, piece) = cast(problem.accumulator, 0);
  gradient.acc(channel, tap, piece) =
      multiplyAdd(gradient.acc(channel, tap, piece), gradient.window(source, x, y, image),
                  cast(problem.accumulator, problem.cotangent(channel, at[0], at[1], image)));
  gradient.sums = Func(problem.name + "_sums");
  gradient.sums(channel, tap, piece) = gradient.acc(channel, tap, piece);
  return gradient;
}

Expr elementOf(const DepthwiseFilterGradient &gradient, Expr channel, Expr tap) {
  return gradient.pieces.total(gradient.sums, channel, tap);
}

void scheduleDepthwiseFilterGradient(DepthwiseFilterGradient &gradient, Func output,
                                     const MachineFacts &facts) {
  constexpr int64_t mostUnrolled = 4;
  Func acc = gradient.acc, sums = gradient.sums;
  const int lanes = gradient.lanes, tile = int(gradient.vectorsPerTile) * lanes;
  const std::vector<Var> args = output.args();
  output.bound(args[0], 0, int(gradient.channels)).bound(args[1], 0, int(gradient.taps));
  vectoriseGuarded(output, args[0], gradient.channels, facts.lanes(acc.types()[0].bytes()), 1);

  // The last tile begins earlier: what it shares with the one before is the same.
  Var channel = sums.args()[0], tap = sums.args()[1], piece = sums.args()[2];
  Var tiles("tiles"), lane("lane"), tapTile("tap_tile"), inTile("in_tile");
  sums.compute_root()
      .bound(channel, 0, int(gradient.channels))
      .bound(tap, 0, int(gradient.taps))
      .split(channel, tiles, lane, tile, TailStrategy::ShiftInwards)
      .split(tap, tapTile, inTile, int(gradient.tapsPerTile))
      .reorder(lane, inTile, tapTile, tiles, piece)
      .vectorize(lane, lanes)
      .unroll(lane)
      .unroll(inTile);
  if (gradient.pieces.count > 1)
    sums.parallel(piece);

  Var c = acc.args()[0], t = acc.args()[1];
  const RDom &pixel = gradient.pieces.pixel;
  RVar x = pixel[0], y = pixel[1], image = pixel[2];
  acc.compute_at(sums, tapTile)
      .bound_extent(c, tile)
      .bound_extent(t, int(gradient.tapsPerTile))
      .vectorize(c, lanes)
      .unroll(c)
      .unroll(t);
  Stage update = acc.update();
  update.reorder(c, t, x, y, image).vectorize(c, lanes).unroll(c).unroll(t);
  // Neighbouring pixels share most of their windows.
  if (int64_t steps = divisorAtMost(gradient.width, mostUnrolled); steps > 1)
    update.unroll(x, int(steps));
  if (gradient.stageWindow) {
    gradient.window.compute_at(acc, image);
    if (gradient.filtersPerChannel == 1)
      gradient.window.vectorize(gradient.window.args()[0], lanes, TailStrategy::RoundUp);
  }
}

} // namespace dlc::templates
