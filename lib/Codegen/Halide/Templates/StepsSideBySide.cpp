// Which accumulators an unrolled step adds to is decided by conditions that are constants once the
// vectors of a row are unrolled.
#include "dlc/Codegen/Halide/Templates/StepsSideBySide.h"

#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/SpreadLanes.h"
#include "dlc/Schedule/StepsSideBySide.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

using namespace Halide;

namespace dlc::templates {

using Tile = schedule::StepsSideBySide;

static Tile tileOf(const ContractionProblem &problem, const schedule::GemmParams &params,
                   const MachineFacts &facts) {
  std::optional<Tile> tile;
  if (problem.packedRhs && !problem.lhsDenseAlongRows)
    tile = schedule::stepsSideBySide(params, problem.columns.constantOr(0),
                                     problem.reduction[0].constantOr(0),
                                     lanesOf(params, facts, problem.accumulator));
  if (!tile)
    throw CompileError(std::to_string(params.stepsSideBySide) + " steps side by side in " +
                       std::to_string(params.vectorsPerTile) +
                       " vectors a row do not fit the product");
  return *tile;
}

/// Whether whole vectors take the steps one by one: then these are the innermost axis of the
/// domain.
static bool takesSingleSteps(const Tile &tile) { return tile.wholeVectors > 0; }

static int stepsPerGroup(const Tile &tile) { return tile.steps * tile.sets(); }

/// The steps of a group, if they are taken one by one, groups, and the outer reduction axes.
static RDom domainOf(const ContractionProblem &problem, const Tile &tile) {
  Region domain;
  if (takesSingleSteps(tile))
    domain.push_back({0, tile.steps});
  domain.push_back({0, int(problem.reduction[0].constant() / stepsPerGroup(tile))});
  for (size_t i = 1; i < problem.reduction.size(); ++i)
    domain.push_back({0, problem.reduction[i].expr()});
  return RDom(domain, problem.name + "_k");
}

/// The accumulators, lane by lane: whole columns, and behind them vectors of steps side by side.
static Func sumsOf(const ContractionProblem &problem, const Tile &tile, const RDom &domain,
                   const ElementOfRow &left, const std::vector<Var> &args) {
  const int groupAxis = takesSingleSteps(tile) ? 1 : 0;
  auto at = [&](const Expr &step) {
    std::vector<Expr> k = {step};
    for (int i = groupAxis + 1; i < domain.dimensions(); ++i)
      k.push_back(domain[i]);
    return k;
  };
  const Type type = problem.accumulator;
  const std::vector<Expr> batch(args.begin() + 2, args.end());
  auto right = [&](const Expr &lane, const Expr &step) {
    return cast(type, problem.packedRhs(lane, at(step), 0, batch));
  };

  const int whole = tile.wholeColumns();
  const Expr lane = args[0], group = domain[groupAxis] * stepsPerGroup(tile);
  const Expr rest = lane - whole;
  const Expr first = takesSingleSteps(tile) ? group : group + rest / tile.lanesOfSet() * tile.steps;
  Func sums(problem.name + "_sums");
  sums(args) = cast(type, 0);
  const Expr sum = sums(std::vector<Expr>(args.begin(), args.end()));
  const Expr besides = multiplyAdd(sum, left(at(first + rest % tile.steps), {}),
                                   right(rest % tile.lanesOfSet() + whole * tile.steps, first));
  if (!takesSingleSteps(tile)) {
    sums(args) = besides;
    return sums;
  }
  const Expr step = domain[0];
  const Expr alone =
      multiplyAdd(sum, left(at(group + step), group + step), right(step * whole + lane, group));
  sums(args) = select(lane < whole, alone, step == 0, besides, sum);
  return sums;
}

namespace {
/// How the lanes of a tile's rows are added: of each row so many vectors of sums, whose lanes are
/// added together with those of its neighbours, so that what becomes of them fills a vector.
struct Fold {
  int rows, perRow, together;

