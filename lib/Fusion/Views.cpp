// The choice of views, before kernels are formed. fuse-place-parts makes the few copies that turn
// out to be needed after all.
#include "dlc/Fusion/Views.h"

#include "dlc/Dialect/DL/IR/Storage.h"
#include "dlc/Fusion/KernelGroups.h"

using namespace mlir;

namespace dlc::fusion {

/// A concat of fewer bytes is one kernel where its operands would have to be copied.
static constexpr int64_t worthCopies = 16384;

static dl::Dims shapeOf(Value value) { return dl::dimsOf(value.getType()); }

static int64_t bytesOf(Value value) { return dl::likelyBytes(value.getType()); }

/// Whether all uses of `value` can take it with `strides`: kernels read any, a reshape may not see
/// them, and what is returned lies row by row.
static bool isReadable(Value value, ArrayRef<AffineExpr> strides) {
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    if (isa<func::ReturnOp>(user))
      return dl::isDense(shapeOf(value), strides);
    if (auto slice = dyn_cast<dl::SliceOp>(user))
      return isReadable(slice.getResult(), strides);
    auto reshape = dyn_cast<dl::ReshapeOp>(user);
    if (!reshape)
      return true;
    auto renamed = dl::reshapedStrides(shapeOf(value), strides, shapeOf(reshape.getResult()));
    return renamed && isReadable(reshape.getResult(), *renamed);
  });
}

static bool isViewedSlice(dl::SliceOp slice) {
  return llvm::all_of(slice.getSteps(), [](int64_t step) { return step == 1; }) &&
         isReadable(slice.getResult(), dl::denseStrides(shapeOf(slice.getOperand())));
}

/// Bytes of operands that their producers can write where the result lies.
static int64_t writtenInPlace(dl::ConcatOp concat, const DenseSet<Operation *> &views,
                              DenseSet<Value> &parts) {
  dl::Dims strides = dl::denseStrides(shapeOf(concat.getResult()));
  int64_t bytes = 0;
  for (Value operand : concat.getOperands()) {
    Operation *producer = operand.getDefiningOp();
    if (!producer || !belongsInKernel(producer) ||
        (isa<dl::SliceOp>(producer) && views.contains(producer)))
      continue;
    FusionClass kind = cast<FusibleOpInterface>(producer).getFusionClass();
    bool dense = dl::isDense(shapeOf(operand), strides);
    bool writes = dense || (kind != FusionClass::Reduction && kind != FusionClass::Opaque);
    if (writes && isReadable(operand, strides) && parts.insert(operand).second)
      bytes += bytesOf(operand);
  }
  return bytes;
}

DenseSet<Operation *> viewsOf(func::FuncOp function) {
  DenseSet<Operation *> views;
  DenseSet<Value> parts; ///< of concats that are views
  for (Operation &op : function.getBody().front()) {
    if (auto slice = dyn_cast<dl::SliceOp>(op); slice && isViewedSlice(slice))
      views.insert(&op);
    auto concat = dyn_cast<dl::ConcatOp>(op);
    if (!concat || llvm::any_of(concat.getOperands(), [](Value v) { return bytesOf(v) == 0; }))
      continue;
    DenseSet<Value> mine = parts;
    int64_t free = writtenInPlace(concat, views, mine), bytes = bytesOf(concat.getResult());
    if (2 * free < bytes && bytes < worthCopies)
      continue;
    parts = std::move(mine);
    views.insert(&op);
  }
  return views;
}

} // namespace dlc::fusion
