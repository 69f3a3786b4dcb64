// A context's Vulkan device, for the files of its driver. Vulkan binds buffers, not addresses: the
// driver numbers the bytes of all its buffers and calls these numbers addresses.
#ifndef DLC_LIB_RUNTIME_DEVICE_VULKAN_VULKAN_H
#define DLC_LIB_RUNTIME_DEVICE_VULKAN_VULKAN_H

#include "../Device.h"
#include "dlc/Runtime/VulkanInterface.h"

namespace dlcrt::vulkan {

/// Memory with a buffer over all of it.
struct Buffer {
  uint64_t address, bytes;
  Handle buffer, memory;
};

/// What to copy out of the staging buffer once the queue is done.
struct Download {
  void *to;
  uint64_t from, bytes;
};

struct State {
  Functions call;
  void *library;
  Handle instance, physical, device, queue;
  uint32_t family;
  DeviceProperties properties;
  MemoryProperties memory;
  /// Which are enabled: all of those that kernels may need and the device has.
  Features2 features;
  Features11 features11;
  Features12 features12;

  Table<Buffer> buffers;
  uint64_t nextAddress;

  /// Commands since the last wait, and what they hold until the next.
  Handle commandPool, commands, descriptorPool;
  bool isRecording;
  uint32_t numSets, numStorageDescriptors;
  Buffer staging; ///< memory that both sides see
  uint8_t *stagingMemory;
  uint64_t stagingUsed;
  Table<Download> downloads;
};

inline State &of(Device &device) { return *static_cast<State *>(device.state); }

/// Records a failure of `what`; returns whether there was none.
bool succeeded(Device &device, Result result, const char *what);

// Open.cpp

bool open(Device &device, int32_t ordinal);
void close(Device &device);

// Memory.cpp

void *allocate(Device &device, uint64_t bytes);
void release(Device &device, void *memory);
/// The buffer that `address` is in; null, with an error, where it is in none.
const Buffer *findBuffer(Device &device, uint64_t address);
/// Makes a buffer of the smallest heap index that has all `required` flags, and `preferred` ones
/// where there are such. All zero, with an error, where memory is short.
Buffer makeBuffer(Device &device, uint64_t bytes, uint32_t usage, uint32_t required,
                  uint32_t preferred);
void destroyBuffer(State &state, const Buffer &buffer);

// Queue.cpp

/// The pools and the staging buffer.
bool openQueue(Device &device);
void closeQueue(State &state);
bool upload(Device &device, void *to, const void *from, uint64_t bytes);
bool download(Device &device, void *to, const void *from, uint64_t bytes);
bool copy(Device &device, void *to, const void *from, uint64_t bytes);
bool clear(Device &device, void *memory, uint64_t bytes);
/// Submits what is recorded and waits for it. Everything staged and every descriptor set is free
/// afterwards.
bool finish(Device &device);
/// `bytes` of the staging buffer from a multiple of `alignment` on; may call finish.
bool stage(Device &device, uint64_t bytes, uint64_t alignment, uint64_t &offset);
/// A descriptor set of `layout` with that many storage buffers, free at the next finish; may call
/// finish before.
bool makeDescriptorRoom(Device &device, uint32_t numStorageBuffers);
Handle takeDescriptorSet(Device &device, Handle layout, uint32_t numStorageBuffers);
/// Starts recording where nothing is recorded yet.
bool record(Device &device);
/// What is recorded from here on sees all that was recorded before.
void orderCommands(Device &device);

// Module.cpp

/// A kernel as Halide wrote it: what it binds, and its SPIR-V.
struct Module {
  const char *name;
  uint32_t numUniforms;       ///< 0 or 1: all scalars, one behind the other, at binding 0
  uint32_t numStorageBuffers; ///< tensors, at the bindings behind
  uint32_t sharedBytes;
  const char *code;
  size_t codeWords;
};

/// A kernel's SPIR-V as it is given to the driver, and what it says of itself.
struct Code {
  uint32_t *words; ///< to be freed; null where it cannot run, with an error
  size_t count;
  uint32_t threads[3];
};

/// Finds the kernel `name` in what Halide wrote.
bool findModule(Device &device, const char *source, size_t bytes, const char *name, Module &module);
/// Checks that the device has the types that the kernel needs, and says what Halide's generator
/// does not: that float operations are neither contracted nor reassociated, and that tensors may
/// overlap.
Code prepareCode(Device &device, const Module &module);

// Kernel.cpp

void *loadProgram(Device &device, const char *source, size_t bytes);
void unloadProgram(Device &device, void *program);
void *findEntry(Device &device, void *program, const char *name);
void releaseEntry(Device &device, void *entry);
bool launch(Device &device, void *entry, const LaunchShape &shape, const LaunchArgument *arguments,
            int count);

} // namespace dlcrt::vulkan

#endif // DLC_LIB_RUNTIME_DEVICE_VULKAN_VULKAN_H
