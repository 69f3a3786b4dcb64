// Passes that need the reference evaluation; see Passes.td.
#ifndef DLC_REFERENCE_PASSES_H
#define DLC_REFERENCE_PASSES_H

#include "mlir/Pass/Pass.h"
#include <memory>

namespace dlc {

#define GEN_PASS_DECL
#include "dlc/Reference/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dlc/Reference/Passes.h.inc"

} // namespace dlc

#endif // DLC_REFERENCE_PASSES_H
