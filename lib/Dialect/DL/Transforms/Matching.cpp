// Products, polynomials and bounds out of chains of elementwise ops.
#include "Matching.h"

#include "dlc/Dialect/DL/IR/TensorConversion.h"

#include <cmath>

using namespace mlir;

namespace dlc::dl {

bool nearly(double a, double b, Value like) {
  unsigned bits = getElementTypeOrSelf(like).getIntOrFloatBitWidth();
  double tolerance = bits >= 32 ? 5e-6 : getElementTypeOrSelf(like).isF16() ? 1e-3 : 8e-3;
  return std::fabs(a - b) <= tolerance * std::fmax(std::fabs(a), std::fabs(b));
}

//===-- Products ---------------------------------------------------------------------------===//

Value Product::takeFactor(llvm::function_ref<bool(Value)> take) {
  auto found = llvm::find_if(factors, take);
  if (found == factors.end())
    return {};
  Value value = *found;
  factors.erase(found);
  return value;
}

/// The exponent of a power that is a product of 2 or 3 factors; 0 otherwise.
static int smallExponent(PowOp op) {
  std::optional<double> exponent = splatValue(op.getRhs());
  return exponent && (*exponent == 2 || *exponent == 3) ? static_cast<int>(*exponent) : 0;
}

namespace {

/// Collects the factors of one product.
class ProductWalk {
public:
  explicit ProductWalk(Value root) : root(root) { visit(root, /*divides=*/false); }

  Product product;

private:
  void visit(Value value, bool divides) {
    if (std::optional<double> constant = splatValue(value); constant && *constant != 0) {
      product.scale *= divides ? 1 / *constant : *constant;
      return;
    }
    Operation *op = value == root || value.hasOneUse() ? value.getDefiningOp() : nullptr;
    if (auto mul = dyn_cast_if_present<MulOp>(op)) {
      visit(mul.getLhs(), divides);
      visit(mul.getRhs(), divides);
    } else if (auto div = dyn_cast_if_present<DivOp>(op)) {
      visit(div.getLhs(), divides);
      visit(div.getRhs(), !divides);
    } else if (auto neg = dyn_cast_if_present<NegOp>(op)) {
      product.scale = -product.scale;
      visit(neg.getOperand(), divides);
    } else if (auto reciprocal = dyn_cast_if_present<ReciprocalOp>(op)) {
      visit(reciprocal.getOperand(), !divides);
    } else if (auto pow = dyn_cast_if_present<PowOp>(op); pow && smallExponent(pow) > 0) {
      for (int i = 0; i < smallExponent(pow); ++i)
        keep(pow.getLhs(), divides);
    } else {
      keep(value, divides);
    }
  }

  void keep(Value value, bool divides) {
    (divides ? product.divisors : product.factors).push_back(value);
  }

