// A tile of columns stays in registers while the rows of a piece pass; the pieces' results are few
// and folded at the end, with the rows that no piece took.
#include "dlc/Codegen/Halide/Templates/ColumnReduce.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

/// Vectors of columns in a tile: with the chains, enough additions in flight to hide their latency.
static constexpr int mostVectors = 4;

/// Chains of partial results beside the vectors of a tile.
static int64_t chainsFor(const ColumnReduction &reduction, const schedule::RowReduceParams &params,
                         int lanes) {
  int64_t vectors = std::clamp<int64_t>(reduction.columns / lanes, 1, mostVectors);
  return std::max<int64_t>(1, 2 * params.accumulators / vectors);
}

ColumnFold buildColumnReduction(const ColumnReduction &reduction,
                                const schedule::RowReduceParams &params,
                                const MachineFacts &facts) {
  ColumnFold fold;
  fold.columns = reduction.columns;
  const int lanes = lanesWithin(reduction.columns, facts.lanes(reduction.type.bytes()));
  const int64_t chains = chainsFor(reduction, params, lanes);
  const int64_t fewestRows = 4 * chains; // of a piece worth its start
  fold.pieces = std::clamp<int64_t>(reduction.rows / fewestRows, 0, std::max(1, params.tasks));
  const int64_t steps = fold.pieces ? reduction.rows / fold.pieces / chains : 0;
  const int64_t taken = fold.pieces * steps * chains;

  Var column("column"), chain("chain"), piece("piece");
  fold.result = Func(reduction.name);
  Expr total = reductionIdentity(reduction.kind, reduction.type);
  if (taken > 0) {
    fold.partial = Func(reduction.name + "_partial");
    RDom step(0, int(steps), "step");
    Expr row = (piece * int(steps) + step) * int(chains) + chain;
    fold.partial(column, chain, piece) = reductionIdentity(reduction.kind, reduction.type);
    fold.partial(column, chain, piece) =
        accumulate(reduction.kind, fold.partial(column, chain, piece),
                   cast(reduction.type, reduction.value(column, row)));
    std::vector<Expr> parts;
    for (int p = 0; p < fold.pieces; ++p)
      for (int c = 0; c < chains; ++c)
        parts.push_back(fold.partial(column, c, p));
    for (; parts.size() > 1; parts.resize((parts.size() + 1) / 2))
      for (size_t i = 0; i < parts.size() / 2; ++i)
        parts[i] = combine(reduction.kind, parts[i], parts[parts.size() - 1 - i]);
    total = parts.front();
  }
  fold.result(column) = total;
  if (taken < reduction.rows) {
    RDom rest(int(taken), int(reduction.rows - taken), "rest");
    fold.result(column) = accumulate(reduction.kind, fold.result(column),
                                     cast(reduction.type, reduction.value(column, rest)));
  }

  if (fold.partial.defined()) {
    VectorTile tile = vectoriseGuarded(fold.partial, column, reduction.columns, lanes, mostVectors);
    fold.partial.unroll(chain);
    Var outer("tile"), inner("lane");
    RVar step(fold.partial.rvars(0)[0]);
    const int64_t width =
        std::min<int64_t>(mostVectors, std::max<int64_t>(1, reduction.columns / lanes)) * lanes;
    const bool exact = reduction.columns % width == 0;
    fold.partial.update()
        .split(column, outer, inner, int(width),
               exact ? TailStrategy::RoundUp : TailStrategy::GuardWithIf)
        .reorder(inner, chain, step, outer, piece)
        .vectorize(inner, lanes)
        .unroll(chain);
    if (exact && width > lanes)
      fold.partial.update().unroll(inner);
    if (fold.pieces > 1) {
      fold.partial.parallel(piece);
      fold.partial.update().parallel(piece);
    }
    fold.partial.bound_extent(chain, int(chains)).compute_root();
  }
  return fold;
}

void scheduleColumnReduce(Func output, ColumnFold fold, const MachineFacts &facts) {
  const Var column = output.args()[0];
  output.bound(column, 0, int(fold.columns));
  int bytes = 1;
  for (const Type &type : output.types())
    bytes = std::max(bytes, type.bytes());
  vectoriseGuarded(output, column, fold.columns, facts.lanes(bytes), 1);
  const Var own = fold.result.args()[0];
  const int lanes = lanesWithin(fold.columns, facts.lanes(fold.result.types()[0].bytes()));
  fold.result.compute_root().vectorize(own, lanes, TailStrategy::GuardWithIf);
  if (fold.result.has_update_definition()) {
    RVar rest(fold.result.rvars(0)[0]);
    fold.result.update().reorder(own, rest).vectorize(own, lanes, TailStrategy::GuardWithIf);
  }
}

} // namespace dlc::templates