  Fold(const Tile &tile, int rowsPerTile)
      : rows(rowsPerTile), perRow(tile.columnsApart() ? tile.columns : 1),
        together(takesSingleSteps(tile) ? 1
                 : tile.columnsApart()  ? tile.lanes
                                        : std::gcd(tile.steps, rowsPerTile)) {}
  /// Vectors of a tile behind that. The last one of columns apart need not be full.
  int vectors() const { return (rows * perRow + together - 1) / together; }
};
} // namespace

/// The sums of the columns behind whole vectors over (lane, vector of all tiles, batch...).
static Func foldOf(const Contraction &contraction, const Tile &tile, const Fold &fold,
                   const std::vector<Var> &args) {
  std::vector<Expr> totals, place(args.begin(), args.end());
  const Expr rowTile = args[1] / fold.vectors(), vector = args[1] % fold.vectors();
  for (int i = 0; i < fold.together; ++i) {
    // Beyond a tile's last sum it is that one again.
    const Expr at = min(vector * fold.together + i, fold.rows * fold.perRow - 1);
    place[1] = rowTile * fold.rows + at / fold.perRow;
    Expr total;
    for (int set = 0; set < tile.sets(); ++set) {
      const int before = tile.wholeColumns() + set * tile.lanesOfSet();
      place[0] = args[0] + at % fold.perRow * tile.lanes + before;
      const Expr sum = contraction.sums(place);
      total = total.defined() ? total + sum : sum;
    }
    totals.push_back(total);
  }
  Func folded(contraction.problem.name + "_folded");
  folded(args) = sumOfNeighbours(totals, tile.steps);
  return folded;
}

/// Where the fold has a column of a row: a tile's rows lie one behind the other.
static std::vector<Expr> placeInFold(const Tile &tile, const Fold &fold,
                                     const std::vector<Var> &args) {
  std::vector<Expr> place(args.begin(), args.end());
  const int columns = takesSingleSteps(tile) ? tile.lanes : tile.columns;
  const int width = fold.together * columns / fold.perRow;
  const Expr column = max(args[0] - tile.wholeColumns(), 0);
  const Expr inTile = args[1] % fold.rows * columns + column;
  place[0] = inTile % width;
  place[1] = args[1] / fold.rows * fold.vectors() + inTile / width;
  return place;
}

void buildStepsSideBySide(Contraction &contraction, const schedule::GemmParams &params,
                          const MachineFacts &facts, const ElementOfRow &left,
                          const std::vector<Var> &args) {
  const ContractionProblem &problem = contraction.problem;
  const Tile tile = tileOf(problem, params, facts);
  const Fold fold(tile, params.rowsPerTile);
  const int whole = tile.wholeColumns();
  contraction.panelWidth = takesSingleSteps(tile) ? whole + tile.lanes : tile.columns;
  contraction.rowsTogether =
      tile.columnsApart() && !takesSingleSteps(tile) ? fold.rows : fold.together;
  contraction.foldedVectors = fold.vectors();
  contraction.k = domainOf(problem, tile);
  contraction.sums = sumsOf(problem, tile, contraction.k, left, args);
  contraction.folded = foldOf(contraction, tile, fold, args);

  const Expr sum = contraction.sums(std::vector<Expr>(args.begin(), args.end()));
  const Expr folded = contraction.folded(placeInFold(tile, fold, args));
  contraction.acc = Func(problem.name);
  contraction.acc(args) = takesSingleSteps(tile) ? select(args[0] < whole, sum, folded) : folded;
}

bool joinsRows(const Contraction &contraction, Func output) {
  const int64_t columns = contraction.problem.columns.constantOr(0);
  return contraction.rowsTogether > 1 &&
         std::ranges::all_of(output.output_buffers(), [&](const OutputImageParam &buffer) {
           const Expr stride = buffer.parameter().stride_constraint(1);
           const auto known = stride.defined() ? Internal::as_const_int(stride) : std::nullopt;
           return known && *known == columns;
         });
}

void accumulateStepsSideBySide(Contraction &contraction, Func consumer, Var at,
                               const schedule::GemmParams &params, int lanes) {
  Func sums = contraction.sums, folded = contraction.folded;
  auto inVectors = [&](Func func, int width, int rows) {
    Var n = func.args()[0], m = func.args()[1];
    func.compute_at(consumer, at)
        .bound_extent(n, width)
        .align_bounds(n, width)
        .bound_extent(m, rows)
        .align_bounds(m, rows)
        .vectorize(n, lanes)
        .unroll(n)
        .unroll(m);
  };
  inVectors(sums, params.vectorsPerTile * lanes, params.rowsPerTile);
  inVectors(folded, lanes, contraction.foldedVectors);
  folded.bound_storage(folded.args()[1], contraction.foldedVectors);
  const RDom &k = contraction.k;
  Var n = sums.args()[0], m = sums.args()[1];
  std::vector<VarOrRVar> order = {n, m};
  for (int i = 0; i < k.dimensions(); ++i)
    order.push_back(k[i]);
  Stage update = sums.update();
  update.reorder(order);
  if (k.dimensions() == int(contraction.problem.reduction.size()))
    return unrollTile(update, n, m, params, lanes);
  update.vectorize(n, lanes).unroll(n).unroll(m).unroll(k[0]);
}

} // namespace dlc::templates
