// A tile of channels x columns is accumulated in registers over the whole window, so that
// overlapping windows share their loads; padding is a copy of the rows that a block of rows needs.
#include "dlc/Codegen/Halide/Templates/Window.h"

#include "dlc/Codegen/Halide/Templates/PaddedImage.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

/// Windows of at most this many taps are unrolled whole.
static constexpr int64_t maxUnrolledTaps = 25;

/// Neighbouring columns of a tile.
static int64_t columnsOf(const WindowProblem &problem, const schedule::WindowParams &params) {
  return std::min<int64_t>(params.columnsPerTile, problem.width.constantOr(params.columnsPerTile));
}

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
  if (problem.lineInside)
    result.k.where(problem.lineInside(y, k));
  const int64_t columns = columnsOf(problem, params);
  Expr column = problem.width.isMultipleOf(columns) ? Expr(x) : min(x, (problem.width - 1).expr());
  Expr channel = problem.channels.isConstant() ? Expr(c) : min(c, (problem.channels - 1).expr());
  result.acc = Func(problem.name);
  result.acc(c, x, y, n) = reductionIdentity(problem.kind, problem.type);
  result.acc(c, x, y, n) = combine(problem.kind, result.acc(c, x, y, n),
                                   cast(problem.type, problem.value(channel, column, y, n, k)));
  return result;
}

namespace {
using Pixel = std::function<Expr(Expr, Expr, Expr, Expr)>;
} // namespace

static bool isPadded(const SlidingWindow &window) {
  return window.padTop || window.padLeft || window.padBottom || window.padRight;
}

/// The input addressed from the padded corner, as a copy with `fill` around it.
static Func padInput(const std::string &name, const SlidingWindow &window, Type type, Expr fill,
                     const Pixel &input) {
  Var c("c"), x("x"), y("y"), n("n");
  return padImage(name, {c, x, y, n}, cast(type, input(c, x, y, n)), fill,
                  {window.inputWidth, window.inputHeight, window.padLeft, window.padTop});
}

/// The input addressed from the padded corner, read in place: columns outside are `fill`; lines
/// outside are never asked for (lineInside), which bounds inference does not see. `likely` makes
/// the first and last tile of a line code of their own.
static Pixel guardColumns(const SlidingWindow &window, Type type, Expr fill, const Pixel &input) {
  return [=](Expr c, Expr x, Expr y, Expr n) {
    Expr column = x - int(window.padLeft), line = y - int(window.padTop);
    if (window.padTop || window.padBottom)
      line = unsafe_promise_clamped(line, 0, (window.inputHeight - 1).expr());
    if (!window.padLeft && !window.padRight)
      return input(c, column, line, n);
    const Expr last = (window.inputWidth - 1).expr();
    Expr value = cast(type, input(c, clamp(column, 0, last), line, n));
    return select(likely(column >= 0 && column <= last), value, fill);
  };
}

/// A window over a padded image, of the extents that `generic` says: `tap` turns the element under
/// window place k into what is reduced.
static Window
buildSliding(WindowProblem generic, const SlidingWindow &w, const schedule::WindowParams &params,
             const Pixel &input,
             const std::function<Expr(Expr value, Expr c, const std::vector<Expr> &k)> &tap) {
  generic.window = {w.kernelWidth, w.kernelHeight};
  const Expr fill = reductionIdentity(generic.kind, generic.type);
  const bool inPlace = params.pad == schedule::PadMode::InPlace;
  Func padded;
  Pixel read = input;
  if (isPadded(w) && inPlace) {
    read = guardColumns(w, generic.type, fill, input);
  } else if (isPadded(w)) {
    padded = padInput(generic.name, w, generic.type, fill, input);
    read = [padded](Expr c, Expr x, Expr y, Expr n) { return padded(c, x, y, n); };
  }
  if (inPlace && (w.padTop || w.padBottom))
    generic.lineInside = [w](Expr y, const std::vector<Expr> &k) {
      Expr line = y * int(w.strideHeight) + k[1] * int(w.dilationHeight) - int(w.padTop);
      return line >= 0 && line < w.inputHeight.expr();
    };
  generic.value = [=](Expr c, Expr x, Expr y, Expr n, const std::vector<Expr> &k) {
    Expr value = read(c, x * int(w.strideWidth) + k[0] * int(w.dilationWidth),
                      y * int(w.strideHeight) + k[1] * int(w.dilationHeight), n);
    return tap(value, c, k);
  };
  Window result = buildWindow(generic, params);
  result.padded = padded;
  return result;
}

