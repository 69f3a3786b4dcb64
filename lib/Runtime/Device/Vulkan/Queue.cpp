// The queue: commands are recorded one after the other and submitted together, where their results
// are waited for. Transfers go through a buffer that both sides see, which also holds the scalars
// of launches.
#include "Vulkan.h"

#include <string.h>

namespace dlcrt::vulkan {

/// Larger transfers are cut.
constexpr uint64_t stagingBytes = 4 << 20;
/// Launches between two waits, and their tensors.
constexpr uint32_t maxSets = 256;
constexpr uint32_t maxStorageDescriptors = 16 * maxSets;
static_assert(maxStorageDescriptors >= maxLaunchArguments, "a launch has its descriptors");

static bool makePools(Device &device) {
  State &state = of(device);
  CommandPoolInfo commandPool = {TypeCommandPool, nullptr, 0, state.family};
  if (!succeeded(
          device,
          state.call.createCommandPool(state.device, &commandPool, nullptr, &state.commandPool),
          "vkCreateCommandPool"))
    return false;
  CommandBufferInfo commands = {TypeCommandBuffer, nullptr, state.commandPool, 0, 1};
  if (!succeeded(device, state.call.allocateCommands(state.device, &commands, &state.commands),
                 "vkAllocateCommandBuffers"))
    return false;
  DescriptorPoolSize sizes[] = {{DescriptorUniform, maxSets},
                                {DescriptorStorage, maxStorageDescriptors}};
  DescriptorPoolInfo descriptors = {TypeDescriptorPool, nullptr, 0, maxSets, 2, sizes};
  return succeeded(
      device,
      state.call.createDescriptorPool(state.device, &descriptors, nullptr, &state.descriptorPool),
      "vkCreateDescriptorPool");
}

bool openQueue(Device &device) {
  State &state = of(device);
  if (!makePools(device))
    return false;
  state.staging =
      makeBuffer(device, stagingBytes, UsageTransferSource | UsageTransferTarget | UsageUniform,
                 MemoryHostVisible | MemoryHostCoherent, /*preferred=*/0);
  if (!state.staging.memory)
    return false;
  void *mapped = nullptr;
  if (!succeeded(
          device,
          state.call.mapMemory(state.device, state.staging.memory, 0, stagingBytes, 0, &mapped),
          "vkMapMemory"))
    return false;
  state.stagingMemory = static_cast<uint8_t *>(mapped);
  return true;
}

void closeQueue(State &state) {
  if (state.commandPool)
    state.call.destroyCommandPool(state.device, state.commandPool, nullptr);
  if (state.descriptorPool)
    state.call.destroyDescriptorPool(state.device, state.descriptorPool, nullptr);
  if (state.staging.memory)
    destroyBuffer(state, state.staging); // unmaps it
}

bool record(Device &device) {
  State &state = of(device);
  if (state.isRecording)
    return true;
  CommandBufferBegin begin = {TypeCommandBufferBegin, nullptr, OneTimeSubmit, nullptr};
  state.isRecording =
      succeeded(device, state.call.beginCommands(state.commands, &begin), "vkBeginCommandBuffer");
  return state.isRecording;
}

void orderCommands(Device &device) {
  State &state = of(device);
  MemoryBarrier all = {TypeMemoryBarrier, nullptr, AccessMemoryWrite,
                       AccessMemoryRead | AccessMemoryWrite};
  constexpr uint32_t stages = StageComputeShader | StageTransfer;
  state.call.barrier(state.commands, stages, stages | StageHost, 0, 1, &all, 0, nullptr, 0,
                     nullptr);
}

static bool submit(Device &device) {
  State &state = of(device);
  SubmitInfo info = {TypeSubmit, nullptr, 0, nullptr, nullptr, 1, &state.commands, 0, nullptr};
  return succeeded(device, state.call.endCommands(state.commands), "vkEndCommandBuffer") &&
         succeeded(device, state.call.queueSubmit(state.queue, 1, &info, nullptr),
                   "vkQueueSubmit") &&
         succeeded(device, state.call.queueWait(state.queue), "vkQueueWaitIdle");
}

bool finish(Device &device) {
  State &state = of(device);
  if (!state.isRecording)
    return true;
  state.isRecording = false;
  bool done = submit(device);
  for (size_t i = 0; done && i < state.downloads.count; ++i) {
    const Download &download = state.downloads.entries[i];
    memcpy(download.to, state.stagingMemory + download.from, download.bytes);
  }
  state.downloads.count = 0;
  state.stagingUsed = 0;
  state.numSets = 0;
  state.numStorageDescriptors = 0;
  state.call.resetCommandPool(state.device, state.commandPool, 0);
  state.call.resetDescriptorPool(state.device, state.descriptorPool, 0);
  return done;
}

bool stage(Device &device, uint64_t bytes, uint64_t alignment, uint64_t &offset) {
  State &state = of(device);
  offset = (state.stagingUsed + alignment - 1) / alignment * alignment;
  if (offset + bytes > stagingBytes) {
    if (!finish(device))
      return false;
    offset = 0;
  }
  state.stagingUsed = offset + bytes;
  return record(device);
}

bool makeDescriptorRoom(Device &device, uint32_t numStorageBuffers) {
  State &state = of(device);
  return (state.numSets < maxSets &&
          state.numStorageDescriptors + numStorageBuffers <= maxStorageDescriptors) ||
         finish(device);
}

Handle takeDescriptorSet(Device &device, Handle layout, uint32_t numStorageBuffers) {
  State &state = of(device);
  DescriptorSetInfo info = {TypeDescriptorSet, nullptr, state.descriptorPool, 1, &layout};
  Handle set = nullptr;
  if (!succeeded(device, state.call.allocateSets(state.device, &info, &set),
                 "vkAllocateDescriptorSets"))
    return nullptr;
  ++state.numSets;
  state.numStorageDescriptors += numStorageBuffers;
  return set;
}

static uint64_t addressOf(const void *memory) { return reinterpret_cast<uint64_t>(memory); }

/// Records a copy between two buffers.
static void recordCopy(Device &device, Handle from, uint64_t fromOffset, Handle to,
                       uint64_t toOffset, uint64_t bytes) {
  BufferCopy region = {fromOffset, toOffset, bytes};
  of(device).call.copyBuffer(of(device).commands, from, to, 1, &region);
  orderCommands(device);
}

/// As upload; zeros where `from` is null.
static bool uploadOrClear(Device &device, void *to, const void *from, uint64_t bytes) {
  State &state = of(device);
  const Buffer *target = findBuffer(device, addressOf(to));
  if (!target)
    return false;
  for (uint64_t done = 0; done < bytes;) {
    uint64_t offset = 0, part = bytes - done < stagingBytes ? bytes - done : stagingBytes;
    if (!stage(device, part, 1, offset))
      return false;
    if (from)
      memcpy(state.stagingMemory + offset, static_cast<const uint8_t *>(from) + done, part);
    else
      memset(state.stagingMemory + offset, 0, part);
    recordCopy(device, state.staging.buffer, offset, target->buffer,
               addressOf(to) - target->address + done, part);
    done += part;
  }
  return true;
}

bool upload(Device &device, void *to, const void *from, uint64_t bytes) {
  return uploadOrClear(device, to, from, bytes);
}

bool download(Device &device, void *to, const void *from, uint64_t bytes) {
  State &state = of(device);
  const Buffer *source = findBuffer(device, addressOf(from));
  if (!source)
    return false;
  for (uint64_t done = 0; done < bytes;) {
    uint64_t offset = 0, part = bytes - done < stagingBytes ? bytes - done : stagingBytes;
    if (!stage(device, part, 1, offset))
      return false;
    if (!state.downloads.append({static_cast<uint8_t *>(to) + done, offset, part})) {
      setError(*device.context, "vulkan: out of memory");
      return false;
    }
    recordCopy(device, source->buffer, addressOf(from) - source->address + done,
               state.staging.buffer, offset, part);
    done += part;
  }
  return true;
}

bool copy(Device &device, void *to, const void *from, uint64_t bytes) {
  const Buffer *source = findBuffer(device, addressOf(from));
  const Buffer *target = findBuffer(device, addressOf(to));
  if (!source || !target || !record(device))
    return false;
  recordCopy(device, source->buffer, addressOf(from) - source->address, target->buffer,
             addressOf(to) - target->address, bytes);
  return true;
}

bool clear(Device &device, void *memory, uint64_t bytes) {
  State &state = of(device);
  const Buffer *target = findBuffer(device, addressOf(memory));
  if (!target || !record(device))
    return false;
  // Words are filled, what is left of one is uploaded.
  constexpr uint64_t word = sizeof(uint32_t);
  uint64_t offset = addressOf(memory) - target->address;
  uint64_t filled = offset % word == 0 ? bytes / word * word : 0;
  if (filled) {
    state.call.fillBuffer(state.commands, target->buffer, offset, filled, 0);
    orderCommands(device);
  }
  return filled == bytes ||
         uploadOrClear(device, static_cast<uint8_t *>(memory) + filled, nullptr, bytes - filled);
}

} // namespace dlcrt::vulkan
