// AVX2's masked store of 8 floats takes 12 cycles on Zen 4, where plain stores of its pieces take
// one each. Where a masked store is cheap, these cost two stores and a shuffle more at worst.
#include "dlc/Codegen/Halide/Templates/TailStores.h"

#include <string>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {
namespace {

bool isPowerOfTwo(int number) { return (number & (number - 1)) == 0; }

class TailStores : public IRMutator {
protected:
  using IRMutator::visit;

  Stmt visit(const LetStmt *op) override {
    ScopedBinding<Expr> bind(op->value.type().is_bool() && op->value.type().is_vector(), conditions,
                             op->name, op->value);
    return IRMutator::visit(op);
  }

  Stmt visit(const Store *op) override {
    const Type type = op->value.type();
    const Expr count = storedLanes(op->predicate);
    const auto *place = op->index.as<Ramp>();
    if (!count.defined() || !place || !is_const_one(place->stride) || type.is_bool() ||
        !isPowerOfTwo(type.lanes()))
      return op;
    const std::string name = unique_name("tail");
    const Expr value = Variable::make(type, name);
    const Stmt whole =
        Store::make(op->name, value, op->index, op->param, const_true(type.lanes()), op->alignment);
    const Stmt pieces =
        IfThenElse::make(count > 0, storePieces(*op, place->base, value, count), Stmt());
    return LetStmt::make(name, op->value,
                         simplify(IfThenElse::make(count >= type.lanes(), whole, pieces)));
  }

private:
  /// How many of a vector's first lanes `predicate` lets through; undefined where it is no such
  /// condition.
  Expr storedLanes(Expr predicate) const {
    if (const auto *variable = predicate.as<Variable>();
        variable && conditions.contains(variable->name))
      predicate = conditions.get(variable->name);
    const auto *below = predicate.as<LT>();
    const auto *atMost = predicate.as<LE>();
    if (!below && !atMost)
      return Expr();
    const auto *lane = (below ? below->a : atMost->a).as<Ramp>();
    const auto *end = (below ? below->b : atMost->b).as<Broadcast>();
    if (!lane || !end || !is_const_one(lane->stride) || lane->base.type() != Int(32) ||
        end->value.type() != Int(32))
      return Expr();
    return simplify(end->value - lane->base + (atMost ? 1 : 0));
  }

  /// Stores the first `count` lanes of `value`, fewer than all, from `at` on: half of the lanes
  /// where there are as many, and then the rest of them in the same way.
  static Stmt storePieces(const Store &store, const Expr &at, const Expr &value,
                          const Expr &count) {
    const int half = value.type().lanes() / 2;
    if (half == 0)
      return Evaluate::make(0);
    const Expr first = Shuffle::make_slice(value, 0, 1, half);
    const Expr fillsHalf = (count & half) != 0;
    const Stmt stored = Store::make(store.name, first, half == 1 ? at : Ramp::make(at, 1, half),
                                    store.param, const_true(half), ModulusRemainder());
    const std::string name = unique_name("rest");
    const Stmt rest = storePieces(store, simplify(at + (count & half)),
                                  Variable::make(first.type(), name), count);
    return Block::make(
        IfThenElse::make(fillsHalf, stored),
        LetStmt::make(name, select(fillsHalf, Shuffle::make_slice(value, half, 1, half), first),
                      rest));
  }

  Scope<Expr> conditions; ///< bound names of vectors of them
};

} // namespace

std::unique_ptr<IRMutator> tailStoresPass() { return std::make_unique<TailStores>(); }

} // namespace dlc::templates
