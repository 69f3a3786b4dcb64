// A row's reduction keeps several vectors of partial results, folds them in registers at the end of
// the row, and finishes the row's rest in vectors, then in scalars. rfactor would do the same but
// leaves the unrolled partials in memory (docs/Rationale/Schedules.md).
#include "dlc/Codegen/Halide/Templates/RowReduce.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

Expr reductionIdentity(ReductionKind kind, Type type) {
  switch (kind) {
  case ReductionKind::Sum:
    return cast(type, 0);
  case ReductionKind::Product:
    return cast(type, 1);
  case ReductionKind::Max:
  case ReductionKind::MaxNumber:
    return type.min();
  case ReductionKind::Min:
    return type.max();
  }
  return Expr();
}

Expr combine(ReductionKind kind, Expr a, Expr b) {
  switch (kind) {
  case ReductionKind::Sum:
    return a + b;
  case ReductionKind::Product:
    return a * b;
  // `max` is its second operand where either is NaN, as the instruction is.
  case ReductionKind::Max:
    return a.type().is_float() ? select(is_nan(a), a, max(a, b)) : max(a, b);
  case ReductionKind::Min:
    return a.type().is_float() ? select(is_nan(a), a, min(a, b)) : min(a, b);
  case ReductionKind::MaxNumber:
    return max(a, b);
  }
  return Expr();
}

namespace {
/// Builds the partial and final Funcs of one reduction.
class ReductionBuilder {
public:
  explicit ReductionBuilder(const RowReduction &reduction) : reduction(reduction) {
    stage.result = Func(reduction.name);
    rowArgs.assign(reduction.rows.begin(), reduction.rows.end());
    stage.result(reduction.rows) = reductionIdentity(reduction.kind, reduction.type);
  }

  /// Reduces `tiles` tiles of `width` elements from `begin`, one partial result a lane.
  void addTiles(const Size &begin, const Size &tiles, int64_t width, int lanes) {
    if (tiles.is(0))
      return;
    Func partial(reduction.name + "_lanes");
    Var lane("lane");
    std::vector<Var> args = {lane};
    args.insert(args.end(), reduction.rows.begin(), reduction.rows.end());
    std::vector<Expr> at(args.begin(), args.end());
    partial(args) = reductionIdentity(reduction.kind, reduction.type);
    RDom domain = makeDomain(tiles);
    Expr i = domain[0] * int(width) + lane + begin.expr();
    partial(args) = combine(reduction.kind, partial(args), value(i, domain));
    partial.vectorize(lane, lanes).unroll(lane);
    std::vector<VarOrRVar> order = {lane};
    for (int d = 0; d < domain.dimensions(); ++d)
      order.push_back(domain[d]);
    partial.update().reorder(order).vectorize(lane, lanes).unroll(lane);
    partial.bound_extent(lane, int(width));

    stage.partials.push_back(partial);
    Func folded = partial;
    if (width > lanes) {
      folded = Func(reduction.name + "_folded");
      folded(args) = tree(partial, lane, int(width) / lanes, lanes);
      folded.vectorize(lane, lanes).bound_extent(lane, lanes);
      stage.partials.push_back(folded);
    }
    stage.result(reduction.rows) =
        combine(reduction.kind, stage.result(reduction.rows), tree(folded, 0, lanes, 1));
    ++updates;
  }

  /// Reduces the elements from `begin` one by one.
  void addRest(const Size &begin) {
    const Size count = reduction.extent - begin;
    if (count.is(0))
      return;
    RDom domain = makeDomain(count);
    stage.result(reduction.rows) = combine(reduction.kind, stage.result(reduction.rows),
                                           value(domain[0] + begin.expr(), domain));
    Stage update = stage.result.update(updates++);
    // A single element may be read without its index, and Halide then has no such loop.
    if (count.constantOr(0) > 1 && count.constant() <= 16)
      update.unroll(domain[0]);
  }

  RowStage stage;

private:
  /// Combines `count` places of `func`, `stride` apart from `first`, as a balanced tree: the
  /// shortest chain, in one order whatever the floating-point mode.
  Expr tree(const Func &func, Expr first, int count, int stride) const {
    std::vector<Expr> values;
    for (int i = 0; i < count; ++i) {
      std::vector<Expr> at = {first + i * stride};
      at.insert(at.end(), rowArgs.begin(), rowArgs.end());
      values.push_back(func(at));
    }
    for (; values.size() > 1; values.resize((values.size() + 1) / 2))
      for (size_t i = 0; i < values.size() / 2; ++i)
        values[i] = combine(reduction.kind, values[i], values[values.size() - 1 - i]);
    return values[0];
  }
  RDom makeDomain(const Size &innermost) const {
    Region region = {{0, innermost.expr()}};
    for (const Size &extent : reduction.outer)
      region.push_back({0, extent.expr()});
    return RDom(region);
  }
  Expr value(Expr i, const RDom &domain) const {
    std::vector<Expr> outer;
    for (int d = 1; d < domain.dimensions(); ++d)
      outer.push_back(domain[d]);
    return cast(reduction.type, reduction.value(i, outer));
  }

  const RowReduction &reduction;
  std::vector<Expr> rowArgs;
  int updates = 0;
};
} // namespace

RowStage buildRowReduction(const RowReduction &reduction, const schedule::RowReduceParams &params,
                           const MachineFacts &facts) {
  ReductionBuilder builder(reduction);
  builder.stage.columns = reduction.extent;
  const int lanes = lanesWithin(reduction.extent, facts.lanes(reduction.type.bytes()));
  Size begin = 0;
  if (lanes > 1) {
    const int64_t width = int64_t(params.accumulators) * lanes;
    if (reduction.extent.constantOr(width) >= width && params.accumulators > 1) {
      builder.addTiles(0, reduction.extent / width, width, lanes);
      begin = reduction.extent / width * width;
    }
    const Size vectors = (reduction.extent - begin) / lanes;
    builder.addTiles(begin, vectors, lanes, lanes);
    begin = begin + vectors * lanes;
  }
  builder.addRest(begin);
  return builder.stage;
}

RowStage buildRowStage(const std::string &name, Var i, const std::vector<Var> &rows,
                       const Size &extent, Expr value) {
  RowStage stage;
  stage.result = Func(name);
  stage.extent = stage.columns = extent;
  std::vector<Var> args = {i};
  args.insert(args.end(), rows.begin(), rows.end());
  stage.result(args) = value;
  return stage;
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
  if (perElement)
    vectoriseGuarded(output, args[0], extents[0], facts.lanes(bytes), 2);

  std::vector<Var> rows;
  Size iterations = 1;
  for (size_t i = args.size(); i-- > (perElement ? 1 : 0);) {
    rows.push_back(args[i]);
    iterations = iterations * extents[i];
  }
  LoopLevel at = LoopLevel::root();
  constexpr int64_t worthwhile = 1 << 17; // elements: tens of microseconds
  const Size columns = stages.empty() ? Size(1) : stages.front().columns;
  const Size tasks = tasksFor(iterations * columns, worthwhile, params.tasks);
  const Size pieces = ceilDiv(iterations, std::max(1, params.rowsPerBlock));
  if (!rows.empty())
    at = LoopLevel(output, parallelise(output, rows, iterations, smaller(tasks, pieces)));
  for (RowStage &stage : stages) {
    stage.result.compute_at(at);
    for (Func &partial : stage.partials)
      partial.compute_at(at);
    if (!stage.extent.is(0))
      vectoriseGuarded(stage.result, stage.result.args()[0], stage.extent,
                       facts.lanes(stage.result.types()[0].bytes()), 2);
  }
}

} // namespace dlc::templates
