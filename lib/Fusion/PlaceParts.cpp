// fuse-place-parts: copies where a view cannot be one, and the strides that kernels read and write
// with.
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/Storage.h"
#include "dlc/Fusion/Passes.h"
#include "dlc/Fusion/Strides.h"

#define DEBUG_TYPE "fuse-place-parts"

using namespace mlir;

namespace dlc::fusion {

#define GEN_PASS_DEF_FUSEPLACEPARTS
#include "dlc/Fusion/Passes.h.inc"

ArrayAttr stridesOf(dl::KernelOp kernel, const dl::StorageMap &storages) {
  Builder builder(kernel.getContext());
  SmallVector<Attribute> all;
  bool anyParts = false;
  auto add = [&](Value value) {
    dl::Dims strides = storages.of(value).strides;
    if (dl::isDense(dl::dimsOf(value.getType()), strides))
      strides.clear();
    anyParts |= !strides.empty();
    auto [numbers, map] = dl::sizeAttributes(kernel.getContext(), strides);
    all.push_back(map ? Attribute(map) : builder.getDenseI64ArrayAttr(numbers));
  };
  llvm::for_each(kernel.getInputs(), add);
  llvm::for_each(kernel.getOutputs(), add);
  return anyParts ? builder.getArrayAttr(all) : ArrayAttr();
}

namespace {

/// `dl.kernel (%x = value) { yield %x }`: every element as it is.
Value copyBefore(Operation *user, Value value) {
  OpBuilder builder(user);
  OperationState state(user->getLoc(), dl::KernelOp::getOperationName());
  state.addOperands(value);
  state.addTypes(value.getType());
  auto *body = new Block;
  state.addRegion()->push_back(body);
  auto kernel = cast<dl::KernelOp>(builder.create(state));
  builder.setInsertionPointToStart(body);
  dl::YieldOp::create(builder, user->getLoc(),
                      ValueRange(body->addArgument(value.getType(), value.getLoc())));
  return kernel.getOutputs().front();
}

struct FusePlacePartsPass : impl::FusePlacePartsBase<FusePlacePartsPass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    dl::StorageMap::Conflict conflict;
    dl::StorageMap storages = dl::StorageMap::compute(function, conflict);
    while (OpOperand *use = conflict.use) {
      // The copy may be a part, be seen in any shape, and be returned.
      use->set(copyBefore(use->getOwner(), use->get()));
      storages = dl::StorageMap::compute(function, conflict);
    }
    for (auto kernel : function.getOps<dl::KernelOp>())
      kernel.setStridesAttr(stridesOf(kernel, storages));
  }
};

} // namespace
} // namespace dlc::fusion
