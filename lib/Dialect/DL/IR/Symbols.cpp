// Symbols of a module, and what can be said of expressions over them.
#include "dlc/Dialect/DL/IR/Symbols.h"

using namespace mlir;

namespace dlc::dl {

std::vector<std::string> symbolNames(ModuleOp module) {
  std::vector<std::string> names;
  if (auto list = module->getAttrOfType<ArrayAttr>(symbolsAttrName))
    for (auto name : list.getAsRange<StringAttr>())
      names.push_back(name.str());
  return names;
}

SmallVector<int64_t> symbolEstimates(ModuleOp module) {
  constexpr int64_t unknown = 64;
  SmallVector<int64_t> estimates(symbolNames(module).size(), unknown);
  if (auto given = module->getAttrOfType<DenseI64ArrayAttr>(estimatesAttrName))
    for (size_t i = 0; i < std::min<size_t>(estimates.size(), given.size()); ++i)
      estimates[i] = given[i];
  return estimates;
}

llvm::SmallBitVector dataSymbols(ModuleOp module) {
  llvm::SmallBitVector decided(symbolNames(module).size());
  if (auto numbers = module->getAttrOfType<DenseI64ArrayAttr>(dataSymbolsAttrName))
    for (int64_t number : numbers.asArrayRef())
      if (number >= 0 && number < static_cast<int64_t>(decided.size()))
        decided.set(number);
  return decided;
}

llvm::SmallBitVector symbolsIn(ArrayRef<AffineExpr> dims) {
  llvm::SmallBitVector seen;
  for (AffineExpr dim : dims)
    dim.walk([&](AffineExpr part) {
      auto symbol = dyn_cast<AffineSymbolExpr>(part);
      if (!symbol)
        return;
      seen.resize(std::max<unsigned>(seen.size(), symbol.getPosition() + 1));
      seen.set(symbol.getPosition());
    });
  return seen;
}

Dims divisorsIn(ArrayRef<AffineExpr> dims) {
  Dims divisors;
  for (AffineExpr dim : dims)
    dim.walk([&](AffineExpr part) {
      auto binary = dyn_cast<AffineBinaryOpExpr>(part);
      if (binary && binary.getKind() != AffineExprKind::Add &&
          binary.getKind() != AffineExprKind::Mul && !constantDim(binary.getRHS()))
        divisors.push_back(binary.getRHS());
    });
  return divisors;
}

Dims symbolBounds(ModuleOp module) {
  auto map = module->getAttrOfType<AffineMapAttr>(boundsAttrName);
  return map ? Dims(map.getAffineMap().getResults()) : Dims();
}

/// Whether `bounds` hold `difference` and its opposite: neither is negative.
static bool mustBeZero(AffineExpr difference, ArrayRef<AffineExpr> bounds) {
  return llvm::is_contained(bounds, difference) &&
         llvm::is_contained(bounds, simplified(-difference));
}

bool mustBeEqual(AffineExpr a, AffineExpr b, ArrayRef<AffineExpr> bounds) {
  AffineExpr difference = simplified(a - b);
  if (constantDim(difference) == 0 || mustBeZero(difference, bounds))
    return true;
  // By way of a third, which both must be equal to.
  return llvm::any_of(bounds, [&](AffineExpr bound) {
    return mustBeZero(bound, bounds) && mustBeZero(simplified(difference - bound), bounds);
  });
}

static StringRef operatorOf(AffineExprKind kind) {
  switch (kind) {
  case AffineExprKind::Mul:
    return "*";
  case AffineExprKind::FloorDiv:
    return "/";
  case AffineExprKind::CeilDiv:
    return " ceildiv ";
  default:
    return "%";
  }
}

/// `name`, in quotes where it reads like an expression: exporters call sizes 'past + 1'.
static std::string nameString(StringRef name) {
  return name.find_first_of(" +-*/%()") == StringRef::npos ? name.str() : ("'" + name + "'").str();
}

static void appendTerms(AffineExpr expr, SmallVectorImpl<AffineExpr> &terms) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary || binary.getKind() != AffineExprKind::Add) {
    terms.push_back(expr);
    return;
  }
  appendTerms(binary.getLHS(), terms);
  appendTerms(binary.getRHS(), terms);
}

/// Whether `term` is a negative number, or a product by one.
static bool isNegative(AffineExpr term) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(term);
  if (binary && binary.getKind() == AffineExprKind::Mul)
    term = binary.getRHS();
  return constantDim(term).value_or(0) < 0;
}

/// A sum as its terms, those that are taken away last.
static std::string sumString(AffineExpr sum, ArrayRef<std::string> names) {
  SmallVector<AffineExpr> terms;
  appendTerms(sum, terms);
  std::string text;
  for (bool isTaken : {false, true})
    for (AffineExpr term : terms)
      if (isNegative(term) == isTaken)
        text += (isTaken ? (text.empty() ? "-" : " - ") : (text.empty() ? "" : " + ")) +
                expressionString(isTaken ? -term : term, names);
  return text;
}

std::string expressionString(AffineExpr expr, ArrayRef<std::string> names) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return std::to_string(constant.getValue());
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbol.getPosition() < names.size() ? nameString(names[symbol.getPosition()]) : "?";
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return "?";
  if (binary.getKind() == AffineExprKind::Add)
    return sumString(expr, names);
  auto part = [&](AffineExpr operand) {
    std::string text = expressionString(operand, names);
    auto inner = dyn_cast<AffineBinaryOpExpr>(operand);
    bool isProductOfProduct =
        inner && binary.getKind() == AffineExprKind::Mul && inner.getKind() == AffineExprKind::Mul;
    return inner && !isProductOfProduct ? "(" + text + ")" : text;
  };
  return part(binary.getLHS()) + operatorOf(binary.getKind()).str() + part(binary.getRHS());
}

} // namespace dlc::dl
