// host-print-arena-plan: the arena plan as a table, for tests and for the curious.
#include "dlc/Codegen/Host/ArenaPlan.h"
#include "dlc/Codegen/Host/Passes.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "llvm/Support/raw_ostream.h"

namespace dlc::host {

#define GEN_PASS_DEF_PRINTARENAPLAN
#include "dlc/Codegen/Host/Passes.h.inc"

namespace {

struct PrintArenaPlanPass : impl::PrintArenaPlanBase<PrintArenaPlanPass> {
  using PrintArenaPlanBase::PrintArenaPlanBase;

  void runOnOperation() override {
    auto module = getOperation()->getParentOfType<mlir::ModuleOp>();
    mlir::FailureOr<StateLayout> state = StateLayout::compute(module);
    if (failed(state))
      return signalPassFailure();
    mlir::FailureOr<ArenaPlan> plan = ArenaPlan::compute(getOperation(), {inPlace, &*state});
    if (failed(plan))
      return signalPassFailure();
    std::string text; // in one piece: functions are visited in parallel
    llvm::raw_string_ostream out(text);
    plan->print(out, dl::symbolNames(module));
    llvm::errs() << text;
    markAllAnalysesPreserved();
  }
};

} // namespace

} // namespace dlc::host
