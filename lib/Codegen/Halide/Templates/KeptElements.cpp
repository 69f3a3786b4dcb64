// Calls that count as having effects mark what is written and read, so that Halide leaves them in
// their loops. The element to write is a load, whose place Halide's passes find out.
#include "dlc/Codegen/Halide/Templates/KeptElements.h"

#include "dlc/Codegen/Halide/Templates/LoweredLoops.h"

#include <utility>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::templates {

static const char *const elementWriteMarker = "dlc_writing_kept";
static const char *const elementReadMarker = "dlc_reading_kept";

static bool isWriting(const Call *call) {
  return call->call_type == Call::Extern && call->name == elementWriteMarker;
}

static bool isElementMarker(const Call *call) {
  return isWriting(call) || (call->call_type == Call::Extern && call->name == elementReadMarker);
}

namespace {

/// Takes the markers out of a value, and lists what is to be written.
class TakeKeptElements : public IRGraphMutator {
public:
  struct Element {
    std::string name; ///< in place of it
    Expr value, kept;
  };
  std::vector<Element> elements;

protected:
  using IRGraphMutator::visit;

  Expr visit(const Call *op) override {
    if (!isElementMarker(op))
      return IRGraphMutator::visit(op);
    if (!op->args[0].as<Load>())
      throw CompileError("what is kept of a row must have memory");
    if (!isWriting(op))
      return op->args[0];
    elements.push_back({unique_name("kept"), mutate(op->args[1]), op->args[0]});
    return Variable::make(op->type, elements.back().name);
  }
};

class KeptElements : public IRMutator {
protected:
  using IRMutator::visit;

  Stmt visit(const Store *op) override {
    return take(op->value, [&](const Expr &value) {
      return Store::make(op->name, value, op->index, op->param, op->predicate, op->alignment);
    });
  }

  Stmt visit(const LetStmt *op) override {
    const Stmt body = mutate(op->body);
    return take(op->value, [&](const Expr &value) { return LetStmt::make(op->name, value, body); });
  }

private:
  /// The statement `with` the value that `marked` stands for, behind what that writes.
  template <typename With>
  static Stmt take(const Expr &marked, With with) {
    if (!holdsCall(Evaluate::make(marked), isElementMarker))
      return with(marked);
    TakeKeptElements taken;
    const Expr rest = taken.mutate(substitute_in_all_lets(marked));
    Stmt result = with(common_subexpression_elimination(rest));
    for (const auto &[name, value, kept] : taken.elements) {
      const auto *place = kept.as<Load>();
      Stmt keep = Store::make(place->name, Variable::make(value.type(), name), place->index,
                              place->param, const_true(value.type().lanes()), place->alignment);
      result =
          LetStmt::make(name, common_subexpression_elimination(value), Block::make(keep, result));
    }
    return result;
  }
};

Expr marked(const char *marker, Expr kept, Expr value) {
  const Type type = value.type();
  return Call::make(type, marker, {std::move(kept), std::move(value)}, Call::Extern);
}

} // namespace

Func memoryFor(const std::string &name, Type type, const std::vector<Var> &args) {
  Func memory(name);
  memory(args) = undef(type);
  return memory;
}

Expr writingKept(Expr kept, Expr value) {
  return marked(elementWriteMarker, std::move(kept), std::move(value));
}

Expr readingKept(Expr kept, Expr value) {
  return marked(elementReadMarker, std::move(kept), std::move(value));
}

std::unique_ptr<IRMutator> keptElementsPass() { return std::make_unique<KeptElements>(); }

} // namespace dlc::templates
