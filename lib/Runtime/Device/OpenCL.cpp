// The OpenCL driver: any device with OpenCL 2.0 or later and coarse-grained shared virtual memory,
// which makes a tensor an address as it is on the host. Types and constants are those of the
// Khronos headers, written down here so that none has to be installed.
#include "Device.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

using namespace dlcrt;

namespace {

using Id = void *; ///< any cl_* object
using Status = int32_t;

enum Constant : uint64_t {
  DeviceTypeAll = 0xFFFFFFFF,
  DeviceTypeCPU = 1 << 1,
  DeviceType = 0x1000,
  DeviceName = 0x102B,
  DeviceSVMCapabilities = 0x1053,
  SVMCoarseGrain = 1,
  BuildLog = 0x1183,
  MemReadWrite = 1,
};

/// In the order of functionNames.
struct Functions {
  Status (*getPlatformIDs)(uint32_t, Id *, uint32_t *);
  Status (*getDeviceIDs)(Id, uint64_t, uint32_t, Id *, uint32_t *);
  Status (*getDeviceInfo)(Id, uint32_t, size_t, void *, size_t *);
  Id (*createContext)(const intptr_t *, uint32_t, const Id *, void *, void *, Status *);
  Id (*createQueue)(Id, Id, const uint64_t *, Status *);
  Id (*createProgram)(Id, uint32_t, const char **, const size_t *, Status *);
  Status (*buildProgram)(Id, uint32_t, const Id *, const char *, void *, void *);
  Status (*getProgramBuildInfo)(Id, Id, uint32_t, size_t, void *, size_t *);
  Id (*createKernel)(Id, const char *, Status *);
  Status (*setKernelArg)(Id, uint32_t, size_t, const void *);
  Status (*setKernelArgPointer)(Id, uint32_t, const void *);
  Status (*enqueueKernel)(Id, Id, uint32_t, const size_t *, const size_t *, const size_t *,
                          uint32_t, const Id *, Id *);
  void *(*allocate)(Id, uint64_t, size_t, uint32_t);
  void (*free)(Id, void *);
  Status (*enqueueCopy)(Id, uint32_t, void *, const void *, size_t, uint32_t, const Id *, Id *);
  Status (*enqueueFill)(Id, void *, const void *, size_t, size_t, uint32_t, const Id *, Id *);
  Status (*finish)(Id);
  Status (*releaseKernel)(Id);
  Status (*releaseProgram)(Id);
  Status (*releaseQueue)(Id);
  Status (*releaseContext)(Id);
};

const char *const functionNames[] = {"clGetPlatformIDs",
                                     "clGetDeviceIDs",
                                     "clGetDeviceInfo",
                                     "clCreateContext",
                                     "clCreateCommandQueueWithProperties",
                                     "clCreateProgramWithSource",
                                     "clBuildProgram",
                                     "clGetProgramBuildInfo",
                                     "clCreateKernel",
                                     "clSetKernelArg",
                                     "clSetKernelArgSVMPointer",
                                     "clEnqueueNDRangeKernel",
                                     "clSVMAlloc",
                                     "clSVMFree",
                                     "clEnqueueSVMMemcpy",
                                     "clEnqueueSVMMemFill",
                                     "clFinish",
                                     "clReleaseKernel",
                                     "clReleaseProgram",
                                     "clReleaseCommandQueue",
                                     "clReleaseContext"};
constexpr size_t numFunctions = sizeof(functionNames) / sizeof(*functionNames);
static_assert(sizeof(Functions) == numFunctions * sizeof(void *), "one name a function");

struct OpenCL {
  Functions call;
  void *library;
  Id device, context, queue;
};

OpenCL &of(Device &device) { return *static_cast<OpenCL *>(device.state); }

/// Records a failure of `what`; returns whether there was none.
bool succeeded(Device &device, Status status, const char *what) {
  if (status == 0)
    return true;
  setError(*device.context, "opencl: %s failed with status %d", what, status);
  return false;
}

} // namespace

