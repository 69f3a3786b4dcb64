// The passes of the phase `schedule`; see Passes.td.
#ifndef DLC_SCHEDULE_PASSES_H
#define DLC_SCHEDULE_PASSES_H

#include "dlc/Dialect/DL/IR/DLDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace dlc::schedule {

#define GEN_PASS_DECL
#include "dlc/Schedule/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dlc/Schedule/Passes.h.inc"

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_PASSES_H
