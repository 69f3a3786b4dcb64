// Two vectorised loops make one vector: over batches inside of over columns for what is summed, the
// other way round for the result, which has a batch's columns side by side.
#include "dlc/Codegen/Halide/Templates/SideBySide.h"

#include "dlc/Codegen/Halide/Templates/LoopNest.h"

using namespace Halide;

namespace dlc::templates {

int64_t countSideBySide(int64_t batches, int64_t columns, int64_t lanes) {
  const bool fits = columns > 0 && lanes % columns == 0;
  int64_t count = fits ? lanes / columns : 1;
  while (batches % count != 0)
    count /= 2;
  return count;
}

Expr mixPanels(Contraction &contraction, Expr column, const std::vector<Expr> &k,
               const std::vector<Expr> &batch) {
  const ContractionProblem &problem = contraction.problem;
  std::vector<Var> args = {Var("n")}, batchVars;
  std::vector<Expr> steps, at = {std::move(column)};
  for (size_t i = 0; i < k.size(); ++i) {
    args.emplace_back("step" + std::to_string(i));
    steps.emplace_back(args.back());
  }
  for (size_t i = 0; i < batch.size(); ++i)
    batchVars.emplace_back("b" + std::to_string(i));
  args.insert(args.end(), batchVars.begin(), batchVars.end());
  contraction.mixedRhs = Func(problem.name + "_mixed_rhs");
  contraction.mixedRhs(args) =
      cast(problem.accumulator,
           problem.packedRhs(args.front(), steps, 0, {batchVars.begin(), batchVars.end()}));
  at.insert(at.end(), k.begin(), k.end());
  at.insert(at.end(), batch.begin(), batch.end());
  return contraction.mixedRhs(at);
}

BatchLoops splitSideBySide(const ContractionProblem &problem, Func output) {
  BatchLoops loops;
  output.split(output.args()[2], loops.vectors, loops.inside, int(problem.sideBySide),
               TailStrategy::RoundUp);
  output.vectorize(loops.inside);
  return loops;
}

/// Makes the batch axis `batch` of a copy its innermost in memory.
static void mix(Func copy, size_t batch, int count) {
  std::vector<Var> args = copy.args();
  const Var axis = args[batch];
  args.erase(args.begin() + std::ptrdiff_t(batch));
  args.insert(args.begin(), axis);
  copy.bound_extent(axis, count).align_bounds(axis, count).reorder_storage(args);
  copy.reorder(axis, args[1]).vectorize(axis);
}

void accumulateSideBySide(Contraction &contraction, Func output, Var tile, Var block,
                          const schedule::GemmParams &params) {
  const ContractionProblem &problem = contraction.problem;
  const int count = int(problem.sideBySide), rows = params.rowsPerTile;
  Func acc = contraction.acc, rhs = contraction.mixedRhs;
  Var n = acc.args()[0], m = acc.args()[1], batch = acc.args()[2];
  acc.compute_at(output, tile)
      .bound_extent(n, contraction.panelWidth)
      .bound_extent(m, rows)
      .align_bounds(m, rows)
      .bound_extent(batch, count)
      .align_bounds(batch, count)
      .reorder_storage(batch, n, m)
      .reorder(batch, n, m)
      .vectorize(batch)
      .vectorize(n)
      .unroll(m);
  std::vector<VarOrRVar> order = {batch, n, m};
  for (int i = 0; i < contraction.k.dimensions(); ++i)
    order.push_back(contraction.k[i]);
  Stage update = acc.update();
  update.reorder(order).vectorize(batch).vectorize(n).unroll(m);
  const int64_t unrolled = divisorAtMost(problem.reduction[0].constantOr(1), params.unroll);
  if (unrolled > 1)
    update.unroll(contraction.k[0], int(unrolled));

  rhs.compute_at(output, block).bound_extent(rhs.args()[0], contraction.panelWidth);
  mix(rhs, problem.reduction.size() + 1, count);
  rhs.vectorize(rhs.args()[0]);
  for (Contraction::Staged &staged : contraction.staged)
    mix(staged.func, staged.func.args().size() - problem.batch.size(), count);
}

} // namespace dlc::templates
