// The stages of a row, each in the row's vectors, and their loops. A row of few vectors is unrolled
// through all stages, so that it is read once and stays in registers; of few elements, it is one
// lane of a vector of rows. Folds of several rows, of which none waits for another's, may be
// computed ahead of what waits for them.
#include "dlc/Codegen/Halide/Templates/RowReduce.h"

#include "ReductionBuilder.h"
#include "dlc/Codegen/Halide/Templates/KeptElements.h"
#include "dlc/Codegen/Halide/Templates/KeptInOutput.h"
#include "dlc/Codegen/Halide/Templates/Prefetch.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

/// The fewest lanes, a power of two, that hold `extent` elements, or `limit`.
static int lanesHolding(const Size &extent, int limit) {
  int lanes = 1;
  while (lanes < limit && !(extent.isConstant() && extent.constant() <= lanes))
    lanes *= 2;
  return lanes;
}

/// Whether a row is unrolled through all stages. The bound is what 32 registers hold besides what
/// is computed; 16 spill from half of it on, which still costs less than loops and their exits.
static bool isUnrolled(const Size &extent, int lanes) {
  constexpr int64_t mostVectors = 24;
  return extent.isConstant() && ceilDiv(extent.constant(), lanes) <= mostVectors;
}

/// Whether the lanes of a vector are rows. Vectors of a row of few elements would be all but empty
/// and their folds most of the work; rows side by side are folded without shuffles.
static bool rowsAreLanes(const Size &columns, const Size &rows) {
  // From 8 columns on, whose elements are loaded one by one, it lost where rows fill no vector.
  constexpr int64_t mostColumns = 7, fewestRows = 4;
  return columns.isConstant() && columns.constant() <= mostColumns &&
         rows.constantOr(fewestRows) >= fewestRows;
}

static bool rowsAreLanes(const RowReduction &reduction) {
  return reduction.rows.size() == 1 && rowsAreLanes(reduction.extent, reduction.rowCount);
}

/// Lanes of the last vector of a row: of a few vectors it has half of the others' where the rest of
/// the row fits and units take a vector by halves, and so half the time for it.
static int lastLanes(const Size &extent, int bytes, const MachineFacts &facts) {
  constexpr int64_t mostVectors = 6; // of more it is less than a tenth
  const int lanes = lanesHolding(extent, facts.lanes(bytes));
  const int64_t columns = extent.constantOr(0), rest = columns % lanes;
  const bool byHalves = lanes * bytes == 2 * facts.unitBytes;
  const bool isNarrow = byHalves && columns > lanes && columns <= mostVectors * lanes && rest > 0 &&
                        rest <= lanes / 2;
  return isNarrow ? lanes / 2 : lanes;
}

/// `reduction` where rows that the last block has beyond the end are the last row once more.
static RowReduction clampRow(RowReduction reduction) {
  const Var row = reduction.rows.front();
  const Expr last = (reduction.rowCount - 1).expr();
  reduction.value = [=, value = reduction.value](Expr i) {
    return Internal::substitute(row.name(), min(row, last), value(i));
  };
  return reduction;
}

/// The reduction's value beside the same of a row that comes `rows` later, which is brought near.
static std::function<Expr(Expr)> withRowsAhead(const RowReduction &reduction, int rows,
                                               bool intoL1) {
  return [=, value = reduction.value](const Expr &i) {
    return askingAhead(value(i), {.distance = (reduction.extent * rows).expr(), .intoL1 = intoL1});
  };
}

