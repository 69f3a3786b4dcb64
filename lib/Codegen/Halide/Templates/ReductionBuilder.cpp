// The arithmetic of folds: what each kind of reduction makes of two values, and of a row. A row's
// reduction keeps several vectors of partial results, reads what is left of the row by a mask, and
// folds a vector by halves in registers. rfactor would do the same but leaves the unrolled partials
// in memory (docs/Rationale/Schedules.md).
#include "ReductionBuilder.h"

#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/KeptInOutput.h"
#include "dlc/Codegen/Halide/Templates/Math.h"
#include "dlc/Codegen/Halide/Templates/Prefetch.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

Expr reductionIdentity(ReductionKind kind, Type type) {
  switch (kind) {
  case ReductionKind::Sum:
  case ReductionKind::SumOfSquares:
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
  case ReductionKind::SumOfSquares:
    return codegen::math::sum(a, b);
  case ReductionKind::Product:
    return codegen::math::product(a, b);
  case ReductionKind::Max:
    return codegen::math::maximum(a, b);
  case ReductionKind::Min:
    return codegen::math::minimum(a, b);
  case ReductionKind::MaxNumber:
    return max(a, b);
  }
  return Expr();
}

Expr accumulate(ReductionKind kind, Expr folded, Expr value) {
  if (kind != ReductionKind::SumOfSquares)
    return combine(kind, folded, value);
  if (value.type().is_float())
    return multiplyAdd(folded, value, value);
  return codegen::math::sum(folded, codegen::math::product(value, value));
}

Expr combineAll(ReductionKind kind, const std::vector<Expr> &values) {
  if (kind == ReductionKind::Max)
    return codegen::math::maximumOf(values);
  if (kind == ReductionKind::Min)
    return codegen::math::minimumOf(values);
  Expr folded = values.front();
  for (size_t i = 1; i < values.size(); ++i)
    folded = combine(kind, folded, values[i]);
  return folded;
}

namespace {

/// Makes what is read of buffers masked loads, and what is kept in the output masked stores.
class GuardLoads : public Internal::IRMutator {
public:
  explicit GuardLoads(Expr condition) : condition(std::move(condition)) {}

protected:
  using IRMutator::visit;
  Expr visit(const Internal::Call *op) override {
    Expr call = IRMutator::visit(op);
    if (isKeepInOutput(op)) {
      const std::vector<Expr> &args = call.as<Internal::Call>()->args;
      return keepInOutput(args[0], args[1], condition);
    }
    if (!readsBuffer(op))
      return call;
    return Internal::Call::make(op->type, Internal::Call::if_then_else, {condition, call},
                                Internal::Call::PureIntrinsic);
  }

private:
  Expr condition;
};

} // namespace

Expr guardedValue(const Expr &value, const Expr &i, const Size &extent) {
  return GuardLoads(likely(i < extent.expr())).mutate(value);
}

ReductionBuilder::ReductionBuilder(const RowReduction &reduction, int lanes, int last,
                                   bool together)
    : reduction(reduction), lanes(lanes), last(last), together(together) {
  stage.columns = reduction.extent;
}

void ReductionBuilder::addVector(const Size &begin, bool masked) {
  (masked && last < lanes ? halves : values).push_back([=, this](Expr lane) {
    Expr at = lane + begin.expr(), value = valueAt(at);
    if (!masked)
      return value;
    return select(at < reduction.extent.expr(), guardedValue(value, at, reduction.extent),
                  reductionIdentity(reduction.kind, reduction.type));
  });
}

void ReductionBuilder::addTiles(const Size &begin, const Size &tiles, int count) {
  if (tiles.is(0))
    return;
  const int width = count * lanes;
  Func partial(reduction.name + "_lanes");
  Var lane("lane");
  RDom domain(0, tiles.expr());
  partial(withRows(lane)) = reductionIdentity(reduction.kind, reduction.type);
  partial(withRows(lane)) =
      accumulate(reduction.kind, partial(at(lane)), valueAt(domain * width + lane + begin.expr()));
  partial.bound_extent(lane, width).vectorize(lane, lanes).unroll(lane);
  partial.update().reorder(lane, domain);
  if (together)
    partial.update().vectorize(lane);
  else
    partial.update().vectorize(lane, lanes).unroll(lane);
  stage.partials.push_back(partial);
  for (int i = 0; i < count; ++i)
    folds.push_back([=, this](Expr lane) { return partial(at(lane + i * lanes)); });
}

RowStage ReductionBuilder::finish() {
  stage.result = Func(reduction.name);
  Var lane("lane");
  Expr folded = foldVectors(lanes == 1 ? Expr(0) : Expr(lane));
  for (int width = lanes; width > 1; width /= 2) {
    Func half(reduction.name + "_" + std::to_string(width));
    half(withRows(lane)) = folded;
    half.bound_extent(lane, width).vectorize(lane, width);
    stage.partials.push_back(half);
    Expr first = width == 2 ? Expr(0) : Expr(lane);
    folded = combine(reduction.kind, half(at(first)), half(at(first + width / 2)));
    if (width == lanes)
      for (const VectorOf &value : halves)
        folded = combine(reduction.kind, folded, termOf(value(first)));
  }
  stage.result(reduction.rows) = folded;
  return stage;
}

Expr ReductionBuilder::foldVectors(const Expr &lane) const {
  std::vector<Expr> vectors;
  for (const VectorOf &fold : folds)
    vectors.push_back(fold(lane));
  const bool squares = reduction.kind == ReductionKind::SumOfSquares;
  if (squares)
    addSquares(vectors, lane);
  else
    for (const VectorOf &value : values)
      vectors.push_back(value(lane));
  for (; vectors.size() > 1; vectors.resize((vectors.size() + 1) / 2))
    for (size_t i = 0; i < vectors.size() / 2; ++i)
      vectors[i] = combine(reduction.kind, vectors[i], vectors[vectors.size() - 1 - i]);
  const Expr folded = vectors.front();
  return squares && folded.type().is_float() ? ofUnknownClass(folded) : folded;
}

void ReductionBuilder::addSquares(std::vector<Expr> &sums, const Expr &lane) const {
  constexpr size_t mostChains = 8;
  const size_t chains =
      sums.empty() ? std::clamp<size_t>(values.size() / 2, 1, mostChains) : sums.size();
  for (size_t i = 0; i < values.size(); ++i) {
    const Expr value = values[i](lane);
    if (sums.size() < chains)
      sums.push_back(termOf(value));
    else
      sums[i % chains] = accumulate(reduction.kind, sums[i % chains], value);
  }
}

Expr ReductionBuilder::termOf(const Expr &value) const {
  const bool squares = reduction.kind == ReductionKind::SumOfSquares;
  return squares ? codegen::math::product(value, value) : value;
}

std::vector<Var> ReductionBuilder::withRows(Var lane) const {
  std::vector<Var> args = {lane};
  args.insert(args.end(), reduction.rows.begin(), reduction.rows.end());
  return args;
}

std::vector<Expr> ReductionBuilder::at(Expr lane) const {
  std::vector<Expr> place = {lane};
  place.insert(place.end(), reduction.rows.begin(), reduction.rows.end());
  return place;
}

Expr ReductionBuilder::valueAt(Expr i) const { return cast(reduction.type, reduction.value(i)); }

} // namespace dlc::templates
