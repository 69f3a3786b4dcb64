// A tile of channels x columns x rows is accumulated in registers over the whole window, so that
// overlapping windows share their loads; padding is a copy of the rows that a block of rows needs.
#include "dlc/Codegen/Halide/Templates/Window.h"

#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/PaddedImage.h"
#include "dlc/Codegen/Halide/Templates/Prefetch.h"
#include "dlc/Schedule/AnalyticModel.h"

#include <algorithm>
#include <numeric>

using namespace Halide;

namespace dlc::templates {

using schedule::maxUnrolledTaps;

static int64_t tapsOf(const WindowProblem &problem) {
  int64_t taps = 1;
  for (int64_t extent : problem.window)
    taps *= extent;
  return taps;
}

/// Neighbouring columns of a tile.
static int64_t columnsOf(const WindowProblem &problem, const schedule::WindowParams &params) {
  return std::min<int64_t>(params.columnsPerTile, problem.width.constantOr(params.columnsPerTile));
}

/// Output rows of one piece.
static int64_t blockRowsOf(const WindowProblem &problem, const schedule::WindowParams &params) {
  return std::min<int64_t>(params.rowsPerBlock, problem.height.constantOr(params.rowsPerBlock));
}

/// Neighbouring rows of a tile, of which blocks and the output have a whole number.
static int64_t rowsOf(const WindowProblem &problem, const schedule::WindowParams &params) {
  if (problem.rowStride == 0 || params.pad != schedule::PadMode::InPlace ||
      !problem.height.isConstant() || tapsOf(problem) > maxUnrolledTaps)
    return 1;
  return divisorAtMost(std::gcd(problem.height.constant(), blockRowsOf(problem, params)),
                       params.rowsPerTile);
}

/// Vectors of channels in a tile, and their lanes.
struct ChannelTile {
  int lanes;
  int64_t width;
  bool inRegisters; ///< else its sums are in L1, and loops over channels are inside of the lines'

  ChannelTile(const WindowProblem &problem, int vectorsPerTile, const MachineFacts &facts)
      : lanes(lanesWithin(problem.channels, facts.lanes(problem.type.bytes()))) {
    const int64_t vectors = problem.channels.constantOr(int64_t(vectorsPerTile) * lanes) / lanes;
    width = std::clamp<int64_t>(vectorsPerTile, 1, std::max<int64_t>(1, vectors)) * lanes;
    inRegisters = width / lanes <= facts.vectorRegisters;
  }
};

/// func(args...) = the fold of `values`, which read a reduction domain, from `initial` on.
static Func defineFold(const std::string &name, const WindowProblem &problem,
                       const std::vector<Var> &args, Expr initial,
                       const std::vector<Expr> &values) {
  Func fold(name);
  fold(args) = std::move(initial);
  if (values.size() == 1) {
    Expr folded = combine(problem.kind, fold(args), cast(problem.type, values.front()));
    fold(args) = problem.sumsProducts ? fused(folded) : folded;
    return fold;
  }
  std::vector<Expr> all;
  for (const Expr &value : values)
    all.push_back(cast(problem.type, value));
  all.push_back(fold(args)); // the last waits for the fewest operations
  fold(args) = combineAll(problem.kind, all);
  return fold;
}

/// Whether a fold of several elements at once takes fewer instructions, and the same element may be
/// folded twice.
static bool choosesElements(const WindowProblem &problem) {
  return problem.kind == ReductionKind::Max || problem.kind == ReductionKind::Min;
}

/// What is folded at a place of the output: tiles beyond the ends read the last one's.
struct Place {
  Expr channel, column, initial;

