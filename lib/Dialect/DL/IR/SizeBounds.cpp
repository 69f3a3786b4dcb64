// Between which numbers an expression of sizes lies, symbols being at least 1, or at least 0.
#include "dlc/Dialect/DL/IR/Symbols.h"

#include "dlc/Support/CheckedArithmetic.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <numeric>

using namespace mlir;

namespace dlc::dl {

using Bound = std::optional<int64_t>;

namespace {
/// The lowest and the highest value, where they are seen to exist.
struct Bounds {
  Bound low, high;

  bool isNonNegative() const { return low && *low >= 0; }
};

/// The bounds of expressions and of their parts, each found once: a part is looked at by itself and
/// as a term of each sum around it.
class BoundsOfParts {
public:
  /// `fromZero`: the symbols that are at least 0; the others are at least 1.
  explicit BoundsOfParts(const llvm::SmallBitVector &fromZero) : fromZero(fromZero) {}

  /// The narrower of what the parts of `expr` say and what it says as a sum.
  Bounds of(AffineExpr expr);

private:
  Bounds find(AffineExpr expr);
  Bounds ofOperation(AffineBinaryOpExpr binary);

  const llvm::SmallBitVector &fromZero;
  llvm::DenseMap<AffineExpr, Bounds> known;
};

/// A sum of terms by numbers. Terms that are the same cancel each other, which bounds of the parts
/// of a sum cannot show. A quotient is its dividend less the remainder, which lies between two
/// numbers; so the sum is kept times what all of its divisors divide.
class LinearSum {
public:
  explicit LinearSum(AffineExpr expr) : scale(scaleOf(expr)) { overflows = !add(expr, scale); }

  Bounds bounds(BoundsOfParts &parts) const;

private:
  /// What makes whole numbers of all quotients in `expr`; 1 where that would be large.
  static int64_t scaleOf(AffineExpr expr);
  /// Adds `expr` times `factor`. False where a number overflows.
  bool add(AffineExpr expr, int64_t factor);

  int64_t scale, constant = 0;
  llvm::MapVector<AffineExpr, int64_t> terms;
  bool overflows;
};
} // namespace

/// The divisor of a quotient by a number; 0 for anything else.
static int64_t divisorOf(AffineExpr expr) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  return binary && binary.getKind() == AffineExprKind::FloorDiv
             ? std::max<int64_t>(constantDim(binary.getRHS()).value_or(0), 0)
             : 0;
}

int64_t LinearSum::scaleOf(AffineExpr expr) {
  constexpr int64_t largest = 1 << 16;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return 1;
  int64_t left = scaleOf(binary.getLHS()), scale = 1;
  if (int64_t divisor = divisorOf(expr))
    scale = divisor <= largest ? divisor * left : 1;
  else if (binary.getKind() == AffineExprKind::Add)
    scale = std::lcm(left, scaleOf(binary.getRHS()));
  else if (binary.getKind() == AffineExprKind::Mul && constantDim(binary.getRHS()))
    scale = left;
  return scale <= largest ? scale : 1;
}

bool LinearSum::add(AffineExpr expr, int64_t factor) {
  auto accumulate = [](int64_t &sum, std::optional<int64_t> value) {
    std::optional<int64_t> total = value ? checkedAdd(sum, *value) : std::nullopt;
    sum = total.value_or(0);
    return total.has_value();
  };
  if (std::optional<int64_t> number = constantDim(expr))
    return accumulate(constant, checkedMul(*number, factor));
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  std::optional<int64_t> right = binary ? constantDim(binary.getRHS()) : std::nullopt;
  if (binary && binary.getKind() == AffineExprKind::Add)
    return add(binary.getLHS(), factor) && add(binary.getRHS(), factor);
  if (right && binary.getKind() == AffineExprKind::Mul) {
    std::optional<int64_t> product = checkedMul(factor, *right);
    return product && add(binary.getLHS(), *product);
  }
  if (int64_t divisor = divisorOf(expr); divisor && factor % divisor == 0)
    return add(binary.getLHS(), factor / divisor) &&
           accumulate(terms[binary.getLHS() % divisor], -(factor / divisor));
  return accumulate(terms[expr], factor);
}