/// `together`: as of ReductionBuilder.
static RowStage buildReduction(const RowReduction &reduction, bool together,
                               const schedule::RowReduceParams &params, const MachineFacts &facts) {
  const bool acrossRows = rowsAreLanes(reduction);
  const int lanes =
      acrossRows ? 1 : lanesHolding(reduction.extent, facts.lanes(reduction.type.bytes()));
  const bool looped = !isUnrolled(reduction.extent, lanes);
  const bool ahead = !acrossRows && (reduction.first || (reduction.readsFoldsOnly && looped)) &&
                     params.rowsPerBlock > 1 && !reduction.rows.empty();
  const bool clamps = ahead && !reduction.rowCount.isMultipleOf(params.rowsPerBlock);
  RowReduction inside = clamps ? clampRow(reduction) : reduction;
  const Size extent = reduction.extent;
  // The first fold brings a block's rows; the others then compute while the next block's come.
  if (ahead && !reduction.first)
    inside.value = withRowsAhead(inside, params.rowsPerBlock, /*intoL1=*/true);
  const int last = acrossRows ? 1 : lastLanes(extent, reduction.type.bytes(), facts);
  ReductionBuilder builder(inside, lanes, last, together);
  Size begin = 0;
  if (looped) {
    const int64_t width = int64_t(params.accumulators) * lanes;
    builder.addTiles(0, extent / width, params.accumulators);
    begin = extent / width * width;
  }
  if (extent.isConstant()) {
    for (; begin.constant() + lanes <= extent.constant(); begin = begin + lanes)
      builder.addVector(begin, /*masked=*/false);
  } else if (params.accumulators > 1) {
    const Size vectors = (extent - begin) / lanes;
    builder.addTiles(begin, vectors, 1);
    begin = begin + vectors * lanes;
  }
  if (!extent.isMultipleOf(lanes))
    builder.addVector(begin, /*masked=*/true);
  RowStage stage = builder.finish();
  stage.ahead = ahead;
  return stage;
}

RowStage buildRowReduction(const RowReduction &reduction, const schedule::RowReduceParams &params,
                           const MachineFacts &facts) {
  return buildReduction(reduction, /*together=*/false, params, facts);
}

/// Whether `value` is an element of a buffer, of whatever type there.
static bool isMereRead(const Expr &value) {
  if (const auto *cast = value.as<Internal::Cast>())
    return isMereRead(cast->value);
  const auto *call = value.as<Internal::Call>();
  return call && readsBuffer(call);
}

/// The element of `func`, over a row's elements and `rows`, at `i`.
static Expr elementAt(const Func &func, const Expr &i, const std::vector<Var> &rows) {
  std::vector<Expr> place = {i};
  place.insert(place.end(), rows.begin(), rows.end());
  return func(place);
}

RowElements buildRowElements(const RowReduction &row, const schedule::RowReduceParams &params,
                             const MachineFacts &facts) {
  const int lanes = lanesHolding(row.extent, facts.lanes(row.type.bytes()));
  const Var i("i");
  if (!row.extent.isConstant() || isUnrolled(row.extent, lanes) || isMereRead(row.value(i)))
    return {row.value, row.value, {}};
  const int64_t bytes = row.extent.constant() * row.type.bytes() * params.rowsPerBlock;
  if (bytes > facts.l2Bytes / 4)
    return {row.value, row.value, {}};
  std::vector<Var> args = {i};
  args.insert(args.end(), row.rows.begin(), row.rows.end());
  RowStage stage;
  stage.result = memoryFor(row.name + "_elements", row.type, args);
  stage.columns = row.extent;
  stage.isMemory = true;
  stage.ahead = params.rowsPerBlock > 1 && !row.rows.empty();
  auto kept = [=](const Expr &at) { return elementAt(stage.result, at, row.rows); };
  return {[=](const Expr &at) { return writingKept(kept(at), row.value(at)); },
          [=](const Expr &at) { return readingKept(kept(at), row.value(at)); },
          {stage}};
}

/// The terms of `reduction` at (i, row...), kept for a row; those that fill the last vector are
/// anything.
static RowStage buildTerms(const RowReduction &reduction, Var i, const MachineFacts &facts) {
  RowStage stage;
  stage.result = Func(reduction.name + "_terms");
  stage.extent = stage.columns = reduction.extent;
  std::vector<Var> args = {i};
  args.insert(args.end(), reduction.rows.begin(), reduction.rows.end());
  auto define = [&](const Expr &at) {
    std::vector<Expr> place(args.begin(), args.end());
    place.front() = at;
    stage.result(place) = guardedValue(reduction.value(at), at, reduction.extent);
  };
  const int bytes = reduction.type.bytes(),
            lanes = lanesHolding(reduction.extent, facts.lanes(bytes));
  const int last = lastLanes(reduction.extent, bytes, facts);
  if (last == lanes) {
    stage.result(args) = guardedValue(reduction.value(i), i, reduction.extent);
    return stage;
  }
  // A definition of its own for the last lanes, or LLVM makes a whole vector of them.
  const int whole = int(reduction.extent.constant()) / lanes * lanes;
  stage.result(args) = undef(reduction.type);
  define(RDom(0, whole, "whole"));
  define(RDom(whole, last, "last"));
  return stage;
}

