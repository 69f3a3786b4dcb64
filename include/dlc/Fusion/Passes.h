// The passes of the phase `fuse`; see Passes.td.
#ifndef DLC_FUSION_PASSES_H
#define DLC_FUSION_PASSES_H

#include "dlc/Dialect/DL/IR/DLDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace dlc::fusion {

#define GEN_PASS_DECL
#include "dlc/Fusion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dlc/Fusion/Passes.h.inc"

} // namespace dlc::fusion

#endif // DLC_FUSION_PASSES_H
