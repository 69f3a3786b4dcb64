// Device memory: buffers, and the addresses of their bytes.
#include "Vulkan.h"

namespace dlcrt::vulkan {

/// The first memory type among `types` that has all `flags`; -1 where there is none.
static int32_t findMemoryType(const State &state, uint32_t types, uint32_t flags) {
  for (uint32_t i = 0; i < state.memory.numTypes; ++i)
    if (types >> i & 1 && (state.memory.types[i].flags & flags) == flags)
      return static_cast<int32_t>(i);
  return -1;
}

/// Memory for `buffer`, bound to it; null where there is none.
static Handle allocateFor(State &state, Handle buffer, uint32_t required, uint32_t preferred) {
  MemoryRequirements needs = {};
  state.call.getRequirements(state.device, buffer, &needs);
  int32_t type = findMemoryType(state, needs.types, required | preferred);
  if (type < 0)
    type = findMemoryType(state, needs.types, required);
  if (type < 0)
    return nullptr;
  MemoryInfo info = {TypeMemory, nullptr, needs.bytes, static_cast<uint32_t>(type)};
  Handle memory = nullptr;
  if (state.call.allocateMemory(state.device, &info, nullptr, &memory) != 0)
    return nullptr;
  if (state.call.bindMemory(state.device, buffer, memory, 0) == 0)
    return memory;
  state.call.freeMemory(state.device, memory, nullptr);
  return nullptr;
}

Buffer makeBuffer(Device &device, uint64_t bytes, uint32_t usage, uint32_t required,
                  uint32_t preferred) {
  State &state = of(device);
  // What is bound and filled are words.
  constexpr uint64_t word = sizeof(uint32_t);
  Buffer result = {0, (bytes + word) / word * word, nullptr, nullptr};
  BufferInfo info = {TypeBuffer, nullptr, 0, result.bytes, usage, 0, 0, nullptr};
  if (state.call.createBuffer(state.device, &info, nullptr, &result.buffer) == 0) {
    result.memory = allocateFor(state, result.buffer, required, preferred);
    if (result.memory)
      return result;
    state.call.destroyBuffer(state.device, result.buffer, nullptr);
  }
  setError(*device.context, "vulkan: out of device memory for %llu bytes",
           static_cast<unsigned long long>(bytes));
  return {};
}

void destroyBuffer(State &state, const Buffer &buffer) {
  state.call.destroyBuffer(state.device, buffer.buffer, nullptr);
  state.call.freeMemory(state.device, buffer.memory, nullptr);
}

void *allocate(Device &device, uint64_t bytes) {
  State &state = of(device);
  Buffer buffer =
      makeBuffer(device, bytes, UsageTransferSource | UsageTransferTarget | UsageStorage,
                 /*required=*/0, /*preferred=*/MemoryDeviceLocal);
  if (!buffer.memory)
    return nullptr;
  // No two buffers touch, and none begins at null.
  constexpr uint64_t step = bindingStep;
  buffer.address = (state.nextAddress + 2 * step - 1) / step * step;
  if (!state.buffers.append(buffer)) {
    destroyBuffer(state, buffer);
    setError(*device.context, "vulkan: out of memory");
    return nullptr;
  }
  state.nextAddress = buffer.address + buffer.bytes;
  return reinterpret_cast<void *>(buffer.address);
}

void release(Device &device, void *memory) {
  State &state = of(device);
  finish(device);
  for (size_t i = 0; i < state.buffers.count; ++i)
    if (state.buffers.entries[i].address == reinterpret_cast<uint64_t>(memory)) {
      destroyBuffer(state, state.buffers.entries[i]);
      state.buffers.entries[i] = state.buffers.entries[--state.buffers.count];
      return;
    }
}

const Buffer *findBuffer(Device &device, uint64_t address) {
  const Table<Buffer> &buffers = of(device).buffers;
  for (size_t i = 0; i < buffers.count; ++i)
    if (address - buffers.entries[i].address < buffers.entries[i].bytes)
      return &buffers.entries[i];
  setError(*device.context, "vulkan: address %llx is in no memory of the device",
           static_cast<unsigned long long>(address));
  return nullptr;
}

} // namespace dlcrt::vulkan
