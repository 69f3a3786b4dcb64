// Elementwise loop nests: vectors inside, as few fused loops outside as the cores need.
#include "dlc/Codegen/Halide/Templates/Injective.h"

#include <algorithm>
#include <utility>

using namespace Halide;

namespace dlc::templates {

/// Bytes of the widest value that `func` makes: its vectors hold lanes of that.
static int widestBytes(const Func &func) {
  int bytes = 1;
  for (const Type &type : func.types())
    bytes = std::max(bytes, type.bytes());
  return bytes;
}

/// Parallel pieces that are worth a wake-up each.
static Size pieces(const Sizes &extents, const schedule::InjectiveParams &params) {
  if (params.tasks <= 1)
    return 1;
  const Size worthwhile = productOf(extents) / std::max(1L, params.elementsPerTask);
  return smaller(larger(worthwhile, 1), params.tasks);
}

/// Runs axes from `first` outwards and the tiles in parallel pieces.
static void scheduleOuter(Func output, const std::vector<Var> &args, const Sizes &extents,
                          size_t first, const VectorTile &tile, const Size &pieces,
                          int64_t mostPieces) {
  std::vector<Var> loops;
  Sizes counts;
  for (size_t i = args.size(); i-- > first;) {
    loops.push_back(args[i]);
    counts.push_back(extents[i]);
  }
  loops.push_back(tile.outer);
  counts.push_back(tile.tiles);
  paralleliseOutermost(output, loops, counts, pieces, mostPieces);
}

namespace {

/// Whether elements that lie side by side along an axis are made of such elements.
class ReadsSideBySide : public Internal::IRGraphVisitor {
public:
  bool holds = true;

  /// Asks it of what `values` read along the axis `along`, and of the Funcs that they call.
  void ask(const std::vector<Expr> &values, const std::string &along) {
    const std::string outer = std::exchange(axis, along);
    for (const Expr &value : values)
      include(value);
    axis = outer;
  }

protected:
  using IRGraphVisitor::visit;
  void visit(const Internal::Call *op) override {
    IRGraphVisitor::visit(op);
    const bool readsFunc = op->call_type == Internal::Call::Halide;
    if (!readsFunc && op->call_type != Internal::Call::Image)
      return;
    bool follows = false;
    for (size_t i = 0; i < op->args.size(); ++i) {
      const Expr at = op->args[i], next = Internal::substitute(axis, variable(axis) + 1, at);
      const Expr step = Internal::simplify(next - at);
      follows = follows || (i == 0 && Internal::is_const_one(step));
      holds = holds && (Internal::is_const_zero(step) || (i == 0 && follows));
    }
    if (!readsFunc || !follows)
      return;
    const Internal::Function callee(op->func);
    if (callee.is_pure())
      ask(callee.values(), callee.args()[0]);
    else
      holds = false;
  }

private:
  static Expr variable(const std::string &name) { return Internal::Variable::make(Int(32), name); }

