// host-verify: the promise of the phase `host`.
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

static LogicalResult verifyConstants(ModuleOp module) {
  uint64_t end = 0;
  for (const ConstantSegment &segment : constantsOf(module)) {
    if (segment.offset % ConstantPool::alignment != 0 || segment.offset < end)
      return module.emitOpError("expects constants at rising multiples of ")
             << ConstantPool::alignment << " bytes, found one at " << segment.offset << " after "
             << end;
    end = segment.offset + segment.bytes.size();
  }
  return success();
}

void VerifyHostPass::runOnOperation() {
  ModuleOp module = getOperation();
  if (!module.lookupSymbol<LLVM::GlobalOp>("dlc_model")) {
    module.emitOpError("expects the description `dlc_model`");
    return signalPassFailure();
  }
  if (failed(verifyOps(module)) || failed(verifyConstants(module)))
    return signalPassFailure();
  markAllAnalysesPreserved();
}

} // namespace dlc::host
