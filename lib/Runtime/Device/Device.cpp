// Kernels on a device: the calls that entries make around them, and the names under which Halide's
// code asks for memory and launches. No allocation after the first run of a shape.
#include "Device.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdlib.h>

using namespace dlcrt;

//===-- Life -------------------------------------------------------------------------------===//

static void closeDevice(dlcrt_context *context) {
  auto *device = static_cast<Device *>(context->device);
  const dlcrt_driver &driver = *device->driver;
  if (device->state) {
    for (size_t i = 0; i < device->entryPoints.count; ++i)
      driver.releaseEntry(*device, device->entryPoints.entries[i].handle);
    for (size_t i = 0; i < device->programs.count; ++i)
      driver.unloadProgram(*device, device->programs.entries[i].handle);
    for (size_t i = 0; i < device->scratch.count; ++i)
      driver.release(*device, device->scratch.entries[i].memory);
    if (device->memory)
      driver.release(*device, device->memory);
    if (device->constants)
      driver.release(*device, device->constants);
    if (device->modelState)
      driver.release(*device, device->modelState);
    driver.close(*device);
  }
  free(device->entryPoints.entries);
  free(device->programs.entries);
  free(device->scratch.entries);
  free(device);
  context->device = nullptr;
}

static void synchronize(dlcrt_context *context) {
  auto *device = static_cast<Device *>(context->device);
  device->driver->finish(*device);
}

/// Complete once the queue is.
static void downloadState(Device &device) {
  device.driver->download(device, device.context->state, device.modelState,
                          dlc_model.info.state_bytes);
  device.stateIsNewer = false;
}

static void fetchState(dlcrt_context *context) {
  auto *device = static_cast<Device *>(context->device);
  if (!device->stateIsNewer)
    return;
  downloadState(*device);
  device->driver->finish(*device);
}

/// Opens the device and uploads the model's constants.
static Device *openDevice(dlcrt_context &context, const dlcrt_driver &driver) {
  auto *device = static_cast<Device *>(calloc(1, sizeof(Device)));
  if (!device) {
    setError(context, "out of memory for a device");
    return nullptr;
  }
  device->context = &context;
  device->driver = &driver;
  context.device = device;
  context.closeDevice = closeDevice;
  context.synchronize = synchronize;
  context.fetchState = fetchState;
  uint64_t bytes = dlc_model.info.constant_bytes;
  bool open = driver.open(*device, context.deviceOrdinal);
  if (open && bytes != 0) {
    device->constants = driver.allocate(*device, bytes);
    open =
        device->constants && driver.upload(*device, device->constants, dlc_model.constants, bytes);
  }
  if (open)
    return device;
  closeDevice(&context);
  return nullptr;
}

static bool growMemory(Device &device, uint64_t bytes) {
  if (device.bytes >= bytes)
    return true;
  if (device.memory)
    device.driver->release(device, device.memory);
  device.bytes = 0;
  device.memory = device.driver->allocate(device, bytes);
  if (!device.memory)
    return false;
  device.bytes = bytes;
  return true;
}

/// The state on the device, as the host has it where that may be the newer one.
static bool bringState(Device &device) {
  uint64_t bytes = dlc_model.info.state_bytes;
  if (bytes == 0 || (device.modelState && !device.context->stateIsShared))
    return true;
  if (!device.modelState)
    device.modelState = device.driver->allocate(device, bytes);
  return device.modelState &&
         device.driver->upload(device, device.modelState, device.context->state, bytes);
}

static dlcrt_context &contextOf(dlcrt_call *call) { return *slotOf(call->context).context; }

Device *dlcrt::runningDevice(void *userContext) {
  dlcrt_context &context = *slotOf(userContext).context;
  if (context.hasError.load(std::memory_order_relaxed))
    return nullptr;
  return static_cast<Device *>(context.device);
}

