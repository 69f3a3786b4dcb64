// What a device (a GPU, or a CPU behind OpenCL or Vulkan) is, as far as the compiler asks: which
// driver runs it, and the limits that schedules must keep. Mirrored by the attribute #dl.device.
#ifndef DLC_SCHEDULE_DEVICEFACTS_H
#define DLC_SCHEDULE_DEVICEFACTS_H

#include <cstdint>
#include <optional>
#include <string_view>

namespace dlc::schedule {

/// How kernels reach a device: the language that they are written in and the driver that runs them.
enum class DeviceKind {
  OpenCL, ///< OpenCL C in the artifact; libOpenCL.so.1 of the machine that runs it
  CUDA,   ///< PTX in the artifact; libcuda.so.1 likewise
  Vulkan, ///< SPIR-V in the artifact; libvulkan.so.1 likewise
};

/// Limits of one device. Its memory is its own: tensors are moved at the edges of a run.
struct DeviceFacts {
  DeviceKind kind = DeviceKind::OpenCL;
  int maxThreads = 256;           ///< threads of one block
  int64_t sharedBytes = 32 << 10; ///< memory that the threads of a block share
  int subgroup = 32;              ///< threads that run in lockstep (a warp); a block has whole ones
  int registers = 128;            ///< of 32 bits each that one thread may use without spilling

  bool operator==(const DeviceFacts &) const = default;
};

/// What every device of the kind has: artifacts are compiled for all of them.
DeviceFacts deviceFacts(DeviceKind kind);

/// `opencl`, `cuda`, `vulkan`.
std::string_view deviceName(DeviceKind kind);
/// The kind of that name, if there is one.
std::optional<DeviceKind> deviceKind(std::string_view name);

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_DEVICEFACTS_H
