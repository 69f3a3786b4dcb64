// The passes of the phase `differentiate`; see Passes.td.
#ifndef DLC_AUTODIFF_PASSES_H
#define DLC_AUTODIFF_PASSES_H

#include "dlc/Dialect/DL/IR/DLDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace dlc::autodiff {

#define GEN_PASS_DECL
#include "dlc/Autodiff/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dlc/Autodiff/Passes.h.inc"

} // namespace dlc::autodiff

#endif // DLC_AUTODIFF_PASSES_H
