// A tile of channels x columns is accumulated in registers over the whole window, so that
// overlapping windows share their loads; padding is a copy of the rows that a block of rows needs.
#include "dlc/Codegen/Halide/Templates/Window.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

/// Windows of at most this many taps are unrolled whole.
static constexpr int64_t maxUnrolledTaps = 25;

Window buildWindow(const WindowProblem &problem, const schedule::WindowParams &params) {
  Window result;
  result.problem = problem;
  Region domain;
  for (int64_t extent : problem.window)
    domain.push_back({0, int(extent)});
  result.k = RDom(domain, problem.name + "_k");
  std::vector<Expr> k;
  for (int i = 0; i < result.k.dimensions(); ++i)
    k.push_back(result.k[i]);
  Var c("c"), x("x"), y("y"), n("n");
  const int64_t columns = std::min<int64_t>(params.columnsPerTile, problem.width);
  Expr column = problem.width % columns == 0 ? Expr(x) : min(x, int(problem.width) - 1);
  result.acc = Func(problem.name);
  result.acc(c, x, y, n) = reductionIdentity(problem.kind, problem.type);
  result.acc(c, x, y, n) = combine(problem.kind, result.acc(c, x, y, n),
                                   cast(problem.type, problem.value(c, column, y, n, k)));
  return result;
}

/// The input addressed from the padded corner: copied with `fill` around it, or, where the window
/// never leaves it, read in place.
static std::function<Expr(Expr, Expr, Expr, Expr)>
padInput(const std::string &name, const SlidingWindow &window, Type type, Expr fill,
         const std::function<Expr(Expr, Expr, Expr, Expr)> &input, Func &padded) {
  if (!window.padTop && !window.padLeft && !window.padBottom && !window.padRight)
    return input;
  Var c("c"), x("x"), y("y"), n("n");
  Func inside(name + "_in");
  inside(c, x, y, n) = cast(type, input(c, x, y, n));
  Region box = {{Expr(), Expr()},
                {0, int(window.inputWidth)},
                {0, int(window.inputHeight)},
                {Expr(), Expr()}};
  Func exterior = BoundaryConditions::constant_exterior(inside, fill, box);
  padded = Func(name + "_padded");
  padded(c, x, y, n) = exterior(c, x - int(window.padLeft), y - int(window.padTop), n);
  Func copy = padded;
  return [copy](Expr c, Expr x, Expr y, Expr n) { return copy(c, x, y, n); };
}

static WindowProblem slidingProblem(const std::string &name, int64_t batch, int64_t channels,
                                    const SlidingWindow &window, Type type) {
  WindowProblem result;
  result.name = name;
  result.channels = channels;
  result.batch = batch;
  result.width = window.outputWidth();
  result.height = window.outputHeight();
  result.window = {window.kernelWidth, window.kernelHeight};
  result.type = type;
  return result;
}

Window buildPool(const PoolProblem &problem, const schedule::WindowParams &params) {
  const SlidingWindow w = problem.window;
  Func padded;
  auto read = padInput(problem.name, w, problem.type, reductionIdentity(problem.kind, problem.type),
                       problem.input, padded);
  WindowProblem generic =
      slidingProblem(problem.name, problem.batch, problem.channels, w, problem.type);
  generic.kind = problem.kind;
  generic.value = [=](Expr c, Expr x, Expr y, Expr n, const std::vector<Expr> &k) {
    return read(c, x * int(w.strideWidth) + k[0] * int(w.dilationWidth),
                y * int(w.strideHeight) + k[1] * int(w.dilationHeight), n);
  };
  Window result = buildWindow(generic, params);
  result.padded = padded;
  return result;
}

static schedule::WindowParams asWindow(const schedule::DepthwiseParams &params) {
  return {params.vectorsPerTile, params.columnsPerTile, params.rowsPerBlock, params.tasks};
}

Window buildDepthwise(const DepthwiseProblem &problem, const schedule::DepthwiseParams &params) {
  const SlidingWindow w = problem.window;
  Func padded;
  auto read = padInput(problem.name, w, problem.type, cast(problem.type, 0), problem.input, padded);
  WindowProblem generic =
      slidingProblem(problem.name, problem.batch, problem.channels, w, problem.type);
  auto weights = problem.weights;
  generic.value = [=](Expr c, Expr x, Expr y, Expr n, const std::vector<Expr> &k) {
    return read(c, x * int(w.strideWidth) + k[0] * int(w.dilationWidth),
                y * int(w.strideHeight) + k[1] * int(w.dilationHeight), n) *
           weights(c, k[0], k[1]);
  };
  Window result = buildWindow(generic, asWindow(params));
  result.padded = padded;
  return result;
}

