// Functions of libm, which devices have under other names or not at all.
#ifndef DLC_LIB_CODEGEN_HALIDE_DEVICEMATH_H
#define DLC_LIB_CODEGEN_HALIDE_DEVICEMATH_H

#include "dlc/Schedule/DeviceFacts.h"

#include <Halide.h>

#include <memory>

namespace dlc::codegen {

/// A lowering pass that gives calls of libm (`sinf`, `pow`) the names of the device's own
/// functions, and constants of f64 a form that is not rounded. Throws UnsupportedOnDevice
/// (DeviceLanguage.h) where it has none.
std::unique_ptr<Halide::Internal::IRMutator> deviceMathPass(schedule::DeviceKind kind);

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_DEVICEMATH_H
