// What is known of the windows of max_pool and of its gradient.
#include "dlc/Dialect/DL/IR/MaxPool.h"

using namespace mlir;

namespace dlc::dl {

static bool areAll(ArrayRef<int64_t> values, int64_t wanted) {
  return llvm::all_of(values, [=](int64_t value) { return value == wanted; });
}

template <typename OpTy>
static bool holdInput(OpTy op) {
  if (op.getCeilMode() || !areAll(op.getDilations(), 1))
    return false;
  for (auto [begin, end, kernel] :
       llvm::zip(op.getPadsBegin(), op.getPadsEnd(), op.getKernelShape()))
    if (begin >= kernel || end >= kernel)
      return false;
  return true;
}

bool everyWindowHoldsInput(MaxPoolOp op) { return holdInput(op); }
bool everyWindowHoldsInput(MaxPoolGradientOp op) { return holdInput(op); }

/// Whether each input element is in one window at most, and no window reaches out of the input: an
/// element then finds out by itself whether it is the largest, as an op of the class Movement
/// would.
static bool isPartition(MaxPoolGradientOp op) {
  return op.getStrides() == op.getKernelShape() && !op.getCeilMode() &&
         areAll(op.getDilations(), 1) && areAll(op.getPadsBegin(), 0) && areAll(op.getPadsEnd(), 0);
}

FusionClass MaxPoolGradientOp::getFusionClass() {
  return isPartition(*this) ? FusionClass::Movement : FusionClass::Opaque;
}

} // namespace dlc::dl