  std::string axis;
};

} // namespace

/// How many vectors of a tile are computed beside each other, all loaded before the first is
/// stored. A load behind a store that lies a multiple of 4 KiB before it waits for it, as in
/// tensors of whole pages one behind the other, and vectors of whole lines do not hide that.
static int vectorsTogether(const Func &output, const Var &axis, const Size &extent, int bytes,
                           const MachineFacts &facts) {
  constexpr int manyRegisters = 32, manyVectors = 16;
  // Types of less than 4 bytes may be made of those: their vectors are several anyway.
  const int together = std::min(4, bytes), lanes = facts.lanes(bytes);
  if (facts.vectorRegisters < manyRegisters || together == 1 ||
      !(extent.isMultipleOf(int64_t(together) * lanes) || extent.isAtLeast(manyVectors * lanes)))
    return 1;
  ReadsSideBySide reads;
  reads.ask(output.function().values(), axis.name());
  return reads.holds ? together : 1;
}

/// Tiles `axis` in unrolled vectors. A row that would be few of them and a rest is one tile, whose
/// last mask is a constant: in a loop, the rest would be vectors of which some hold nothing.
static VectorTile vectorise(Func output, const Var &axis, const Size &extent, int lanes,
                            int vectors) {
  constexpr int64_t fewTiles = 3;
  const int64_t all = extent.isConstant() ? ceilDiv(extent.constant(), lanes) : 0;
  if (all <= 1 || all > fewTiles * vectors || extent.isMultipleOf(int64_t(vectors) * lanes))
    return vectoriseGuarded(output, axis, extent, lanes, vectors);
  VectorTile tile{Var(axis.name() + "_tile"), Var(axis.name() + "_lane"), 1};
  const int64_t width = all * lanes;
  output.split(axis, tile.outer, tile.inner, int(width), guardedTail(extent, width))
      .vectorize(tile.inner, lanes)
      .unroll(tile.inner)
      .never_partition(tile.inner);
  return tile;
}

void scheduleInjective(Func output, Sizes extents, const schedule::InjectiveParams &params,
                       const MachineFacts &facts) {
  std::vector<Var> args = output.args();
  for (size_t i = 0; i < args.size(); ++i)
    output.bound(args[i], 0, extents[i].expr());
  if (args.empty())
    return;
  while (args.size() > 1 && extents.front().is(1)) {
    args.erase(args.begin());
    extents.erase(extents.begin());
  }
  const int lanes = facts.lanes(widestBytes(output));
  const int64_t fewChannels = std::min(4, lanes - 1);
  if (extents[0].constantOr(lanes) <= fewChannels && args.size() > 1 &&
      extents[1].constantOr(lanes) >= lanes) {
    // A pixel of few channels: unrolled, so that Halide (de)interleaves vectors of pixels.
    VectorTile pixels = vectoriseGuarded(output, args[1], extents[1], lanes, 1);
    output.reorder(args[0], pixels.inner, pixels.outer).unroll(args[0]);
    scheduleOuter(output, args, extents, 2, pixels, pieces(extents, params), params.tasks);
    return;
  }
  const int together = vectorsTogether(output, args[0], extents[0], widestBytes(output), facts);
  VectorTile tile = together > 1
                        ? vectoriseGuarded(output, args[0], extents[0], together * lanes, 1)
                        : vectorise(output, args[0], extents[0], lanes, params.vectorsPerTile);
  scheduleOuter(output, args, extents, 1, tile, pieces(extents, params), params.tasks);
}

/// Whether update `index` of `function` writes its own place along axis 0, and so may run it in
/// vectors.
static bool isPureInnermost(const Internal::Function &function, int index) {
  const auto *variable = function.updates()[size_t(index)].args()[0].as<Internal::Variable>();
  return variable && !variable->reduction_domain.defined() && variable->name == function.args()[0];
}

/// A Func with updates, at root or as an output: axis 0 innermost in guarded vectors (its extent is
/// what Halide infers), the reduction around it, the outermost axis in parallel when `parallel`.
static void scheduleReduction(Func func, bool parallel, const MachineFacts &facts) {
  const std::vector<Var> args = func.args();
  if (args.empty())
    return;
  const int lanes = facts.lanes(widestBytes(func));
  func.vectorize(args[0], lanes, TailStrategy::GuardWithIf);
  for (int i = 0; i < func.num_update_definitions(); ++i) {
    if (!isPureInnermost(func.function(), i)) {
      if (!func.function().update(i).schedule().touched())
        func.update(i).unscheduled();
      continue;
    }
    Stage update = func.update(i);
    std::vector<VarOrRVar> order = {args[0]};
    for (const Internal::ReductionVariable &k :
         func.function().updates()[size_t(i)].schedule().rvars())
      order.push_back(RVar(k.var));
    update.reorder(order).vectorize(args[0], lanes, TailStrategy::GuardWithIf);
    const auto *outermost =
        func.function().updates()[size_t(i)].args().back().as<Internal::Variable>();
    if (parallel && args.size() > 1 && outermost && outermost->name == args.back().name())
      update.parallel(args.back());
  }
}

void scheduleGeneric(const std::vector<GenericOutput> &outputs,
                     const schedule::InjectiveParams &params, const MachineFacts &facts) {
  std::vector<Internal::Function> roots;
  bool parallel = false;
  for (const GenericOutput &output : outputs) {
    roots.push_back(output.func.function());
    parallel |= pieces(output.extents, params).constantOr(params.tasks) > 1;
  }
  for (auto &[name, function] : Internal::build_environment(roots)) {
    Func func(function);
    bool isOutput = std::any_of(roots.begin(), roots.end(), [&](const Internal::Function &root) {
      return root.name() == function.name();
    });
    if (!isOutput && function.has_update_definition()) {
      func.compute_root();
      scheduleReduction(func, parallel, facts);
    }
  }
  for (const GenericOutput &output : outputs) {
    Func func = output.func;
    if (!func.has_update_definition()) {
      scheduleInjective(func, output.extents, params, facts);
      continue;
    }
    for (size_t i = 0; i < output.extents.size(); ++i)
      func.bound(func.args()[i], 0, output.extents[i].expr());
    scheduleReduction(func, parallel, facts);
  }
}

} // namespace dlc::templates
