// The quotient of a negative number a, rounded down, is ~(~a / b), and a shift likewise: ~a is not
// negative.
#include "SpirvIntegers.h"

#include "ComputedOnce.h"

#include <functional>

using namespace Halide;
using namespace Halide::Internal;

namespace dlc::codegen {
namespace {

Expr asUnsigned(const Expr &value) { return cast(value.type().with_code(Type::UInt), value); }

Expr zeroLike(const Expr &value) { return make_zero(value.type()); }

/// |value| as an unsigned number.
Expr magnitude(const Expr &value) {
  return Select::make(value < zeroLike(value),
                      make_zero(asUnsigned(value).type()) - asUnsigned(value), asUnsigned(value));
}

/// `operation(a)` on an unsigned number, which rounds to zero, as one on a signed `a` that rounds
/// down.
Expr roundedDown(const Expr &a, const std::function<Expr(const Expr &)> &operation) {
  const Type bits = asUnsigned(a).type();
  const Expr flip = Select::make(a < zeroLike(a), ~make_zero(bits), make_zero(bits));
  return cast(a.type(), operation(asUnsigned(a) ^ flip) ^ flip);
}

/// The quotient by a positive `b`.
Expr flooredQuotient(const Expr &a, const Expr &b) {
  return roundedDown(a, [&](const Expr &value) { return value / asUnsigned(b); });
}

/// Halide's quotient: the remainder is never negative; 0 where `b` is 0.
Expr euclideanQuotient(const Expr &a, const Expr &b) {
  const Expr divisor = magnitude(b);
  const Expr quotient = roundedDown(
      a, [&](const Expr &value) { return value / max(divisor, make_one(divisor.type())); });
  return select(b == zeroLike(b), zeroLike(a), b < zeroLike(b), zeroLike(a) - quotient, quotient);
}

/// C's quotient.
Expr truncatedQuotient(const Expr &a, const Expr &b) {
  const Expr quotient = cast(a.type(), magnitude(a) / magnitude(b));
  return Select::make((a ^ b) < zeroLike(a), zeroLike(a) - quotient, quotient);
}

class SpirvIntegers : public IRMutator {
protected:
  using IRMutator::visit;

  Expr visit(const Div *op) override {
    if (!op->type.is_int())
      return IRMutator::visit(op);
    // Mostly an index by an extent.
    if (is_positive_const(op->b))
      return computedOnce(mutate(op->a), op->b, flooredQuotient);
    return computedOnce(mutate(op->a), mutate(op->b), euclideanQuotient);
  }

  Expr visit(const Mod *op) override {
    if (!op->type.is_int())
      return IRMutator::visit(op);
    if (is_positive_const(op->b))
      return computedOnce(mutate(op->a), op->b, [](const Expr &a, const Expr &b) {
        return a - flooredQuotient(a, b) * b;
      });
    return computedOnce(mutate(op->a), mutate(op->b), [](const Expr &a, const Expr &b) {
      const Expr remainder = a - euclideanQuotient(a, b) * b;
      return Select::make(b == zeroLike(b), zeroLike(a), remainder);
    });
  }

  Expr visit(const Call *op) override {
    if (Expr lowered = lower_intrinsic(op); lowered.defined())
      return mutate(lowered);
    if (op->is_intrinsic({Call::shift_left, Call::shift_right}) && op->type.is_int())
      return shift(op);
    const bool isRemainder = op->is_intrinsic(Call::mod_round_to_zero);
    if (!isRemainder && !op->is_intrinsic(Call::div_round_to_zero))
      return IRMutator::visit(op);
    return computedOnce(mutate(op->args[0]), mutate(op->args[1]),
                        [=](const Expr &a, const Expr &b) {
                          const Expr quotient = a.type().is_int() ? truncatedQuotient(a, b) : a / b;
                          return isRemainder ? a - quotient * b : quotient;
                        });
  }

  Stmt visit(const For *op) override {
    if (op->for_type != ForType::Serial || is_const(op->extent))
      return IRMutator::visit(op);
    return For::make(op->name, mutate(op->min), max(mutate(op->extent), 0), op->for_type,
                     op->partition_policy, op->device_api, mutate(op->body));
  }

private:
  /// A signed amount that is negative shifts the other way.
  Expr shift(const Call *op) {
    const bool isLeft = op->is_intrinsic(Call::shift_left);
    return computedOnce(
        mutate(op->args[0]), mutate(op->args[1]), [=](const Expr &a, const Expr &amount) {
          const Expr distance = amount.type().is_int() ? magnitude(amount) : amount;
          const Expr left = a << distance;
          const Expr right = roundedDown(a, [&](const Expr &value) { return value >> distance; });
          if (amount.type().is_uint())
            return isLeft ? left : right;
          return Select::make(amount < zeroLike(amount), isLeft ? right : left,
                              isLeft ? left : right);
        });
  }
};

} // namespace

std::unique_ptr<IRMutator> spirvIntegersPass() { return std::make_unique<SpirvIntegers>(); }

} // namespace dlc::codegen