/// Accumulators of one tile: everything unrolled, the taps too when they are few.
static void scheduleAccumulators(Window &window, Func output, Var at, int lanes, int64_t tile,
                                 int64_t columns) {
  Func acc = window.acc;
  Var c = acc.args()[0], x = acc.args()[1];
  acc.compute_at(output, at).bound_extent(c, int(tile)).bound_extent(x, int(columns));
  acc.align_bounds(x, int(columns));
  acc.vectorize(c, lanes).unroll(c).unroll(x);
  std::vector<VarOrRVar> order = {c, x};
  int64_t taps = 1;
  for (int i = 0; i < window.k.dimensions(); ++i) {
    order.push_back(window.k[i]);
    taps *= window.problem.window[size_t(i)];
  }
  Stage update = acc.update();
  update.reorder(order).vectorize(c, lanes).unroll(c).unroll(x);
  if (taps <= maxUnrolledTaps)
    for (int i = 0; i < window.k.dimensions(); ++i)
      update.unroll(window.k[i]);
}

/// The padded copy, in vectors of channels, with the channels that all tiles of a block need.
static void schedulePadded(Func padded, LoopLevel at, int64_t channels, int lanes) {
  if (!padded.defined())
    return;
  padded.compute_at(at);
  vectoriseGuarded(padded, padded.args()[0], channels, lanes, 4);
}

void scheduleWindow(Window &window, Func output, const schedule::WindowParams &params,
                    const MachineFacts &facts) {
  const WindowProblem &problem = window.problem;
  const int lanes = lanesWithin(problem.channels, facts.lanes(problem.type.bytes()));
  const int64_t tile = std::clamp<int64_t>(params.vectorsPerTile, 1,
                                           std::max<int64_t>(1, problem.channels / lanes)) *
                       lanes;
  const int64_t columns = std::min<int64_t>(params.columnsPerTile, problem.width);
  const int64_t blockRows = std::min<int64_t>(params.rowsPerBlock, problem.height);
  const std::vector<Var> args = output.args();
  Var c = args[0], x = args[1], y = args[2], n = args[3];
  output.bound(c, 0, int(problem.channels)).bound(x, 0, int(problem.width));
  output.bound(y, 0, int(problem.height)).bound(n, 0, int(problem.batch));

  Var channelTile("channel_tile"), ci("ci"), columnTile("column_tile"), xi("xi"), block("block"),
      yi("yi");
  output.split(c, channelTile, ci, int(tile),
               problem.channels % tile == 0 ? TailStrategy::RoundUp : TailStrategy::ShiftInwards);
  output.split(x, columnTile, xi, int(columns),
               problem.width % columns == 0 ? TailStrategy::RoundUp : TailStrategy::GuardWithIf);
  output.split(y, block, yi, int(blockRows),
               problem.height % blockRows == 0 ? TailStrategy::RoundUp : TailStrategy::GuardWithIf);
  output.reorder(ci, xi, channelTile, columnTile, yi, block, n);
  output.vectorize(ci, lanes).unroll(ci).unroll(xi);

  const int64_t blocks = ceilDiv(problem.height, blockRows) * problem.batch;
  std::vector<Var> loops = {n, block};
  int64_t iterations = blocks;
  const bool channelsParallel = blocks == 1 && !window.padded.defined();
  if (channelsParallel) { // a global pool: only channels are left to share out
    output.reorder(ci, xi, columnTile, yi, channelTile, block, n);
    loops.push_back(channelTile);
    iterations = ceilDiv(problem.channels, tile);
  }
  Var piece = parallelise(output, loops, iterations, params.tasks);
  scheduleAccumulators(window, output, channelsParallel ? columnTile : channelTile, lanes, tile,
                       columns);
  schedulePadded(window.padded, LoopLevel(output, piece), problem.channels, lanes);
}

void scheduleDepthwise(Window &window, Func output, const schedule::DepthwiseParams &params,
                       const MachineFacts &facts) {
  scheduleWindow(window, output, asWindow(params), facts);
  if (window.padded.defined() && params.pad == schedule::PadMode::Whole)
    window.padded.compute_root();
}

} // namespace dlc::templates