extern "C" {

int32_t dlcrt_device_begin(dlcrt_call *call, const dlcrt_driver *driver, uint64_t bytes,
                           dlcrt_device_memory *memory) {
  dlcrt_context &context = contextOf(call);
  auto *device = static_cast<Device *>(context.device);
  if (!device)
    device = openDevice(context, *driver);
  if (!device || !growMemory(*device, bytes) || !bringState(*device))
    return DLC_ERROR_EXECUTION;
  memory->arena = static_cast<uint8_t *>(device->memory);
  memory->constants = static_cast<const uint8_t *>(device->constants);
  memory->state = static_cast<uint8_t *>(device->modelState);
  return DLC_OK;
}

void dlcrt_device_upload(dlcrt_call *call, uint8_t *to, const uint8_t *from, uint64_t bytes) {
  if (Device *device = runningDevice(call->context); device && bytes)
    device->driver->upload(*device, to, from, bytes);
}

void dlcrt_device_download(dlcrt_call *call, uint8_t *to, const uint8_t *from, uint64_t bytes) {
  if (Device *device = runningDevice(call->context); device && bytes)
    device->driver->download(*device, to, from, bytes);
}

void dlcrt_device_copy(dlcrt_call *call, uint8_t *to, const uint8_t *from, uint64_t bytes) {
  if (Device *device = runningDevice(call->context); device && bytes)
    device->driver->copy(*device, to, from, bytes);
}

void dlcrt_device_clear(dlcrt_call *call, uint8_t *memory, uint64_t bytes) {
  if (Device *device = runningDevice(call->context); device && bytes)
    device->driver->clear(*device, memory, bytes);
}

int32_t dlcrt_device_end(dlcrt_call *call) {
  dlcrt_context &context = contextOf(call);
  auto *device = static_cast<Device *>(context.device);
  device->stateIsNewer = dlc_model.info.state_bytes != 0;
  if (device->stateIsNewer && context.stateIsShared && runningDevice(call->context))
    downloadState(*device);
  // Also after a failure: nothing may run on while the caller frees his tensors.
  device->driver->finish(*device);
  return context.hasError.load(std::memory_order_relaxed) ? DLC_ERROR_EXECUTION : DLC_OK;
}

} // extern "C"

//===-- Programs ---------------------------------------------------------------------------===//

static void *programOf(Device &device, const char *source, size_t bytes) {
  for (size_t i = 0; i < device.programs.count; ++i)
    if (device.programs.entries[i].source == source)
      return device.programs.entries[i].handle;
  if (bytes == 0)
    return nullptr;
  void *handle = device.driver->loadProgram(device, source, bytes);
  if (handle && !device.programs.append({source, handle})) {
    device.driver->unloadProgram(device, handle);
    setError(*device.context, "out of memory for a program");
    return nullptr;
  }
  return handle;
}

static void *entryOf(Device &device, void *program, const char *name) {
  for (size_t i = 0; i < device.entryPoints.count; ++i)
    if (device.entryPoints.entries[i].name == name)
      return device.entryPoints.entries[i].handle;
  void *handle = device.driver->findEntry(device, program, name);
  if (handle && !device.entryPoints.append({name, handle})) {
    device.driver->releaseEntry(device, handle);
    setError(*device.context, "out of memory for a kernel");
    return nullptr;
  }
  return handle;
}

int dlcrt::initializeKernels(void *userContext, void **state, const char *source, int bytes) {
  // The same for all contexts, so that it does not matter who writes it last.
  __atomic_store_n(state, const_cast<char *>(source), __ATOMIC_RELAXED);
  Device *device = runningDevice(userContext);
  return device && programOf(*device, source, static_cast<size_t>(bytes)) ? 0 : -1;
}

//===-- What Halide's code holds of a tensor -----------------------------------------------===//

namespace {

struct BufferDimension {
  int32_t min, extent, stride;
  uint32_t flags;
};

/// halide_buffer_t of Halide 21.
struct Buffer {
  void *device;
  const void *deviceInterface;
  uint8_t *host;
  uint64_t flags;
  uint8_t typeCode, typeBits;
  uint16_t typeLanes;
  int32_t dimensions;
  BufferDimension *dim;
  void *padding;

