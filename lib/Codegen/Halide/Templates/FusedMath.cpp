// Strict arithmetic is intrinsics from before Halide lowers. What is plain arithmetic behind all of
// its passes is generated with LLVM's fast-math flags, unless the target itself is strict.
#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/Prefetch.h"
#include "dlc/Codegen/Halide/Templates/SpreadLanes.h"

#include <set>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {

static const char *const fusedMarker = "dlc_fused";
static const char *const unfusedMarker = "dlc_unfused";
static const char *const unknownMarker = "dlc_unknown";

/// A zero that only a run tells, bound around a whole kernel: the highest bit of an address, which
/// belongs to the system's half of them. In a parallel loop `__user_context` is another one, a
/// thread's own, which a reference to the kernel's would hide.
static const char *const runtimeZero = "dlc_zero";

static Stmt bindRuntimeZero(const Stmt &kernel) {
  Expr address = reinterpret<uint64_t>(Variable::make(type_of<void *>(), "__user_context"));
  return LetStmt::make(runtimeZero, address >> 63, kernel);
}

/// `value` and a zero that LLVM does not know, bit by bit.
static Expr withRuntimeZero(const Expr &value) {
  const Type bits = value.type().with_code(Type::UInt);
  Expr zero = cast(bits.element_of(), Variable::make(UInt(64), runtimeZero));
  if (bits.is_vector())
    zero = Broadcast::make(zero, bits.lanes());
  return reinterpret(value.type(), reinterpret(bits, value) | zero);
}

namespace {

class FusedMath : public IRMutator {
public:
  using IRMutator::mutate;
  Stmt mutate(const Stmt &stmt) override {
    if (entered)
      return IRMutator::mutate(stmt);
    ScopedValue<bool> whole(entered, true);
    Stmt kernel = IRMutator::mutate(stmt);
    return hidesClass ? bindRuntimeZero(kernel) : kernel;
  }

protected:
  using IRMutator::visit;

  Expr visit(const Call *op) override {
    const bool marked = op->call_type == Call::PureExtern;
    if (marked && op->name == fusedMarker)
      return mutateWith(/*fuse=*/true, op->args.front());
    if (marked && op->name == unfusedMarker)
      return mutateWith(/*fuse=*/false, op->args.front());
    if (marked && op->name == unknownMarker) {
      hidesClass = true;
      return withRuntimeZero(mutateWith(/*fuse=*/false, op->args.front()));
    }
    if (fuses && op->is_intrinsic(Call::strict_add))
      return mutate(op->args[0]) + mutate(op->args[1]);
    if (fuses && op->is_intrinsic(Call::strict_sub))
      return mutate(op->args[0]) - mutate(op->args[1]);
    if (fuses && op->is_intrinsic(Call::strict_mul))
      return mutate(op->args[0]) * mutate(op->args[1]);
    ScopedValue<bool> within(fuses, false);
    return IRMutator::visit(op);
  }

private:
  Expr mutateWith(bool fuse, const Expr &value) {
    ScopedValue<bool> within(fuses, fuse);
    return mutate(value);
  }

  bool fuses = false;
  bool entered = false, hidesClass = false;
};

} // namespace

namespace {
/// What of a pipeline single strict operations can express.
class StrictForms : public IRGraphVisitor {
public:
  bool fuses = false;
  bool complete = true; ///< nothing lacks a strict form

protected:
  using IRGraphVisitor::visit;

  void visit(const Cast *op) override {
    const Type from = op->value.type();
    complete &= !op->type.is_float() || !from.is_float() || op->type.bits() == from.bits();
    IRGraphVisitor::visit(op);
  }

  void visit(const Call *op) override {
    fuses |= op->name == fusedMarker;
    const bool marker = op->name == fusedMarker || op->name == unfusedMarker ||
                        op->name == unknownMarker || isPrefetchingAhead(op) ||
                        isPrefetchingBefore(op);
    // Halide's own functions of f32 become single instructions.
    const bool instruction = ends_with(op->name, "_f32");
    complete &= op->call_type != Call::PureExtern || marker || instruction;
    IRGraphVisitor::visit(op);
  }
};
} // namespace

