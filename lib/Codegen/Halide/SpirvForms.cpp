// Each rule names what the generator (Halide's CodeGen_Vulkan_Dev.cpp) does instead.
#include "SpirvForms.h"

#include "ComputedOnce.h"
#include "DeviceLanguage.h"

#include <stdexcept>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::codegen {
namespace {

class SpirvForms : public IRMutator {
public:
  using IRMutator::mutate;

  /// Numbers of bf16 are taken for those of f16.
  Expr mutate(const Expr &value) override {
    if (value.type().is_bfloat())
      throw UnsupportedOnDevice("numbers of bf16 are not there on vulkan");
    return IRMutator::mutate(value);
  }

protected:
  using IRMutator::visit;

  /// The generator calls itself without end.
  Expr visit(const Cast *op) override {
    if (op->type.is_bool() && !op->value.type().is_bool())
      return mutate(op->value != make_zero(op->value.type()));
    return IRMutator::visit(op);
  }

  /// OpIEqual, which is for integers.
  Expr visit(const EQ *op) override {
    if (!op->a.type().is_bool())
      return IRMutator::visit(op);
    Expr a = mutate(op->a), b = mutate(op->b);
    return (a && b) || (!a && !b);
  }

  /// Of floats OpFOrdNotEqual, which is false for a NaN; of booleans as above.
  Expr visit(const NE *op) override {
    Expr a = mutate(op->a), b = mutate(op->b);
    if (a.type().is_float())
      return !EQ::make(a, b);
    if (a.type().is_bool())
      return (a && !b) || (!a && b);
    return NE::make(a, b);
  }

  /// FMin and FMax, for which a NaN means nothing: on a CPU the second operand is taken then.
  Expr visit(const Min *op) override {
    return op->type.is_float() ? chosen<LT>(op->a, op->b) : IRMutator::visit(op);
  }
  Expr visit(const Max *op) override {
    return op->type.is_float() ? chosen<GT>(op->a, op->b) : IRMutator::visit(op);
  }

  Expr visit(const Call *op) override {
    if (op->is_intrinsic(Call::strict_min))
      return chosen<LT>(op->args[0], op->args[1]);
    if (op->is_intrinsic(Call::strict_max))
      return chosen<GT>(op->args[0], op->args[1]);
    // Of vectors the last element alone is kept.
    if (op->is_intrinsic(Call::if_then_else) && op->args[0].type().is_vector())
      throw std::logic_error("a vector of conditions has no SPIR-V");
    return IRMutator::visit(op);
  }

  /// There are no constants of booleans. Predicates stay: that they are true is seen by that.
  Expr visit(const UIntImm *op) override {
    return op->type.is_bool() ? EQ::make(make_const(Int(32), int64_t(op->value)), 1) : Expr(op);
  }
  Expr visit(const Load *op) override {
    return Load::make(op->type, op->name, mutate(op->index), op->image, op->param, op->predicate,
                      op->alignment);
  }
  Stmt visit(const Store *op) override {
    return Store::make(op->name, mutate(op->value), mutate(op->index), op->param, op->predicate,
                       op->alignment);
  }

  /// OpSelect of vectors by one boolean is not there before SPIR-V 1.4.
  Expr visit(const Select *op) override {
    Expr condition = mutate(op->condition), first = mutate(op->true_value),
         second = mutate(op->false_value);
    if (condition.type().is_scalar() && first.type().is_vector())
      condition = Broadcast::make(condition, first.type().lanes());
    return Select::make(condition, first, second);
  }

  /// Two vectors are put into each other's elements.
  Expr visit(const Shuffle *op) override {
    if (!op->is_interleave() || op->vectors.size() != 2)
      return IRMutator::visit(op);
    return computedOnce(mutate(op->vectors[0]), mutate(op->vectors[1]),
                        [](const Expr &a, const Expr &b) {
                          std::vector<Expr> elements;
                          for (int lane = 0; lane < a.type().lanes(); ++lane)
                            for (const Expr &vector : {a, b})
                              elements.push_back(Shuffle::make_extract_element(vector, lane));
                          return Shuffle::make_concat(elements);
                        });
  }

private:
  /// `a` where it compares to `b`, `b` elsewhere.
  template <typename Compare>
  Expr chosen(const Expr &a, const Expr &b) {
    return computedOnce(mutate(a), mutate(b), [](const Expr &first, const Expr &second) {
      return Select::make(Compare::make(first, second), first, second);
    });
  }
};

} // namespace

std::unique_ptr<IRMutator> spirvFormsPass() { return std::make_unique<SpirvForms>(); }

} // namespace dlc::codegen