Window buildPool(const PoolProblem &problem, const schedule::WindowParams &params) {
  WindowProblem generic;
  generic.name = problem.name;
  generic.channels = problem.channels;
  generic.width = problem.width;
  generic.height = problem.height;
  generic.batch = problem.batch;
  generic.kind = problem.kind;
  generic.type = problem.type;
  return buildSliding(generic, problem.window, params, problem.input,
                      [](Expr value, Expr, const std::vector<Expr> &) { return value; });
}

static schedule::WindowParams asWindow(const schedule::DepthwiseParams &params) {
  return {params.vectorsPerTile, params.columnsPerTile, params.rowsPerBlock, params.tasks,
          params.pad};
}

Window buildDepthwise(const DepthwiseProblem &problem, const schedule::DepthwiseParams &params) {
  WindowProblem generic;
  generic.name = problem.name;
  generic.channels = problem.channels;
  generic.width = problem.window.outputWidth();
  generic.height = problem.window.outputHeight();
  generic.batch = problem.batch;
  generic.type = problem.type;
  auto weights = problem.weights;
  return buildSliding(generic, problem.window, asWindow(params), problem.input,
                      [=](Expr value, Expr c, const std::vector<Expr> &k) {
                        return value * weights(c, k[0], k[1]);
                      });
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

void scheduleWindow(Window &window, Func output, const schedule::WindowParams &params,
                    const MachineFacts &facts) {
  const WindowProblem &problem = window.problem;
  const int lanes = lanesWithin(problem.channels, facts.lanes(problem.type.bytes()));
  const int64_t vectors =
      problem.channels.constantOr(int64_t(params.vectorsPerTile) * lanes) / lanes;
  const int64_t tile =
      std::clamp<int64_t>(params.vectorsPerTile, 1, std::max<int64_t>(1, vectors)) * lanes;
  const int64_t columns = columnsOf(problem, params);
  const int64_t blockRows =
      std::min<int64_t>(params.rowsPerBlock, problem.height.constantOr(params.rowsPerBlock));
  const std::vector<Var> args = output.args();
  Var c = args[0], x = args[1], y = args[2], n = args[3];
  output.bound(c, 0, problem.channels.expr()).bound(x, 0, problem.width.expr());
  output.bound(y, 0, problem.height.expr()).bound(n, 0, problem.batch.expr());

  Var channelTile("channel_tile"), ci("ci"), columnTile("column_tile"), xi("xi"), block("block"),
      yi("yi");
  const TailStrategy channelTail =
      problem.channels.isConstant() ? TailStrategy::ShiftInwards : TailStrategy::GuardWithIf;
  output.split(c, channelTile, ci, int(tile),
               problem.channels.isMultipleOf(tile) ? TailStrategy::RoundUp : channelTail);
  output.split(x, columnTile, xi, int(columns), guardedTail(problem.width, columns));
  output.split(y, block, yi, int(blockRows), guardedTail(problem.height, blockRows));
  output.reorder(ci, xi, channelTile, columnTile, yi, block, n);
  output.vectorize(ci, lanes).unroll(xi);
  if (channelTail == TailStrategy::ShiftInwards)
    output.unroll(ci);

  const Size blocks = ceilDiv(problem.height, blockRows) * problem.batch;
  std::vector<Var> loops = {n, block};
  Size iterations = blocks;
  const bool channelsParallel = blocks.is(1) && !window.padded.defined();
  if (channelsParallel) { // a global pool: only channels are left to share out
    output.reorder(ci, xi, columnTile, yi, channelTile, block, n);
    loops.push_back(channelTile);
    iterations = ceilDiv(problem.channels, tile);
  }
  output.never_partition(block, yi, xi, n);
  // An element of the result costs about a cycle a vector of taps; a piece, tens of microseconds.
  int64_t perPixel = ceilDiv(problem.channels.constantOr(64), lanes);
  for (int64_t extent : problem.window)
    perPixel *= extent;
  const Size tasks =
      tasksFor(problem.batch * problem.height * problem.width, 80000 / perPixel, params.tasks);
  Var piece = parallelise(output, loops, iterations, tasks);
  scheduleAccumulators(window, output, channelsParallel ? columnTile : channelTile, lanes, tile,
                       columns);
  if (!window.padded.defined())
    return;
  vectoriseGuarded(window.padded, window.padded.args()[0], problem.channels, lanes, 4);
  if (params.pad == schedule::PadMode::Whole)
    window.padded.compute_root();
  else
    window.padded.compute_at(output, piece);
}

void scheduleDepthwise(Window &window, Func output, const schedule::DepthwiseParams &params,
                       const MachineFacts &facts) {
  scheduleWindow(window, output, asWindow(params), facts);
}

} // namespace dlc::templates
