// Calls mark what is kept and where it is read again; they count as having effects, so that Halide
// leaves them in their loops. Behind all of its passes the output's own stores, which read the kept
// elements, tell where a row lies: there the elements are written.
#include "dlc/Codegen/Halide/Templates/KeptInOutput.h"

#include "dlc/Codegen/Halide/Templates/LoweredLoops.h"

#include <map>
#include <string>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {

static const char *const writeMarker = "dlc_keep_in_output";
static const char *const readMarker = "dlc_kept_in_output";

bool isKeepInOutput(const Call *call) {
  return call->call_type == Call::Extern && call->name == writeMarker;
}

static bool isKeptInOutput(const Call *call) {
  return call->call_type == Call::Extern && call->name == readMarker;
}

static bool isMarker(const Call *call) { return isKeepInOutput(call) || isKeptInOutput(call); }

/// Of templates that mark what cannot be kept.
static void require(bool holds, const char *message) {
  if (!holds)
    throw CompileError(message);
}

namespace {

/// The first of elements that lie side by side.
Expr firstOf(const Expr &index) {
  const auto *ramp = index.as<Ramp>();
  require(ramp ? is_const_one(ramp->stride) : index.type().is_scalar(),
          "elements kept in the output must lie side by side");
  return ramp ? ramp->base : index;
}

/// A row in the memory of the output.
struct KeptRow {
  std::string output;
  Parameter parameter;
  Expr base; ///< index of column 0, free of names that lets bind
};

/// Takes the marked elements out of a store's value.
class TakeKept : public IRGraphMutator {
public:
  struct Element {
    std::string name; ///< in place of it
    Expr value, column, condition;
  };
  std::vector<Element> elements;

protected:
  using IRGraphMutator::visit;
  Expr visit(const Call *op) override {
    if (!isKeepInOutput(op))
      return IRGraphMutator::visit(op);
    elements.push_back({unique_name("kept"), op->args[0], op->args[1], op->args[2]});
    return Variable::make(op->type, elements.back().name);
  }
};

class KeptInOutput : public IRMutator {
protected:
  using IRMutator::visit;

  /// The stores of a row that read, which follow those that write, are looked at first.
  Stmt visit(const Block *op) override {
    const Stmt rest = mutate(op->rest), first = mutate(op->first);
    return Block::make(first, rest);
  }

  Stmt visit(const LetStmt *op) override {
    bound[op->name] = substitute(bound, op->value);
    return IRMutator::visit(op);
  }

  Stmt visit(const For *op) override {
    if (left.contains(op->name))
      left.pop(op->name);
    Stmt loop = IRMutator::visit(op);
    left.push(op->name);
    return loop;
  }

  Stmt visit(const Store *op) override {
    if (!holdsCall(op, isMarker))
      return op;
    TakeKept taken;
    store = op;
    const Expr rest = taken.mutate(mutate(substitute_in_all_lets(op->value)));
    store = nullptr;
    Stmt result = Store::make(op->name, common_subexpression_elimination(rest), op->index,
                              op->param, op->predicate, op->alignment);
    for (const TakeKept::Element &element : taken.elements)
      result = LetStmt::make(element.name, common_subexpression_elimination(element.value),
                             Block::make(keep(element), result));
    return result;
  }

  Expr visit(const Call *op) override {
    if (!isKeptInOutput(op))
      return IRMutator::visit(op);
    require(store != nullptr, "only the output may read what is kept in it");
    const Expr base = firstOf(store->index) - firstOf(op->args.front());
    row = {store->name, store->param, simplify(substitute(bound, base))};
    return Load::make(op->type, store->name, store->index, Buffer<>(), store->param,
                      store->predicate, ModulusRemainder());
  }

private:
  Stmt keep(const TakeKept::Element &element) const {
    require(row.base.defined() && !expr_uses_vars(row.base, left),
            "what is kept in the output must be read in the same row");
    const int lanes = element.value.type().lanes();
    const Expr first = simplify(row.base + firstOf(element.column));
    const Expr index = lanes == 1 ? first : Ramp::make(first, 1, lanes);
    const Expr value = Variable::make(element.value.type(), element.name);
    return Store::make(row.output, value, index, row.parameter, simplify(element.condition),
                       ModulusRemainder());
  }

  KeptRow row; ///< the one whose output comes next
  const Store *store = nullptr;
  std::map<std::string, Expr> bound;
  Scope<> left; ///< loops that are not around what is visited
};

} // namespace

Expr keepInOutput(Expr value, Expr i, Expr condition) {
  const Type type = value.type();
  return Call::make(type, writeMarker, {std::move(value), std::move(i), std::move(condition)},
                    Call::Extern);
}

Expr keptInOutput(Type type, Expr i, const std::vector<Var> &rows) {
  std::vector<Expr> place = {std::move(i)};
  place.insert(place.end(), rows.begin(), rows.end());
  return Call::make(type, readMarker, place, Call::Extern);
}

std::unique_ptr<IRMutator> keptInOutputPass() { return std::make_unique<KeptInOutput>(); }

} // namespace dlc::templates
