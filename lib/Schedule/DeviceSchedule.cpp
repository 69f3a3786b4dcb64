// The device as an attribute of the module, and what schedules take of it.
#include "dlc/Schedule/DeviceSchedule.h"

#include "dlc/Schedule/ScheduleAttributes.h"
#include "dlc/Schedule/ScheduleFamily.h"

using namespace mlir;

namespace dlc::schedule {

std::optional<DeviceFacts> deviceOf(Operation *op) {
  dl::DeviceAttr attribute = dl::deviceAround(op);
  return attribute ? std::optional(factsOf(attribute)) : std::nullopt;
}

void setDevice(ModuleOp module, const DeviceFacts &device) {
  module->setAttr(dl::deviceAttrName, attributeOf(module.getContext(), device));
}

std::optional<std::string> limitExceeded(dl::KernelOp kernel, const DeviceFacts &device) {
  int elementBytes = 4;
  for (Value output : kernel.getOutputs())
    elementBytes =
        std::max<int>(elementBytes, getElementTypeOrSelf(output).getIntOrFloatBitWidth() / 8);
  const ScheduleFamily *family = familyOf(kernel.getScheduleAttr());
  BlockNeeds needs =
      family ? family->blockNeeds(kernel.getScheduleAttr(), elementBytes) : BlockNeeds();
  if (needs.threads > device.maxThreads)
    return "a block of " + std::to_string(needs.threads) + " threads, the device takes " +
           std::to_string(device.maxThreads);
  if (needs.sharedBytes > device.sharedBytes)
    return std::to_string(needs.sharedBytes) +
           " bytes of shared memory in a block, the device has " +
           std::to_string(device.sharedBytes);
  return {};
}

} // namespace dlc::schedule
