// The threads of a row read neighbouring elements in each turn. What they found is folded in two
// levels in shared memory, which needs a barrier each instead of one a halving.
#include "dlc/Codegen/Halide/Templates/GPURowReduce.h"
#include "dlc/Codegen/Halide/Templates/GPULoops.h"

using namespace Halide;

namespace dlc::templates {

/// Members of the second level's groups: a thread folds that many.
static constexpr int groupSize = 16;

RowStage buildGPURowReduction(const RowReduction &reduction,
                              const schedule::GPURowReduceParams &params) {
  const int threads = params.threadsPerRow;
  const Size extent = reduction.extent;
  const bool exact = extent.isMultipleOf(threads);
  const Expr identity = reductionIdentity(reduction.kind, reduction.type);
  RowStage stage;
  Var member("member");
  std::vector<Var> args = {member};
  args.insert(args.end(), reduction.rows.begin(), reduction.rows.end());
  auto at = [&](Expr index) {
    std::vector<Expr> place = {index};
    place.insert(place.end(), reduction.rows.begin(), reduction.rows.end());
    return place;
  };

  Func partial(reduction.name + "_partial");
  RDom turn(0, ceilDiv(extent, threads).expr(), reduction.name + "_turn");
  Expr index = turn * threads + member;
  Expr value = reduction.value(exact ? index : min(index, extent.expr() - 1));
  value = cast(reduction.type, value);
  if (!exact)
    value = select(index < extent.expr(), value, identity);
  partial(args) = identity;
  partial(args) = accumulate(reduction.kind, partial(args), value);
  stage.partials.push_back(partial);

  int members = threads;
  if (members > groupSize) {
    Func grouped(reduction.name + "_grouped");
    RDom within(0, groupSize, reduction.name + "_within");
    members /= groupSize;
    grouped(args) = identity;
    grouped(args) = combine(reduction.kind, grouped(args), partial(at(within * members + member)));
    stage.partials.push_back(grouped);
  }
  RDom last(0, members, reduction.name + "_last");
  stage.result = Func(reduction.name);
  stage.result(reduction.rows) = identity;
  stage.result(reduction.rows) =
      combine(reduction.kind, stage.result(reduction.rows), stage.partials.back()(at(last)));
  return stage;
}

/// Rows without members are the block's second dimension too: as the first one they would be its
/// width, of which each row of the other stages has as many threads.
static void rowsToThreads(Stage stage, Var row) {
  Var alone("alone");
  stage.split(row, row, alone, 1).gpu_threads(alone, row);
}

/// Runs every definition of `func` by the block's threads.
static void scheduleStage(Func func, Var block, Func output) {
  const std::vector<Var> args = func.args();
  func.compute_at(output, block);
  auto apply = [&](Stage stage, const std::vector<VarOrRVar> &inside) {
    std::vector<VarOrRVar> order = inside;
    order.insert(order.end(), args.begin(), args.end());
    if (order.size() > 1)
      stage.reorder(order);
    if (args.size() == 1)
      rowsToThreads(stage, args[0]);
    else
      stage.gpu_threads(args[0], args[1]);
  };
  apply(Stage(func), {});
  for (int i = 0; i < func.num_update_definitions(); ++i) {
    std::vector<VarOrRVar> inside;
    for (const Internal::ReductionVariable &variable :
         func.function().updates()[size_t(i)].schedule().rvars())
      inside.emplace_back(RVar(variable.var));
    apply(func.update(i), inside);
  }
}

void scheduleGPURowReduce(Func output, const Sizes &extents, bool perElement,
                          std::vector<RowStage> stages,
                          const schedule::GPURowReduceParams &params) {
  const std::vector<Var> args = output.args();
  for (size_t i = 0; i < args.size(); ++i)
    output.bound(args[i], 0, extents[i].expr());
  Var row = args.back(), block("block"), rowIn("row_in"), turn("turn"), member("member");
  output.split(row, block, rowIn, params.rowsPerBlock, TailStrategy::GuardWithIf);
  if (perElement) {
    output.split(args[0], turn, member, params.threadsPerRow, TailStrategy::GuardWithIf)
        .reorder(turn, member, rowIn, block)
        .gpu_threads(member, rowIn);
  } else {
    rowsToThreads(Stage(output), rowIn);
  }
  output.gpu_blocks(block);
  for (RowStage &stage : stages) {
    scheduleStage(stage.result, block, output);
    for (Func &partial : stage.partials)
      scheduleStage(partial, block, output);
  }
}

} // namespace dlc::templates
