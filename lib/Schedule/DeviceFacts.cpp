// The limits that an artifact may count on, whichever device it meets.
#include "dlc/Schedule/DeviceFacts.h"

namespace dlc::schedule {

DeviceFacts deviceFacts(DeviceKind kind) {
  switch (kind) {
  case DeviceKind::OpenCL:
    // CL_DEVICE_MAX_WORK_GROUP_SIZE is 256 on AMD's and Intel's GPUs; the full profile guarantees
    // 32 KiB of local memory.
    return {kind, 256, 32 << 10, 32, 128};
  case DeviceKind::CUDA:
    // Any GPU from sm_75 on: 48 KiB without opting in to more. Blocks of 256 threads leave each
    // thread all of the 255 registers that it can address.
    return {kind, 1024, 48 << 10, 32, 255};
  case DeviceKind::Vulkan:
    // What GPUs have that have Vulkan 1.2; the specification promises 128 threads and 16 KiB.
    return {kind, 256, 32 << 10, 32, 128};
  }
  return {};
}

std::string_view deviceName(DeviceKind kind) {
  switch (kind) {
  case DeviceKind::OpenCL:
    return "opencl";
  case DeviceKind::CUDA:
    return "cuda";
  case DeviceKind::Vulkan:
    return "vulkan";
  }
  return "";
}

std::optional<DeviceKind> deviceKind(std::string_view name) {
  for (DeviceKind kind : {DeviceKind::OpenCL, DeviceKind::CUDA, DeviceKind::Vulkan})
    if (deviceName(kind) == name)
      return kind;
  return std::nullopt;
}

} // namespace dlc::schedule