Bounds LinearSum::bounds(BoundsOfParts &parts) const {
  if (overflows)
    return {};
  Bounds sum{constant, constant};
  auto extend = [](Bound &bound, Bound by, int64_t factor) {
    Bound term = by ? checkedMul(*by, factor) : Bound();
    bound = bound && term ? checkedAdd(*bound, *term) : Bound();
  };
  for (auto [term, factor] : terms) {
    if (factor == 0)
      continue;
    Bounds each = parts.of(term);
    extend(sum.low, factor > 0 ? each.low : each.high, factor);
    extend(sum.high, factor > 0 ? each.high : each.low, factor);
  }
  if (sum.low)
    sum.low = llvm::divideCeilSigned(*sum.low, scale);
  if (sum.high)
    sum.high = llvm::divideFloorSigned(*sum.high, scale);
  return sum;
}

static Bounds boundsOfProduct(Bounds a, Bounds b) {
  if (!a.isNonNegative() || !b.isNonNegative())
    return {};
  return {checkedMul(*a.low, *b.low), a.high && b.high ? checkedMul(*a.high, *b.high) : Bound()};
}

/// The bounds of `a` by a quotient that grows with its dividend.
static Bounds boundsOfQuotient(Bounds a, int64_t divisor, int64_t (*divide)(int64_t, int64_t)) {
  auto by = [&](Bound bound) { return bound ? Bound(divide(*bound, divisor)) : bound; };
  return {by(a.low), by(a.high)};
}

static Bounds boundsOfSum(Bounds a, Bounds b) {
  return {a.low && b.low ? checkedAdd(*a.low, *b.low) : Bound(),
          a.high && b.high ? checkedAdd(*a.high, *b.high) : Bound()};
}

Bounds BoundsOfParts::ofOperation(AffineBinaryOpExpr binary) {
  std::optional<int64_t> number = constantDim(binary.getRHS());
  bool divides = number && *number > 0;
  if (binary.getKind() == AffineExprKind::Mod)
    return {0, divides ? Bound(*number - 1) : of(binary.getRHS()).high};
  Bounds a = of(binary.getLHS()), b = of(binary.getRHS());
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return boundsOfSum(a, b);
  case AffineExprKind::Mul:
    return boundsOfProduct(a, b);
  case AffineExprKind::FloorDiv:
    if (divides)
      return boundsOfQuotient(a, *number, llvm::divideFloorSigned);
    return a.isNonNegative() && b.low && *b.low >= 1 ? Bounds{0, a.high} : Bounds();
  case AffineExprKind::CeilDiv:
    return divides ? boundsOfQuotient(a, *number, llvm::divideCeilSigned) : Bounds();
  default:
    return {};
  }
}

Bounds BoundsOfParts::find(AffineExpr expr) {
  if (std::optional<int64_t> constant = constantDim(expr))
    return {constant, constant};
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr)) {
    unsigned number = symbol.getPosition();
    return {number < fromZero.size() && fromZero.test(number) ? 0 : 1, std::nullopt};
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return {};
  Bounds parts = ofOperation(binary);
  bool isSum = binary.getKind() == AffineExprKind::Add ||
               (binary.getKind() == AffineExprKind::Mul && constantDim(binary.getRHS()));
  if (!isSum)
    return parts;
  Bounds sum = LinearSum(expr).bounds(*this);
  return {std::max(parts.low, sum.low),
          parts.high && sum.high ? std::min(parts.high, sum.high) : std::max(parts.high, sum.high)};
}

Bounds BoundsOfParts::of(AffineExpr expr) {
  if (auto found = known.find(expr); found != known.end())
    return found->second;
  Bounds bounds = find(expr);
  known.try_emplace(expr, bounds);
  return bounds;
}

std::optional<int64_t> lowerBound(AffineExpr expr, const llvm::SmallBitVector &fromZero) {
  return BoundsOfParts(fromZero).of(expr).low;
}

bool isAtLeast(AffineExpr expr, int64_t least, const llvm::SmallBitVector &fromZero) {
  std::optional<int64_t> bound = lowerBound(expr, fromZero);
  return bound && *bound >= least;
}

} // namespace dlc::dl
