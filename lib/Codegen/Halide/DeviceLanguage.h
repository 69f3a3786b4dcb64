// How kernels for a kind of device are written: what Halide is told, and what is changed in a
// kernel before it writes it.
#ifndef DLC_LIB_CODEGEN_HALIDE_DEVICELANGUAGE_H
#define DLC_LIB_CODEGEN_HALIDE_DEVICELANGUAGE_H

#include "dlc/Schedule/DeviceFacts.h"

#include <Halide.h>

#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace dlc::codegen {

/// What the model asks for and the device cannot do: valid, but unsupported.
struct UnsupportedOnDevice : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Halide's features for the kind, as they follow those of the host: `-opencl`.
std::string_view deviceFeatures(schedule::DeviceKind kind);

/// Adds what a kernel that computes in these types needs beyond deviceFeatures: a device of the
/// kind may lack them, and refuses the kernel.
void addElementTypes(Halide::Target &target, schedule::DeviceKind kind, bool usesF64, bool usesF16);

/// What people read of a kernel: its source or, where that is no text, the statements that it is
/// written from.
Halide::OutputFileType deviceListing(schedule::DeviceKind kind);

/// The lowering passes for the kind, in order. They throw UnsupportedOnDevice.
std::vector<std::unique_ptr<Halide::Internal::IRMutator>>
deviceLoweringPasses(schedule::DeviceKind kind);

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_DEVICELANGUAGE_H
