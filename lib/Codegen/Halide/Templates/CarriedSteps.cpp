// Loads are marked before Halide lowers. Behind all of its passes the stores of a loop's body and
// their marked loads are known; each such store gets a small array of its own, which LLVM makes a
// register.
#include "dlc/Codegen/Halide/Templates/CarriedSteps.h"

#include "dlc/Codegen/Halide/Templates/LoweredLoops.h"

#include <string>
#include <utility>
#include <vector>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {

static const char *const carriedMarker = "dlc_from_step_before";

namespace {

bool isCarried(const Call *op) {
  return op->call_type == Call::PureExtern && op->name == carriedMarker;
}

/// Replaces the loads that are marked as of steps of `loop` by `replacement`, or without one by the
/// loads; keeps the last of them.
class TakeCarried : public IRMutator {
public:
  explicit TakeCarried(const std::string &loop, Expr replacement = Expr())
      : loop(loop), replacement(std::move(replacement)) {}
  Expr found;

protected:
  using IRMutator::visit;
  Expr visit(const Call *op) override {
    if (!isCarried(op) || !expr_uses_var(op->args[1], loop))
      return IRMutator::visit(op);
    found = op->args.front();
    return replacement.defined() ? replacement : mutate(op->args.front());
  }

private:
  const std::string &loop;
  Expr replacement;
};

/// The marked load in `value`, free of the names that it binds; undefined where there is none of
/// the same vector.
Expr markedIn(const Expr &value, const std::string &loop) {
  TakeCarried marks(loop);
  marks.mutate(substitute_in_all_lets(value));
  // Halide may have taken the vector apart.
  return marks.found.defined() && marks.found.type() == value.type() ? marks.found : Expr();
}

/// A vector that a step hands on.
struct Carried {
  std::string name;
  Type type;

  Expr index() const { return type.is_scalar() ? Expr(0) : Ramp::make(0, 1, type.lanes()); }
  Expr load() const {
    return Load::make(type, name, index(), Buffer<>(), Parameter(), const_true(type.lanes()),
                      ModulusRemainder());
  }
  Stmt store(const Expr &value) const {
    return Store::make(name, value, index(), Parameter(), const_true(type.lanes()),
                       ModulusRemainder());
  }
};

/// Makes each store of a marked load's fold one of what is carried, and lists those.
class CarryStores : public IRMutator {
public:
  explicit CarryStores(const std::string &loop) : loop(loop) {}
  std::vector<Carried> carried;

protected:
  using IRMutator::visit;
  Stmt visit(const Store *op) override {
    if (!markedIn(op->value, loop).defined())
      return Store::make(op->name, TakeCarried(loop).mutate(op->value), op->index, op->param,
                         op->predicate, op->alignment);
    const Carried next{unique_name("carried"), op->value.type()};
    carried.push_back(next);
    const Expr value = TakeCarried(loop, next.load()).mutate(op->value);
    return Block::make(next.store(value), Store::make(op->name, next.load(), op->index, op->param,
                                                      op->predicate, op->alignment));
  }

private:
  const std::string &loop;
};

/// Makes each of those stores one of what the first step reads, in the same order.
class ReadFirst : public IRMutator {
public:
  ReadFirst(const std::string &loop, const std::vector<Carried> &carried)
      : loop(loop), next(carried.begin()) {}

protected:
  using IRMutator::visit;
  Stmt visit(const Store *op) override {
    const Expr element = markedIn(op->value, loop);
    return element.defined() ? (next++)->store(element) : Evaluate::make(0);
  }

private:
  const std::string &loop;
  std::vector<Carried>::const_iterator next;
};

class CarriedSteps : public IRMutator {
protected:
  using IRMutator::visit;

  Stmt visit(const For *op) override {
    if (op->for_type != ForType::Serial || holdsLoop(op->body) || !holdsCall(op->body, isCarried))
      return IRMutator::visit(op);
    CarryStores stores(op->name);
    const Stmt body = stores.mutate(op->body);
    if (stores.carried.empty())
      return IRMutator::visit(op);
    const Stmt first =
        substitute(op->name, op->min, ReadFirst(op->name, stores.carried).mutate(op->body));
    Stmt loop = Block::make(IfThenElse::make(op->extent > 0, first), withBody(op, body));
    for (const Carried &each : stores.carried)
      loop = Allocate::make(each.name, each.type.element_of(), MemoryType::Stack,
                            {each.type.lanes()}, const_true(), loop);
    return loop;
  }

  /// Marks elsewhere mean nothing.
  Expr visit(const Call *op) override {
    return isCarried(op) ? mutate(op->args.front()) : IRMutator::visit(op);
  }
};

} // namespace

Expr fromStepBefore(Expr element, Expr step) {
  const Type type = element.type();
  return Call::make(type, carriedMarker, {std::move(element), std::move(step)}, Call::PureExtern);
}

std::unique_ptr<IRMutator> carriedStepsPass() { return std::make_unique<CarriedSteps>(); }

} // namespace dlc::templates
