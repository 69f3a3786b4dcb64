// What is folded under windows, and in which order: the lines that the rows of a tile share are
// read once, and pools may fold the lines of a column before its windows. Padding is a copy of the
// rows that a block of rows needs, or conditions on the places that are read.
#include "dlc/Codegen/Halide/Templates/Window.h"

#include "WindowTiles.h"
#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/PaddedImage.h"
#include "dlc/Codegen/Halide/Templates/Prefetch.h"
#include "dlc/Schedule/AnalyticModel.h"

using namespace Halide;

namespace dlc::templates {

using schedule::maxUnrolledTaps;

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
  const Expr tap = under.back() - row * stride;
  k.where(tap >= 0 && tap < int(lines));
  under.back() = clamp(tap, 0, int(lines - 1)); // bounds inference does not see the condition
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
static Pixel guardPlaces(const WindowProblem &problem, const SlidingWindow &window, Expr fill,
                         const Pixel &input) {
  return [=, type = problem.type, skipsLines = bool(problem.lineInside)](Expr c, Expr x, Expr y,
                                                                         Expr n) {
    Expr column = x - int(window.padLeft), line = y - int(window.padTop);
    if (skipsLines)
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
static Padded slideOver(WindowProblem &problem, const SlidingWindow &w,
                        const schedule::WindowParams &params, const Pixel &input) {
  problem.inputLine = w.inputWidth * problem.channels;
  problem.inputHeight = w.inputHeight;
  problem.lines = w.kernelHeight;
  problem.rowStride = w.dilationHeight == 1 ? w.strideHeight : 0;
  const Expr fill = reductionIdentity(problem.kind, problem.type);
  const bool inPlace = params.pad == schedule::PadMode::InPlace;
  const bool wholeTiles = problem.height.isMultipleOf(rowsOf(problem, params));
  if (inPlace && (w.padTop || w.padBottom || !wholeTiles))
    problem.lineInside = [w](Expr y, const std::vector<Expr> &k) {
      Expr line = y * int(w.strideHeight) + k.back() * int(w.dilationHeight) - int(w.padTop);
      return line >= 0 && line < w.inputHeight.expr();
    };
  if (inPlace)
    return {guardPlaces(problem, w, fill, input), Func()};
  if (!isPadded(w))
    return {input, Func()};
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
                 const MachineFacts &machine) {
  const MachineFacts facts = windowFacts(problem.channels, problem.type, machine);
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
  const Padded padded = slideOver(generic, w, params, problem.input);
  generic.value = [=](Expr c, Expr x, Expr y, Expr n, const std::vector<Expr> &k) {
    return under(w, padded.read, c, x, y, n, k);
  };
  Window result = foldsLinesFirst(generic, w, params, facts)
                      ? buildLinesFirst(generic, w, params, padded.read)
                      : buildWindow(generic, params);
  result.padded = padded.copy;
  return result;
}

/// Whether tiles ask for what the next ones read first: images that, with what is made of them,
/// leave L2, in vectors of less than a cache line, of which a core looks ahead to half as many
/// lines. Where each vector is a line, and where all stays in L2, it costs up to a quarter.
static bool asksForNextTile(const WindowProblem &problem, const SlidingWindow &w,
                            const schedule::WindowParams &params, const MachineFacts &facts) {
  constexpr int lineBytes = 64;
  const Size elements =
      (w.inputHeight * w.inputWidth + problem.height * problem.width) * problem.channels;
  return params.pad == schedule::PadMode::InPlace && facts.vectorBytes < lineBytes &&
         tapsOf(problem) <= maxUnrolledTaps && elements.isConstant() &&
         elements.constant() * problem.type.bytes() > facts.l2Bytes / 4 * 3 &&
         !schedule::readsLinesOnce(rowsOf(problem, params), columnsOf(problem, params),
                                   w.kernelHeight, problem.rowStride);
}

Window buildDepthwise(const DepthwiseProblem &problem, const schedule::DepthwiseParams &depthwise,
                      const MachineFacts &machine) {
  const schedule::WindowParams params = schedule::asWindow(depthwise);
  const MachineFacts facts = windowFacts(problem.channels, problem.type, machine);
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
  const Padded padded = slideOver(generic, w, params, problem.input);
  const bool asksAhead = asksForNextTile(generic, w, params, facts);
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
  Window result = buildWindow(generic, params);
  result.padded = padded.copy;
  return result;
}

} // namespace dlc::templates