static Expr marked(const char *marker, const Expr &value) {
  return Call::make(value.type(), marker, {value}, Call::PureExtern);
}

namespace {
/// LLVM's flags say of a fused sum that it is finite. What reads it must not believe that: NaN
/// would be the other operand of a maximum, and no NaN to a test for it. A sum with what is read
/// from memory is of unknown class by itself.
class HideClass : public IRMutator {
public:
  explicit HideClass(std::set<std::string> sums) : sums(std::move(sums)) {}

protected:
  using IRMutator::visit;

  Expr visit(const Add *op) override {
    const bool left = isSum(op->a), right = isSum(op->b);
    if (left != right && !is_const(left ? op->b : op->a))
      return (left ? op->a : mutate(op->a)) + (right ? op->b : mutate(op->b));
    return IRMutator::visit(op);
  }

  Expr visit(const Call *op) override {
    // What adds the lanes of sums looks for nothing in them.
    if (isSumOfNeighbours(op))
      return op->type.is_float() ? ofUnknownClass(op) : op;
    Expr call = IRMutator::visit(op);
    return isSum(call) ? ofUnknownClass(call) : call;
  }

private:
  bool isSum(const Expr &value) const {
    const auto *call = value.as<Call>();
    return call && call->call_type == Call::Halide && call->type.is_float() &&
           sums.count(call->name);
  }

  std::set<std::string> sums;
};
} // namespace

/// Whether an update of the Func `name` folds what that holds already.
static bool readsItself(const Definition &update, const std::string &name) {
  class Reads : public IRGraphVisitor {
  public:
    explicit Reads(const std::string &name) : name(name) {}
    bool found = false;

  protected:
    using IRGraphVisitor::visit;
    void visit(const Call *op) override {
      found |= op->call_type == Call::Halide && op->name == name;
      IRGraphVisitor::visit(op);
    }

  private:
    const std::string &name;
  } reads(name);
  update.accept(&reads);
  return reads.found;
}

static void hideClassOfSums(std::map<std::string, Function> &environment) {
  std::set<std::string> sums;
  for (const auto &[name, function] : environment)
    for (const Definition &update : function.updates()) {
      StrictForms forms;
      update.accept(&forms);
      if (forms.fuses && readsItself(update, name))
        sums.insert(name);
    }
  for (auto &[name, function] : environment) {
    std::set<std::string> others = sums;
    others.erase(name);
    HideClass hide(std::move(others));
    function.mutate(&hide);
  }
}

Target makeStrict(const Pipeline &pipeline, const Target &target, bool sumsProducts) {
  std::vector<Function> outputs;
  for (const Func &output : pipeline.outputs())
    outputs.push_back(output.function());
  std::map<std::string, Function> environment = build_environment(outputs);
  StrictForms forms;
  for (const auto &[name, function] : environment)
    function.accept(&forms);
  const Target strict = target.with_feature(Target::StrictFloat);
  if (!sumsProducts && (!forms.fuses || !forms.complete))
    return strict;
  hideClassOfSums(environment);
  strictify_float(environment, strict);
  return target;
}

Expr fused(Expr value) { return marked(fusedMarker, value); }

Expr unfused(Expr value) { return marked(unfusedMarker, value); }

Expr multiplyAdd(Expr sum, Expr left, Expr right) {
  if (!sum.type().is_float())
    return std::move(sum) + std::move(left) * std::move(right);
  return fused(unfused(std::move(sum)) + unfused(std::move(left)) * unfused(std::move(right)));
}

Expr ofUnknownClass(Expr value) { return marked(unknownMarker, value); }

std::unique_ptr<IRMutator> fusedMathPass() { return std::make_unique<FusedMath>(); }

} // namespace dlc::templates
