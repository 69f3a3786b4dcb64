// What kinds of max_pool_gradient there are.
#include "dlc/Dialect/DL/IR/MaxPoolGradient.h"

using namespace mlir;

namespace dlc::dl {

static bool areAll(ArrayRef<int64_t> values, int64_t wanted) {
  return llvm::all_of(values, [=](int64_t value) { return value == wanted; });
}

bool isPartition(MaxPoolGradientOp op) {
  return op.getStrides() == op.getKernelShape() && !op.getCeilMode() &&
         areAll(op.getDilations(), 1) && areAll(op.getPadsBegin(), 0) && areAll(op.getPadsEnd(), 0);
}

bool everyWindowHoldsInput(MaxPoolGradientOp op) {
  if (op.getCeilMode() || !areAll(op.getDilations(), 1))
    return false;
  for (auto [begin, end, kernel] :
       llvm::zip(op.getPadsBegin(), op.getPadsEnd(), op.getKernelShape()))
    if (begin >= kernel || end >= kernel)
      return false;
  return true;
}

FusionClass MaxPoolGradientOp::getFusionClass() {
  return isPartition(*this) ? FusionClass::Movement : FusionClass::Opaque;
}

} // namespace dlc::dl