KeptReduction buildKeptReduction(const RowReduction &reduction, Var i, bool inOutput,
                                 const schedule::RowReduceParams &params,
                                 const MachineFacts &facts) {
  const int lanes = lanesHolding(reduction.extent, facts.lanes(reduction.type.bytes()));
  const bool keepsInOutput = inOutput && !isUnrolled(reduction.extent, lanes);
  const bool blocks =
      params.rowsPerBlock > 1 && !reduction.rows.empty() && !rowsAreLanes(reduction);
  RowReduction inside = reduction;
  // Rows that come later would be waited for by their first fold.
  if (blocks)
    inside.value = withRowsAhead(reduction, params.rowsPerBlock, /*intoL1=*/true);
  else if (keepsInOutput)
    inside.value = withRowsAhead(reduction, 1, /*intoL1=*/false);
  if (keepsInOutput) {
    inside.value = [=, term = inside.value](const Expr &at) { return keepInOutput(term(at), at); };
    return {{buildReduction(inside, /*together=*/true, params, facts)},
            keptInOutput(reduction.type, i, reduction.rows)};
  }
  const RowStage terms = buildTerms(inside, i, facts);
  inside.value = [=](const Expr &at) { return elementAt(terms.result, at, reduction.rows); };
  return {{terms, buildReduction(inside, /*together=*/false, params, facts)},
          terms.result(terms.result.args())};
}

/// How many vectors of a kept stage are computed beside each other, operation by operation: each is
/// a long chain of operations, and a core looks ahead to less than 100 that wait for their
/// operands.
static int64_t chainsTogether(int64_t vectors) {
  for (int64_t chains : {4, 6, 5, 3, 2})
    if (vectors % chains == 0)
      return chains;
  return 1;
}

/// Vectorises the updates of terms of which the last vector is narrower.
static void vectoriseParts(Func terms, int lanes) {
  for (int i = 0; i < terms.num_update_definitions(); ++i) {
    const RVar column(terms.rvars(i).front());
    const int64_t extent =
        *Internal::as_const_int(terms.function().update(i).schedule().rvars().front().extent);
    const int64_t vectors = ceilDiv(extent, lanes), together = chainsTogether(vectors);
    terms.update(i).vectorize(column, int(std::min(extent, together * lanes)));
    if (vectors > together)
      terms.update(i).unroll(column);
  }
}

/// Vectorises the columns of a row; those of a stage that is `kept` several vectors at once, and
/// the last vector filled up.
static void vectoriseRow(Func func, const Size &extent, int bytes, bool kept,
                         const MachineFacts &facts) {
  const Var column = func.args()[0];
  const int lanes = lanesHolding(extent, facts.lanes(bytes));
  if (lanes == 1)
    return;
  const int64_t least = kept ? 4 : 2;
  const int64_t vectors = isUnrolled(extent, lanes) ? ceilDiv(extent.constant(), lanes) : least;
  const int64_t together = kept ? chainsTogether(vectors) : 1;
  const int last = lastLanes(extent, bytes, facts);
  if (func.has_update_definition())
    return vectoriseParts(func, lanes);
  const int64_t width = vectors * lanes - (lanes - last);
  Var tile(column.name() + "_tile"), lane(column.name() + "_lane");
  func.split(column, tile, lane, int(width),
             kept ? TailStrategy::RoundUp : guardedTail(extent, width))
      .vectorize(lane, int(last < lanes ? width : together * lanes));
  if (vectors > together && last == lanes)
    func.unroll(lane);
  if (!kept && !extent.isMultipleOf(width))
    func.never_partition(lane);
}