  Place(const WindowProblem &problem, const schedule::WindowParams &params, const Var &c,
        const Var &x)
      : channel(problem.channels.isConstant() ? Expr(c) : min(c, (problem.channels - 1).expr())),
        column(problem.width.isMultipleOf(columnsOf(problem, params))
                   ? Expr(x)
                   : min(x, (problem.width - 1).expr())),
        initial(problem.initial ? cast(problem.type, problem.initial(channel))
                                : reductionIdentity(problem.kind, problem.type)) {}
};

namespace {
/// What a fold takes of the windows in row `y`, under the taps `k`.
using Values = std::function<std::vector<Expr>(const Expr &y, const std::vector<Expr> &k)>;
} // namespace

static std::vector<Expr> variablesOf(const RDom &k) {
  std::vector<Expr> variables;
  for (int i = 0; i < k.dimensions(); ++i)
    variables.push_back(k[i]);
  return variables;
}

/// A fold of the lines under windows, at (c, x, y, n), and over `taps` inside of each line.
static Func foldLines(Window &result, const std::string &name, Region taps, int64_t lines,
                      const Expr &initial, const Values &values) {
  const WindowProblem &problem = result.problem;
  taps.push_back({0, int(lines)});
  RDom k(taps, name + "_k");
  Var c("c"), x("x"), y("y"), n("n");
  if (problem.lineInside)
    k.where(problem.lineInside(y, variablesOf(k)));
  Func fold = defineFold(name, problem, {c, x, y, n}, initial, values(y, variablesOf(k)));
  result.folds.push_back({fold, k});
  return fold;
}

/// The same for tiles of several rows, over the lines under all of them: a line is read once for
/// all windows that it is under.
static Func foldSharedLines(Window &result, const std::string &name, Region taps, int64_t lines,
                            const Expr &initial, const Values &values) {
  const WindowProblem &problem = result.problem;
  const int rows = int(result.rows), stride = int(problem.rowStride);
  taps.push_back({0, int(lines) + (rows - 1) * stride});
  RDom k(taps, name + "_k");
  Var c("c"), x("x"), y("y"), n("n"), row("row"), tile("tile");
  std::vector<Expr> under = variablesOf(k);
  if (problem.lineInside) // of a line, whichever rows it is under: one branch for all of them
    k.where(problem.lineInside(tile * rows, under));
  under.back() -= row * stride;
  k.where(under.back() >= 0 && under.back() < int(lines));
  Func shared = defineFold(name + "_rows", problem, {c, x, row, tile, n}, initial,
                           values(tile * rows + row, under));
  shared.bound_extent(tile, 1);
  result.folds.push_back({shared, k});
  Func fold(name);
  fold(c, x, y, n) = shared(c, x, y % rows, y / rows, n);
  return fold;
}

Window buildWindow(const WindowProblem &problem, const schedule::WindowParams &params) {
  Window result;
  result.problem = problem;
  result.rows = rowsOf(problem, params);
  constexpr int64_t mostTogether = 8;
  const bool together =
      choosesElements(problem) && (problem.window.size() > 1 || !problem.lineInside);
  const int64_t group = together ? divisorAtMost(problem.window.front(), mostTogether) : 1;
  Region taps;
  for (int64_t extent : problem.window)
    taps.push_back({0, int(taps.empty() ? extent / group : extent)});
  const int64_t lines = *as_const_int(taps.back().extent);
  taps.pop_back();
  Var c("c"), x("x"), n("n");
  const Place place(problem, params, c, x);
  auto values = [&](const Expr &y, const std::vector<Expr> &k) {
    std::vector<Expr> all;
    for (int64_t i = 0; i < group; ++i) {
      std::vector<Expr> tap = k;
      tap.front() = tap.front() * int(group) + int(i);
      all.push_back(problem.value(place.channel, place.column, y, n, tap));
    }
    return all;
  };
  result.acc = (result.rows > 1 ? foldSharedLines : foldLines)(result, problem.name, taps, lines,
                                                               place.initial, values);
  result.folds.back().unrolled = tapsOf(problem) <= maxUnrolledTaps;
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
/// outside are never asked for (lineInside), which bounds inference does not see. What is likely
/// makes the first and last tile of a line code of their own: Halide splits loops by the conditions
/// that lead to it.
static Pixel guardColumns(const SlidingWindow &window, Type type, Expr fill, const Pixel &input) {
  return [=](Expr c, Expr x, Expr y, Expr n) {
    Expr column = x - int(window.padLeft), line = y - int(window.padTop);
    if (window.padTop || window.padBottom)
      line = unsafe_promise_clamped(line, 0, (window.inputHeight - 1).expr());
    if (!window.padLeft && !window.padRight)
      return input(c, column, line, n);
    const Expr last = (window.inputWidth - 1).expr();
    Expr value = cast(type, input(c, clamp(column, 0, last), line, n));
    return select(column >= 0 && column <= last, likely(value), fill);
  };
}

namespace {
/// A sliding window's input, addressed from the padded corner.
struct Padded {
  Pixel read;
  Func copy; ///< undefined where the input is read in place
};
} // namespace

/// Sets what windows over `input` of the problem's extents have in common.
static Padded slideOver(WindowProblem &problem, const SlidingWindow &w, schedule::PadMode pad,
                        const Pixel &input) {
  problem.inputLine = w.inputWidth * problem.channels;
  problem.inputHeight = w.inputHeight;
  problem.lines = w.kernelHeight;
  problem.rowStride = w.dilationHeight == 1 ? w.strideHeight : 0;
  const Expr fill = reductionIdentity(problem.kind, problem.type);
  const bool inPlace = pad == schedule::PadMode::InPlace;
  if (inPlace && (w.padTop || w.padBottom))
    problem.lineInside = [w](Expr y, const std::vector<Expr> &k) {
      Expr line = y * int(w.strideHeight) + k.back() * int(w.dilationHeight) - int(w.padTop);
      return line >= 0 && line < w.inputHeight.expr();
    };
  if (!isPadded(w))
    return {input, Func()};
  if (inPlace)
    return {guardColumns(w, problem.type, fill, input), Func()};
  Func copy = padInput(problem.name, w, problem.type, fill, input);
  return {[copy](Expr c, Expr x, Expr y, Expr n) { return copy(c, x, y, n); }, copy};
}

/// The element of the padded image under tap `k` of the window at x and y.
static Expr under(const SlidingWindow &w, const Pixel &read, Expr c, Expr x, Expr y, Expr n,
                  const std::vector<Expr> &k) {
  return read(c, x * int(w.strideWidth) + k[0] * int(w.dilationWidth),
              y * int(w.strideHeight) + k[1] * int(w.dilationHeight), n);
}

/// Columns of the padded image under `columns` neighbouring windows.
static int64_t spanOf(const SlidingWindow &w, int64_t columns) {
  return (columns - 1) * w.strideWidth + (w.kernelWidth - 1) * w.dilationWidth + 1;
}

/// Whether the elements of a window can be folded in one expression: those of lines outside of the
/// image have to be ones that the window has anyway.
static bool foldsAtOnce(const WindowProblem &problem, const SlidingWindow &w) {
  return choosesElements(problem) &&
         (!problem.lineInside ||
          (w.dilationHeight == 1 && w.padTop < w.kernelHeight && w.padBottom < w.kernelHeight));
}

/// Whether a tile folds fewer elements when the lines of a column are folded first, for all windows
/// over it, and has the registers to hold what they give.
static bool foldsLinesFirst(const WindowProblem &generic, const SlidingWindow &w,
                            const schedule::WindowParams &params, const MachineFacts &facts) {
  if (!generic.channels.isConstant() || w.kernelHeight * w.kernelWidth > maxUnrolledTaps)
    return false;
  const int64_t columns = columnsOf(generic, params), span = spanOf(w, columns);
  const ChannelTile tile(generic, params.vectorsPerTile, facts);
  return span * (w.kernelHeight - 1) + columns * (w.kernelWidth - 1) <
             columns * (w.kernelHeight * w.kernelWidth - 1) &&
         schedule::holdsFolds(rowsOf(generic, params) * span, tile.width / tile.lanes, facts);
}

/// `line` of the padded image, or the nearest inside of the image where others are skipped.
static Expr nearestLine(const WindowProblem &problem, const SlidingWindow &w, const Expr &line) {
  if (!problem.lineInside)
    return line;
  return clamp(line, int(w.padTop), (w.inputHeight + w.padTop - 1).expr());
}

/// The taps of the window at `place`. By pairs, one at an even place and the one behind it begin
/// with what they have in common, which is then folded, and looked at for NaN, once.
static std::vector<Expr> tapsAt(const Expr &place, int64_t taps, bool byPairs) {
  std::vector<Expr> order;
  for (int i = 0; i < taps - int(byPairs); ++i)
    order.push_back(byPairs ? i + 1 - place % 2 : Expr(i));
  if (byPairs)
    order.push_back(place % 2 * int(taps - 1));
  return order;
}

/// The fold of a window's columns over the fold of each column's lines.
static Window buildLinesFirst(const WindowProblem &problem, const SlidingWindow &w,
                              const schedule::WindowParams &params, const Pixel &read) {
  Window result;
  result.problem = problem;
  result.rows = rowsOf(problem, params);
  const int64_t columns = columnsOf(problem, params);
  Var c("c"), x("x"), y("y"), n("n");
  // Tiles beyond the end have columns behind the last window's.
  const Size last = (problem.width - 1) * w.strideWidth + (w.kernelWidth - 1) * w.dilationWidth;
  Expr place = problem.width.isMultipleOf(columns) ? Expr(x) : min(x, last.expr());
  auto element = [&](const Expr &line) { return read(c, place, line, n); };
  auto lineUnder = [&](const Expr &row, const Expr &k) {
    return row * int(w.strideHeight) + k * int(w.dilationHeight);
  };
  const std::string linesName = problem.name + "_lines";
  const Expr none = reductionIdentity(problem.kind, problem.type);
  Func lines;
  if (foldsAtOnce(problem, w)) {
    const bool byPairs = result.rows % 2 == 0 && w.strideHeight == 1;
    std::vector<Expr> elements;
    for (const Expr &k : tapsAt(y, w.kernelHeight, byPairs))
      elements.push_back(cast(problem.type, element(nearestLine(problem, w, lineUnder(y, k)))));
    lines = Func(linesName);
    lines(c, x, y, n) = combineAll(problem.kind, elements);
    result.folds.push_back({lines, RDom()});
  } else {
    lines = (result.rows > 1 ? foldSharedLines : foldLines)(
        result, linesName, {}, w.kernelHeight, none,
        [&](const Expr &row, const std::vector<Expr> &k) {
          return std::vector<Expr>{element(lineUnder(row, k.back()))};
        });
  }
  result.folds.back().columns = spanOf(w, columns);
  auto folded = [&](const Expr &k) {
    return lines(c, x * int(w.strideWidth) + k * int(w.dilationWidth), y, n);
  };
  RDom k;
  if (foldsAtOnce(problem, w)) {
    const bool byPairs = columns % 2 == 0 && w.strideWidth == 1 && w.dilationWidth == 1;
    std::vector<Expr> columnsUnder;
    for (const Expr &i : tapsAt(x, w.kernelWidth, byPairs))
      columnsUnder.push_back(folded(i));
    result.acc = Func(problem.name);
    result.acc(c, x, y, n) = combineAll(problem.kind, columnsUnder);
  } else {
    k = RDom(0, int(w.kernelWidth), problem.name + "_k");
    result.acc = defineFold(problem.name, problem, {c, x, y, n}, none, {folded(k.x)});
  }
  result.folds.push_back({result.acc, k});
  result.problem.window = {w.kernelWidth};
  return result;
}

Window buildPool(const PoolProblem &problem, const schedule::WindowParams &params,
                 const MachineFacts &facts) {
  const SlidingWindow &w = problem.window;
  WindowProblem generic;
  generic.name = problem.name;
  generic.channels = problem.channels;
  generic.width = problem.width;
  generic.height = problem.height;
  generic.batch = problem.batch;
  generic.window = {w.kernelWidth, w.kernelHeight};
  generic.kind = problem.kind;
  generic.type = problem.type;
  const Padded padded = slideOver(generic, w, params.pad, problem.input);
  generic.value = [=](Expr c, Expr x, Expr y, Expr n, const std::vector<Expr> &k) {
    return under(w, padded.read, c, x, y, n, k);
  };
  Window result = foldsLinesFirst(generic, w, params, facts)
                      ? buildLinesFirst(generic, w, params, padded.read)
                      : buildWindow(generic, params);
  result.padded = padded.copy;
  return result;
}

static schedule::WindowParams asWindow(const schedule::DepthwiseParams &params) {
  return {
      params.vectorsPerTile, params.columnsPerTile, params.rowsPerBlock, params.tasks, params.pad,
      params.rowsPerTile};
}

/// Whether tiles ask for what the next ones read first: images that, with what is made of them,
/// leave L2, in vectors of less than a cache line, of which a core looks ahead to half as many
/// lines. Where each vector is a line, and where all stays in L2, it costs up to a quarter.
static bool asksForNextTile(const DepthwiseProblem &problem,
                            const schedule::DepthwiseParams &params, const MachineFacts &facts) {
  constexpr int lineBytes = 64;
  const SlidingWindow &w = problem.window;
  const Size elements =
      (w.inputHeight * w.inputWidth + w.outputHeight() * w.outputWidth()) * problem.channels;
  return params.pad == schedule::PadMode::InPlace && facts.vectorBytes < lineBytes &&
         w.kernelHeight * w.kernelWidth <= maxUnrolledTaps && elements.isConstant() &&
         elements.constant() * problem.type.bytes() > facts.l2Bytes / 4 * 3;
}

Window buildDepthwise(const DepthwiseProblem &problem, const schedule::DepthwiseParams &params,
                      const MachineFacts &facts) {
  const SlidingWindow &w = problem.window;
  WindowProblem generic;
  generic.name = problem.name;
  generic.channels = problem.channels;
  generic.width = w.outputWidth();
  generic.height = w.outputHeight();
  generic.batch = problem.batch;
  generic.window = {w.kernelWidth, w.kernelHeight};
  generic.type = problem.type;
  generic.initial = problem.initial;
  generic.sumsProducts = problem.type.is_float();
  const Padded padded = slideOver(generic, w, params.pad, problem.input);
  const bool asksAhead = asksForNextTile(problem, params, facts);
  const Expr distance = (problem.channels * (params.columnsPerTile * w.strideWidth)).expr();
  generic.value = [=, weights = problem.weights, floats = generic.sumsProducts](
                      Expr c, Expr x, Expr y, Expr n, const std::vector<Expr> &k) {
    Expr element = under(w, padded.read, c, x, y, n, k);
    if (asksAhead) {
      // Only the last columns of the last lines are not under the windows before.
      Expr fresh = k[0] >= int(w.kernelWidth - w.strideWidth) &&
                   k[1] >= int(w.kernelHeight - w.strideHeight);
      element =
          select(fresh, askingAhead(element, {.distance = distance, .intoL1 = true}), element);
    }
    Expr weight = weights(c, k[0], k[1]);
    return floats ? unfused(element) * unfused(weight) : element * weight;
  };
  Window result = buildWindow(generic, asWindow(params));
  result.padded = padded.copy;
  return result;
}

/// The taps of a line, unrolled, inside of the loop over channels, and that inside of the lines'.
static void scheduleInL1(Stage update, const Var &c, const WindowFold &fold, int lanes) {
  Var lane("lane");
  std::vector<VarOrRVar> order = {lane, fold.k[0], c};
  for (int i = 1; i < fold.k.dimensions(); ++i)
    order.push_back(fold.k[i]);
  update.split(c, c, lane, lanes).vectorize(lane).reorder(order);
  if (*as_const_int(fold.k.x.extent()) <= maxUnrolledTaps)
    update.unroll(fold.k[0]);
}

/// A fold of one tile, of `columns` x `rows` of its places: everything unrolled, the taps too when
/// they are few.
static void scheduleFold(const WindowFold &fold, const LoopLevel &at, const ChannelTile &tile,
                         int64_t columns, int64_t rows) {
  Func func = fold.func;
  Var c = func.args()[0], x = func.args()[1], row = func.args()[2];
  func.compute_at(at).bound_extent(c, int(tile.width)).bound_extent(x, int(columns));
  func.bound_extent(row, int(rows)).align_bounds(row, int(rows)).reorder(c, row, x);
  func.vectorize(c, tile.lanes).unroll(row).unroll(x);
  if (tile.inRegisters)
    func.unroll(c);
  if (!func.has_update_definition())
    return;
  Stage update = func.update();
  if (!tile.inRegisters)
    return scheduleInL1(update, c, fold, tile.lanes);
  std::vector<VarOrRVar> order = {c, x, row};
  for (int i = 0; i < fold.k.dimensions(); ++i)
    order.push_back(fold.k[i]);
  update.reorder(order).vectorize(c, tile.lanes).unroll(c).unroll(x).unroll(row);
  if (fold.unrolled)
    for (int i = 0; i < fold.k.dimensions(); ++i)
      update.unroll(fold.k[i]);
}

static void scheduleFolds(const Window &window, const LoopLevel &at, const ChannelTile &tile,
                          int64_t columns) {
  for (WindowFold fold : window.folds) {
    if (fold.columns == 0)
      fold.func.align_bounds(fold.func.args()[1], int(columns));
    scheduleFold(fold, at, tile, fold.columns == 0 ? columns : fold.columns, window.rows);
  }
}

/// Bytes of channels that pass over the image together; 0 where all of them do.
static int64_t channelBytesTogether(const WindowProblem &problem, const MachineFacts &facts) {
  if (!problem.channels.isConstant() || !problem.inputLine.isConstant() ||
      !problem.inputHeight.isConstant())
    return 0;
  schedule::WindowShape shape;
  shape.channels = problem.channels.constant();
  shape.inputHeight = problem.inputHeight.constant();
  shape.taps = tapsOf(problem);
  shape.elementBytes = problem.type.bytes();
  shape.inputRowBytes = problem.inputLine.constant() * problem.type.bytes();
  shape.kernelHeight = problem.lines;
  return schedule::channelBytesTogether(shape, facts);
}

/// Tiles of channels that pass over a line of windows together, of which at most `channelBytes`
/// do: each line of the image is then read once, in pieces that are long enough to be asked for
/// ahead by the hardware. A tile alone where the image of its channels is small and its weights
/// stay in registers.
static int64_t tilesTogether(const WindowProblem &problem, const ChannelTile &tile, int64_t columns,
                             int64_t channelBytes, int64_t pieces, const MachineFacts &facts) {
  const Size tiles = ceilDiv(problem.channels, tile.width);
  if (!tiles.isConstant() || tiles.is(0))
    return 1;
  const int64_t shared = tiles.constant() / pieces, tileBytes = tile.width * problem.type.bytes();
  if (channelBytes == 0)
    return divisorAtMost(tiles.constant(), shared);
  const int64_t imageBytes = problem.inputLine.constant() / problem.channels.constant() *
                             problem.inputHeight.constant() * tileBytes;
  const bool weightsStay =
      (tapsOf(problem) + columns) * (tile.width / tile.lanes) < facts.vectorRegisters;
  if (weightsStay && imageBytes <= facts.l1Bytes / 4)
    return 1;
  return divisorAtMost(tiles.constant(), std::min(channelBytes / tileBytes, shared));
}

void scheduleWindow(Window &window, Func output, const schedule::WindowParams &params,
                    const MachineFacts &facts) {
  const WindowProblem &problem = window.problem;
  const ChannelTile tile(problem, params.vectorsPerTile, facts);
  const int64_t columns = columnsOf(problem, params);
  const int64_t blockRows = blockRowsOf(problem, params) / window.rows;
  const std::vector<Var> args = output.args();
  Var c = args[0], x = args[1], y = args[2], n = args[3];
  output.bound(c, 0, problem.channels.expr()).bound(x, 0, problem.width.expr());
  output.bound(y, 0, problem.height.expr()).bound(n, 0, problem.batch.expr());

  Var channelTile("channel_tile"), ci("ci"), columnTile("column_tile"), xi("xi"), block("block"),
      yi("yi"), row("row");
  const TailStrategy channelTail =
      problem.channels.isConstant() ? TailStrategy::ShiftInwards : TailStrategy::GuardWithIf;
  output.split(c, channelTile, ci, int(tile.width),
               problem.channels.isMultipleOf(tile.width) ? TailStrategy::RoundUp : channelTail);
  output.split(x, columnTile, xi, int(columns), guardedTail(problem.width, columns));
  output.split(y, y, row, int(window.rows), TailStrategy::RoundUp);
  const Size rowTiles = ceilDiv(problem.height, window.rows);
  output.split(y, block, yi, int(blockRows), guardedTail(rowTiles, blockRows));
  output.reorder(ci, xi, row, channelTile, columnTile, yi, block, n);
  output.vectorize(ci, tile.lanes).unroll(xi).unroll(row);
  if (channelTail == TailStrategy::ShiftInwards && tile.inRegisters)
    output.unroll(ci);

  const Size blocks = ceilDiv(rowTiles, blockRows) * problem.batch;
  std::vector<Var> loops = {n, block};
  Size iterations = blocks;
  // Of a global pool, only channels are left to share out. Else lines that leave L1 before the next
  // line of windows reads them again are read once for some channels, then for others.
  const bool oneBlock = blocks.is(1);
  const int64_t channelBytes = channelBytesTogether(problem, facts);
  const int64_t together =
      tilesTogether(problem, tile, columns, channelBytes, oneBlock ? params.tasks : 1, facts);
  const bool channelsOuter =
      !window.padded.defined() && (channelBytes > 0 || (oneBlock && params.tasks > 1));
  Var channelBlock("channel_block");
  if (channelsOuter) {
    output.split(channelTile, channelBlock, channelTile, int(together))
        .reorder(ci, xi, row, channelTile, columnTile, yi, channelBlock, block, n);
    if (oneBlock) {
      loops.push_back(channelBlock);
      iterations = ceilDiv(problem.channels, tile.width * together);
    }
  }
  output.never_partition(block, yi, row, xi, n);
  // A line of two tiles has none between the first and the last that loops could be split around.
  if (problem.width.isConstant() && problem.width.constant() <= 2 * columns)
    output.unroll(columnTile);
  // An element of the result costs about a cycle a vector of taps; a piece, tens of microseconds.
  const int64_t perPixel = ceilDiv(problem.channels.constantOr(64), tile.lanes) * tapsOf(problem);
  const Size tasks =
      tasksFor(problem.batch * problem.height * problem.width, 80000 / perPixel, params.tasks);
  Var piece = parallelise(output, loops, iterations, tasks);
  scheduleFolds(window, LoopLevel(output, channelTile), tile, columns);
  if (!window.padded.defined())
    return;
  vectoriseGuarded(window.padded, window.padded.args()[0], problem.channels, tile.lanes, 4);
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
