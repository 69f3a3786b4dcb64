// What kernels can be compiled for, and what of it this machine has: `dlc targets`.
#ifndef DLC_DRIVER_TARGETS_H
#define DLC_DRIVER_TARGETS_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dlc {

/// A device that artifacts can run on here.
struct DeviceReport {
  int ordinal = 0; ///< dlc_options.device
  std::string name;
  /// Names and values, for people: version, memory, limits.
  std::vector<std::pair<std::string, std::string>> facts;
};

/// A value of --target.
struct TargetReport {
  std::string name; ///< `cpu`, `opencl`, `cuda`, `vulkan`
  /// What artifacts are compiled for: names and values.
  std::vector<std::pair<std::string, std::string>> limits;
  std::vector<DeviceReport> devices;
  std::string missing; ///< why there is no device here; empty where there is one
};

/// Every target, in the order of --target. Opens drivers; runs nothing on them.
std::vector<TargetReport> findTargets();

} // namespace dlc

#endif // DLC_DRIVER_TARGETS_H