/// The device of number `ordinal`: GPUs and accelerators of all platforms first, then CPUs.
static Id findDevice(Device &device, int32_t ordinal) {
  const Functions &call = of(device).call;
  constexpr uint32_t most = 16;
  Id platforms[most], devices[most];
  uint32_t numPlatforms = 0;
  int32_t seen = 0;
  if (call.getPlatformIDs(most, platforms, &numPlatforms) != 0)
    numPlatforms = 0;
  for (bool cpus : {false, true})
    for (uint32_t p = 0; p < numPlatforms && p < most; ++p) {
      uint32_t numDevices = 0;
      if (call.getDeviceIDs(platforms[p], DeviceTypeAll, most, devices, &numDevices) != 0)
        continue;
      for (uint32_t d = 0; d < numDevices && d < most; ++d) {
        uint64_t type = 0;
        call.getDeviceInfo(devices[d], DeviceType, sizeof(type), &type, nullptr);
        if (((type & DeviceTypeCPU) != 0) == cpus && seen++ == ordinal)
          return devices[d];
      }
    }
  setError(*device.context, "opencl: expected a device %d, found %d on this machine", ordinal,
           seen);
  return nullptr;
}

static bool checkMemory(Device &device, Id id) {
  uint64_t capabilities = 0;
  of(device).call.getDeviceInfo(id, DeviceSVMCapabilities, sizeof(capabilities), &capabilities,
                                nullptr);
  if (capabilities & SVMCoarseGrain)
    return true;
  char name[128] = "";
  of(device).call.getDeviceInfo(id, DeviceName, sizeof(name) - 1, name, nullptr);
  setError(*device.context,
           "opencl: device '%s' has no shared virtual memory (OpenCL 2.0): choose "
           "another with dlc_options.device",
           name);
  return false;
}

static bool open(Device &device, int32_t ordinal) {
  Functions functions;
  void *library = openLibrary(device, "libOpenCL.so.1", "an OpenCL loader", functionNames,
                              reinterpret_cast<void **>(&functions), numFunctions);
  if (!library)
    return false;
  device.state = calloc(1, sizeof(OpenCL));
  if (!device.state) {
    setError(*device.context, "opencl: out of memory");
    return false;
  }
  OpenCL &cl = of(device);
  cl.call = functions;
  cl.library = library;
  cl.device = findDevice(device, ordinal);
  if (!cl.device || !checkMemory(device, cl.device))
    return false;
  Status status = 0;
  cl.context = cl.call.createContext(nullptr, 1, &cl.device, nullptr, nullptr, &status);
  if (!succeeded(device, status, "clCreateContext"))
    return false;
  cl.queue = cl.call.createQueue(cl.context, cl.device, nullptr, &status);
  return succeeded(device, status, "clCreateCommandQueueWithProperties");
}

static void close(Device &device) {
  OpenCL &cl = of(device);
  if (cl.queue)
    cl.call.releaseQueue(cl.queue);
  if (cl.context)
    cl.call.releaseContext(cl.context);
  // The library stays: drivers leave threads behind that run its code.
  free(&cl);
}

static void *allocate(Device &device, uint64_t bytes) {
  void *memory = of(device).call.allocate(of(device).context, MemReadWrite, bytes ? bytes : 1, 0);
  if (!memory)
    setError(*device.context, "opencl: out of device memory for %llu bytes",
             static_cast<unsigned long long>(bytes));
  return memory;
}

static void release(Device &device, void *memory) {
  of(device).call.finish(of(device).queue);
  of(device).call.free(of(device).context, memory);
}

static bool copy(Device &device, void *to, const void *from, uint64_t bytes) {
  OpenCL &cl = of(device);
  return succeeded(
      device, cl.call.enqueueCopy(cl.queue, /*blocking=*/0, to, from, bytes, 0, nullptr, nullptr),
      "clEnqueueSVMMemcpy");
}

static bool clear(Device &device, void *memory, uint64_t bytes) {
  OpenCL &cl = of(device);
  const uint8_t zero = 0;
  return succeeded(
      device,
      cl.call.enqueueFill(cl.queue, memory, &zero, sizeof(zero), bytes, 0, nullptr, nullptr),
      "clEnqueueSVMMemFill");
}

static bool finish(Device &device) {
  return succeeded(device, of(device).call.finish(of(device).queue), "clFinish");
}

