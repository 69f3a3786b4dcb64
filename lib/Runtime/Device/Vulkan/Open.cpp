// Opening a Vulkan device, and the driver's table.
#include "Vulkan.h"

#include <stdlib.h>

namespace dlcrt::vulkan {

static const char *const functionNames[] = {"vkCreateInstance",
                                            "vkDestroyInstance",
                                            "vkEnumeratePhysicalDevices",
                                            "vkGetPhysicalDeviceProperties",
                                            "vkGetPhysicalDeviceFeatures2",
                                            "vkGetPhysicalDeviceMemoryProperties",
                                            "vkGetPhysicalDeviceQueueFamilyProperties",
                                            "vkCreateDevice",
                                            "vkDestroyDevice",
                                            "vkGetDeviceQueue",
                                            "vkQueueSubmit",
                                            "vkQueueWaitIdle",
                                            "vkCreateCommandPool",
                                            "vkDestroyCommandPool",
                                            "vkResetCommandPool",
                                            "vkAllocateCommandBuffers",
                                            "vkBeginCommandBuffer",
                                            "vkEndCommandBuffer",
                                            "vkCreateBuffer",
                                            "vkDestroyBuffer",
                                            "vkGetBufferMemoryRequirements",
                                            "vkAllocateMemory",
                                            "vkFreeMemory",
                                            "vkBindBufferMemory",
                                            "vkMapMemory",
                                            "vkCreateShaderModule",
                                            "vkDestroyShaderModule",
                                            "vkCreateDescriptorSetLayout",
                                            "vkDestroyDescriptorSetLayout",
                                            "vkCreatePipelineLayout",
                                            "vkDestroyPipelineLayout",
                                            "vkCreateComputePipelines",
                                            "vkDestroyPipeline",
                                            "vkCreateDescriptorPool",
                                            "vkDestroyDescriptorPool",
                                            "vkResetDescriptorPool",
                                            "vkAllocateDescriptorSets",
                                            "vkUpdateDescriptorSets",
                                            "vkCmdCopyBuffer",
                                            "vkCmdFillBuffer",
                                            "vkCmdPipelineBarrier",
                                            "vkCmdBindPipeline",
                                            "vkCmdBindDescriptorSets",
                                            "vkCmdDispatchBase"};
constexpr size_t numFunctions = sizeof(functionNames) / sizeof(*functionNames);
static_assert(sizeof(Functions) == numFunctions * sizeof(void *), "one name a function");

bool succeeded(Device &device, Result result, const char *what) {
  if (result == 0)
    return true;
  setError(*device.context, "vulkan: %s failed with result %d", what, result);
  return false;
}

static bool createInstance(Device &device) {
  State &state = of(device);
  ApplicationInfo application = {TypeApplication, nullptr, "dlc", 1, "dlc", 1, version12};
  InstanceInfo info = {TypeInstance, nullptr, 0, &application, 0, nullptr, 0, nullptr};
  Result result = state.call.createInstance(&info, nullptr, &state.instance);
  if (result == 0)
    return true;
  state.instance = nullptr;
  constexpr Result incompatibleDriver = -9;
  if (result != incompatibleDriver)
    return succeeded(device, result, "vkCreateInstance");
  setError(*device.context, "vulkan: expected a driver, found none on this machine: install one, "
                            "such as mesa-vulkan-drivers");
  return false;
}

/// The device of number `ordinal`: those that are no CPU first.
static Handle findDevice(Device &device, int32_t ordinal) {
  State &state = of(device);
  uint32_t count = 16;
  Handle devices[16];
  // VK_INCOMPLETE, a positive result, leaves the first ones.
  if (state.call.enumerateDevices(state.instance, &count, devices) < 0)
    count = 0;
  int32_t seen = 0;
  for (bool cpus : {false, true})
    for (uint32_t d = 0; d < count; ++d) {
      state.call.getProperties(devices[d], &state.properties);
      if ((state.properties.deviceType == DeviceTypeCPU) == cpus && seen++ == ordinal)
        return devices[d];
    }
  setError(*device.context, "vulkan: expected a device %d, found %d on this machine", ordinal,
           seen);
  return nullptr;
}

static bool checkVersion(Device &device) {
  uint32_t version = of(device).properties.apiVersion;
  if (version >= version12)
    return true;
  setError(*device.context,
           "vulkan: device '%s': expected Vulkan 1.2, found %u.%u: choose another with "
           "dlc_options.device",
           of(device).properties.name, version >> 22, version >> 12 & 0x3FF);
  return false;
}

static bool findQueueFamily(Device &device) {
  State &state = of(device);
  uint32_t count = 16;
  QueueFamily families[16];
  state.call.getQueueFamilies(state.physical, &count, families);
  for (state.family = 0; state.family < count; ++state.family)
    if (families[state.family].flags & QueueCompute)
      return true;
  setError(*device.context,
           "vulkan: device '%s' computes nothing: choose another with "
           "dlc_options.device",
           state.properties.name);
  return false;
}

/// Leaves the features that kernels may need, as far as the device has them.
static void chooseFeatures(State &state) {
  Features12 all12 = {};
  all12.type = TypeFeatures12;
  Features11 all11 = {};
  all11.type = TypeFeatures11;
  all11.next = &all12;
  Features2 all = {};
  all.type = TypeFeatures2;
  all.next = &all11;
  state.call.getFeatures(state.physical, &all);
  state.features12.type = TypeFeatures12;
  for (Feature12 wanted : {FeatureStorage8, FeatureUniformAndStorage8, FeatureFloat16, FeatureInt8})
    state.features12.features[wanted] = all12.features[wanted];
  state.features11.type = TypeFeatures11;
  state.features11.next = &state.features12;
  for (Feature11 wanted : {FeatureStorage16, FeatureUniformAndStorage16})
    state.features11.features[wanted] = all11.features[wanted];
  state.features.type = TypeFeatures2;
  state.features.next = &state.features11;
  for (Feature wanted : {FeatureFloat64, FeatureInt64, FeatureInt16})
    state.features.features[wanted] = all.features[wanted];
}

static bool createDevice(Device &device) {
  State &state = of(device);
  chooseFeatures(state);
  const float priority = 1;
  DeviceQueueInfo queue = {TypeDeviceQueue, nullptr, 0, state.family, 1, &priority};
  DeviceInfo info = {TypeDevice, &state.features, 0, 1, &queue, 0, nullptr, 0, nullptr, nullptr};
  Result result = state.call.createDevice(state.physical, &info, nullptr, &state.device);
  if (result != 0)
    state.device = nullptr;
  if (!succeeded(device, result, "vkCreateDevice"))
    return false;
  state.call.getQueue(state.device, state.family, 0, &state.queue);
  state.call.getMemoryProperties(state.physical, &state.memory);
  return true;
}

bool open(Device &device, int32_t ordinal) {
  Functions functions;
  void *library = openLibrary(device, "libvulkan.so.1", "a Vulkan loader", functionNames,
                              reinterpret_cast<void **>(&functions), numFunctions);
  if (!library)
    return false;
  device.state = calloc(1, sizeof(State));
  if (!device.state) {
    setError(*device.context, "vulkan: out of memory");
    return false;
  }
  State &state = of(device);
  state.call = functions;
  state.library = library;
  if (!createInstance(device))
    return false;
  state.physical = findDevice(device, ordinal);
  return state.physical && checkVersion(device) && findQueueFamily(device) &&
         createDevice(device) && openQueue(device);
}

void close(Device &device) {
  State &state = of(device);
  if (state.device) {
    closeQueue(state);
    state.call.destroyDevice(state.device, nullptr);
  }
  if (state.instance)
    state.call.destroyInstance(state.instance, nullptr);
  free(state.buffers.entries);
  free(state.downloads.entries);
  // The library stays: drivers leave threads behind that run its code.
  free(&state);
}

} // namespace dlcrt::vulkan

