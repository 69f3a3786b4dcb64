// The model's symbols.
#include "SizeSymbols.h"

#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

namespace dlc::importer {

AffineExpr SizeSymbols::symbol(StringRef name, int64_t estimate) {
  auto found = llvm::find(names, name);
  unsigned index = found - names.begin();
  if (found == names.end()) {
    names.push_back(name.str());
    estimates.push_back(estimate);
    mayBeZero.resize(names.size(), true);
  }
  return getAffineSymbolExpr(index, context);
}

AffineExpr SizeSymbols::dataSymbol(StringRef name, int64_t estimate) {
  std::string own = name.str();
  while (llvm::is_contained(names, own))
    own += "'";
  decidedByData.push_back(static_cast<int64_t>(names.size()));
  return symbol(own, estimate);
}

void SizeSymbols::record(ModuleOp module) const {
  if (names.empty())
    return;
  Builder builder(context);
  SmallVector<StringRef> list(names.begin(), names.end());
  module->setAttr(dl::symbolsAttrName, builder.getStrArrayAttr(list));
  module->setAttr(dl::estimatesAttrName, builder.getDenseI64ArrayAttr(estimates));
  if (!decidedByData.empty())
    module->setAttr(dl::dataSymbolsAttrName, builder.getDenseI64ArrayAttr(decidedByData));
  if (!bounds.empty())
    module->setAttr(dl::boundsAttrName,
                    AffineMapAttr::get(AffineMap::get(0, names.size(), bounds, context)));
}

void SizeSymbols::require(AffineExpr atLeastZero) {
  bool plain = dl::isAtLeast(atLeastZero, 0, mayBeZero) && !isDecidedByData(atLeastZero);
  if (!plain && !llvm::is_contained(bounds, atLeastZero))
    bounds.push_back(atLeastZero);
}

bool SizeSymbols::follows(AffineExpr expr, int64_t least,
                          const llvm::SmallBitVector &fromZero) const {
  return dl::isAtLeast(expr, least, fromZero) || llvm::any_of(bounds, [&](AffineExpr bound) {
           return dl::isAtLeast(dl::simplified(expr - bound), least, fromZero);
         });
}

void SizeSymbols::requireLength(AffineExpr length) {
  require(length);
  if (!dl::isAtLeast(length, 1) && !llvm::is_contained(lengths, length))
    lengths.push_back(length);
}

void SizeSymbols::takeSymbols(AffineExpr expr, int64_t least) {
  auto take = [&](const llvm::SmallBitVector &fromZero) {
    if (!follows(expr, least, fromZero))
      return false;
    for (int symbol : mayBeZero.set_bits())
      if (!fromZero.test(symbol))
        bounds.push_back(getAffineSymbolExpr(static_cast<unsigned>(symbol), context) - 1);
    mayBeZero = fromZero;
    return true;
  };
  auto without = [&](const llvm::SmallBitVector &symbols) {
    llvm::SmallBitVector others = mayBeZero;
    return others.reset(symbols);
  };
  // One where that is enough: the first, as the first inputs are those that each call has.
  llvm::SmallBitVector used = dl::symbolsIn(expr), one(used.size());
  bool isEnough = take(mayBeZero) || llvm::any_of(used.set_bits(), [&](int symbol) {
                    one.reset();
                    return take(without(one.set(symbol)));
                  });
  if (!isEnough && !take(without(used)))
    take(llvm::SmallBitVector(mayBeZero.size()));
}

bool SizeSymbols::takeLength(AffineExpr expr, int64_t least) {
  auto *length = llvm::find_if(lengths, [&](AffineExpr length) {
    return dl::isAtLeast(dl::simplified(expr - length), least - 1, mayBeZero);
  });
  if (length == lengths.end())
    return false;
  auto *bound = llvm::find(bounds, *length);
  if (bound == bounds.end())
    bound = &bounds.emplace_back();
  *bound = *length - 1;
  lengths.erase(length);
  return true;
}

bool SizeSymbols::isAtLeast(AffineExpr expr, int64_t least) {
  if (!follows(expr, least, {}))
    return takeLength(expr, least);
  takeSymbols(expr, least);
  return true;
}

bool SizeSymbols::isDecidedByData(AffineExpr expr) const {
  return llvm::any_of(dl::symbolsIn(expr).set_bits(),
                      [&](int symbol) { return llvm::is_contained(decidedByData, symbol); });
}

/// Whether `type` has no elements where `symbol` is 0.
static bool vanishesWith(Type type, AffineExpr symbol) {
  return llvm::any_of(dl::dimsOf(type), [&](AffineExpr dim) {
    return llvm::is_contained(dl::factorsOf(dim), symbol);
  });
}

Status SizeSymbols::checkDataSizes(func::FuncOp function) const {
  if (decidedByData.empty())
    return {};
  for (AffineExpr bound : bounds)
    if (isDecidedByData(bound))
      return unsupported("needs " + dl::expressionString(bound, names) +
                         " >= 0, of a size that only data decides: this cannot be checked yet");
  for (Operation &op : function.getBody().front()) {
    SmallVector<Type> types(op.getOperandTypes());
    llvm::append_range(types, op.getResultTypes());
    for (int64_t number : decidedByData) {
      AffineExpr symbol = getAffineSymbolExpr(static_cast<unsigned>(number), context);
      auto uses = [&](Type type) {
        llvm::SmallBitVector symbols = dl::symbolsIn(dl::dimsOf(type));
        return number < static_cast<int64_t>(symbols.size()) && symbols.test(number);
      };
      if (op.hasTrait<OpTrait::IsTerminator>() || llvm::none_of(types, uses))
        continue;
      bool vanishes =
          llvm::all_of(op.getResultTypes(), [&](Type type) { return vanishesWith(type, symbol); });
      if (vanishes && !isa<RecurrentOpInterface>(op))
        continue;
      std::string where;
      if (auto name = dyn_cast<NameLoc>(op.getLoc()))
        where = "node " + name.getName().str() + ": ";
      return unsupported(where + "has a result over the size '" + names[number] +
                         "', which only data decides and may be 0, that is not empty then: this "
                         "is not supported yet");
    }
  }
  return {};
}

/// Constants are the simplest.
static bool isSimpler(AffineExpr a, AffineExpr b) {
  auto parts = [](AffineExpr expr) {
    int count = isa<AffineConstantExpr>(expr) ? -1 : 0;
    expr.walk([&](AffineExpr) { ++count; });
    return count;
  };
  return parts(a) < parts(b);
}

namespace {
enum class Solution { None, One, Many };
} // namespace

/// Undoes what `expr` does to a symbol, from the outside in, until it is the symbol itself, and
/// `value` its value. Many where more than one value may be right, or where that is not plain.
static Solution solve(AffineExpr &expr, int64_t &value) {
  while (auto binary = dyn_cast<AffineBinaryOpExpr>(expr)) {
    std::optional<int64_t> number = dl::constantDim(binary.getRHS());
    if (number && binary.getKind() == AffineExprKind::Add)
      value -= *number;
    else if (number && *number > 0 && binary.getKind() == AffineExprKind::Mul) {
      if (value % *number != 0)
        return Solution::None;
      value /= *number;
    } else
      return Solution::Many;
    expr = binary.getLHS();
  }
  if (!isa<AffineSymbolExpr>(expr))
    return Solution::Many;
  return value >= 1 ? Solution::One : Solution::None;
}

bool SizeSymbols::requireEqual(AffineExpr a, AffineExpr b) {
  if (dl::constantDim(dl::simplified(a - b)))
    return false;
  AffineExpr expr = isSimpler(b, a) ? a : b, value = expr == a ? b : a;
  require(dl::simplified(expr - value));
  require(dl::simplified(value - expr));
  if (std::optional<int64_t> constant = dl::constantDim(value)) {
    AffineExpr symbol = expr;
    Solution solution = solve(symbol, *constant);
    if (solution == Solution::None)
      return false;
    if (solution == Solution::One) {
      expr = symbol;
      value = getAffineConstantExpr(*constant, context);
    }
  }
  if (llvm::is_contained(equal, std::pair(expr, value)))
    return false;
  equal.emplace_back(expr, value);
  return true;
}

OpenSizeValues SizeSymbols::concluded() const {
  OpenSizeValues values;
  for (auto [expr, value] : equal)
    if (auto symbol = dyn_cast<AffineSymbolExpr>(expr);
        symbol && dl::constantDim(value) && !isDecidedByData(expr))
      values.try_emplace(names[symbol.getPosition()], *dl::constantDim(value));
  return values;
}

dl::Dims SizeSymbols::settled(ArrayRef<AffineExpr> dims) const {
  // What stands for a size may have another stand for it by now.
  constexpr int longestChain = 8;
  dl::Dims result(dims);
  for (AffineExpr &dim : result)
    for (int step = 0; step < longestChain; ++step) {
      AffineExpr before = dim;
      for (auto [expr, value] : equal)
        dim = dim.replace(expr, value);
      if (dim == before)
        break;
    }
  return result;
}

} // namespace dlc::importer
