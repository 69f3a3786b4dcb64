// The CUDA driver: libcuda alone, which compiles the PTX that artifacts hold for the GPU that it
// finds. Types and constants are those of cuda.h, written down here so that it need not be
// installed.
#include "Device.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

using namespace dlcrt;

namespace {

using Handle = void *;
using Status = int32_t;

enum JitOption : int32_t { ErrorLog = 5, ErrorLogBytes = 6 };

/// In the order of functionNames.
struct Functions {
  Status (*init)(uint32_t);
  Status (*getErrorString)(Status, const char **);
  Status (*deviceGetCount)(int32_t *);
  Status (*deviceGet)(int32_t *, int32_t);
  Status (*retainContext)(Handle *, int32_t);
  Status (*releaseContext)(int32_t);
  Status (*pushContext)(Handle);
  Status (*popContext)(Handle *);
  Status (*createStream)(Handle *, uint32_t);
  Status (*destroyStream)(Handle);
  Status (*synchronizeStream)(Handle);
  Status (*allocate)(void **, size_t);
  Status (*free)(void *);
  Status (*upload)(void *, const void *, size_t, Handle);
  Status (*download)(void *, const void *, size_t, Handle);
  Status (*copy)(void *, const void *, size_t, Handle);
  Status (*fill)(void *, uint8_t, size_t, Handle);
  Status (*loadModule)(Handle *, const void *, uint32_t, JitOption *, void **);
  Status (*unloadModule)(Handle);
  Status (*getFunction)(Handle *, Handle, const char *);
  Status (*launchKernel)(Handle, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t,
                         uint32_t, Handle, void **, void **);
};

const char *const functionNames[] = {"cuInit",
                                     "cuGetErrorString",
                                     "cuDeviceGetCount",
                                     "cuDeviceGet",
                                     "cuDevicePrimaryCtxRetain",
                                     "cuDevicePrimaryCtxRelease_v2",
                                     "cuCtxPushCurrent_v2",
                                     "cuCtxPopCurrent_v2",
                                     "cuStreamCreate",
                                     "cuStreamDestroy_v2",
                                     "cuStreamSynchronize",
                                     "cuMemAlloc_v2",
                                     "cuMemFree_v2",
                                     "cuMemcpyHtoDAsync_v2",
                                     "cuMemcpyDtoHAsync_v2",
                                     "cuMemcpyDtoDAsync_v2",
                                     "cuMemsetD8Async",
                                     "cuModuleLoadDataEx",
                                     "cuModuleUnload",
                                     "cuModuleGetFunction",
                                     "cuLaunchKernel"};
constexpr size_t numFunctions = sizeof(functionNames) / sizeof(*functionNames);
static_assert(sizeof(Functions) == numFunctions * sizeof(void *), "one name a function");

struct CUDA {
  Functions call;
  void *library;
  int32_t device;
  Handle context, stream;
};

CUDA &of(Device &device) { return *static_cast<CUDA *>(device.state); }

/// Makes the device's context the thread's own while it lives; the caller may have another.
class Current {
public:
  explicit Current(CUDA &cuda) : cuda(cuda) { cuda.call.pushContext(cuda.context); }
  ~Current() {
    Handle popped;
    cuda.call.popContext(&popped);
  }
  Current(const Current &) = delete;
  Current &operator=(const Current &) = delete;

private:
  CUDA &cuda;
};

/// Records a failure of `what`; returns whether there was none.
bool succeeded(Device &device, Status status, const char *what) {
  if (status == 0)
    return true;
  const char *text = nullptr;
  if (of(device).call.getErrorString(status, &text) != 0 || !text)
    text = "unknown error";
  setError(*device.context, "cuda: %s failed: %s (%d)", what, text, status);
  return false;
}

} // namespace

static bool openContext(Device &device, int32_t ordinal) {
  CUDA &cuda = of(device);
  int32_t count = 0;
  if (!succeeded(device, cuda.call.init(0), "cuInit") ||
      !succeeded(device, cuda.call.deviceGetCount(&count), "cuDeviceGetCount"))
    return false;
  if (ordinal < 0 || ordinal >= count) {
    setError(*device.context, "cuda: expected a device %d, found %d on this machine", ordinal,
             count);
    return false;
  }
  if (!succeeded(device, cuda.call.deviceGet(&cuda.device, ordinal), "cuDeviceGet") ||
      !succeeded(device, cuda.call.retainContext(&cuda.context, cuda.device),
                 "cuDevicePrimaryCtxRetain"))
    return false;
  Current current(cuda);
  constexpr uint32_t nonBlocking = 1; // does not wait for the caller's own default stream
  return succeeded(device, cuda.call.createStream(&cuda.stream, nonBlocking), "cuStreamCreate");
}

static bool open(Device &device, int32_t ordinal) {
  Functions functions;
  void *library = openLibrary(device, "libcuda.so.1", "NVIDIA's driver", functionNames,
                              reinterpret_cast<void **>(&functions), numFunctions);
  if (!library)
    return false;
  device.state = calloc(1, sizeof(CUDA));
  if (!device.state) {
    setError(*device.context, "cuda: out of memory");
    return false;
  }
  of(device).call = functions;
  of(device).library = library;
  return openContext(device, ordinal);
}