  uint64_t bytes() const {
    uint64_t last = 0;
    for (int32_t i = 0; i < dimensions; ++i)
      if (dim[i].extent <= 0)
        return 0;
    for (int32_t i = 0; i < dimensions; ++i)
      last += static_cast<uint64_t>(dim[i].extent - 1) * static_cast<uint64_t>(dim[i].stride);
    return (last + 1) * ((typeBits + 7u) / 8u);
  }
};
static_assert(sizeof(Buffer) == 56, "halide_buffer_t has another layout");

} // namespace

/// Free memory of at least `bytes`, the smallest that there is. The queue is in order: what was
/// given back may be used by the next launch.
static void *takeScratch(Device &device, uint64_t bytes) {
  ScratchBlock *best = nullptr;
  for (size_t i = 0; i < device.scratch.count; ++i) {
    ScratchBlock &block = device.scratch.entries[i];
    if (!block.used && block.bytes >= bytes && (!best || block.bytes < best->bytes))
      best = &block;
  }
  if (!best) {
    void *memory = device.driver->allocate(device, bytes);
    if (!memory)
      return nullptr;
    best = device.scratch.append({memory, bytes, false});
    if (!best) {
      device.driver->release(device, memory);
      setError(*device.context, "out of memory for scratch");
      return nullptr;
    }
  }
  best->used = true;
  return best->memory;
}

int dlcrt::runKernel(void *userContext, void *state, const char *name, const LaunchShape &shape,
                     const size_t *sizes, void *const *arguments, const int8_t *isTensor) {
  Device *device = runningDevice(userContext);
  if (!device)
    return -1;
  void *program = programOf(*device, static_cast<const char *>(state), 0);
  void *entry = program ? entryOf(*device, program, name) : nullptr;
  if (!entry)
    return -1;
  LaunchArgument list[maxLaunchArguments];
  int count = 0;
  for (; sizes[count] != 0; ++count) {
    if (count == maxLaunchArguments) {
      setError(*device->context, "kernel %s: expected at most %d arguments", name,
               maxLaunchArguments);
      return -1;
    }
    list[count] = {arguments[count], sizes[count], isTensor[count] != 0};
    if (isTensor[count]) {
      const Buffer &tensor = *static_cast<const Buffer *>(arguments[count]);
      list[count].value = &tensor.device;
      list[count].bytes = tensor.bytes();
    }
  }
  return device->driver->launch(*device, entry, shape, list, count) ? 0 : -1;
}

extern "C" {

int halide_device_malloc(void *userContext, void *buffer, const void *) {
  auto &tensor = *static_cast<Buffer *>(buffer);
  if (tensor.device)
    return 0;
  Device *device = runningDevice(userContext);
  if (!device)
    return -1;
  tensor.device = takeScratch(*device, tensor.bytes());
  return tensor.device ? 0 : -1;
}

int halide_device_free(void *userContext, void *buffer) {
  auto &tensor = *static_cast<Buffer *>(buffer);
  auto *device = static_cast<Device *>(slotOf(userContext).context->device);
  for (size_t i = 0; device && tensor.device && i < device->scratch.count; ++i)
    if (device->scratch.entries[i].memory == tensor.device)
      device->scratch.entries[i].used = false;
  tensor.device = nullptr;
  return 0;
}

void halide_device_free_as_destructor(void *userContext, void *buffer) {
  halide_device_free(userContext, buffer);
}

int halide_copy_to_device(void *userContext, void *buffer, const void *) {
  if (static_cast<const Buffer *>(buffer)->device)
    return 0;
  setError(*slotOf(userContext).context, "a kernel reads a tensor that is not on the device");
  return -1;
}

} // extern "C"

//===-- Libraries --------------------------------------------------------------------------===//

void *dlcrt::openLibrary(Device &device, const char *file, const char *what,
                         const char *const *names, void **functions, size_t count) {
  void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    setError(*device.context, "%s: cannot open %s: install %s (%s)", device.driver->name, file,
             what, dlerror());
    return nullptr;
  }
  for (size_t i = 0; i < count; ++i) {
    functions[i] = dlsym(library, names[i]);
    if (functions[i])
      continue;
    setError(*device.context, "%s: %s has no function %s: install a newer one", device.driver->name,
             file, names[i]);
    dlclose(library);
    return nullptr;
  }
  return library;
}
