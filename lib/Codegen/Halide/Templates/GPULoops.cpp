// All loops that may run in any order become one, cut into blocks of threads: no extent is too
// large for a dimension of the grid, none too small for a block, and neighbouring threads touch
// neighbouring elements.
#include "dlc/Codegen/Halide/Templates/GPULoops.h"

using namespace Halide;

namespace dlc::templates {

Var mapToThreads(Stage stage, std::vector<Var> loops, int threads) {
  if (loops.empty()) {
    stage.gpu_single_thread();
    return Var();
  }
  Var fused = loops.back();
  for (size_t i = loops.size() - 1; i-- > 0;) {
    Var next("element");
    stage.fuse(fused, loops[i], next);
    fused = next;
  }
  Var block("block"), thread("thread");
  stage.split(fused, block, thread, threads, TailStrategy::GuardWithIf)
      .gpu_blocks(block)
      .gpu_threads(thread);
  return thread;
}

/// Outermost first.
static std::vector<Var> loopsOf(const std::vector<Var> &args) {
  return {args.rbegin(), args.rend()};
}

/// Whether argument `index` of `update` is the Func's own variable.
static bool isFree(const Internal::Function &function, const Internal::Definition &update,
                   size_t index) {
  const auto *variable = update.args()[index].as<Internal::Variable>();
  return variable && !variable->reduction_domain.defined() &&
         variable->name == function.args()[index];
}

/// Whether each element is made from itself and other Funcs alone, so that one thread can do it
/// all.
static bool isElementwise(const Internal::Function &function) {
  for (const Internal::Definition &update : function.updates())
    for (size_t i = 0; i < update.args().size(); ++i)
      if (!isFree(function, update, i))
        return false;
  return !function.args().empty();
}

/// The arguments that update `index` of `func` leaves free, outermost first; its reductions are
/// moved inside of them.
static std::vector<Var> freeLoopsOf(Func func, int index) {
  const Internal::Function &function = func.function();
  const Internal::Definition &update = function.updates()[size_t(index)];
  std::vector<Var> loops;
  std::vector<VarOrRVar> order;
  for (const Internal::ReductionVariable &variable : update.schedule().rvars())
    order.emplace_back(RVar(variable.var));
  for (size_t i = 0; i < update.args().size(); ++i) {
    if (!isFree(function, update, i))
      continue;
    order.emplace_back(func.args()[i]);
    loops.insert(loops.begin(), func.args()[i]);
  }
  if (order.size() > 1)
    func.update(index).reorder(order);
  return loops;
}

/// A launch for the definition of `func` and one for each of its updates; returns the loop over the
/// threads of the first.
static Var scheduleLaunches(Func func, int threads) {
  Var thread = mapToThreads(Stage(func), loopsOf(func.args()), threads);
  for (int i = 0; i < func.num_update_definitions(); ++i)
    mapToThreads(func.update(i), freeLoopsOf(func, i), threads);
  return thread;
}

/// One launch for all of `fold`, accumulated in registers, where its elements do not need each
/// other.
static void scheduleFold(Func fold, int threads) {
  if (!isElementwise(fold.function())) {
    fold.compute_root();
    scheduleLaunches(fold, threads);
    return;
  }
  Func stored = fold.in();
  stored.compute_root();
  fold.compute_at(stored, mapToThreads(Stage(stored), loopsOf(stored.args()), threads));
}

/// The Funcs with updates that `output` is made from.
static std::vector<Func> foldsUnder(Func output) {
  std::vector<Func> folds;
  for (auto &[name, function] : Internal::build_environment({output.function()}))
    if (name != output.name() && function.has_update_definition())
      folds.emplace_back(function);
  return folds;
}

void scheduleGPUInjective(Func output, const schedule::GPUInjectiveParams &params,
                          const std::vector<Func> &kept) {
  for (Func &fold : foldsUnder(output))
    scheduleFold(fold, params.threads);
  Var thread = scheduleLaunches(output, params.threads);
  for (Func func : kept)
    func.compute_at(output, thread);
}

void scheduleGPUWindow(Func output, const schedule::GPUWindowParams &params) {
  Var thread = mapToThreads(Stage(output), loopsOf(output.args()), params.threads);
  for (Func &fold : foldsUnder(output))
    if (output.args().empty())
      fold.compute_root();
    else
      fold.compute_at(output, thread);
}

} // namespace dlc::templates