static void close(Device &device) {
  CUDA &cuda = of(device);
  if (cuda.stream) {
    Current current(cuda);
    cuda.call.destroyStream(cuda.stream);
  }
  if (cuda.context)
    cuda.call.releaseContext(cuda.device);
  // The library stays: the driver leaves threads behind that run its code.
  free(&cuda);
}

static void *allocate(Device &device, uint64_t bytes) {
  Current current(of(device));
  void *memory = nullptr;
  if (of(device).call.allocate(&memory, bytes ? bytes : 1) == 0)
    return memory;
  setError(*device.context, "cuda: out of device memory for %llu bytes",
           static_cast<unsigned long long>(bytes));
  return nullptr;
}

static void release(Device &device, void *memory) {
  Current current(of(device));
  of(device).call.synchronizeStream(of(device).stream);
  of(device).call.free(memory);
}

static bool upload(Device &device, void *to, const void *from, uint64_t bytes) {
  CUDA &cuda = of(device);
  Current current(cuda);
  return succeeded(device, cuda.call.upload(to, from, bytes, cuda.stream), "cuMemcpyHtoDAsync");
}

static bool download(Device &device, void *to, const void *from, uint64_t bytes) {
  CUDA &cuda = of(device);
  Current current(cuda);
  return succeeded(device, cuda.call.download(to, from, bytes, cuda.stream), "cuMemcpyDtoHAsync");
}

static bool copy(Device &device, void *to, const void *from, uint64_t bytes) {
  CUDA &cuda = of(device);
  Current current(cuda);
  return succeeded(device, cuda.call.copy(to, from, bytes, cuda.stream), "cuMemcpyDtoDAsync");
}

static bool clear(Device &device, void *memory, uint64_t bytes) {
  CUDA &cuda = of(device);
  Current current(cuda);
  return succeeded(device, cuda.call.fill(memory, 0, bytes, cuda.stream), "cuMemsetD8Async");
}

static bool finish(Device &device) {
  CUDA &cuda = of(device);
  Current current(cuda);
  return succeeded(device, cuda.call.synchronizeStream(cuda.stream), "cuStreamSynchronize");
}

static void *loadProgram(Device &device, const char *source, size_t) {
  CUDA &cuda = of(device);
  Current current(cuda);
  char log[256] = "";
  JitOption options[] = {ErrorLog, ErrorLogBytes};
  void *values[] = {log, reinterpret_cast<void *>(sizeof(log) - 1)};
  Handle module = nullptr;
  Status status = cuda.call.loadModule(&module, source, 2, options, values);
  if (status == 0)
    return module;
  log[strcspn(log, "\n")] = '\0';
  const char *text = nullptr;
  if (cuda.call.getErrorString(status, &text) != 0 || !text)
    text = "unknown error";
  setError(*device.context, "cuda: a kernel does not compile: %s (%d) %s", text, status, log);
  return nullptr;
}

static void unloadProgram(Device &device, void *program) {
  Current current(of(device));
  of(device).call.unloadModule(program);
}

static void *findEntry(Device &device, void *program, const char *name) {
  Current current(of(device));
  Handle function = nullptr;
  return succeeded(device, of(device).call.getFunction(&function, program, name),
                   "cuModuleGetFunction")
             ? function
             : nullptr;
}

static void releaseEntry(Device &, void *) {} // goes with its module

static bool launch(Device &device, void *entry, const LaunchShape &shape,
                   const LaunchArgument *arguments, int count) {
  CUDA &cuda = of(device);
  Current current(cuda);
  void *values[maxLaunchArguments];
  for (int i = 0; i < count; ++i)
    values[i] = const_cast<void *>(arguments[i].value);
  auto extent = [](int value) { return static_cast<uint32_t>(value); };
  return succeeded(device,
                   cuda.call.launchKernel(entry, extent(shape.blocks[0]), extent(shape.blocks[1]),
                                          extent(shape.blocks[2]), extent(shape.threads[0]),
                                          extent(shape.threads[1]), extent(shape.threads[2]),
                                          extent(shape.sharedBytes), cuda.stream, values, nullptr),
                   "cuLaunchKernel");
}

extern "C" {

const dlcrt_driver dlcrt_cuda_driver = {
    "cuda", open,   close,       allocate,      release,   upload,       download, copy,
    clear,  finish, loadProgram, unloadProgram, findEntry, releaseEntry, launch};

const void *halide_cuda_device_interface(void) { return &dlcrt_cuda_driver; }

int halide_cuda_initialize_kernels(void *userContext, void **state, const char *source, int bytes) {
  return initializeKernels(userContext, state, source, bytes);
}

void halide_cuda_finalize_kernels(void *, void *) {}

int halide_cuda_run(void *userContext, void *state, const char *name, int blocksX, int blocksY,
                    int blocksZ, int threadsX, int threadsY, int threadsZ, int sharedBytes,
                    size_t sizes[], void *arguments[], int8_t isTensor[]) {
  LaunchShape shape = {{blocksX, blocksY, blocksZ}, {threadsX, threadsY, threadsZ}, sharedBytes};
  return runKernel(userContext, state, name, shape, sizes, arguments, isTensor);
}

} // extern "C"
