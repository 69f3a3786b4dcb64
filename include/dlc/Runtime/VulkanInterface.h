// The part of Vulkan 1.2 that the runtime's driver and `dlc targets` call: functions, structures
// and constants of the Khronos headers, written down here so that none has to be installed.
#ifndef DLC_RUNTIME_VULKANINTERFACE_H
#define DLC_RUNTIME_VULKANINTERFACE_H

#include <stddef.h>
#include <stdint.h>

namespace dlcrt::vulkan {

/// Kernels expect a tensor bound at the multiple of this before its address, and add the rest: the
/// largest step that Vulkan allows a device to bind at.
constexpr uint64_t bindingStep = 256;

using Handle = void *; ///< any Vk object
using Result = int32_t;
using Bool = uint32_t;

constexpr uint32_t version12 = 1u << 22 | 2u << 12;

enum Constant : uint32_t {
  QueueCompute = 2,
  DeviceTypeCPU = 4,
  MemoryDeviceLocal = 1,
  MemoryHostVisible = 2,
  MemoryHostCoherent = 4,
  UsageTransferSource = 1,
  UsageTransferTarget = 2,
  UsageUniform = 0x10,
  UsageStorage = 0x20,
  DescriptorUniform = 6,
  DescriptorStorage = 7,
  ShaderStageCompute = 0x20,
  BindPointCompute = 1,
  PipelineDispatchBase = 0x10,
  OneTimeSubmit = 1,
  StageComputeShader = 0x800,
  StageTransfer = 0x1000,
  StageHost = 0x4000,
  AccessMemoryRead = 0x8000,
  AccessMemoryWrite = 0x10000,
};

/// Values of `type`, the first member of most structures.
enum StructureType : uint32_t {
  TypeApplication = 0,
  TypeInstance = 1,
  TypeDeviceQueue = 2,
  TypeDevice = 3,
  TypeSubmit = 4,
  TypeMemory = 5,
  TypeBuffer = 12,
  TypeShaderModule = 16,
  TypeShaderStage = 18,
  TypeComputePipeline = 29,
  TypePipelineLayout = 30,
  TypeSetLayout = 32,
  TypeDescriptorPool = 33,
  TypeDescriptorSet = 34,
  TypeWriteDescriptor = 35,
  TypeCommandPool = 39,
  TypeCommandBuffer = 40,
  TypeCommandBufferBegin = 42,
  TypeMemoryBarrier = 46,
  TypeFeatures11 = 49,
  TypeFeatures12 = 51,
  TypeFeatures2 = 1000059000,
};

struct ApplicationInfo {
  StructureType type;
  const void *next;
  const char *name;
  uint32_t version;
  const char *engine;
  uint32_t engineVersion, apiVersion;
};

struct InstanceInfo {
  StructureType type;
  const void *next;
  uint32_t flags;
  const ApplicationInfo *application;
  uint32_t numLayers;
  const char *const *layers;
  uint32_t numExtensions;
  const char *const *extensions;
};

/// VkPhysicalDeviceLimits as far as it is read; the rest keeps its size.
struct Limits {
  uint32_t imageLimits[6];
  uint32_t maxUniformRange, maxStorageRange;
  uint32_t maxPushConstants, maxAllocations, maxSamplers;
  uint64_t imageGranularity, sparseSpace;
  uint32_t maxBoundSets, maxStageSamplers, maxStageUniforms, maxStageStorageBuffers;
  uint32_t stageAndPipelineLimits[34];
  uint32_t maxSharedBytes;
  uint32_t maxGroups[3];
  uint32_t maxThreads;
  uint32_t maxGroupThreads[3];
  uint32_t drawLimits[5];
  float samplerLimits[2];
  uint32_t maxViewports, maxViewportSize[2];
  float viewportBounds[2];
  uint32_t viewportBits;
  size_t mapAlignment;
  uint64_t texelOffsetAlignment, uniformOffsetAlignment, storageOffsetAlignment;
  uint32_t drawingLimits[35];
  uint64_t copyLimits[3];
};
static_assert(offsetof(Limits, maxSharedBytes) == 216 && offsetof(Limits, mapAlignment) == 304,
              "VkPhysicalDeviceLimits has another layout");
static_assert(sizeof(Limits) == 504, "VkPhysicalDeviceLimits has another size");

struct DeviceProperties {
  uint32_t apiVersion, driverVersion, vendor, device, deviceType;
  char name[256];
  uint8_t cacheId[16];
  Limits limits;
  Bool sparse[5];
};
static_assert(sizeof(DeviceProperties) == 824, "VkPhysicalDeviceProperties has another size");

/// VkPhysicalDeviceFeatures2, whose features are numbered.
struct Features2 {
  StructureType type;
  void *next;
  Bool features[55];
};
enum Feature : uint32_t { FeatureFloat64 = 39, FeatureInt64 = 40, FeatureInt16 = 41 };

/// VkPhysicalDeviceVulkan11Features and VkPhysicalDeviceVulkan12Features likewise.
struct Features11 {
  StructureType type;
  void *next;
  Bool features[12];
};
enum Feature11 : uint32_t { FeatureStorage16 = 0, FeatureUniformAndStorage16 = 1 };

struct Features12 {
  StructureType type;
  void *next;
  Bool features[47];
};
enum Feature12 : uint32_t {
  FeatureStorage8 = 2,
  FeatureUniformAndStorage8 = 3,
  FeatureFloat16 = 7,
  FeatureInt8 = 8
};

struct QueueFamily {
  uint32_t flags, count, timestampBits;
  uint32_t granularity[3];
};

struct MemoryProperties {
  uint32_t numTypes;
  struct {
    uint32_t flags, heap;
  } types[32];
  uint32_t numHeaps;
  struct {
    uint64_t bytes;
    uint32_t flags;
  } heaps[16];
};

struct DeviceQueueInfo {
  StructureType type;
  const void *next;
  uint32_t flags, family, count;
  const float *priorities;
};

struct DeviceInfo {
  StructureType type;
  const void *next;
  uint32_t flags, numQueues;
  const DeviceQueueInfo *queues;
  uint32_t numLayers;
  const char *const *layers;
  uint32_t numExtensions;
  const char *const *extensions;
  const void *features;
};

struct BufferInfo {
  StructureType type;
  const void *next;
  uint32_t flags;
  uint64_t bytes;
  uint32_t usage, sharing, numFamilies;
  const uint32_t *families;
};

struct MemoryRequirements {
  uint64_t bytes, alignment;
  uint32_t types;
};

struct MemoryInfo {
  StructureType type;
  const void *next;
  uint64_t bytes;
  uint32_t memoryType;
};

struct CommandPoolInfo {
  StructureType type;
  const void *next;
  uint32_t flags, family;
};

struct CommandBufferInfo {
  StructureType type;
  const void *next;
  Handle pool;
  uint32_t level, count;
};

struct CommandBufferBegin {
  StructureType type;
  const void *next;
  uint32_t flags;
  const void *inheritance;
};

struct SubmitInfo {
  StructureType type;
  const void *next;
  uint32_t numWaits;
  const Handle *waits;
  const uint32_t *waitStages;
  uint32_t numCommands;
  const Handle *commands;
  uint32_t numSignals;
  const Handle *signals;
};

struct BufferCopy {
  uint64_t from, to, bytes;
};

struct MemoryBarrier {
  StructureType type;
  const void *next;
  uint32_t before, after;
};

struct ShaderModuleInfo {
  StructureType type;
  const void *next;
  uint32_t flags;
  size_t bytes;
  const uint32_t *code;
};

struct SetLayoutBinding {
  uint32_t binding, type, count, stages;
  const Handle *samplers;
};

struct SetLayoutInfo {
  StructureType type;
  const void *next;
  uint32_t flags, count;
  const SetLayoutBinding *bindings;
};

struct PipelineLayoutInfo {
  StructureType type;
  const void *next;
  uint32_t flags, numSets;
  const Handle *sets;
  uint32_t numPushConstants;
  const void *pushConstants;
};

struct ShaderStageInfo {
  StructureType type;
  const void *next;
  uint32_t flags, stage;
  Handle module;
  const char *entry;
  const void *specialization;
};

struct ComputePipelineInfo {
  StructureType type;
  const void *next;
  uint32_t flags;
  ShaderStageInfo stage;
  Handle layout, base;
  int32_t baseIndex;
};

struct DescriptorPoolSize {
  uint32_t type, count;
};

struct DescriptorPoolInfo {
  StructureType type;
  const void *next;
  uint32_t flags, maxSets, numSizes;
  const DescriptorPoolSize *sizes;
};

struct DescriptorSetInfo {
  StructureType type;
  const void *next;
  Handle pool;
  uint32_t count;
  const Handle *layouts;
};

struct DescriptorBuffer {
  Handle buffer;
  uint64_t offset, range;
};

struct WriteDescriptor {
  StructureType type;
  const void *next;
  Handle set;
  uint32_t binding, element, count, descriptor;
  const void *images;
  const DescriptorBuffer *buffers;
  const void *texels;
};

/// In the order of functionNames. Where a parameter is `const void *` alone, it stands for
/// allocation callbacks, which are never given.
struct Functions {
  Result (*createInstance)(const InstanceInfo *, const void *, Handle *);
  void (*destroyInstance)(Handle, const void *);
  Result (*enumerateDevices)(Handle, uint32_t *, Handle *);
  void (*getProperties)(Handle, DeviceProperties *);
  void (*getFeatures)(Handle, Features2 *);
  void (*getMemoryProperties)(Handle, MemoryProperties *);
  void (*getQueueFamilies)(Handle, uint32_t *, QueueFamily *);
  Result (*createDevice)(Handle, const DeviceInfo *, const void *, Handle *);
  void (*destroyDevice)(Handle, const void *);
  void (*getQueue)(Handle, uint32_t, uint32_t, Handle *);
  Result (*queueSubmit)(Handle, uint32_t, const SubmitInfo *, Handle);
  Result (*queueWait)(Handle);
  Result (*createCommandPool)(Handle, const CommandPoolInfo *, const void *, Handle *);
  void (*destroyCommandPool)(Handle, Handle, const void *);
  Result (*resetCommandPool)(Handle, Handle, uint32_t);
  Result (*allocateCommands)(Handle, const CommandBufferInfo *, Handle *);
  Result (*beginCommands)(Handle, const CommandBufferBegin *);
  Result (*endCommands)(Handle);
  Result (*createBuffer)(Handle, const BufferInfo *, const void *, Handle *);
  void (*destroyBuffer)(Handle, Handle, const void *);
  void (*getRequirements)(Handle, Handle, MemoryRequirements *);
  Result (*allocateMemory)(Handle, const MemoryInfo *, const void *, Handle *);
  void (*freeMemory)(Handle, Handle, const void *);
  Result (*bindMemory)(Handle, Handle, Handle, uint64_t);
  Result (*mapMemory)(Handle, Handle, uint64_t, uint64_t, uint32_t, void **);
  Result (*createShaderModule)(Handle, const ShaderModuleInfo *, const void *, Handle *);
  void (*destroyShaderModule)(Handle, Handle, const void *);
  Result (*createSetLayout)(Handle, const SetLayoutInfo *, const void *, Handle *);
  void (*destroySetLayout)(Handle, Handle, const void *);
  Result (*createPipelineLayout)(Handle, const PipelineLayoutInfo *, const void *, Handle *);
  void (*destroyPipelineLayout)(Handle, Handle, const void *);
  Result (*createComputePipelines)(Handle, Handle, uint32_t, const ComputePipelineInfo *,
                                   const void *, Handle *);
  void (*destroyPipeline)(Handle, Handle, const void *);
  Result (*createDescriptorPool)(Handle, const DescriptorPoolInfo *, const void *, Handle *);
  void (*destroyDescriptorPool)(Handle, Handle, const void *);
  Result (*resetDescriptorPool)(Handle, Handle, uint32_t);
  Result (*allocateSets)(Handle, const DescriptorSetInfo *, Handle *);
  void (*updateSets)(Handle, uint32_t, const WriteDescriptor *, uint32_t, const void *);
  void (*copyBuffer)(Handle, Handle, Handle, uint32_t, const BufferCopy *);
  void (*fillBuffer)(Handle, Handle, uint64_t, uint64_t, uint32_t);
  void (*barrier)(Handle, uint32_t, uint32_t, uint32_t, uint32_t, const MemoryBarrier *, uint32_t,
                  const void *, uint32_t, const void *);
  void (*bindPipeline)(Handle, uint32_t, Handle);
  void (*bindSets)(Handle, uint32_t, Handle, uint32_t, uint32_t, const Handle *, uint32_t,
                   const uint32_t *);
  void (*dispatch)(Handle, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t);
};

} // namespace dlcrt::vulkan

#endif // DLC_RUNTIME_VULKANINTERFACE_H
