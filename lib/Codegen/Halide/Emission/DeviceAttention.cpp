// Each stage goes through memory: a thread an element of it.
#include "DeviceAttention.h"

#include "dlc/Codegen/Halide/Templates/RowReduce.h"

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

namespace dlc::codegen {

std::function<Expr(const std::vector<Expr> &)>
emitAttentionStages(const templates::AttentionProblem &problem) {
  Var key("key"), row("row"), column("column");
  std::vector<Var> batch;
  for (size_t i = 0; i < problem.batch.size(); ++i)
    batch.emplace_back("b" + std::to_string(i));
  const std::vector<Expr> place(batch.begin(), batch.end());
  auto args = [&](std::vector<Var> first) {
    first.insert(first.end(), batch.begin(), batch.end());
    return first;
  };
  auto at = [&](std::vector<Expr> first) {
    first.insert(first.end(), batch.begin(), batch.end());
    return first;
  };
  const Halide::Type type = problem.accumulator;
  const Expr zero = Halide::Internal::make_zero(type);

  Func scores("scores"), largest("largest"), weights("weights"), sum("sum"), mixed("mixed");
  RDom depth(0, problem.depth.expr(), "depth");
  scores(args({key, row})) = zero;
  scores(args({key, row})) += Halide::cast(type, problem.query(depth, row, place)) *
                              Halide::cast(type, problem.key(depth, key, place));
  auto logit = [&](Expr k) {
    Expr scaled = scores(at({k, row})) * Halide::Internal::make_const(type, problem.scale);
    return problem.bias ? scaled + problem.bias(k, row, place) : scaled;
  };
  RDom keys(0, problem.keys.expr(), "keys");
  largest(args({row})) = type.min();
  largest(args({row})) = Halide::max(largest(args({row})), logit(keys));
  // In place of the logits, so that exponentials are computed once.
  weights(args({key, row})) = logit(key);
  weights(args({key, row})) = problem.exp(weights(at({key, row})) - largest(at({row})));
  sum(args({row})) = zero;
  sum(args({row})) += weights(at({keys, row}));
  mixed(args({column, row})) = zero;
  mixed(args({column, row})) +=
      weights(at({keys, row})) * Halide::cast(type, problem.value(keys, column, place));
  return [=](const std::vector<Expr> &where) {
    std::vector<Expr> ofRow(where.begin() + 1, where.end());
    return mixed(where) / sum(ofRow);
  };
}

} // namespace dlc::codegen