/// The first line of the compiler's log that says something of an error.
static void reportBuild(Device &device, Id program) {
  OpenCL &cl = of(device);
  static constexpr size_t capacity = 1 << 16;
  auto *log = static_cast<char *>(calloc(1, capacity));
  if (log)
    cl.call.getProgramBuildInfo(program, cl.device, BuildLog, capacity - 1, log, nullptr);
  const char *line = log ? strstr(log, "error") : nullptr;
  if (!line)
    line = log ? log : "";
  setError(*device.context, "opencl: a kernel does not compile: %.*s",
           static_cast<int>(strcspn(line, "\n")), line);
  free(log);
}

static void *loadProgram(Device &device, const char *source, size_t bytes) {
  OpenCL &cl = of(device);
  Status status = 0;
  // Halide counts a terminating zero.
  size_t length = strnlen(source, bytes);
  Id program = cl.call.createProgram(cl.context, 1, &source, &length, &status);
  if (!succeeded(device, status, "clCreateProgramWithSource"))
    return nullptr;
  // Halide would put small operands into constant memory, which has no addresses of its own.
  const char *options = "-D MAX_CONSTANT_BUFFER_SIZE=0 -D MAX_CONSTANT_ARGS=0";
  if (cl.call.buildProgram(program, 1, &cl.device, options, nullptr, nullptr) == 0)
    return program;
  reportBuild(device, program);
  cl.call.releaseProgram(program);
  return nullptr;
}

static void unloadProgram(Device &device, void *program) {
  of(device).call.releaseProgram(program);
}

static void *findEntry(Device &device, void *program, const char *name) {
  Status status = 0;
  Id kernel = of(device).call.createKernel(program, name, &status);
  return succeeded(device, status, "clCreateKernel") ? kernel : nullptr;
}

static void releaseEntry(Device &device, void *entry) { of(device).call.releaseKernel(entry); }

static bool launch(Device &device, void *entry, const LaunchShape &shape,
                   const LaunchArgument *arguments, int count) {
  OpenCL &cl = of(device);
  Status status = 0;
  for (int i = 0; i < count && status == 0; ++i) {
    auto index = static_cast<uint32_t>(i);
    status = arguments[i].isTensor
                 ? cl.call.setKernelArgPointer(entry, index,
                                               *static_cast<void *const *>(arguments[i].value))
                 : cl.call.setKernelArg(entry, index, arguments[i].bytes, arguments[i].value);
  }
  // Shared memory is the last argument, of at least a byte.
  auto shared = static_cast<size_t>(shape.sharedBytes > 0 ? shape.sharedBytes : 1);
  if (status == 0)
    status = cl.call.setKernelArg(entry, static_cast<uint32_t>(count), shared, nullptr);
  if (!succeeded(device, status, "clSetKernelArg"))
    return false;
  size_t global[3], local[3];
  for (int i = 0; i < 3; ++i) {
    local[i] = static_cast<size_t>(shape.threads[i]);
    global[i] = local[i] * static_cast<size_t>(shape.blocks[i]);
  }
  return succeeded(
      device,
      cl.call.enqueueKernel(cl.queue, entry, 3, nullptr, global, local, 0, nullptr, nullptr),
      "clEnqueueNDRangeKernel");
}

extern "C" {

const dlcrt_driver dlcrt_opencl_driver = {
    "opencl", open,   close,       allocate,      release,   copy,         copy,  copy,
    clear,    finish, loadProgram, unloadProgram, findEntry, releaseEntry, launch};

const void *halide_opencl_device_interface(void) { return &dlcrt_opencl_driver; }

int halide_opencl_initialize_kernels(void *userContext, void **state, const char *source,
                                     int bytes) {
  return initializeKernels(userContext, state, source, bytes);
}

void halide_opencl_finalize_kernels(void *, void *) {}

int halide_opencl_run(void *userContext, void *state, const char *name, int blocksX, int blocksY,
                      int blocksZ, int threadsX, int threadsY, int threadsZ, int sharedBytes,
                      size_t sizes[], void *arguments[], int8_t isTensor[]) {
  LaunchShape shape = {{blocksX, blocksY, blocksZ}, {threadsX, threadsY, threadsZ}, sharedBytes};
  return runKernel(userContext, state, name, shape, sizes, arguments, isTensor);
}

} // extern "C"
