// Which sizes may be 0 at a call: see EmptySizes.h.
#include "EmptySizes.h"

using namespace mlir;

namespace dlc::host {

void forEachTensor(Operation *root, llvm::function_ref<void(RankedTensorType)> visit) {
  auto visitTensor = [&](Type type) {
    if (auto tensor = dyn_cast<RankedTensorType>(type))
      visit(tensor);
  };
  root->walk([&](Operation *op) {
    llvm::for_each(op->getOperandTypes(), visitTensor);
    llvm::for_each(op->getResultTypes(), visitTensor);
  });
}

static void forEachSize(Operation *root, llvm::function_ref<void(AffineExpr)> visit) {
  forEachTensor(root, [&](RankedTensorType type) { llvm::for_each(dl::dimsOf(type), visit); });
}

EmptySizes::EmptySizes(func::FuncOp function) {
  auto module = function->getParentOfType<ModuleOp>();
  decidedByData = dl::dataSymbols(module);
  fromZero = decidedByData;
  fromZero.flip();
  for (AffineExpr bound : dl::symbolBounds(module))
    if (auto symbol = dyn_cast<AffineSymbolExpr>(bound + 1))
      fromZero.reset(symbol.getPosition());
  // A symbol that has to be above 0 makes other sizes be so: they are looked at once more.
  for (int round = 0; round < 2; ++round) {
    aboveZero.clear();
    forEachSize(function, [&](AffineExpr size) {
      for (AffineExpr divisor : dl::divisorsIn(size))
        requireAboveZero(divisor);
    });
    function.walk([&](dl::KernelOp kernel) { visit(kernel); });
  }
}

void EmptySizes::requireAboveZero(AffineExpr size) {
  if (auto symbol = dyn_cast<AffineSymbolExpr>(size))
    fromZero.reset(symbol.getPosition());
  else if (!isAtLeast(size, 1))
    aboveZero.insert(size);
}

void EmptySizes::visit(dl::KernelOp kernel) {
  // The entry counts the steps of a recurrent layer, and leaves out no call.
  bool runsAlways = isa_and_nonnull<RecurrentOpInterface>(kernel.getAnchor());
  forEachSize(kernel, [&](AffineExpr size) {
    if (isAtLeast(size, 1) || isDecidedByData(size))
      return;
    bool stops = !runsAlways && llvm::all_of(kernel.getResultTypes(), [&](Type result) {
      return isEmptyWith(result, size);
    });
    if (!stops)
      requireAboveZero(size);
  });
  if (kernel.getAnchor())
    for (Type result : kernel.getResultTypes())
      for (AffineExpr size : dl::dimsOf(result))
        if (!isZeroWithAnOperand(size, kernel) && !isDecidedByData(size))
          requireAboveZero(size);
}

bool EmptySizes::isZeroWithAnOperand(AffineExpr size, dl::KernelOp kernel) const {
  return llvm::any_of(kernel.getOperandTypes(), [&](Type operand) {
    return llvm::any_of(dl::dimsOf(operand), [&](AffineExpr dim) {
      AffineExpr factor = dl::exactQuotient(size, dim);
      return (factor && dl::constantDim(factor)) || isAtLeast(dl::simplified(size - dim), 0);
    });
  });
}

bool EmptySizes::isEmptyWith(Type result, AffineExpr size) const {
  dl::Dims dims = dl::dimsOf(result);
  auto vanishesWith = [&](AffineExpr dim, AffineExpr factor) {
    return dl::exactQuotient(dim, factor) || isAtLeast(dl::simplified(factor - dim), 0);
  };
  return llvm::all_of(dl::factorsOf(size), [&](AffineExpr factor) {
    return dl::constantDim(factor) ||
           llvm::any_of(dims, [&](AffineExpr dim) { return vanishesWith(dim, factor); });
  });
}

llvm::SetVector<AffineExpr> EmptySizes::sizesThatStop(dl::KernelOp kernel) const {
  llvm::SmallBitVector mayBeZero = fromZero;
  mayBeZero |= decidedByData;
  llvm::SetVector<AffineExpr> sizes;
  // Where one of its tensors is empty, all of its results are: the first tells.
  if (kernel.getNumResults() > 0)
    for (AffineExpr size : dl::dimsOf(kernel.getResult(0).getType()))
      if (!aboveZero.contains(size) && !dl::isAtLeast(size, 1, mayBeZero))
        sizes.insert(size);
  return sizes;
}

} // namespace dlc::host
