// The model's symbols.
#include "SizeSymbols.h"

using namespace mlir;

namespace dlc::importer {

AffineExpr SizeSymbols::symbol(StringRef name, int64_t estimate) {
  auto found = llvm::find(names, name);
  unsigned index = found - names.begin();
  if (found == names.end()) {
    names.push_back(name.str());
    estimates.push_back(estimate);
  }
  return getAffineSymbolExpr(index, context);
}

void SizeSymbols::record(ModuleOp module) const {
  if (names.empty())
    return;
  Builder builder(context);
  SmallVector<StringRef> list(names.begin(), names.end());
  module->setAttr(dl::symbolsAttrName, builder.getStrArrayAttr(list));
  module->setAttr(dl::estimatesAttrName, builder.getDenseI64ArrayAttr(estimates));
  if (!bounds.empty())
    module->setAttr(dl::boundsAttrName,
                    AffineMapAttr::get(AffineMap::get(0, names.size(), bounds, context)));
}

void SizeSymbols::require(AffineExpr atLeastZero) {
  if (!dl::isAtLeast(atLeastZero, 0) && !llvm::is_contained(bounds, atLeastZero))
    bounds.push_back(atLeastZero);
}

void SizeSymbols::requireEqual(AffineExpr expr, AffineExpr value) {
  if (llvm::is_contained(equal, std::pair(expr, value)))
    return;
  equal.emplace_back(expr, value);
  require(dl::simplified(expr - value));
  require(dl::simplified(value - expr));
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
