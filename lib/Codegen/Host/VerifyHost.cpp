// host-verify: the promise of the phase `host`.
#include "dlc/Codegen/Host/ArenaPlan.h"
#include "dlc/Codegen/Host/ConstantPool.h"
#include "dlc/Codegen/Host/LowerHost.h"
#include "dlc/Codegen/Host/Passes.h"

using namespace mlir;

namespace dlc::host {

#define GEN_PASS_DEF_VERIFYHOST
#include "dlc/Codegen/Host/Passes.h.inc"

namespace {

struct VerifyHostPass : impl::VerifyHostBase<VerifyHostPass> {
  void runOnOperation() override;
};

} // namespace

static LogicalResult verifyOps(ModuleOp module) {
  auto kernels = module.lookupSymbol<ModuleOp>(kernelsModule);
  for (Operation &op : *module.getBody()) {
    if (isa<ModuleOp>(op))
      continue;
    WalkResult result = op.walk<WalkOrder::PreOrder>([](Operation *inner) -> WalkResult {
      if (isa<LLVM::LLVMDialect>(inner->getDialect()))
        return WalkResult::advance();
      return inner->emitOpError("is no op of the LLVM dialect after the phase `host`");
    });
    if (result.wasInterrupted())
      return failure();
  }
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (function.isExternal() && !function.getName().starts_with("dlcrt_") &&
        !(kernels && kernels.lookupSymbol(function.getName())))
      return function.emitOpError("expects a function of the runtime or a kernel in @kernels");
  return success();
}

/// A dump may have been edited: its constants are as untrusted as a model's.
static LogicalResult verifyConstants(ModuleOp module) {
  auto values = module->getAttrOfType<ArrayAttr>("dl.constants");
  auto offsets = module->getAttrOfType<DenseI64ArrayAttr>("dl.constant_offsets");
  if (!values && !offsets)
    return success();
  if (!values || !offsets || values.size() != static_cast<size_t>(offsets.size()))
    return module.emitOpError("expects an offset for each of `dl.constants`");
  for (Attribute value : values)
    if (!isa<DenseElementsAttr, DenseResourceElementsAttr>(value) ||
        !byteSizeOf(cast<ElementsAttr>(value).getShapedType()))
      return module.emitOpError("expects dense tensors of numbers as `dl.constants`");
  uint64_t end = 0;
  for (auto [value, segment] : llvm::zip(values, constantsOf(module))) {
    auto type = cast<ElementsAttr>(value).getShapedType();
    int64_t bytes = cast<AffineConstantExpr>(byteSizeOf(type)).getValue();
    if (static_cast<uint64_t>(bytes) != segment.bytes.size())
      return module.emitOpError("expects ") << bytes << " bytes for a constant of type " << type
                                            << ", found " << segment.bytes.size();
    if (segment.offset % ConstantPool::alignment != 0 || segment.offset < end)
      return module.emitOpError("expects constants at rising multiples of ")
             << ConstantPool::alignment << " bytes, found one at " << segment.offset << " after "
             << end;
    end = segment.offset + segment.bytes.size();
  }
  return success();
}

LogicalResult verifyHostModule(ModuleOp module) {
  if (!module.lookupSymbol<LLVM::GlobalOp>("dlc_model"))
    return module.emitOpError("expects the description `dlc_model`");
  if (failed(verifyOps(module)))
    return failure();
  return verifyConstants(module);
}

void VerifyHostPass::runOnOperation() {
  if (failed(verifyHostModule(getOperation())))
    return signalPassFailure();
  markAllAnalysesPreserved();
}

} // namespace dlc::host
