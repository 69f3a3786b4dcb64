// Functions of libm, which devices have under other names or not at all.
#ifndef DLC_LIB_CODEGEN_HALIDE_DEVICEMATH_H
#define DLC_LIB_CODEGEN_HALIDE_DEVICEMATH_H

#include "dlc/Schedule/DeviceFacts.h"

#include <Halide.h>

#include <memory>
#include <stdexcept>

namespace dlc::codegen {

/// What the model asks for and the device cannot do: valid, but unsupported.
struct UnsupportedOnDevice : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A lowering pass that gives calls of libm (`sinf`, `pow`) the names of the device's own
/// functions. Throws UnsupportedOnDevice where it has none.
std::unique_ptr<Halide::Internal::IRMutator> deviceMathPass(schedule::DeviceKind kind);

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_DEVICEMATH_H
