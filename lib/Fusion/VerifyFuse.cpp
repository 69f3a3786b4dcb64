// fuse-verify: what the phase `fuse` promises.
#include "dlc/Fusion/KernelGroups.h"
#include "dlc/Fusion/Passes.h"
#include "dlc/Fusion/Strides.h"

using namespace mlir;

namespace dlc::fusion {

#define GEN_PASS_DEF_FUSEVERIFY
#include "dlc/Fusion/Passes.h.inc"

namespace {

bool isAnchor(Operation &op) {
  auto fusible = dyn_cast<FusibleOpInterface>(op);
  return fusible && isAnchorClass(fusible.getFusionClass());
}

struct FuseVerifyPass : impl::FuseVerifyBase<FuseVerifyPass> {
  void runOnOperation() override {
    for (Operation &op : getOperation().getBody().front()) {
      if (belongsInKernel(&op) && !isa<dl::SliceOp, dl::ConcatOp>(op)) {
        op.emitOpError("stands outside of a kernel after the phase fuse");
        return signalPassFailure();
      }
      auto kernel = dyn_cast<dl::KernelOp>(op);
      if (kernel && llvm::count_if(*kernel.getBodyBlock(), isAnchor) > 1) {
        kernel.emitOpError("has more than one anchor");
        return signalPassFailure();
      }
    }
    verifyStrides();
  }

private:
  void verifyStrides() {
    FailureOr<dl::StorageMap> storages = dl::StorageMap::compute(getOperation());
    if (failed(storages))
      return signalPassFailure();
    for (auto kernel : getOperation().getOps<dl::KernelOp>())
      // fuse_c1
      if (kernel.getStridesAttr() != stridesOf(kernel, *storages)) {
        kernel.emitOpError("has other strides than its tensors; run fuse-place-parts");
        return signalPassFailure();
      }
  }
};

} // namespace
} // namespace dlc::fusion