using namespace dlcrt;

extern "C" {

const dlcrt_driver dlcrt_vulkan_driver = {
    "vulkan",          vulkan::open,         vulkan::close,       vulkan::allocate,
    vulkan::release,   vulkan::upload,       vulkan::download,    vulkan::copy,
    vulkan::clear,     vulkan::finish,       vulkan::loadProgram, vulkan::unloadProgram,
    vulkan::findEntry, vulkan::releaseEntry, vulkan::launch};

const void *halide_vulkan_device_interface(void) { return &dlcrt_vulkan_driver; }

int halide_vulkan_initialize_kernels(void *userContext, void **state, const char *source,
                                     int bytes) {
  return initializeKernels(userContext, state, source, bytes);
}

void halide_vulkan_finalize_kernels(void *, void *) {}

int halide_vulkan_run(void *userContext, void *state, const char *name, int blocksX, int blocksY,
                      int blocksZ, int threadsX, int threadsY, int threadsZ, int sharedBytes,
                      size_t sizes[], void *arguments[], int8_t isTensor[]) {
  LaunchShape shape = {{blocksX, blocksY, blocksZ}, {threadsX, threadsY, threadsZ}, sharedBytes};
  return runKernel(userContext, state, name, shape, sizes, arguments, isTensor);
}

} // extern "C"