  Value root;
};

} // namespace

Product productOf(Value root) {
  if (!isa<FloatType>(getElementTypeOrSelf(root)))
    return {1, {root}, {}};
  return ProductWalk(root).product;
}

//===-- Polynomials ------------------------------------------------------------------------===//

static std::optional<Polynomial> multiply(const Polynomial &a, const Polynomial &b) {
  Polynomial result;
  for (unsigned i = 0; i < Polynomial::degrees; ++i)
    for (unsigned j = 0; j < Polynomial::degrees; ++j) {
      double term = a[i] * b[j];
      if (term != 0 && i + j >= Polynomial::degrees)
        return std::nullopt;
      if (term != 0)
        result.coefficients[i + j] += term;
    }
  return result;
}

static Polynomial combine(const Polynomial &a, const Polynomial &b, double sign) {
  Polynomial result = a;
  for (unsigned i = 0; i < Polynomial::degrees; ++i)
    result.coefficients[i] += sign * b[i];
  return result;
}

/// Both operands of a binary op as polynomials in `x`.
template <typename OpTy>
static std::optional<std::pair<Polynomial, Polynomial>> operandsOf(OpTy op, Value x) {
  std::optional<Polynomial> lhs = polynomialOf(op.getLhs(), x);
  std::optional<Polynomial> rhs = lhs ? polynomialOf(op.getRhs(), x) : std::nullopt;
  if (!rhs)
    return std::nullopt;
  return std::pair(*lhs, *rhs);
}

static std::optional<Polynomial> power(const Polynomial &base, int exponent) {
  std::optional<Polynomial> result = base;
  for (int i = 1; i < exponent && result; ++i)
    result = multiply(*result, base);
  return result;
}

std::optional<Polynomial> polynomialOf(Value value, Value x) {
  if (value == x)
    return Polynomial{{0, 1, 0, 0}};
  if (std::optional<double> constant = splatValue(value))
    return Polynomial{{*constant, 0, 0, 0}};
  if (auto add = onlyUse<AddOp>(value)) {
    auto terms = operandsOf(add, x);
    return terms ? std::optional(combine(terms->first, terms->second, 1)) : std::nullopt;
  }
  if (auto sub = onlyUse<SubOp>(value)) {
    auto terms = operandsOf(sub, x);
    return terms ? std::optional(combine(terms->first, terms->second, -1)) : std::nullopt;
  }
  if (auto mul = onlyUse<MulOp>(value)) {
    auto factors = operandsOf(mul, x);
    return factors ? multiply(factors->first, factors->second) : std::nullopt;
  }
  if (auto div = onlyUse<DivOp>(value)) {
    std::optional<double> divisor = splatValue(div.getRhs());
    std::optional<Polynomial> dividend = divisor ? polynomialOf(div.getLhs(), x) : std::nullopt;
    if (!dividend || *divisor == 0)
      return std::nullopt;
    return multiply(*dividend, Polynomial{{1 / *divisor, 0, 0, 0}});
  }
  if (auto neg = onlyUse<NegOp>(value)) {
    std::optional<Polynomial> operand = polynomialOf(neg.getOperand(), x);
    return operand ? multiply(*operand, Polynomial{{-1, 0, 0, 0}}) : std::nullopt;
  }
  if (auto pow = onlyUse<PowOp>(value); pow && smallExponent(pow) > 0) {
    std::optional<Polynomial> base = polynomialOf(pow.getLhs(), x);
    return base ? power(*base, smallExponent(pow)) : std::nullopt;
  }
  return std::nullopt;
}

Value affineLeaf(Value value) {
  while (Operation *op = value.hasOneUse() ? value.getDefiningOp() : nullptr) {
    if (auto neg = dyn_cast<NegOp>(op)) {
      value = neg.getOperand();
      continue;
    }
    if (!isa<AddOp, SubOp, MulOp, DivOp>(op))
      break;
    bool right = splatValue(op->getOperand(1)).has_value();
    bool left = !isa<DivOp>(op) && splatValue(op->getOperand(0)).has_value();
    if (left == right)
      break;
    value = op->getOperand(right ? 0 : 1);
  }
  return value;
}

//===-- Bounds -----------------------------------------------------------------------------===//

/// The constant operand of a max or min and the other one.
template <typename OpTy>
static std::optional<std::pair<Value, double>> boundOf(OpTy op) {
  if (!op)
    return std::nullopt;
  if (std::optional<double> bound = splatValue(op.getRhs()))
    return std::pair<Value, double>(op.getLhs(), *bound);
  if (std::optional<double> bound = splatValue(op.getLhs()))
    return std::pair<Value, double>(op.getRhs(), *bound);
  return std::nullopt;
}

std::optional<Bounded> boundedOf(Value value) {
  if (auto clip = value.getDefiningOp<ClipOp>()) {
    if (!clip.getMinimum() || !clip.getMaximum())
      return std::nullopt;
    return Bounded{clip.getOperand(), clip.getMinimum()->convertToDouble(),
                   clip.getMaximum()->convertToDouble()};
  }
  std::optional<std::pair<Value, double>> high = boundOf(value.getDefiningOp<MinOp>());
  if (!high)
    return std::nullopt;
  if (auto relu = onlyUse<ReluOp>(high->first))
    return Bounded{relu.getOperand(), 0, high->second};
  std::optional<std::pair<Value, double>> low = boundOf(onlyUse<MaxOp>(high->first));
  if (!low)
    return std::nullopt;
  return Bounded{low->first, low->second, high->second};
}

} // namespace dlc::dl
