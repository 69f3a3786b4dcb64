// A context's device: the memory, the programs and the queue that its kernels use. What differs
// between OpenCL, CUDA and Vulkan is behind dlcrt_driver, one constant table each.
#ifndef DLC_LIB_RUNTIME_DEVICE_DEVICE_H
#define DLC_LIB_RUNTIME_DEVICE_DEVICE_H

#include "../Context.h"

namespace dlcrt {

struct Device;

/// Extents of one launch, as Halide gives them.
struct LaunchShape {
  int blocks[3];
  int threads[3];
  int sharedBytes;
};

/// One argument of a kernel: the address of its value. Tensors are addresses of device memory.
struct LaunchArgument {
  const void *value;
  size_t bytes; ///< of the value; of a tensor, from its first element to behind its last
  bool isTensor;
};

/// Largest number of arguments of a kernel: operands and results of a fused kernel, and the sizes
/// that it asks for.
constexpr int maxLaunchArguments = 128;

/// Source text of one kernel object as the driver compiled it. Keyed by the text's address, which
/// is a constant of the artifact.
struct Program {
  const char *source;
  void *handle;
};

/// An entry point of a program. Keyed by the address of its name, likewise.
struct EntryPoint {
  const char *name;
  void *handle;
};

/// Memory for what a kernel keeps between its launches.
struct ScratchBlock {
  void *memory;
  uint64_t bytes;
  bool used;
};

/// A growing array without a destructor; all-zero bytes are an empty one.
template <typename T>
struct Table {
  T *entries;
  size_t count, capacity;

  /// Null when memory is short.
  T *append(const T &entry) {
    if (count == capacity) {
      size_t wanted = capacity ? 2 * capacity : 16;
      auto *larger = static_cast<T *>(realloc(entries, wanted * sizeof(T)));
      if (!larger)
        return nullptr;
      entries = larger;
      capacity = wanted;
    }
    entries[count] = entry;
    return &entries[count++];
  }
};

} // namespace dlcrt

/// A driver's functions. Each that fails has recorded why with setError; all but `finish` may
/// return before the device is done: there is one queue, in order.
struct dlcrt_driver {
  const char *name;
  bool (*open)(dlcrt::Device &device, int32_t ordinal);
  void (*close)(dlcrt::Device &device);
  void *(*allocate)(dlcrt::Device &device, uint64_t bytes);
  void (*release)(dlcrt::Device &device, void *memory);
  bool (*upload)(dlcrt::Device &device, void *to, const void *from, uint64_t bytes);
  bool (*download)(dlcrt::Device &device, void *to, const void *from, uint64_t bytes);
  bool (*copy)(dlcrt::Device &device, void *to, const void *from, uint64_t bytes);
  bool (*clear)(dlcrt::Device &device, void *memory, uint64_t bytes);
  bool (*finish)(dlcrt::Device &device);
  void *(*loadProgram)(dlcrt::Device &device, const char *source, size_t bytes);
  void (*unloadProgram)(dlcrt::Device &device, void *program);
  void *(*findEntry)(dlcrt::Device &device, void *program, const char *name);
  void (*releaseEntry)(dlcrt::Device &device, void *entry);
  bool (*launch)(dlcrt::Device &device, void *entry, const dlcrt::LaunchShape &shape,
                 const dlcrt::LaunchArgument *arguments, int count);
};

namespace dlcrt {

/// What a context holds on its device. Made by its first run, destroyed with it.
struct Device {
  dlcrt_context *context;
  const dlcrt_driver *driver;
  void *state;  ///< the driver's own
  void *memory; ///< what entries place tensors in
  uint64_t bytes;
  void *constants;
  void *modelState;  ///< the model's state, where it has one
  bool stateIsNewer; ///< than the host's copy
  Table<Program> programs;
  Table<EntryPoint> entryPoints;
  Table<ScratchBlock> scratch;
};

/// The device of the context that a kernel was called with, or null: the run has failed already.
Device *runningDevice(void *userContext);

/// What the drivers' halide_*_initialize_kernels and halide_*_run do.
int initializeKernels(void *userContext, void **state, const char *source, int bytes);
int runKernel(void *userContext, void *state, const char *name, const LaunchShape &shape,
              const size_t *sizes, void *const *arguments, const int8_t *isTensor);

/// A library opened with dlopen; fills `functions`, `count` pointers, from `names`. Null, with the
/// reason in the context's error, where the library or one of the names is missing.
void *openLibrary(Device &device, const char *file, const char *what, const char *const *names,
                  void **functions, size_t count);

} // namespace dlcrt

#endif // DLC_LIB_RUNTIME_DEVICE_DEVICE_H