/// Computes a stage in the loop `inner` over rows; what is ahead, in `outer` over blocks of rows.
static void scheduleStage(RowStage &stage, const LoopLevel &outer, const LoopLevel &inner,
                          const schedule::RowReduceParams &params, const MachineFacts &facts) {
  stage.result.compute_at(stage.ahead ? outer : inner);
  LoopLevel within = inner;
  if (stage.ahead) {
    const Var row = stage.result.args()[stage.isMemory ? 1 : 0];
    constexpr int mostUnrolled = 16;
    stage.result.bound_extent(row, params.rowsPerBlock);
    if (params.rowsPerBlock <= mostUnrolled && !stage.isMemory)
      stage.result.unroll(row);
    within = LoopLevel(stage.result, row);
  }
  for (Func &partial : stage.partials)
    partial.compute_at(within);
  if (!stage.extent.is(0))
    vectoriseRow(stage.result, stage.extent, stage.result.types()[0].bytes(), /*kept=*/true, facts);
}

/// Schedules rows as lanes: the columns of a vector of rows, then the next one's.
static void scheduleRowsAsLanes(Func output, const Size &rows, int lanes, bool perElement,
                                const std::vector<RowStage> &stages, const Size &tasks) {
  auto vectorise = [&](Func func, const Var &outer, bool hasColumns) {
    const std::vector<Var> args = func.args();
    Var lane("row_lane");
    func.split(args.back(), outer, lane, lanes, guardedTail(rows, lanes));
    if (hasColumns)
      func.reorder(args[0], lane, outer).unroll(args[0]);
    func.vectorize(lane);
  };
  Var block("row_block");
  vectorise(output, block, perElement);
  const LoopLevel level(output, parallelise(output, {block}, ceilDiv(rows, lanes), tasks));
  for (const RowStage &stage : stages) {
    Func func = stage.result;
    const bool hasColumns = !stage.extent.is(0);
    vectorise(func.compute_at(level), func.args().back(), hasColumns);
    if (hasColumns)
      func.reorder_storage(func.args().back(), func.args()[0]);
  }
}

void scheduleRowReduce(Func output, const Sizes &extents, bool perElement,
                       std::vector<RowStage> stages, const schedule::RowReduceParams &params,
                       const MachineFacts &facts) {
  const std::vector<Var> args = output.args();
  for (size_t i = 0; i < args.size(); ++i)
    output.bound(args[i], 0, extents[i].expr());
  int bytes = 1;
  for (const Type &type : output.types())
    bytes = std::max(bytes, type.bytes());
  const size_t firstRow = perElement ? 1 : 0;
  std::vector<Var> rows(args.rbegin(), args.rend() - std::ptrdiff_t(firstRow));
  constexpr int64_t worthwhile = 1 << 17; // elements: tens of microseconds
  const Size columns = stages.empty() ? Size(1) : stages.front().columns;
  Sizes counts(extents.begin() + std::ptrdiff_t(firstRow), extents.end());
  const Size tasks = tasksFor(productOf(counts) * columns, worthwhile, params.tasks);
  if (!stages.empty() && rows.size() == 1 && rowsAreLanes(columns, counts.front())) {
    const int64_t lanes = facts.lanes(bytes);
    scheduleRowsAsLanes(output, counts.front(),
                        int(std::min(lanes, counts.front().constantOr(lanes))), perElement, stages,
                        tasks);
    return;
  }
  if (perElement)
    vectoriseRow(output, extents[0], bytes, /*kept=*/false, facts);
  Var block("row_block"), inBlock("row_in_block");
  const bool blocked = params.rowsPerBlock > 1 && !rows.empty();
  if (blocked) {
    const int height = params.rowsPerBlock;
    output.split(rows.back(), block, inBlock, height, guardedTail(counts.front(), height));
    output.never_partition(block, inBlock);
    rows.back() = block;
    counts.front() = ceilDiv(counts.front(), height);
  }
  const Size iterations = productOf(counts);
  LoopLevel outer = LoopLevel::root();
  if (!rows.empty())
    outer = LoopLevel(output, parallelise(output, rows, iterations, tasks));
  const LoopLevel inner = blocked ? LoopLevel(output, inBlock) : outer;
  for (RowStage &stage : stages)
    scheduleStage(stage, outer, inner, params, facts);
}

} // namespace dlc::templates
